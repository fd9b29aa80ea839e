/* The passphrase of a key: where it comes from, and what the terminal is asked. */
#include "tests/unit/opening.h"

#include <pty.h>
#include <signal.h>

static void the_passphrase_comes_from_the_environment(void **state)
{
	(void)state;
	assert_int_equal(setenv("PROFILEFS_TEST_SECRET", SECRET, 1), 0);
	opens("enc.key", "rsa.crt", NULL, "env:PROFILEFS_TEST_SECRET");
	assert_int_equal(unsetenv("PROFILEFS_TEST_SECRET"), 0);
	fails("enc.key", "rsa.crt", NULL, "env:PROFILEFS_TEST_SECRET", NULL, "no environment variable");
}

static void the_passphrase_is_the_first_line_of_a_file(void **state)
{
	static const char *const contents[] = { SECRET, SECRET "\n", SECRET "\r\n",
						SECRET "\nsecond line\n" };
	char passin[300];
	size_t i;

	(void)state;
	snprintf(passin, sizeof(passin), "file:%s", kit_path("secret"));
	for (i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		kit_write_text("secret", contents[i]);
		opens("enc.key", "rsa.crt", NULL, passin);
	}
	kit_write_text("secret", "");
	fails("enc.key", "rsa.crt", NULL, passin, NULL, "empty");
	assert_int_equal(unlink(kit_path("secret")), 0);
	fails("enc.key", "rsa.crt", NULL, passin, NULL, "No such file");
}

static void the_passphrase_is_one_line_of_a_descriptor_and_the_next_line_stays_there(void **state)
{
	char passin[32], rest[16] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], SECRET "\nrest", strlen(SECRET) + 5), strlen(SECRET) + 5);
	snprintf(passin, sizeof(passin), "fd:%d", ends[0]);
	opens("enc.key", "rsa.crt", NULL, passin);
	assert_int_equal(read(ends[0], rest, sizeof(rest) - 1), 4);
	assert_string_equal(rest, "rest");
	close(ends[0]);
	close(ends[1]);
	fails("enc.key", "rsa.crt", NULL, passin, NULL, "Bad file descriptor");
	fails("enc.key", "rsa.crt", NULL, "fd:x", NULL, "number of an open file descriptor");
	fails("enc.key", "rsa.crt", NULL, "fd:-1", NULL, "number of an open file descriptor");
}

static void the_passphrase_comes_from_standard_input(void **state)
{
	int ends[2], before = dup(STDIN_FILENO);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], SECRET "\n", strlen(SECRET) + 1), strlen(SECRET) + 1);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	opens("enc.key", "rsa.crt", NULL, "stdin");
	if (before >= 0)
		dup2(before, STDIN_FILENO);
	close(before);
	close(ends[0]);
	close(ends[1]);
}

static void an_unknown_form_of_passin_is_refused_without_quoting_it(void **state)
{
	(void)state;
	fails("enc.key", "rsa.crt", NULL, SECRET, NULL, "(passin) is given as pass:TEXT");
	fails("enc.key", "rsa.crt", NULL, "stdin" SECRET, NULL, "(passin) is given as pass:TEXT");
}

static void a_passphrase_of_1024_bytes_is_taken_and_a_longer_one_refused(void **state)
{
	char passin[5 + 1025 + 1] = "pass:";

	(void)state;
	memset(passin + 5, 'x', 1025);
	fails("enc.key", "rsa.crt", NULL, passin, NULL, "longer than 1024 bytes");
	passin[5 + 1024] = '\0';
	fails("enc.key", "rsa.crt", NULL, passin, "enc.key", "passphrase does not open it");
}

static void a_wrong_passphrase_is_told_as_such(void **state)
{
	(void)state;
	kit_must("openssl pkcs12 -export -inkey rsa.key -in rsa.crt -passout 'pass:" SECRET "' "
		 "-out rsa.p12 && openssl rsa -in rsa.key -traditional -aes128 "
		 "-passout 'pass:" SECRET "' -out enctrad.key");
	fails("enc.key", "rsa.crt", NULL, "pass:wrong", "enc.key", "passphrase does not open it");
	fails("enc.key", "rsa.crt", NULL, "pass:", "enc.key", "passphrase does not open it");
	fails("enctrad.key", "rsa.crt", NULL, "pass:wrong", "enctrad.key", "passphrase does not open it");
	fails("rsa.p12", NULL, NULL, "pass:wrong", "rsa.p12", "passphrase does not open it");
}

