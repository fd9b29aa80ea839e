#include "fs/tree/settle.h"

#include <errno.h>
#include <string.h>

#include "fs/tree/found_before.h"
#include "plist/difference.h"
#include "plist/encrypted.h"
#include "plist/merge.h"

/* How often what is there may change again while it is merged. */
#define TRIES 3

/* How many keys in conflict are told one by one. */
#define TOLD_MAX 100

/* What is on disk now, and becomes what is saved. Owns its parts. */
struct theirs {
	struct pieces bytes, plist;
	struct envelope *envelope;
	struct doc doc;
	struct node *before; /* the document before the edits were worked in */
	size_t changes;      /* how many keys they changed */
};

static void theirs_drop(struct theirs *theirs)
{
	node_free(theirs->before);
	doc_free(&theirs->doc);
	envelope_free(theirs->envelope);
	pieces_free(&theirs->plist);
	pieces_free(&theirs->bytes);
	*theirs = (struct theirs){ 0 };
}

#define THEIRS_AUTO __attribute__((cleanup(theirs_drop))) struct theirs

static void say_not_merged(const struct profile *profile, struct problems *notes, const struct error *why)
{
	profile_note(profile, notes, "the edits are not merged with what is there now: %.900s", why->text);
}

/* --- what is there now ------------------------------------------------------------------------------ */

static bool can_settle(const struct profile *profile)
{
	return profile->options.merge && profile->bytes.len && !profile->hidden && !profile->options.output;
}

/* Whether it can be signed as it is now, by whoever vouches for its content. */
static int check_envelope(const struct profile *profile, const struct theirs *theirs, struct error *err)
{
	struct error why = ERROR_INIT;

	if (envelope_form(theirs->envelope) == ENVELOPE_PLAIN)
		return 0;
	if (!profile->options.force && !envelope_intact(theirs->envelope, &why)) {
		*err = why;
		return -1;
	}
	if (profile->signer || profile->options.unsign)
		return 0;
	return error_set(err, EROFS, "it is signed, and no key was given: mount it with key= and edit it again");
}

static int check_doc(const struct doc *doc, struct error *err)
{
	if (doc->root->type != NODE_DICT || doc->root->uid)
		return error_rule(err, "not-a-profile", "the top of a profile is a dict, and here it is not");
	if (encrypted_is(doc))
		return error_set(err, EINVAL,
				 "its payloads are encrypted: mount it with decrypt_key= and edit it again");
	if (!doc->duplicate.code)
		return 0;
	*err = doc->duplicate;
	return -1;
}

/* As a profile that is mounted remembers it. */
static int remember(struct theirs *theirs, struct error *err)
{
	theirs->before = node_copy(theirs->doc.root, false);
	if (!theirs->before)
		return error_memory(err);
	if (!theirs->doc.recoded)
		return 0;
	return doc_write_pieces(&theirs->doc, theirs->doc.format, &theirs->plist, err);
}

static int unwrap(const struct profile *profile, struct buf *bytes, struct theirs *theirs, struct error *err)
{
	const char *name = profile->place.shown;
	BUF_AUTO plist = BUF_INIT;

	if (envelope_open_shared(name, bytes, &theirs->envelope, &plist, err) < 0)
		return -1;
	pieces_of(&theirs->bytes, bytes);
	pieces_of(&theirs->plist, &plist);
	if (!pieces_ok(&theirs->bytes) || !pieces_ok(&theirs->plist))
		return error_memory(err);
	if (check_envelope(profile, theirs, err) < 0 || doc_read_shared(&theirs->doc, name, &plist, err) < 0 ||
	    check_doc(&theirs->doc, err) < 0)
		return -1;
	return remember(theirs, err);
}

/* --- merging ---------------------------------------------------------------------------------------- */

struct dispute {
	const struct profile *profile;
	struct problems *notes;
	size_t count;
};

/* Here "ours" is what is on disk: it is what the edits are worked into. */
static const char *const disputes[] = {
	[MERGE_BOTH_CHANGED] = "it was changed in the mount, and in another way on disk",
	[MERGE_OURS_REMOVED] = "it was changed in the mount, and removed on disk",
	[MERGE_THEIRS_REMOVED] = "it was removed in the mount, and changed on disk",
};

