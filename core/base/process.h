/* Processes that do not outlive us.
 *
 *     pid_t child;
 *     if (process_fork(&child, PROCESS_LEADS, SIGKILL, &err)) return err.code;
 *     if (!child) {
 *         work();
 *         _exit(EXIT_DONE);
 *     }
 *     ...
 *     kill(-child, SIGKILL);
 *     process_wait(child);
 */
#ifndef CORE_BASE_PROCESS_H
#define CORE_BASE_PROCESS_H

#include "core/base/status.h"

#include <sys/types.h>

typedef enum {
    PROCESS_FOLLOWS, /* stands in our group: what a terminal sends us, it gets too   */
    PROCESS_LEADS    /* leads a group of its own, which kill(-pid) ends with whomever
                        it has started                                               */
} ProcessGroup;

/* As fork: 0 in the child.  The child gets `signal` when the thread that has called this
 * ends, however it ends; no signal is held back in it.  What stdio holds is written
 * first, else both would write it.  In the child only what is safe after the fork of a
 * process with threads has been called.  STATUS_IO if there can be no more processes. */
MUST_USE Status process_fork(pid_t *pid, ProcessGroup group, int signal, Err *err);

/* Waits for its end; the state is that of waitpid. */
int process_wait(pid_t pid);

#endif
