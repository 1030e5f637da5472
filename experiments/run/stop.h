/* The signals that ask us to stop. */
#ifndef EXPERIMENTS_RUN_STOP_H
#define EXPERIMENTS_RUN_STOP_H

#include <signal.h>

/* SIGINT, SIGTERM, SIGHUP and SIGUSR1, without those that whoever started us had us ignore:
 * under nohup no hang-up stops anything.  Blocked signals are queued even if they are ignored,
 * so they must not be waited for. */
sigset_t stop_signals(void);

#endif
