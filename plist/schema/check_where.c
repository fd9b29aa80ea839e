/* Where a finding is: its path in the tree, and its line and column in the source. */
#include <string.h>

#include "plist/schema/check.h"
#include "plist/schema/constraint_limits.h"

/* A file's name may be this long; what is longer, with a number behind it, is not called by its type. */
#define TYPE_NAME_MAX (255 - 11)

static void add_encoded(struct buf *out, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf_add_format(out, "%%%02X", (unsigned char)bytes[i]);
}

/* How many bytes at the start are ASCII that is shown as it is, as nearly all of a key is. */
static size_t plain_length(const char *key, size_t len)
{
	size_t i = 0;

	while (i < len && key[i] >= ' ' && key[i] < 0x7f && key[i] != '/' && key[i] != '%')
		i++;
	return i;
}

/* A key as one name of a path: '/', '%', what a terminal obeys, and a leading '.' are percent-encoded. */
void check_path_key(const char *key, size_t len, struct buf *out)
{
	size_t i, step;

	for (i = 0; i < len; i += step) {
		step = i == 0 && key[0] == '.' ? 0 : plain_length(key + i, len - i);
		buf_add(out, key + i, step);
		if (step)
			continue;
		step = text_character(key + i, len - i);
		if (key[i] == '/' || key[i] == '%' || (i == 0 && key[i] == '.') || text_is_obeyed(key + i, step))
			add_encoded(out, key + i, step);
		else
			buf_add(out, key + i, step);
	}
	if (len == 0)
		buf_add_char(out, '%');
}

static size_t position_of(const struct node *element)
{
	size_t position = 0;

	while ((element = node_previous(element)))
		position++;
	return position;
}

/* The PayloadType that a payload is named by, or NULL. */
static const struct node *type_of(const struct node *payload)
{
	const struct node *type = payload->type == NODE_DICT ? node_get(payload, "PayloadType") : NULL;

	return type && type->type == NODE_STRING && type->value.len > 0 ? type : NULL;
}

static bool has_type(const struct node *payload, const struct node *type)
{
	const struct node *other = type_of(payload);

	return other && scalar_equal(&other->value, &type->value);
}

/* Which one of its type a payload is, from 1. */
static size_t number_of(const struct node *payload)
{
	const struct node *type = type_of(payload), *other;
	size_t number = 1;

	for (other = node_previous(payload); type && other; other = node_previous(other))
		number += has_type(other, type);
	return number;
}

/* TYPE, or TYPE.2 and so on for the later ones of a type. */
static void add_payload_name(struct buf *out, const struct node *payload, size_t position, size_t number)
{
	const struct node *type = type_of(payload);
	BUF_AUTO name = BUF_INIT;

	if (type)
		check_path_key(type->value.at, type->value.len, &name);
	if (name.len == 0 || name.len > TYPE_NAME_MAX) {
		buf_add_format(out, "%02zu", position);
		return;
	}
	buf_add(out, name.data, name.len);
	if (number > 1)
		buf_add_format(out, ".%zu", number);
}

/* True for the profile's PayloadContent, whose elements are named by their type. */
static bool holds_payloads(const struct node *node)
{
	return node->type == NODE_ARRAY && node->parent && !node->parent->parent && node->key &&
	       strcmp(node->key, "PayloadContent") == 0;
}

void check_path_name(const struct node *node, size_t position, size_t number, struct buf *out)
{
	if (node->key)
		check_path_key(node->key, node->key_len, out);
	else if (holds_payloads(node->parent))
		add_payload_name(out, node, position, number);
	else
		buf_add_format(out, "%02zu", position);
}

void check_path(const struct node *node, struct buf *out)
{
	bool counts;

	if (!node->parent)
		return;
	check_path(node->parent, out);
	if (node->parent->parent)
		buf_add_char(out, '/');
	counts = !node->key && holds_payloads(node->parent);
	check_path_name(node, node->key ? 0 : position_of(node), counts ? number_of(node) : 0, out);
}

/* The path of what is found: of the node, or of the key that it lacks. */
static void add_key(const struct finding *finding, struct buf *path)
{
	if (!finding->key)
		return;
	if (finding->node->parent)
		buf_add_char(path, '/');
	check_path_key(finding->key, strlen(finding->key), path);
}

void check_error_at(const struct finding *finding, struct buf *path, const char *file, struct error *err)
{
	error_rule(err, finding->rule, "%s", finding->text);
	err->severity = finding->severity;
	error_in_file(err, file);
	add_key(finding, path);
	error_in_key(err, buf_text(path));
}

bool check_offset(const struct finding *finding, size_t *offset)
{
	const struct node_source *source = &finding->node->source;
	const struct span *span = finding->at_key && source->key.end > 0 ? &source->key : &source->element;

	*offset = span->start;
	return span->end > 0;
}

void check_error(const struct finding *finding, const struct doc *doc, const char *file, struct error *err)
{
	BUF_AUTO path = BUF_INIT;
	unsigned long line, column;
	size_t offset;

	check_path(finding->node, &path);
	check_error_at(finding, &path, file, err);
	if (!check_offset(finding, &offset))
		return;
	doc_position(doc, offset, &line, &column);
	error_at(err, line, column);
}
