#define _GNU_SOURCE /* unshare */
#include "experiments/lint/keep.h"

#include "core/base/process.h"
#include "core/base/threads.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LEFT_S 1.0 /* that is waited for what a child leaves behind */

/* As fork, ended with us.  Whoever is first in a namespace has no parent there, so that
 * process_fork would take it for dead. */
static pid_t start(void)
{
    pid_t pid = fork();
    if (pid == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (pid < 0) _exit(EXIT_FAILED);
    return pid;
}

static void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    if (fd < 0) return;
    if (write(fd, text, strlen(text)) < 0) errno = 0; /* then we are nobody there */
    close(fd);
}

/* Processes from now on see no others; false where that is not allowed.  Files are read
 * as the same user as before. */
static bool shut_in(void)
{
    char     map[64];
    unsigned user = geteuid(), group = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID)) return false;
    snprintf(map, sizeof map, "%u %u 1", user, user);
    write_text("/proc/self/uid_map", map);
    write_text("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", group, group);
    write_text("/proc/self/gid_map", map);
    return true;
}

static _Noreturn void wait_and_exit(pid_t pid)
{
    process_wait(pid);
    _exit(EXIT_DONE);
}

/* Who is there still, for orphans become ours.  Of the same group (0): a script, which
 * serves its process to the end, leads one of its own.  They are let come to their end:
 * a copy of the child may not have had the processor yet, and shall say what it is. */
static int count_left(void)
{
    int   behind = 0;
    pid_t pid;
    for (double since = clock_s(); (pid = waitpid(0, NULL, WNOHANG)) >= 0;)
        if (pid > 0) behind++;
        else if (clock_s() - since > LEFT_S) return behind + 1;
        else nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    return behind;
}

static void look_after(Fate *f, pid_t child)
{
    pid_t pid;
    int   state, behind = 0;
    while ((pid = waitpid(0, &state, 0)) != child)
        if (pid > 0) behind++;
        else if (errno != EINTR) return;
    f->state = state, f->behind = behind + count_left();
    f->told = true;
}

_Noreturn void keep(Fate *f, const KeepTask *t)
{
    if (shut_in()) {
        pid_t first = start(); /* ends all the others with it, and cannot be killed by them */
        if (first) t->apart(t->of), wait_and_exit(first);
        pid_t keeper = start();
        if (keeper) t->apart(t->of), wait_and_exit(keeper);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int i = 0; i < t->spare; i++) {
        pid_t none = start();
        if (!none) _exit(EXIT_DONE);
        process_wait(none);
    }
    pid_t child = start();
    if (!child) {
        t->ready(t->of);
        t->work(t->of);
        _exit(EXIT_DONE);
    }
    t->apart(t->of);
    look_after(f, child);
    _exit(EXIT_DONE);
}
