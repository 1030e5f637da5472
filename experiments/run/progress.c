#define _POSIX_C_SOURCE 200809L /* isatty, fileno */
#include "experiments/run/progress.h"

#include "core/base/threads.h"
#include "experiments/cli/cli.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double REDRAW_S = 0.2, LINE_S = 30;
enum { BAR = 24 };

void progress_open(Progress *p, const char *name, FILE *to)
{
    *p = (Progress){ .name = name, .to = to, .left_s = NAN, .shown_s = clock_s() };
    const char *term = getenv("TERM");
    p->bar = to && isatty(fileno(to)) && !(term && !strcmp(term, "dumb"));
}

void progress_span(char out[32], double seconds)
{
    if (!(seconds >= 0)) snprintf(out, 32, "?");
    else if (seconds < 99.5) snprintf(out, 32, "%.0f s", seconds);
    else if (seconds < 99.5 * 60) snprintf(out, 32, "%.0f min", seconds / 60);
    else if (seconds < 48 * 3600) snprintf(out, 32, "%.1f h", seconds / 3600);
    else snprintf(out, 32, "%.1f days", seconds / 86400);
}

static void erase(Progress *p)
{
    if (p->drawn) fprintf(p->to, "\r\033[K");
    p->drawn = false;
}

static void add_line(const Progress *p, int bar, Text *t)
{
    char left[32];
    text_add(t, "%s  ", p->name);
    if (p->since_s > 0) {
        progress_span(left, clock_s() - p->since_s);
        text_add(t, "%s", left);
        return;
    }
    int full = (int)(bar * (p->share < 0 ? 0 : p->share > 1 ? 1 : p->share));
    for (int i = 0; i < bar; i++) text_add(t, "%c", i < full ? '#' : '.');
    if (bar) text_add(t, "  ");
    text_add(t, "%d/%d done", p->done, p->total);
    if (p->failed) text_add(t, ", %d failed", p->failed);
    if (p->running) text_add(t, ", %d running", p->running);
    if (p->elsewhere) text_add(t, ", %d elsewhere", p->elsewhere);
    if (p->images_per_s > 0) text_add(t, "  %.0f images/s", p->images_per_s);
    progress_span(left, p->left_s);
    if (p->left_s >= 0.5) text_add(t, "  %s left", left);
    else if (p->running + p->elsewhere)
        text_add(t, "  %s", isnan(p->left_s) ? "time left not known yet" : "nearly done");
}

/* What does not fit is left out from the end, by whole statements. */
static void leave_out(Text *t, size_t room)
{
    size_t end = t->length > room ? room : t->length;
    while (end > 0 && end < t->length && !text_starts(t->s + end, "  ") &&
           !text_starts(t->s + end, ", "))
        end--;
    if (end) t->s[t->length = end] = '\0';
}

void progress_text(const Progress *p, Text *t, int columns)
{
    enum { LEAST = 8 };
    const size_t room = columns > 0 ? (size_t)columns - 1 : SIZE_MAX;
    text_clear(t);
    add_line(p, p->bar ? BAR : 0, t);
    if (t->length <= room) return;
    const size_t over = t->length - room;
    text_clear(t);
    add_line(p, p->bar && over + LEAST <= BAR ? BAR - (int)over : 0, t);
    leave_out(t, room);
}

void progress_show(Progress *p, bool now)
{
    double time = clock_s();
    if (!p->to || (!now && time - p->shown_s < (p->bar ? REDRAW_S : LINE_S))) return;
    Text t = { 0 };
    progress_text(p, &t, p->bar ? cli_columns(fileno(p->to)) : 0);
    erase(p);
    fprintf(p->to, p->bar ? "%s" : "%s\n", text_get(&t));
    p->drawn = p->bar;
    fflush(p->to);
    p->shown_s = time;
    text_free(&t);
}

void progress_say(Progress *p, const char *fmt, ...)
{
    va_list ap;
    if (!p->to) return;
    erase(p);
    va_start(ap, fmt);
    vfprintf(p->to, fmt, ap);
    va_end(ap);
    fputc('\n', p->to);
    fflush(p->to);
}

void progress_close(Progress *p)
{
    if (p->to) erase(p);
}
