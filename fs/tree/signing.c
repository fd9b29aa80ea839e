#include "fs/tree/signing.h"

int signing_weigh(struct problems *found, const struct rule_levels *levels, struct problems *notes,
		  struct error *err)
{
	int result = 0;
	size_t i;

	for (i = 0; i < found->count && result == 0; i++) {
		struct error *problem = &found->list[i];

		if (!rule_severity(levels, problem->rule, &problem->severity))
			continue;
		if (problem->severity == SEVERITY_ERROR) {
			*err = *problem;
			result = -1;
		} else {
			problems_add(notes, problem);
		}
	}
	problems_free(found);
	return result;
}

int signing_open(const struct signer_files *files, const struct rule_levels *levels, struct signer **out,
		 struct problems *notes, struct error *err)
{
	struct problems found = PROBLEMS_INIT;
	int result = signer_open(files, out, &found, err);

	if (result < 0) {
		problems_free(&found);
		return -1;
	}
	if (signing_weigh(&found, levels, notes, err) == 0)
		return 0;
	signer_free(*out);
	*out = NULL;
	return -1;
}
