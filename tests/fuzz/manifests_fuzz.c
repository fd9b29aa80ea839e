/* Any file as a ProfileManifest: it is refused, or what it becomes in the schema language is read as a schema. */
#include "tests/fuzz/fuzz_folder.h"

#include "plist/schema/manifests.h"
#include "plist/schema/schema.h"

/* Its name is none that is imported. */
static void must_be_a_schema(const struct buf *text)
{
	struct schema_sources sources = { 0 };
	struct error err = ERROR_INIT;
	struct schema *schema;
	char path[512];

	must(put_file(path, "result.schema", (struct part){ text->data, text->len }));
	sources.facts = path;
	schema = schema_open(&sources, &err);
	if (!schema)
		fprintf(stderr, "%lu:%lu: %s\n%s\n", err.line, err.column, err.text, buf_text(text));
	must(schema);
	schema_free(schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	char path[512];

	must(put_file(path, "input.plist", whole_input(data, size)));
	if (manifests_import(folder_for_input(), &out, &err) == 0)
		must_be_a_schema(&out);
	else {
		must_be_said(err);
		must(out.len == 0);
	}
	return 0;
}
