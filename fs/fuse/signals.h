/*
 * The signals of a driver, and how they end a read(2) of the FUSE device that waits.
 *
 *   signals_block     they are blocked, and remembered
 *   signals_admit     they come through: a read of the device that waits returns, and so does the next one, with EAGAIN
 *   signals_next      what came
 *   signals_refuse    blocked again
 *
 * Asking poll(2) for each request whether there was a signal would cost as much as the request. Instead the handler
 * makes the device non-blocking: the kernel begins a read again that was interrupted (SA_RESTART), which then does not
 * wait, and a signal just before a read is seen by it as well. No other system call is cut short.
 *
 * Signals belong to the process, and so does what is here.
 */
#ifndef FUSE_SIGNALS_H
#define FUSE_SIGNALS_H

#include <stdbool.h>

#include "plist/base/error.h"

/* Blocks SIGTERM, SIGINT, SIGCHLD and SIGHUP; the last one not if it is ignored (nohup(1)). 0 or -1. */
int signals_block(struct error *err);

/* Lets them through while `device` is read. 0 or -1 with errno. */
int signals_admit(int device);

/* Blocks them. The device does not wait from now on. Does nothing if they are blocked. */
void signals_refuse(void);

/* True if something came since signals_next() said 0. */
bool signals_pending(void);

/* The number of one that came and was not told yet, or 0; then reading the device waits again. To be asked until it
 * says 0. */
int signals_next(void);

/* The device had nothing to read: it waits again, unless something came. */
void signals_calm(void);

/* Waits until one comes. */
void signals_wait(void);

/* While something must not be disturbed that may not know how to begin again (a token's driver). Nothing is lost. */
void signals_hold(void);
void signals_release(void);

/* In a child that was forked: what they did before signals_block(), unless that was changed since, and which were
 * blocked. */
void signals_restore(void);

#endif
