#include "fs/tree/hold.h"

#include <stddef.h>

void hold_begin(struct hold *hold)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t mask;
	size_t i;

	sigemptyset(&mask);
	for (i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		sigaddset(&mask, ending[i]);
	sigprocmask(SIG_BLOCK, &mask, &hold->mask);
	sigaction(SIGXFSZ, &ignore, &hold->file_size);
}

void hold_end(const struct hold *hold)
{
	sigaction(SIGXFSZ, &hold->file_size, NULL);
	sigprocmask(SIG_SETMASK, &hold->mask, NULL);
}
