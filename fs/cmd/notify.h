/*
 * Word to the service manager that started this process, if it wants any (sd_notify(3)).
 */
#ifndef CMD_NOTIFY_H
#define CMD_NOTIFY_H

/* Says that the service is ready, where $NOTIFY_SOCKET names a socket; else nothing. A manager that does not listen
 * gives up waiting by itself. */
void notify_ready(void);

#endif