static void add_conflict(void *context, const struct merge_conflict *conflict)
{
	struct dispute *dispute = context;
	struct error problem;
	BUF_AUTO path = BUF_INIT;

	if (++dispute->count > TOLD_MAX)
		return;
	check_path(conflict->dict, &path);
	if (conflict->key) {
		if (path.len)
			buf_add_char(&path, '/');
		check_path_key(conflict->key, conflict->key_len, &path);
	}
	error_rule(&problem, "merge-conflict", "%s: decide between the two", disputes[conflict->kind]);
	error_in_file(&problem, dispute->profile->place.shown);
	error_in_key(&problem, buf_text(&path));
	problems_add(dispute->notes, &problem);
}

static int count_change(void *context, const struct difference *difference, struct error *err)
{
	struct theirs *theirs = context;

	(void)difference;
	(void)err;
	theirs->changes++;
	return 0;
}

static int merge_into(const struct profile *profile, const struct doc *base, struct theirs *theirs,
		      struct dispute *dispute, struct error *err)
{
	if (difference_find(base->root, theirs->doc.root, count_change, theirs, err) < 0)
		return -1;
	return merge(theirs->doc.root, base->root, profile->doc.root, add_conflict, dispute, err);
}

/* 0, or -1 also if the edits and theirs are at the same keys: then `profile` remembers that. */
static int work_in(struct profile *profile, struct theirs *theirs, struct problems *notes, struct error *err)
{
	struct dispute dispute = { .profile = profile, .notes = notes };
	BUF_AUTO plist = BUF_INIT;
	struct doc base;
	int result;

	pieces_flat(&profile->plist, &plist);
	if (!buf_ok(&plist))
		return error_memory(err);
	if (doc_read_shared(&base, profile->place.shown, &plist, err) < 0)
		return -1;
	result = merge_into(profile, &base, theirs, &dispute, err);
	doc_free(&base);
	if (result < 0 || !dispute.count)
		return result;
	profile->disputed = true;
	return error_set(err, ESTALE, "both changed the same %s (%zu)", dispute.count == 1 ? "key" : "keys",
			 dispute.count);
}

/* --- checking --------------------------------------------------------------------------------------- */

struct verdict {
	const struct profile *profile;
	const struct theirs *theirs;
	struct found_before *found_before;
	bool is_invalid;
	struct error invalid; /* the first error that neither side had alone */
};

static void take_finding(void *context, const struct finding *finding)
{
	struct verdict *verdict = context;

	if (verdict->is_invalid || finding->severity != SEVERITY_ERROR ||
	    found_before_has(verdict->found_before, finding))
		return;
	check_error(finding, &verdict->theirs->doc, verdict->profile->place.shown, &verdict->invalid);
	verdict->is_invalid = true;
}

static int check(struct verdict *verdict, struct error *err)
{
	const struct theirs *theirs = verdict->theirs;
	struct check_options checks = verdict->profile->checks;
	int result;

	if (verdict->profile->options.check == CHECK_OFF)
		return 0;
	checks.type_of = NULL; /* it asks the tree's items, and these nodes have none */
	if (found_before_make(theirs->before, theirs->doc.root, &checks, &verdict->found_before, err) < 0)
		return -1;
	result = check_profile(theirs->doc.root, &checks, take_finding, verdict);
	found_before_free(verdict->found_before);
	return result < 0 ? error_memory(err) : 0;
}

/* --- saving ----------------------------------------------------------------------------------------- */

static void exchange_docs(struct profile *profile, struct theirs *theirs)
{
	const struct doc doc = profile->doc;

	profile->doc = theirs->doc;
	theirs->doc = doc;
}

static void exchange(struct profile *profile, struct theirs *theirs)
{
	const struct theirs was = { .bytes = profile->bytes, .plist = profile->plist, .envelope = profile->envelope };

	profile->bytes = theirs->bytes;
	profile->plist = theirs->plist;
	profile->envelope = theirs->envelope;
	theirs->bytes = was.bytes;
	theirs->plist = was.plist;
	theirs->envelope = was.envelope;
	exchange_docs(profile, theirs);
}

/* As if theirs had been mounted, and edited so. The tree keeps its document, and what is not saved its base. */
static enum save_outcome save_merged(struct profile *profile, struct theirs *theirs, const struct error *invalid,
				     struct problems *notes, struct error *err)
{
	enum save_outcome outcome;

