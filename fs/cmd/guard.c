#include "fs/cmd/guard.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

/* The leak checker looks at the process from outside, as a debugger does. */
#if defined(__SANITIZE_ADDRESS__)
#define CHECKED_FOR_LEAKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHECKED_FOR_LEAKS 1
#endif
#endif

void guard_secrets(void)
{
#if defined(__linux__) && !defined(CHECKED_FOR_LEAKS)
	/* It cannot fail with these arguments. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void guard_streams(void)
{
	/* The wrong way round: who uses it hears of it, as without. */
	static const int ways[] = {
		[STDIN_FILENO] = O_WRONLY,
		[STDOUT_FILENO] = O_RDONLY,
		[STDERR_FILENO] = O_RDONLY,
	};
	int fd;

	/* open(2) gives the lowest that is free. */
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", ways[fd]);
}

void guard_daemon(void)
{
	const struct rlimit none = { 0 };

	setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__)
	/* Others unmount through fusermount3, which is set-user-id: they cannot do without. */
	if (geteuid() == 0)
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
}
