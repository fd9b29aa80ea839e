/*
 * The arguments of implode.
 *
 * A request owns its lists; implode_options_free() gives them back. The other strings are the arguments' own.
 */
#ifndef CMD_IMPLODE_OPTIONS_H
#define CMD_IMPLODE_OPTIONS_H

#include <stdbool.h>

#include "fs/cmd/key_options.h"
#include "fs/tree/implode.h"
#include "plist/base/strings.h"
#include "plist/schema/check.h"
#include "plist/schema/schema.h"

struct implode_request {
	struct key_options keys; /* its levels are for all rules */
	struct schema_sources sources;
	struct implode_options options; /* without what must be opened first: schema and signer */
	struct target *targets;         /* platforms */
	size_t target_count;
	struct strings trees;
	const char *output; /* the profile, or the folder for all of them */
	const char *folder; /* it was given by -t: a folder, also if it is not there */
	const char *base;   /* a file, "-", a folder; NULL: none */
	bool quiet;         /* only errors */
	bool done;          /* nothing more is to be done: `status` is the exit status */
	int status;
};

extern const struct option implode_long_options[];

/* Reads the arguments. What is wrong, or help, ends it: then `done`. */
void implode_parse(struct implode_request *request, int argc, char **argv);

void implode_options_free(struct implode_request *request);

#endif
