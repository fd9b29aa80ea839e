#include "fs/tree/collection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/tree/collection_parts.h"
#include "fs/tree/exploded.h"
#include "fs/tree/signing.h"

/* --- what was asked for ----------------------------------------------------------------------------- */

static int check_options(const struct profile_options *options, struct error *err)
{
	const struct signer_files *signer = &options->signer;

	if (options->output)
		return error_set(err, EINVAL, "output= is one file, here are many profiles: mount one of them");
	if (options->create)
		return error_set(err, EINVAL,
				 "new begins one profile; in a mounted folder, mkdir NAME.mobileconfig begins one");
	if (options->decrypt.key)
		return error_set(err, EINVAL, "decrypt_key= opens one profile: mount that by itself");
	if (!signer->keys.count && (signer->certs.count || signer->chains.count || signer->passins.count))
		return error_set(err, EINVAL, "cert=, chain= and passin= need key=FILE: give it too");
	if (signer->keys.count && options->unsign)
		return error_set(err, EINVAL, "key= saves it signed, unsign plain: give one of them");
	return 0;
}

/* --- what the profiles share ------------------------------------------------------------------------ */

static int open_folder(struct collection *collection, const char *path, struct error *err)
{
	struct profile *ground = &collection->ground;
	struct walk_base *base = &collection->shared.base;

	if (exploded_is_tree(path))
		return error_set(err, EINVAL,
				 "this is an exploded tree, not a folder of profiles: edit the files in it, and make a "
				 "profile of them with `profilefs implode`");
	ground->place.path = realpath(path, NULL);
	ground->place.shown = strdup(path);
	if (!ground->place.shown)
		return error_memory(err);
	base->shown = ground->place.shown;
	base->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!ground->place.path || base->dir < 0 || fstat(base->dir, &ground->found) < 0)
		return error_system(err, errno, "this folder cannot be opened");
	return 0;
}

/* What key and digest cannot do must not come up when the edits are made. */
static int try_signer(const struct collection *collection, struct error *err)
{
	const struct seal_options options = { .digest = collection->options.digest };
	BUF_AUTO sealed = BUF_INIT;

	return envelope_seal(NULL, collection->shared.signer, &options, "trial", 5, &sealed, NULL, err);
}

static int open_signer(struct collection *collection, struct problems *notes, struct error *err)
{
	const struct profile_options *options = &collection->options;

	if (options->read_only || !options->signer.keys.count)
		return 0;
	if (signing_open(&options->signer, &options->levels, &collection->shared.signer, notes, err) < 0)
		return -1;
	return try_signer(collection, err);
}

static int open_shared(struct collection *collection, struct problems *notes, struct error *err)
{
	const struct profile_options *options = &collection->options;
	const struct schema_sources sources = { .facts = options->schema, .manifests = options->manifests };

	collection->shared.schema = schema_open(&sources, err);
	return collection->shared.schema ? open_signer(collection, notes, err) : -1;
}

/* --- the tree of its folders ------------------------------------------------------------------------ */

static int make_ground(struct collection *collection, struct error *err)
{
	struct profile *ground = &collection->ground;
	struct item *root;

	ground->options.check = CHECK_OFF;
	ground->read_only = collection->options.read_only;
	if (doc_new(&ground->doc, err) < 0)
		return -1;
	collection->tree = tree_new(ground, &collection->around);
	if (!collection->tree)
		return error_memory(err);
	root = collection->tree->root;
	root->node->user = NULL;
	root->node = NULL;
	root->kind = ITEM_FOLDER;
	root->dir->loaded = true;
	collection->tree->collection = collection;
	return 0;
}

static int open_all(struct collection *collection, const char *path, struct problems *notes, struct error *err)
{
	if (check_options(&collection->options, err) < 0 || open_folder(collection, path, err) < 0 ||
	    open_shared(collection, notes, err) < 0 || make_ground(collection, err) < 0 ||
	    collection_scan(collection, collection->tree->root, err) < 0 ||
	    collection_recover(collection, notes, err) < 0)
		return -1;
	if (!collection->member_count)
		profile_note(&collection->ground, notes,
			     "no profile is in this folder (files called *.mobileconfig): mkdir makes one");
	return 0;
}

int collection_open(struct collection **out, const char *path, const struct profile_options *options,
		    const struct tree_surroundings *surroundings, struct problems *notes, struct error *err)
{
	struct collection *collection = calloc(1, sizeof(*collection));

	if (!collection)
		return error_memory(err);
	collection->ground = (struct profile){ .place = PLACE_INIT, .target = PLACE_INIT, .lock = LOCK_INIT };
	collection->shared.base.dir = -1;
	collection->options = *options;
	collection->options.folder = &collection->shared;
	collection->notes = notes;
	if (surroundings)
		collection->around = *surroundings;
	if (open_all(collection, path, notes, err) == 0) {
		*out = collection;
		return 0;
	}
	error_in_file(err, path);
	collection_close(collection);
	return -1;
}

void collection_mounted(struct collection *collection, const char *mountpoint)
{
	collection->shared.base.ours = walk_device(mountpoint);
}

struct tree *collection_tree(struct collection *collection)
{
	return collection->tree;
}

const char *collection_path(const struct collection *collection)
{
	return collection->ground.place.path;
}

struct tree *collection_tree_at(struct collection *collection, uint32_t number)
{
	struct opened *opened;

	if (number == 0)
		return collection->tree;
	opened = number <= collection->opened_count ? collection->opened[number - 1] : NULL;
	return opened ? opened->tree : NULL;
}

bool collection_at(struct collection *collection, size_t position, struct profile **profile, struct tree **tree)
{
	struct opened *opened;
	size_t i;

	for (i = 0; i < collection->opened_count; i++) {
		opened = collection->opened[i];
		if (!opened || !opened->member || position-- > 0)
			continue;
		*profile = &opened->profile;
		*tree = opened->tree;
		return true;
	}
	return false;
}

void collection_close(struct collection *collection)
{
	if (!collection)
		return;
	members_free(collection);
	tree_free(collection->tree);
	profile_close(&collection->ground);
	schema_free(collection->shared.schema);
	signer_free(collection->shared.signer);
	if (collection->shared.base.dir >= 0)
		close(collection->shared.base.dir);
	free(collection);
}
