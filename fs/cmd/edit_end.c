#include "fs/cmd/edit_end.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fs/cmd/colour.h"
#include "fs/cmd/differences.h"
#include "fs/cmd/say.h"

/* --- questions -------------------------------------------------------------------------------------- */

/* No letters. */
#define INTERRUPTED '\003' /* Ctrl-C */
#define NO_MORE '\004'     /* the end of the input */

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* The signal masks of a question: before it, and while it waits. */
struct attention {
	sigset_t before, waiting;
};

/* From now on Ctrl-C ends the wait. It is blocked but for the wait itself, so that none is lost between; those that
 * came before are. */
static void pay_attention(struct attention *attention)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN }, heed = { .sa_handler = interrupt };
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigprocmask(SIG_BLOCK, &ours, &attention->before);
	attention->waiting = attention->before;
	sigdelset(&attention->waiting, SIGINT);
	interrupted = 0;
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGINT, &heed, NULL);
}

/* It means nothing to the rest of the program. */
static void turn_away(const struct attention *attention)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &ignore, NULL);
	sigprocmask(SIG_SETMASK, &attention->before, NULL);
}

/* Waits until there is something to read. False: Ctrl-C came first. */
static bool wait_for_input(const struct attention *attention)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	while (!interrupted && ppoll(&input, 1, NULL, &attention->waiting) < 0)
		if (errno != EINTR)
			break;
	return !interrupted;
}

