/* What an MDM payload must say for the platforms it is for. Apple says it in prose only. */
#include <string.h>

#include "plist/schema/check_run.h"

#define MDM                  "com.apple.mdm"
#define CAPABILITIES         "ServerCapabilities"
#define PER_USER_CONNECTIONS "com.apple.mdm.per-user-connections"
#define BOOTSTRAP_TOKEN      "com.apple.mdm.bootstraptoken"

/* True if one of the targets is a Mac of at least that version. */
static bool is_for_macos(const struct run *run, const char *version)
{
	size_t i;

	for (i = 0; i < run->options->target_count; i++)
		if (run->options->targets[i].platform == PLATFORM_MACOS &&
		    version_compare(run->options->targets[i].version, version) >= 0)
			return true;
	return false;
}

static bool is_mdm(const struct payload *payload)
{
	return payload->type && node_is_text(payload->type, MDM);
}

static void report_capabilities(struct run *run, const struct node *payload)
{
	const struct node *capabilities = node_get(payload, CAPABILITIES);

	if (!capabilities) {
		say(run, CAPABILITIES " is missing: to manage Macs it must be there and hold " PER_USER_CONNECTIONS);
		found_missing(run, payload, CAPABILITIES);
		return;
	}
	if (capabilities->type != NODE_ARRAY || array_may_hold(run, capabilities, PER_USER_CONNECTIONS))
		return;
	say(run, "to manage Macs " PER_USER_CONNECTIONS " must be among them");
	found(run, &(struct finding){
			   .severity = SEVERITY_ERROR, .rule = "not-allowed-value", .node = capabilities });
}

void check_capabilities(struct run *run)
{
	size_t i;

	if (!is_for_macos(run, "0"))
		return;
	for (i = 0; i < run->payload_count; i++)
		if (is_mdm(&run->payloads[i]))
			report_capabilities(run, run->payloads[i].node);
}

void check_bootstrap_token(struct run *run)
{
	const struct node *capabilities;
	size_t i;

	if (!is_for_macos(run, "11"))
		return;
	for (i = 0; i < run->payload_count; i++) {
		if (!is_mdm(&run->payloads[i]))
			continue;
		capabilities = node_get(run->payloads[i].node, CAPABILITIES);
		if (!capabilities || capabilities->type != NODE_ARRAY ||
		    array_may_hold(run, capabilities, BOOTSTRAP_TOKEN))
			continue;
		say(run, "without " BOOTSTRAP_TOKEN " macOS 11 and later make no bootstrap token for the server");
		found_value(run, capabilities);
	}
}