/* Runs in a child: opens the encrypted key with no passin; the status says how that went. */
static void open_in_child(void)
{
	struct signer_files files = { .keys = ONE(kit_path("enc.key")), .certs = ONE(kit_path("rsa.crt")) };
	struct signer *signer = NULL;
	struct error err = ERROR_INIT;

	if (signer_open(&files, &signer, NULL, &err) == 0)
		_exit(0);
	if (strstr(err.text, "no terminal") && strstr(err.text, "(passin: pass:TEXT"))
		_exit(3);
	if (strstr(err.text, "passphrase does not open it"))
		_exit(4);
	_exit(5);
}

static void with_no_passphrase_and_no_terminal_the_message_asks_for_passin(void **state)
{
	pid_t child = fork();
	int status = 0;

	(void)state;
	assert_int_not_equal(child, -1);
	if (child == 0) {
		setsid();
		open_in_child();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
}

/* Lets a child ask on a terminal of its own, and answers. What the terminal showed goes to `shown`. */
static int ask_on_terminal(const char *answer, struct buf *shown)
{
	int terminal, status = 0;
	bool answered = false;
	pid_t child = forkpty(&terminal, NULL, NULL, NULL);
	char bytes[256];
	ssize_t got;

	assert_int_not_equal(child, -1);
	if (child == 0)
		open_in_child();
	while ((got = read(terminal, bytes, sizeof(bytes))) > 0) {
		buf_add(shown, bytes, (size_t)got);
		if (!answered && strstr(buf_text(shown), "enc.key: ")) {
			assert_int_equal(write(terminal, answer, strlen(answer)), strlen(answer));
			answered = true;
		}
	}
	close(terminal);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void the_terminal_is_asked_and_does_not_show_the_answer(void **state)
{
	BUF_AUTO shown = BUF_INIT;
	int status = ask_on_terminal(SECRET "\n", &shown);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_non_null(strstr(buf_text(&shown), "Passphrase for "));
	assert_null(strstr(buf_text(&shown), SECRET));
}

static void a_wrong_answer_on_the_terminal_is_a_wrong_passphrase(void **state)
{
	BUF_AUTO shown = BUF_INIT;
	int status = ask_on_terminal("wrong\n", &shown);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 4);
}

static void an_interrupt_at_the_prompt_ends_the_program(void **state)
{
	BUF_AUTO shown = BUF_INIT;
	int status = ask_on_terminal("half\003", &shown);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
}

/* Begun by nohup(1), or by a script in the background. */
static void a_signal_that_is_ignored_does_not_end_the_prompt(void **state)
{
	BUF_AUTO shown = BUF_INIT;
	struct sigaction before, ignore = { .sa_handler = SIG_IGN };
	int status;

	(void)state;
	assert_int_equal(sigaction(SIGINT, &ignore, &before), 0);
	status = ask_on_terminal("half\003" SECRET "\n", &shown);
	assert_int_equal(sigaction(SIGINT, &before, NULL), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int make_identity(void **state)
{
	struct identity rsa;

	(void)state;
	kit_open();
	rsa = kit_identity("rsa", kit_rsa_key(), NULL, NULL);
	kit_identity_free(&rsa);
	return make_encrypted_key();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_passphrase_comes_from_the_environment),
		cmocka_unit_test(the_passphrase_is_the_first_line_of_a_file),
		cmocka_unit_test(the_passphrase_is_one_line_of_a_descriptor_and_the_next_line_stays_there),
		cmocka_unit_test(the_passphrase_comes_from_standard_input),
		cmocka_unit_test(an_unknown_form_of_passin_is_refused_without_quoting_it),
		cmocka_unit_test(a_passphrase_of_1024_bytes_is_taken_and_a_longer_one_refused),
		cmocka_unit_test(a_wrong_passphrase_is_told_as_such),
		cmocka_unit_test(with_no_passphrase_and_no_terminal_the_message_asks_for_passin),
		cmocka_unit_test(the_terminal_is_asked_and_does_not_show_the_answer),
		cmocka_unit_test(a_wrong_answer_on_the_terminal_is_a_wrong_passphrase),
		cmocka_unit_test(an_interrupt_at_the_prompt_ends_the_program),
		cmocka_unit_test(a_signal_that_is_ignored_does_not_end_the_prompt),
	};

	return cmocka_run_group_tests(tests, make_identity, remove_folder);
}
