#define _POSIX_C_SOURCE 200809L /* kill, nanosleep */
#include "experiments/bench/hear.h"

#include "core/base/process.h"
#include "core/base/threads.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- the process ------------------------------------------------------------ */

/* Asked to end; after a while made to. */
static void stop(pid_t child)
{
    const double patience_s = 10;
    double       end = clock_s() + patience_s;
    kill(-child, SIGTERM);
    while (clock_s() < end) {
        if (waitpid(child, NULL, WNOHANG) == child) return;
        nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
    }
    kill(-child, SIGKILL);
    process_wait(child);
}

/* --- what it says ------------------------------------------------------------ */

/* Is there more?  STATUS_STOPPED and STATUS_FAILED say why nobody listens on. */
static Status listen_once(bool *more, Text *said, const Hearing *h, int from, Watch *w,
                          double left_s, Err *err)
{
    char          bytes[4096];
    struct pollfd on[] = { { .fd = from, .events = POLLIN },
                           { .fd = w ? w->asked : -1, .events = POLLIN } };
    if (left_s <= 0 || said->length > h->most)
        return err_set(err, STATUS_FAILED, "no end of it; killed");
    poll(on, 2, (int)(1e3 * fmin(left_s, 1)) + 1);
    if (w) progress_show(&w->progress, false);
    if (on[1].revents) return err_set(err, STATUS_STOPPED, "stopped");
    if (!on[0].revents) return STATUS_OK;
    ssize_t n = read(from, bytes, sizeof bytes);
    if (n > 0) text_add_bytes(said, bytes, (size_t)n);
    *more = n > 0 || (n < 0 && errno == EINTR);
    return STATUS_OK;
}

static Status judge(int state, Err *err)
{
    if (WIFSIGNALED(state))
        return err_set(err, STATUS_FAILED, "killed by signal %d", WTERMSIG(state));
    if (WEXITSTATUS(state))
        return err_set(err, STATUS_FAILED, "exit code %d", WEXITSTATUS(state));
    return STATUS_OK;
}

Status hear(Text *said, const Hearing *h, Watch *watch, Err *err)
{
    int          end[2], state = 0;
    pid_t        child;
    bool         more = true;
    const double until_s = clock_s() + h->patience_s;
    if (pipe(end)) return err_set(err, STATUS_IO, "pipe: %s", strerror(errno));
    if (process_fork(&child, PROCESS_LEADS, SIGKILL, err)) {
        close(end[0]), close(end[1]);
        return err->code;
    }
    if (!child) {
        close(end[0]);
        h->work(h->of, end[1]);
        fflush(NULL);
        _exit(EXIT_DONE);
    }
    close(end[1]);
    Status bad = STATUS_OK;
    while (more && !bad)
        bad = listen_once(&more, said, h, end[0], watch, until_s - clock_s(), err);
    close(end[0]);
    if (bad) stop(child);
    else state = process_wait(child);
    kill(-child, SIGKILL); /* whom it may have started */
    if (watch) progress_close(&watch->progress);
    return bad ? bad : judge(state, err);
}
