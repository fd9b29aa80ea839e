#include "plist/schema/manifests_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/schema/schema.h"
#include "plist/schema/writing.h"

/* The platforms that manifests know, and how their keys begin. */
static const struct {
	enum platform platform;
	const char *prefix;
} known[] = {
	{ PLATFORM_IOS, "pfm_ios" },
	{ PLATFORM_MACOS, "pfm_macos" },
	{ PLATFORM_TVOS, "pfm_tvos" },
};

#define KNOWN_COUNT (sizeof(known) / sizeof(known[0]))
#define BIT(platform) (1u << (platform))
#define BITS_ALL (BIT(PLATFORM_IOS) | BIT(PLATFORM_MACOS) | BIT(PLATFORM_TVOS))

/* The platforms named by pfm_platforms; 0: none. Words that name none are passed over. 0 or -1. */
static int read_names(struct manifest *manifest, const struct node *dict, unsigned *platforms)
{
	const struct node *list, *name;
	enum platform platform;

	*platforms = 0;
	if (manifest_value(manifest, dict, "pfm_platforms", NODE_ARRAY, &list) < 0)
		return -1;
	for (name = list ? node_first(list) : NULL; name; name = node_next(name)) {
		if (name->type != NODE_STRING)
			return manifest_error(manifest, name,
					      "pfm_platforms holds a value of type %s: it must hold names, as of macOS",
					      node_type_name(name->type));
		platform = platform_from_name(name->value.at, name->value.len);
		if (platform != PLATFORM_COUNT)
			*platforms |= BIT(platform);
	}
	*platforms &= BITS_ALL;
	return 0;
}

int manifest_read_platforms(struct manifest *manifest)
{
	unsigned named;

	if (read_names(manifest, manifest->root.node, &named) < 0)
		return -1;
	manifest->platforms = named ? named : BITS_ALL;
	return 0;
}

/* A version is digits and dots: "10.13.4". What else stands there says nothing. */
static bool is_version(const char *text)
{
	size_t len = strlen(text);

	return len < 16 && strspn(text, "0123456789.") == len && text[0] != '.' && text[len - 1] != '.' &&
	       !strstr(text, "..");
}

/* A version that a manifest says, or NULL. 0 or -1. */
static int read_version(struct manifest *manifest, const struct node *dict, const char *prefix,
			const char *suffix, const char **version)
{
	char key[32];

	snprintf(key, sizeof(key), "%s_%s", prefix, suffix);
	if (manifest_text(manifest, dict, key, version) < 0)
		return -1;
	if (*version && !is_version(*version))
		*version = NULL;
	return 0;
}

static void add_fact(struct buf *facts, const char *name, const char *value)
{
	if (facts->len)
		buf_add_char(facts, ' ');
	if (name)
		buf_add_format(facts, "%s=", name);
	buf_add_text(facts, value);
}

/* pfm_macos_max is the last version that has it, `removed` the first that has not: "10.15.7" is "10.15.8". */
static void add_removed(struct buf *facts, const char *last)
{
	const char *dot = strrchr(last, '.');
	int head = dot ? (int)(dot + 1 - last) : 0;
	char version[48];

	snprintf(version, sizeof(version), "%.*s%lu", head, last, strtoul(last + head, NULL, 10) + 1);
	add_fact(facts, fact_name(FACT_REMOVED), version);
}

static int add_versions(struct manifest *manifest, const struct node *dict, const char *prefix,
			struct buf *facts)
{
	const char *introduced, *deprecated, *last;

	if (read_version(manifest, dict, prefix, "min", &introduced) < 0 ||
	    read_version(manifest, dict, prefix, "deprecated", &deprecated) < 0 ||
	    read_version(manifest, dict, prefix, "max", &last) < 0)
		return -1;
	if (introduced)
		add_fact(facts, NULL, introduced);
	if (deprecated)
		add_fact(facts, fact_name(FACT_DEPRECATED), deprecated);
	if (last)
		add_removed(facts, last);
	return 0;
}

/* What holds on every platform that a key is for; pfm_supervised says nothing of a Mac. */
struct flags {
	int multiple_not, supervised, user_approved;
};

static int read_flags(struct manifest *manifest, const struct manifest_key *key, struct flags *flags)
{
	const struct node *dict = key->node;

	flags->multiple_not = key == &manifest->root ? manifest_flag(manifest, dict, "pfm_unique") : 0;
	flags->supervised = manifest_flag(manifest, dict, "pfm_supervised");
	flags->user_approved = manifest_flag(manifest, dict, "pfm_user_approved");
	return flags->multiple_not < 0 || flags->supervised < 0 || flags->user_approved < 0 ? -1 : 0;
}

static void add_flags(const struct flags *flags, enum platform platform, struct buf *facts)
{
	if (flags->multiple_not)
		add_fact(facts, fact_name(FACT_MULTIPLE), "false");
	if (flags->supervised && platform != PLATFORM_MACOS)
		add_fact(facts, fact_name(FACT_SUPERVISED), "true");
	if (flags->user_approved && platform == PLATFORM_MACOS)
		add_fact(facts, fact_name(FACT_USER_APPROVED), "true");
}

/* A key that names its platforms is not on the others that its payload is for. A payload may be described by
 * several files, one for each platform: so nothing is said of those that a file does not name. */
int manifest_write_platforms(struct manifest *manifest, const struct manifest_key *key, struct buf *out)
{
	unsigned named, on;
	struct flags flags;
	size_t i;

	if (read_names(manifest, key->node, &named) < 0 || read_flags(manifest, key, &flags) < 0)
		return -1;
	on = named ? named & manifest->platforms : manifest->platforms;
	for (i = 0; i < KNOWN_COUNT; i++) {
		BUF_AUTO facts = BUF_INIT;

		if (add_versions(manifest, key->node, known[i].prefix, &facts) < 0)
			return -1;
		if (on & BIT(known[i].platform)) {
			add_flags(&flags, known[i].platform, &facts);
		} else {
			buf_clear(&facts);
			if (on && manifest->platforms & BIT(known[i].platform))
				add_fact(&facts, NULL, "n/a");
		}
		if (!buf_ok(&facts))
			return error_memory(manifest->err);
		if (facts.len)
			buf_add_format(out, " %s(%s)", platform_name(known[i].platform), buf_text(&facts));
	}
	return 0;
}
