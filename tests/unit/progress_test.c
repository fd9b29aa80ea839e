/* Progress: when the line is drawn, where, and that it goes. The terminal is real, the clock is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/cmd/progress.h"
#include "fs/cmd/say.h"

static int master, terminal, real_stderr;

/* Stderr is a terminal. */
static int begin(void **state)
{
	(void)state;
	setenv("TERM", "xterm", 1);
	master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(terminal >= 0);
	real_stderr = dup(STDERR_FILENO);
	assert_true(real_stderr >= 0 && dup2(terminal, STDERR_FILENO) >= 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
	close(real_stderr);
	close(terminal);
	return close(master);
}

#define MARK '\x01'

/* What the terminal was sent since the last call. It hands on what is written in its own time, but in order: when a
 * mark has come, all before it has. */
static const char *sent(void)
{
	static char text[1024];
	const char mark = MARK;
	size_t len = 0;
	ssize_t got;

	assert_int_equal(write(terminal, &mark, 1), 1);
	do {
		assert_true(len < sizeof(text));
		got = read(master, text + len, sizeof(text) - len);
		assert_true(got > 0);
		len += (size_t)got;
	} while (text[len - 1] != MARK);
	text[len - 1] = '\0';
	return text;
}

/* One whose line is due at once. */
static struct progress begun(size_t total, bool quiet)
{
	struct progress progress = progress_begin("checked", total, quiet);

	progress_begin_at(&progress, -1000000);
	return progress;
}

static void nothing_is_due_in_the_first_second(void **state)
{
	struct progress progress = { .total = 2 };

	(void)state;
	progress_begin_at(&progress, 5000);
	assert_false(progress_is_due(&progress, 5000));
	assert_false(progress_is_due(&progress, 5999));
	assert_true(progress_is_due(&progress, 6000));
}

static void it_is_due_ten_times_a_second_at_most(void **state)
{
	struct progress progress = { .total = 2 };
	int now, drawn = 0;

	(void)state;
	progress_begin_at(&progress, 0);
	for (now = 0; now < 3000; now += 7)
		drawn += progress_is_due(&progress, now);
	assert_in_range(drawn, 18, 20);
}

static void a_slow_command_shows_no_line_at_once(void **state)
{
	struct progress progress = progress_begin("checked", 3, false);

	(void)state;
	progress_tell(&progress, 1);
	progress_end(&progress);
	assert_string_equal(sent(), "");
}

static void the_line_says_how_many_of_how_many_and_goes(void **state)
{
	struct progress progress = begun(300, false);

	(void)state;
	progress_tell(&progress, 7);
	assert_string_equal(sent(), "\r\033[K7 of 300 profiles checked");
	progress_tell(&progress, 8);
	assert_string_equal(sent(), "");
	progress_end(&progress);
	assert_string_equal(sent(), "\r\033[K");
	progress_end(&progress);
	assert_string_equal(sent(), "");
}

static void a_message_takes_its_place(void **state)
{
	struct progress progress = begun(300, false);

	(void)state;
	progress_tell(&progress, 7);
	sent();
	say_line("a.mobileconfig: error");
	assert_string_equal(sent(), "\r\033[Ka.mobileconfig: error\r\n");
}

/* Which may be on the same terminal. */
static void what_goes_to_stdout_takes_its_place(void **state)
{
	struct progress progress = begun(300, false);
	struct error err;

	(void)state;
	progress_tell(&progress, 7);
	sent();
	assert_int_equal(say_output("", 0, &err), 0);
	assert_string_equal(sent(), "\r\033[K");
}

static void assert_nothing_shown(struct progress progress)
{
	progress_tell(&progress, 1);
	progress_end(&progress);
	assert_string_equal(sent(), "");
}

static void quiet_commands_and_single_profiles_show_nothing(void **state)
{
	(void)state;
	assert_nothing_shown(begun(300, true));
	assert_nothing_shown(begun(1, false));
}

static void dumb_terminals_are_left_alone(void **state)
{
	(void)state;
	setenv("TERM", "dumb", 1);
	assert_nothing_shown(begun(300, false));
	unsetenv("TERM");
	assert_nothing_shown(begun(300, false));
}

static void what_is_no_terminal_gets_nothing(void **state)
{
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	assert_nothing_shown(begun(300, false));
	assert_int_equal(read(ends[0], &byte, 1), -1);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_due_in_the_first_second),
		TEST(it_is_due_ten_times_a_second_at_most),
		TEST(a_slow_command_shows_no_line_at_once),
		TEST(the_line_says_how_many_of_how_many_and_goes),
		TEST(a_message_takes_its_place),
		TEST(what_goes_to_stdout_takes_its_place),
		TEST(quiet_commands_and_single_profiles_show_nothing),
		TEST(dumb_terminals_are_left_alone),
		TEST(what_is_no_terminal_gets_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
