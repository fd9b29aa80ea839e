/* Any text as a schema of the user's: it is refused, with a line, or every section of it can be read. */
#include "tests/fuzz/fuzz_folder.h"

#include "plist/base/buf.h"
#include "plist/schema/describe.h"
#include "plist/schema/schema.h"

static void must_have_its_types(struct schema *schema)
{
	const struct texts *types = schema_types(schema);

	for (size_t i = 0; i < types->count && i < 8; i++)
		must(schema_payload(schema, types->list[i], strlen(types->list[i])));
	must(schema_profile(schema));
	must(schema_any_payload(schema));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct schema_sources sources = { 0 };
	struct error err = ERROR_INIT;
	struct schema *schema;
	char path[512];

	must(put_file(path, "input.schema", whole_input(data, size)));
	sources.facts = path;
	schema = schema_open(&sources, &err);
	if (schema)
		must_have_its_types(schema);
	else
		must_be_said(err);
	schema_free(schema);
	return 0;
}
