/*
 * Placeholders that MDM servers fill in when they deliver a profile. A closed list of forms, by vendor:
 *
 *   Fleet    $FLEET_VAR_X  $FLEET_SECRET_X  and the same in braces
 *   Jamf     $USERNAME  $SERIALNUMBER  $EXTENSIONATTRIBUTE_n  ...
 *   Apple    %SerialNumber%  %HardwareUUID%  %short_name%  ...   (SCEP and directory variables)
 *   others   {{name}}  ${NAME}
 */
#ifndef PLIST_PLACEHOLDER_H
#define PLIST_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the placeholder that begins at `text`, or 0. */
size_t placeholder_at(const char *text, size_t len);

/* True if the whole text is one placeholder. */
bool placeholder_whole(const char *text, size_t len);

/* True if the text is the beginning of one, or one ("" is). */
bool placeholder_prefix(const char *text, size_t len);

/* True if one stands anywhere in the text. */
bool placeholder_inside(const char *text, size_t len);

#endif
