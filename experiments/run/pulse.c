#include "experiments/run/pulse.h"

#include "experiments/run/estimate.h"

#include <math.h>
#include <string.h>

/* While the journal is read: of one stage, and of the process that is at it. */
typedef struct {
    JournalLine first, last;
    double      sum[PULSE_PARTS];
    int         n[PULSE_PARTS];
} Reading;

static void read_line(void *self, const JournalLine *line)
{
    Reading *r = self;
    if (strcmp(line->stage, r->last.stage) || line->steps != r->last.steps) {
        *r = (Reading){ .first = *line };
    } else if (line->elapsed_s < r->last.elapsed_s || line->step < r->last.step)
        r->first = *line; /* another process has gone on with it */
    r->last = *line;
    if (!line->steps || !isfinite(line->loss)) return;
    int part = (int)(line->step * PULSE_PARTS / line->steps);
    if (part == PULSE_PARTS) part--;
    r->sum[part] += line->loss;
    r->n[part]++;
}

double pulse_flop(const Work *w)
{
    double flop = 0;
    for (int i = 0; i < w->n; i++)
        if (work_needs(w, i)) flop += estimate_flop(w->tasks[i].cell, w->tasks[i].kind);
    return flop;
}

static const Task *task_of(const Work *w, const char *stage)
{
    for (int i = 0; i < w->n; i++) {
        const Task *t = &w->tasks[i];
        if (work_needs(w, i) && !strcmp(t->cell->stage[t->kind].name, stage)) return t;
    }
    return NULL;
}

bool pulse_take(Pulse *p, const Work *w, const char *results)
{
    char    folder[CELL_PATH];
    Reading r = { 0 };
    cell_folder(folder, results, w->cell);
    journal_read(folder, read_line, &r);
    const Task *t = task_of(w, r.last.stage);
    if (!t) return false;
    *p = (Pulse){ .last = r.last, .stage_left_s = NAN, .flop_left = pulse_flop(w) };
    for (int i = 0; i < PULSE_PARTS; i++) p->loss[i] = r.n[i] ? r.sum[i] / r.n[i] : (double)NAN;
    if (!r.last.steps) return true;
    const double step = estimate_flop(t->cell, t->kind) / (double)r.last.steps;
    const double span = r.last.elapsed_s - r.first.elapsed_s;
    const double pace = (double)(r.last.step - r.first.step) / span;
    p->flop_left -= step * (double)r.last.step;
    if (!(pace > 0) || !isfinite(pace)) return true;
    p->flop_per_s = step * pace;
    p->stage_left_s = (double)(r.last.steps - r.last.step) / pace;
    return true;
}

void pulse_curve(const Pulse *p, Text *out)
{
    static const char *const blocks[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    double least = INFINITY, most = -INFINITY;
    for (int i = 0; i < PULSE_PARTS; i++)
        if (isfinite(p->loss[i])) least = fmin(least, p->loss[i]), most = fmax(most, p->loss[i]);
    for (int i = 0; i < PULSE_PARTS; i++) {
        double height = most > least ? (p->loss[i] - least) / (most - least) : 0;
        text_add(out, "%s", isfinite(p->loss[i]) ? blocks[(int)(7 * height + 0.5)] : " ");
    }
}
