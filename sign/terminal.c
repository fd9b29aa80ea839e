#include "sign/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Signals that would leave the terminal silent behind them. */
static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static volatile sig_atomic_t caught;

static void remember(int number)
{
	caught = number;
}

/* How the program took signals before it was asked to wait. */
struct before {
	struct sigaction actions[SIGNALS];
	sigset_t mask;
};

/* From here on the signals are caught, except those that are ignored, as under nohup(1); and held back but while
 * wait_for_input() waits: one that came between a look at `caught` and a read would be lost to the read, which then
 * waits on. */
static void catch_signals(struct before *before)
{
	struct sigaction action = { .sa_handler = remember };
	sigset_t held;
	size_t i;

	caught = 0;
	sigemptyset(&action.sa_mask);
	sigemptyset(&held);
	for (i = 0; i < SIGNALS; i++)
		sigaddset(&held, signals[i]);
	pthread_sigmask(SIG_BLOCK, &held, &before->mask);
	for (i = 0; i < SIGNALS; i++) {
		sigaction(signals[i], &action, &before->actions[i]);
		if (before->actions[i].sa_handler == SIG_IGN)
			sigaction(signals[i], &before->actions[i], NULL);
	}
}

/* A signal that is still held back is delivered here, to whom it was meant for. */
static void release_signals(const struct before *before)
{
	size_t i;

	for (i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before->actions[i], NULL);
	pthread_sigmask(SIG_SETMASK, &before->mask, NULL);
}

/* 0 when a read will not wait, else an errno value: EINTR when one of the signals was caught. */
static int wait_for_input(int tty, const sigset_t *mask)
{
	struct pollfd input = { .fd = tty, .events = POLLIN };

	while (ppoll(&input, 1, NULL, mask) < 0) {
		if (errno != EINTR || caught)
			return errno;
	}
	return 0;
}

static void say(int tty, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t done = write(tty, text, len);

		if (done <= 0)
			return;
		text += done;
		len -= (size_t)done;
	}
}

/* Reads up to the newline, which is not kept. 0, or an errno value: ENODATA if the input ends before
 * anything came, EMSGSIZE if the line does not fit (it is read to its end all the same). */
static int read_line(int tty, const sigset_t *mask, char *out, size_t size, size_t *len)
{
	bool fits = true;
	char c;

	*len = 0;
	for (;;) {
		int problem = wait_for_input(tty, mask);
		ssize_t got;

		if (problem)
			return problem;
		got = read(tty, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0 && *len == 0)
			return ENODATA;
		if (got == 0 || c == '\n')
			break;
		if (*len + 1 < size)
			out[(*len)++] = c;
		else
			fits = false;
	}
	explicit_bzero(&c, 1);
	out[*len] = '\0';
	return fits ? 0 : EMSGSIZE;
}

/* One question with the echo off. 0 or an errno value. */
static int ask_silently(int tty, const sigset_t *mask, const char *prompt, char *out, size_t size,
			size_t *len)
{
	struct termios before, silent;
	int problem;

	if (tcgetattr(tty, &before))
		return ENXIO;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	silent.c_lflag |= ICANON | ISIG;
	if (tcsetattr(tty, TCSAFLUSH, &silent))
		return errno;
	say(tty, prompt);
	problem = read_line(tty, mask, out, size, len);
	tcsetattr(tty, TCSANOW, &before);
	say(tty, "\n");
	return problem;
}

static int ask_on(int tty, const char *prompt, char *out, size_t size, size_t *len)
{
	struct before before;
	int problem, number;

	do {
		catch_signals(&before);
		problem = ask_silently(tty, &before.mask, prompt, out, size, len);
		release_signals(&before);
		number = caught;
		if (number)
			raise(number);
	} while (number == SIGTSTP);
	return problem;
}

int terminal_ask(const char *prompt, char *out, size_t size, size_t *len, struct error *err)
{
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int problem;

	if (tty < 0)
		return error_set(err, ENXIO, "there is no terminal to ask on");
	problem = ask_on(tty, prompt, out, size, len);
	close(tty);
	if (!problem)
		return 0;
	explicit_bzero(out, size);
	*len = 0;
	if (problem == ENXIO)
		return error_set(err, ENXIO, "there is no terminal to ask on");
	if (problem == ENODATA)
		return error_set(err, ECANCELED, "nothing was entered on the terminal");
	if (problem == EMSGSIZE)
		return error_set(err, EINVAL, "what was entered is longer than %zu bytes", size - 1);
	return error_system(err, problem, "the terminal could not be read");
}
