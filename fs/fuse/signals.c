#include "fs/fuse/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#define COUNT (sizeof(numbers) / sizeof(*numbers))

static const int numbers[] = { SIGTERM, SIGINT, SIGCHLD, SIGHUP };

static struct sigaction before[COUNT];
static sigset_t ours, mask_before;

static volatile sig_atomic_t came[COUNT], pending;
static volatile sig_atomic_t watched = -1; /* the device */
static int flags;                          /* with which it waits */

/* --- in the handler --------------------------------------------------------------------------------- */

static void note(int number)
{
	int saved = errno;
	size_t i;

	for (i = 0; i < COUNT; i++)
		if (numbers[i] == number)
			came[i] = 1;
	pending = 1;
	if (watched >= 0)
		fcntl(watched, F_SETFL, flags | O_NONBLOCK);
	errno = saved;
}

/* --- blocking --------------------------------------------------------------------------------------- */

/* An ignored SIGCHLD would take the ends of children away: those of libfuse's helper, and of our child's own. */
static int take(size_t i, const struct sigaction *action)
{
	if (sigaction(numbers[i], NULL, &before[i]) < 0)
		return -1;
	if (numbers[i] == SIGHUP && before[i].sa_handler == SIG_IGN)
		return 0;
	if (numbers[i] == SIGCHLD)
		before[i].sa_handler = SIG_DFL;
	sigaddset(&ours, numbers[i]);
	return sigaction(numbers[i], action, NULL);
}

int signals_block(struct error *err)
{
	struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };
	size_t i;

	sigfillset(&action.sa_mask);
	sigemptyset(&ours);
	for (i = 0; i < COUNT; i++)
		sigaddset(&ours, numbers[i]);
	if (sigprocmask(SIG_BLOCK, &ours, &mask_before) < 0)
		return error_system(err, errno, "cannot block signals");
	sigemptyset(&ours);
	for (i = 0; i < COUNT; i++)
		if (take(i, &action) < 0)
			return error_system(err, errno, "cannot watch signals");
	return 0;
}

int signals_admit(int device)
{
	flags = fcntl(device, F_GETFL);
	if (flags < 0)
		return -1;
	flags &= ~O_NONBLOCK;
	if (fcntl(device, F_SETFL, flags) < 0)
		return -1;
	watched = device;
	return sigprocmask(SIG_UNBLOCK, &ours, NULL);
}

void signals_refuse(void)
{
	if (watched < 0)
		return;
	sigprocmask(SIG_BLOCK, &ours, NULL);
	fcntl(watched, F_SETFL, flags | O_NONBLOCK);
	watched = -1;
}

/* --- what came -------------------------------------------------------------------------------------- */

bool signals_pending(void)
{
	return pending;
}

/* One that comes now makes the device non-blocking before it waits, or says so in `pending`. */
void signals_calm(void)
{
	if (watched < 0)
		return;
	fcntl(watched, F_SETFL, flags);
	if (pending)
		fcntl(watched, F_SETFL, flags | O_NONBLOCK);
}

/* What comes while this looks sets `pending` again. */
int signals_next(void)
{
	size_t i;

	pending = 0;
	for (i = 0; i < COUNT; i++) {
		if (!came[i])
			continue;
		came[i] = 0;
		return numbers[i];
	}
	signals_calm();
	return 0;
}

void signals_wait(void)
{
	sigset_t unblocked;

	sigprocmask(SIG_BLOCK, &ours, &unblocked);
	while (!pending)
		sigsuspend(&unblocked);
	sigprocmask(SIG_SETMASK, &unblocked, NULL);
}

/* --- pauses ----------------------------------------------------------------------------------------- */

void signals_hold(void)
{
	if (watched >= 0)
		sigprocmask(SIG_BLOCK, &ours, NULL);
}

void signals_release(void)
{
	if (watched >= 0)
		sigprocmask(SIG_UNBLOCK, &ours, NULL);
}

/* What somebody has changed since is left as it is. */
void signals_restore(void)
{
	struct sigaction now;
	size_t i;

	for (i = 0; i < COUNT; i++)
		if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler == note)
			sigaction(numbers[i], &before[i], NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
}
