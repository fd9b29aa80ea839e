#include "fs/cmd/guard.h"

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