/* The first letter of a line, as a small one; '\n' for an empty one. */
static char read_answer(const struct attention *attention)
{
	char answer = '\n', c;
	bool begun = false;
	ssize_t got;

	for (;;) {
		if (!wait_for_input(attention))
			return INTERRUPTED;
		got = read(STDIN_FILENO, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return NO_MORE;
		if (c == '\n')
			return answer;
		if (!begun && c != ' ' && c != '\t') {
			answer = (char)(c | 0x20);
			begun = true;
		}
	}
}

/* Asks until the answer is one of `answers`. The first end of the input is none: it may have been meant for the shell,
 * by who pressed Ctrl-D twice. */
static char ask(const char *question, const char *answers)
{
	struct attention attention;
	bool ended = false, again;
	char answer;

	pay_attention(&attention);
	do {
		say_waiting(question);
		answer = read_answer(&attention);
		again = answer == NO_MORE ? !ended : answer != INTERRUPTED && !strchr(answers, answer);
		ended = ended || answer == NO_MORE;
	} while (again);
	turn_away(&attention);
	return answer;
}

/* --- saving ----------------------------------------------------------------------------------------- */

int edit_drop(const struct edit_end *end, const char *why)
{
	tree_discard(end->mounted->tree);
	say_note("nothing was saved: %s; %s stays as it is", why, end->name);
	return 1;
}

/* As an unmount does, and what was said already is not said again. */
static int finish(const struct edit_end *end)
{
	int status;

	say_news_only(true);
	status = tree_finish(end->mounted->tree);
	say_news_only(false);
	return status;
}

/* What another round in the shell can mend is not given up. */
static int save_or_ask(const struct edit_end *end)
{
	int result = tree_sync(end->mounted->tree);

	if (result == 0 || result == -ESTALE)
		return finish(end);
	switch (ask("Not saved. [E]dit again, (k)eep it beside the profile, or (d)rop it? ", "\nekd")) {
	case '\n':
	case 'e':
		return EDIT_AGAIN;
	case 'd':
		return edit_drop(end, "the edits were dropped");
	default:
		return finish(end);
	}
}

static int ask_and_save(const struct edit_end *end)
{
	switch (ask("Save? [Y/n], or (e)dit again? ", "\nyne")) {
	case 'n':
		return edit_drop(end, "the answer was no");
	case INTERRUPTED:
		return edit_drop(end, "interrupted");
	case 'e':
		return EDIT_AGAIN;
	default:
		return save_or_ask(end);
	}
}

/* --- what was changed ------------------------------------------------------------------------------- */

/* Says again what was refused without anybody noticing, and decides what is still open. */
static void say_refused(const struct edit_end *end)
{
	struct error warning;
	size_t refused;

	say_news_only(true);
	refused = tree_unreported(end->mounted->tree);
	say_news_only(false);
	if (refused == 0)
		return;
	error_set(&warning, EINVAL, "%zu %s refused and %s as before: write %s again if that is not meant", refused,
		  refused == 1 ? "value was" : "values were", refused == 1 ? "is" : "are",
		  refused == 1 ? "it" : "them");
	warning.severity = SEVERITY_WARNING;
	say_problem(&warning);
}

/* Appends the differences of one profile. 0 with how many there are, or -1. */
static int list(const struct profile *profile, const struct node *before, struct buf *out, size_t *count,
		struct error *err)
{
	const struct differences_options options = {
		.format = DIFFERENCES_TEXT,
		.a_name = profile->place.shown,
		.b_name = profile->place.shown,
		.schema = profile->checks.schema,
		.colour = colour_wanted(COLOUR_AUTO, false),
	};

	return differences_print(before, profile->doc.root, &options, out, count, err);
}

static bool is_edited(const struct profile *profile)
{
	return profile->commits != profile->commits_saved;
}

/* --- of a folder ------------------------------------------------------------------------------------ */

/* The document as it was last saved, or begun. */
static int read_saved(const struct profile *profile, struct doc *saved, struct error *err)
{
	BUF_AUTO plist = BUF_INIT;

	if (!profile->plist.len)
		return doc_new(saved, err);
	pieces_flat(&profile->plist, &plist);
	return buf_ok(&plist) ? doc_read_shared(saved, profile->place.shown, &plist, err) : error_memory(err);
}

/* Its name, and its differences below it. */
static int list_member(const struct profile *profile, struct buf *out, size_t *count, struct error *err)
{
	struct doc saved;
	size_t found = 0;
	int result;

	if (read_saved(profile, &saved, err) < 0)
		return -1;
	buf_add_format(out, "%s:\n", profile->place.shown);
	result = list(profile, saved.root, out, &found, err);
	*count += found;
	doc_free(&saved);
	return result;
}

static int list_folder(const struct edit_end *end, struct buf *out, size_t *count, struct error *err)
{
	struct profile *profile;
	struct tree *tree;
	size_t i;

	for (i = 0; collection_at(end->mounted->collection, i, &profile, &tree); i++)
		if (is_edited(profile) && list_member(profile, out, count, err) < 0)
			return -1;
	return 0;
}

static bool folder_is_saved(const struct edit_end *end)
{
	struct profile *profile;
	struct tree *tree;
	size_t i;

	for (i = 0; collection_at(end->mounted->collection, i, &profile, &tree); i++)
		if (is_edited(profile))
			return false;
	return true;
}

/* --- all of it -------------------------------------------------------------------------------------- */

static int show(const struct edit_end *end, size_t *count, struct error *err)
{
	const struct mounted *mounted = end->mounted;
	BUF_AUTO text = BUF_INIT;
	int result;

	if (mounted->collection)
		result = list_folder(end, &text, count, err);
	else
		result = list(&mounted->profile, end->before, &text, count, err);
	if (result < 0)
		return -1;
	return buf_ok(&text) ? say_output(buf_text(&text), text.len, err) : error_memory(err);
}

static bool is_saved(const struct edit_end *end)
{
	return end->mounted->collection ? folder_is_saved(end) : !is_edited(&end->mounted->profile);
}

/* That the changes cannot be shown does not keep them from being saved. */
int edit_end(const struct edit_end *end)
{
	struct error err;
	size_t count = 0;
	bool shown;

	say_refused(end);
	shown = show(end, &count, &err) == 0;
	if (!shown)
		say_problem(&err);
	else if (count == 0)
		say_note("nothing was changed");
	if ((shown && count == 0) || is_saved(end) || !end->asks)
		return finish(end);
	return ask_and_save(end);
}
