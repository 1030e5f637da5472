#define _POSIX_C_SOURCE 200809L /* sigprocmask */
#include "experiments/bench/watch.h"

#include "core/base/threads.h"
#include "experiments/run/stop.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

Status watch_open(Watch *w, FILE *to, Err *err)
{
    sigset_t set = stop_signals();
    *w = (Watch){ 0 };
    sigdelset(&set, SIGUSR1); /* batch systems send it to what can go on later */
    if ((w->asked = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
        return err_set(err, STATUS_IO, "signalfd: %s", strerror(errno));
    sigprocmask(SIG_BLOCK, &set, &w->before);
    progress_open(&w->progress, w->name, to);
    return STATUS_OK;
}

void watch_name(Watch *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(w->name, sizeof w->name, fmt, ap);
    va_end(ap);
    w->progress.since_s = clock_s();
}

/* Who asked is answered: else it would end us as soon as it is let through. */
void watch_close(Watch *w)
{
    struct signalfd_siginfo asked;
    progress_close(&w->progress);
    while (read(w->asked, &asked, sizeof asked) > 0) continue;
    sigprocmask(SIG_SETMASK, &w->before, NULL);
    close(w->asked);
}
