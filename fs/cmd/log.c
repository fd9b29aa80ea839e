#include "fs/cmd/log.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

/* Where syslog(3) sends its messages. */
#define LOG_SOCKET "/dev/log"

static const char *log_name = "";

void log_begin(const char *name)
{
	log_name = name;
	openlog("profilefs", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void log_line(enum severity severity, const char *line)
{
	static const int levels[] = {
		[SEVERITY_NOTE] = LOG_NOTICE,
		[SEVERITY_WARNING] = LOG_WARNING,
		[SEVERITY_ERROR] = LOG_ERR,
	};

	syslog(levels[severity], "%s: %s", log_name, line);
}

int log_stream(void)
{
	const struct sockaddr_un log = { .sun_family = AF_UNIX, .sun_path = LOG_SOCKET };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&log, sizeof(log)) == 0)
		return fd;
	close(fd);
	return -1;
}
