#define _GNU_SOURCE /* prctl */
#include "core/base/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(pid_t parent, ProcessGroup group, int signal)
{
    sigset_t none;
    if (group == PROCESS_LEADS) setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, signal);
    if (getppid() != parent) _exit(EXIT_STOPPED); /* it died before it could tell */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

Status process_fork(pid_t *pid, ProcessGroup group, int signal, Err *err)
{
    pid_t parent = getpid();
    fflush(NULL);
    *pid = fork();
    if (*pid < 0)
        return err_set(err, STATUS_IO, "cannot start a process: %s", strerror(errno));
    if (*pid == 0) become(parent, group, signal);
    else if (group == PROCESS_LEADS) setpgid(*pid, *pid); /* whoever comes first */
    return STATUS_OK;
}

int process_wait(pid_t pid)
{
    int state = 0;
    while (waitpid(pid, &state, 0) < 0 && errno == EINTR) continue;
    return state;
}
