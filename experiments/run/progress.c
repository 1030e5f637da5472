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

void progress_text(const Progress *p, Text *t)
{
    char left[32];
    text_add(t, "%s  ", p->name);
    if (p->since_s > 0) {
        progress_span(left, clock_s() - p->since_s);
        text_add(t, "%s", left);
        return;
    }
    if (p->bar) {
        int full = (int)(BAR * (p->share < 0 ? 0 : p->share > 1 ? 1 : p->share));
        for (int i = 0; i < BAR; i++) text_add(t, "%c", i < full ? '#' : '.');
        text_add(t, "  ");
    }
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

void progress_show(Progress *p, bool now)
{
    double time = clock_s();
    if (!p->to || (!now && time - p->shown_s < (p->bar ? REDRAW_S : LINE_S))) return;
    Text t = { 0 };
    progress_text(p, &t);
    erase(p);
    if (p->bar) {
        fprintf(p->to, "%.*s", cli_columns(fileno(p->to)) - 1, text_get(&t));
        p->drawn = true;
    } else
        fprintf(p->to, "%s\n", text_get(&t));
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
