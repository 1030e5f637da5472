#define _GNU_SOURCE /* strsignal */
#include "experiments/run/death.h"

#include "core/base/text.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

bool death_by_memory(const Death *d)
{
    return WIFSIGNALED(d->status) && WTERMSIG(d->status) == SIGKILL && d->before >= 0 &&
           d->now > d->before;
}

/* What a process that aborts has said last, in the end of its log: what tries before it have
 * said, or we of them, is not its own. */
static void add_last_line(char *why, size_t room, const Death *d)
{
    enum { TAIL = 4096 };
    char  tail[TAIL + 1];
    FILE *f = fopen(d->log, "r");
    if (!f) return;
    const long end = fseek(f, 0, SEEK_END) ? 0 : ftell(f);
    const long from = end - d->from > TAIL ? end - TAIL : d->from;
    size_t     n = end > from && !fseek(f, from, SEEK_SET) ? fread(tail, 1, TAIL, f) : 0;
    size_t     length = strlen(why);
    fclose(f);
    while (n && tail[n - 1] == '\n') n--;
    tail[n] = '\0';
    const char *line = strrchr(tail, '\n');
    line = line ? line + 1 : tail;
    if (*line) snprintf(why + length, room - length, ": %s", line);
    text_tame(why, false);
}

static void killed(char *why, size_t room, const Death *d)
{
    const double megabytes = d->peak_bytes / 1e6;
    if (death_by_memory(d))
        snprintf(why, room, "killed for lack of memory, when it held %.0f MB", megabytes);
    else if (d->before < 0 || d->now < 0)
        snprintf(why, room, "killed by signal 9, when it held %.0f MB; lack of memory is the "
                 "usual reason", megabytes);
    else
        snprintf(why, room, "killed by signal 9 from outside, not for lack of memory; it held "
                 "%.0f MB at most", megabytes);
}

void death_text(char *why, size_t room, const Death *d)
{
    if (WIFSIGNALED(d->status)) {
        const int signal = WTERMSIG(d->status);
        if (signal == SIGKILL) {
            killed(why, room, d);
            return;
        }
        snprintf(why, room, "%s by signal %d, %s",
                 signal == SIGTERM || signal == SIGINT || signal == SIGHUP ? "ended" : "crashed",
                 signal, strsignal(signal));
    } else
        snprintf(why, room, "ended with code %d and without its records",
                 WEXITSTATUS(d->status));
    add_last_line(why, room, d);
}
