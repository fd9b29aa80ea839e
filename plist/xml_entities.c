#include "plist/xml_reader.h"

/* Entities and attributes that an internal document type may declare. Real plists declare one attribute;
 * long chains of entities, and default attributes on a million elements, are attacks. */
#define DECLARATIONS_MAX 100

/* A reference to an entity that nobody declared; Expat itself tolerates it below a DOCTYPE with a system
 * identifier, which every plist has. */
static void XMLCALL on_skipped(void *user, const XML_Char *name, int is_parameter)
{
	struct xml_reader *reader = user;

	(void)name; /* may be a piece of a password with a bare '&' */
	if (!reader->failed && !is_parameter)
		reader_fail(reader, "this entity is not declared: XML knows only &lt; &gt; &amp; &quot; &apos; and "
				    "numbers such as &#8211;; write '&amp;' for the character '&' itself");
}

static int XMLCALL on_external(XML_Parser parser, const XML_Char *context, const XML_Char *base,
			       const XML_Char *system_id, const XML_Char *public_id)
{
	struct xml_reader *reader = XML_GetUserData(parser);

	(void)context;
	(void)base;
	(void)system_id;
	(void)public_id;
	if (!reader->failed)
		reader_fail(reader, "an entity from another file, which is not loaded: write its text out");
	return XML_STATUS_ERROR;
}

static void count_declaration(struct xml_reader *reader)
{
	if (!reader->failed && ++reader->declarations > DECLARATIONS_MAX)
		reader_fail(reader, "more than %d entities and attributes are declared: take some out",
			    DECLARATIONS_MAX);
}

static void XMLCALL on_entity(void *user, const XML_Char *name, int is_parameter, const XML_Char *value,
			      int len, const XML_Char *base, const XML_Char *system_id,
			      const XML_Char *public_id, const XML_Char *notation)
{
	(void)name;
	(void)is_parameter;
	(void)value;
	(void)len;
	(void)base;
	(void)system_id;
	(void)public_id;
	(void)notation;
	count_declaration(user);
}

static void XMLCALL on_attribute(void *user, const XML_Char *element, const XML_Char *attribute,
				 const XML_Char *type, const XML_Char *value, int is_required)
{
	(void)element;
	(void)attribute;
	(void)type;
	(void)value;
	(void)is_required;
	count_declaration(user);
}

void reader_guard_entities(struct xml_reader *reader)
{
	XML_SetSkippedEntityHandler(reader->parser, on_skipped);
	XML_SetExternalEntityRefHandler(reader->parser, on_external);
	XML_SetEntityDeclHandler(reader->parser, on_entity);
	XML_SetAttlistDeclHandler(reader->parser, on_attribute);
}
