#include "experiments/run/outlook.h"

#include "core/base/threads.h"
#include "experiments/run/estimate.h"
#include "experiments/run/journal.h"

#include <math.h>
#include <string.h>

static const double LONG_S = 5; /* a cell of which starting it is a small part */

double outlook_left(const Work *w)
{
    double flop = 0;
    for (int i = 0; i < w->n; i++)
        if (work_needs(w, i)) flop += estimate_flop(w->tasks[i].cell, w->tasks[i].kind);
    return flop;
}

double outlook_behind(const Work *w, const char *results, double *images_per_s)
{
    char        folder[CELL_PATH];
    JournalLine line;
    double      flop = 0;
    cell_folder(folder, results, w->cell);
    if (!journal_last(&line, folder)) return 0;
    for (int i = 0; i < w->n; i++) {
        const Task *t = &w->tasks[i];
        double      all = estimate_flop(t->cell, t->kind);
        if (!work_needs(w, i)) continue;
        if (strcmp(t->cell->stage[t->kind].name, line.stage)) {
            flop += all;
            continue;
        }
        if (line.images_per_s > 0) *images_per_s += line.images_per_s;
        return line.steps ? flop + all * (double)line.step / (double)line.steps : flop;
    }
    return 0; /* a line of an earlier run */
}

void outlook_tell(Outlook *o, Progress *p, double running_flop, double s_per_flop)
{
    const double flop = o->over_flop + running_flop, elapsed = clock_s() - o->start_s;
    p->share = o->all_flop > 0 ? flop / o->all_flop : 1;
    if (!o->seen) o->seen = true, o->first_flop = flop;
    /* The first seconds say little, and the estimate little of cells that starting takes most
     * of. */
    const double gained = flop - o->first_flop;
    p->left_s = NAN;
    if (elapsed > 10 && gained > 0.01 * o->all_flop)
        p->left_s = elapsed * (o->all_flop - flop) / gained;
    else if (o->all_flop * s_per_flop > LONG_S * p->total)
        p->left_s = (o->all_flop - flop) * s_per_flop;
}
