#include "sign/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sign/terminal.h"

/* A form of passin: what it begins with, and what reads the rest of it. */
struct form {
	const char *prefix;
	int (*read)(struct passphrase *passphrase, const char *rest, struct error *err);
};

static int take_text(struct passphrase *passphrase, const char *text, struct error *err)
{
	size_t len = strlen(text);

	if (len > PASSPHRASE_MAX)
		return error_set(err, EINVAL,
				 "the passphrase is longer than %d bytes, the most OpenSSL takes",
				 PASSPHRASE_MAX);
	memcpy(passphrase->text, text, len + 1);
	passphrase->len = len;
	passphrase->known = true;
	return 0;
}

static int take_environment(struct passphrase *passphrase, const char *name, struct error *err)
{
	const char *value = getenv(name);

	if (!value)
		return error_set(err, EINVAL, "env:%s (%s): there is no environment variable of that name", name,
				 passphrase->option);
	return take_text(passphrase, value, err);
}

/* Reads one line; `where` is for messages. One byte at a time: the rest is somebody else's. */
static int take_line(struct passphrase *passphrase, int fd, const char *where, struct error *err)
{
	char *text = passphrase->text;
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, text + len, 1)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(err, errno, "%s (%s): the passphrase could not be read", where,
					    passphrase->option);
		if (text[len] == '\n')
			break;
		if (len == PASSPHRASE_MAX)
			return error_set(err, EINVAL,
					 "%s (%s): the first line is longer than %d bytes, the most OpenSSL takes",
					 where, passphrase->option, PASSPHRASE_MAX);
		len++;
	}
	if (got == 0 && len == 0)
		return error_set(err, EINVAL, "%s (%s): it is empty; its first line must be the passphrase", where,
				 passphrase->option);
	if (len && text[len - 1] == '\r')
		len--;
	text[len] = '\0';
	passphrase->len = len;
	passphrase->known = true;
	return 0;
}

static int take_file(struct passphrase *passphrase, const char *path, struct error *err)
{
	char where[512];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int result;

	snprintf(where, sizeof(where), "file:%s", path);
	if (fd < 0)
		return error_system(err, errno, "%s (%s)", where, passphrase->option);
	result = take_line(passphrase, fd, where, err);
	close(fd);
	return result;
}

static int take_descriptor(struct passphrase *passphrase, const char *number, struct error *err)
{
	char where[32], *end;
	long fd;

	errno = 0;
	fd = strtol(number, &end, 10);
	if (errno || end == number || *end || *number < '0' || *number > '9' || fd > INT_MAX)
		return error_set(err, EINVAL,
				 "fd: (%s) wants the number of an open file descriptor, as in fd:3",
				 passphrase->option);
	snprintf(where, sizeof(where), "fd:%ld", fd);
	return take_line(passphrase, (int)fd, where, err);
}

static int refuse_form(const struct passphrase *passphrase, struct error *err)
{
	return error_set(err, EINVAL, "the passphrase (%s) is given as " PASSPHRASE_FORMS, passphrase->option);
}

static int take_stdin(struct passphrase *passphrase, const char *rest, struct error *err)
{
	if (*rest)
		return refuse_form(passphrase, err);
	return take_line(passphrase, STDIN_FILENO, "stdin", err);
}

static const struct form forms[] = {
	{ "pass:", take_text },
	{ "env:", take_environment },
	{ "file:", take_file },
	{ "fd:", take_descriptor },
	{ "stdin", take_stdin },
};

int passphrase_open(struct passphrase *passphrase, const char *option, const char *passin, struct error *err)
{
	size_t i;

	memset(passphrase, 0, sizeof(*passphrase));
	passphrase->option = option;
	if (!passin)
		return 0;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t len = strlen(forms[i].prefix);

		if (strncmp(passin, forms[i].prefix, len) == 0)
			return forms[i].read(passphrase, passin + len, err);
	}
	return refuse_form(passphrase, err);
}

static void is_for(struct passphrase *passphrase, bool is_pin, const char *what)
{
	passphrase->wanted = false;
	passphrase->is_pin = is_pin;
	passphrase->what = what;
}

void passphrase_is_for_file(struct passphrase *passphrase, const char *path)
{
	is_for(passphrase, false, path);
}

void passphrase_is_for_token(struct passphrase *passphrase, const char *label)
{
	is_for(passphrase, true, label);
}

/* Asks the terminal, once. */
static void ask(struct passphrase *passphrase)
{
	char prompt[600];

	if (passphrase->is_pin)
		snprintf(prompt, sizeof(prompt), "PIN for the token '%s': ", passphrase->what);
	else
		snprintf(prompt, sizeof(prompt), "Passphrase for %s: ", passphrase->what);
	if (terminal_ask(prompt, passphrase->text, sizeof(passphrase->text), &passphrase->len,
			 &passphrase->why))
		passphrase->refused = true;
	else
		passphrase->known = true;
}

bool passphrase_get(struct passphrase *passphrase)
{
	passphrase->wanted = true;
	if (!passphrase->known && !passphrase->refused)
		ask(passphrase);
	return passphrase->known;
}

int passphrase_callback(char *out, int size, int writing, void *data)
{
	struct passphrase *passphrase = data;

	(void)writing;
	if (!passphrase_get(passphrase) || size < 0 || passphrase->len > (size_t)size)
		return -1;
	memcpy(out, passphrase->text, passphrase->len);
	return (int)passphrase->len;
}

void passphrase_close(struct passphrase *passphrase)
{
	explicit_bzero(passphrase, sizeof(*passphrase));
}