	exchange(profile, theirs);
	profile->merging = true;
	outcome = profile_save(profile, invalid, notes, err);
	profile->merging = false;
	if (outcome == SAVE_DONE || outcome == SAVE_UNCHANGED)
		exchange_docs(profile, theirs);
	else
		exchange(profile, theirs);
	return outcome;
}

static void say_merged(const struct profile *profile, enum save_outcome outcome, size_t changes,
		       struct problems *notes)
{
	if (outcome == SAVE_UNCHANGED)
		profile_note(profile, notes,
			     "somebody changed the file since it was mounted, and has all of the edits in it: it stays "
			     "as it is");
	else if (changes)
		profile_note(profile, notes,
			     "somebody changed the file since it was mounted: the edits are merged into that, %zu %s "
			     "of theirs %s",
			     changes, changes == 1 ? "change" : "changes", changes == 1 ? "is kept" : "are kept");
	else
		profile_note(profile, notes,
			     "somebody changed the file since it was mounted, but no key: the edits are merged into "
			     "that");
}

/* SAVE_CONFLICT, and `*again`: it changed once more. */
static enum save_outcome settle_once(struct profile *profile, struct problems *notes, bool *again, struct error *err)
{
	THEIRS_AUTO theirs = { 0 };
	BUF_AUTO bytes = BUF_INIT;
	struct verdict verdict = { .profile = profile, .theirs = &theirs };
	enum save_outcome outcome;
	struct error why;

	*again = false;
	if (file_read(&profile->place, PROFILE_SIZE_MAX, &bytes, NULL, &why) < 0)
		return SAVE_CONFLICT; /* removed, or replaced by something else: that is said already */
	if (unwrap(profile, &bytes, &theirs, &why) < 0 || work_in(profile, &theirs, notes, &why) < 0 ||
	    check(&verdict, &why) < 0) {
		say_not_merged(profile, notes, &why);
		return SAVE_CONFLICT;
	}
	outcome = save_merged(profile, &theirs, verdict.is_invalid ? &verdict.invalid : NULL, notes, &why);
	if (outcome == SAVE_DONE || outcome == SAVE_UNCHANGED) {
		say_merged(profile, outcome, theirs.changes, notes);
		return outcome;
	}
	*again = outcome == SAVE_CONFLICT;
	if (outcome != SAVE_INVALID) {
		*err = why;
		return outcome;
	}
	problems_add(notes, &why);
	say_not_merged(profile, notes, &why);
	return SAVE_CONFLICT;
}

enum save_outcome profile_settle(struct profile *profile, struct problems *notes, struct error *err)
{
	enum save_outcome outcome = SAVE_CONFLICT;
	bool again = can_settle(profile);

	for (int i = 0; again && i < TRIES; i++)
		outcome = settle_once(profile, notes, &again, err);
	return outcome;
}

/* --- what is left ----------------------------------------------------------------------------------- */

static int put_base_beside(const struct profile *profile, struct buf *made, struct error *err)
{
	BUF_AUTO plist = BUF_INIT;

	pieces_flat(&profile->plist, &plist);
	if (!buf_ok(&plist))
		return error_memory(err);
	return file_beside(&profile->place, ".base", plist.data, plist.len, made, err);
}

void profile_keep_base(const struct profile *profile, const char *edited, struct problems *notes)
{
	BUF_AUTO made = BUF_INIT;
	struct error err = ERROR_INIT;

	if (!profile->disputed)
		return;
	if (put_base_beside(profile, &made, &err) < 0) {
		err.severity = SEVERITY_WARNING;
		problems_add(notes, &err);
		return;
	}
	profile_note(profile, notes,
		     "what was mounted is in %.250s: `profilefs merge %.250s %.250s %.250s` works what is there now "
		     "into the edited one and marks the conflicts",
		     buf_text(&made), buf_text(&made), edited, profile->place.name);
}

void profile_settle_hint(const struct profile *profile, struct error *err)
{
	const size_t len = strlen(err->text);
	static const char hint[] = "; an unmount merges it";

	if (can_settle(profile) && len + sizeof(hint) <= sizeof(err->text))
		memcpy(err->text + len, hint, sizeof(hint));
}
