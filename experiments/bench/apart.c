#define _POSIX_C_SOURCE 200809L /* fork, pipe */
#include "experiments/bench/apart.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool write_all(int to, const void *bytes, size_t n)
{
    const char *at = bytes;
    for (ssize_t k; n; n -= (size_t)k, at += k)
        if ((k = write(to, at, n)) <= 0) return false;
    return true;
}

static bool read_all(int from, void *bytes, size_t n)
{
    char *at = bytes;
    for (ssize_t k; n; n -= (size_t)k, at += k)
        if ((k = read(from, at, n)) <= 0) return false;
    return true;
}

/* The child: first how it went, then the value. */
static void measure(Measurement *run, void *value, size_t n, const void *what, int to)
{
    Err err = { 0 };
    err.code = run(value, what, &err);
    bool told = write_all(to, &err, sizeof err) && write_all(to, value, n);
    fflush(stdout);
    _exit(told ? 0 : 1);
}

Status apart(Measurement *run, void *value, size_t n, const void *what, Err *err)
{
    int end[2], state = 0;
    Err theirs;
    fflush(stdout);
    if (pipe(end)) return err_set(err, STATUS_IO, "pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child < 0) return err_set(err, STATUS_IO, "fork: %s", strerror(errno));
    if (!child) {
        close(end[0]);
        measure(run, value, n, what, end[1]);
    }
    close(end[1]);
    bool told = read_all(end[0], &theirs, sizeof theirs) && read_all(end[0], value, n);
    close(end[0]);
    while (waitpid(child, &state, 0) < 0 && errno == EINTR) continue;
    if (!told && WIFSIGNALED(state))
        return err_set(err, STATUS_FAILED, "a measurement was killed by signal %d",
                       WTERMSIG(state));
    if (!told) return err_set(err, STATUS_FAILED, "a measurement ended without a word");
    if (theirs.code) *err = theirs;
    return theirs.code;
}
