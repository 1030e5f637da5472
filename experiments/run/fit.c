#include "experiments/run/fit.h"

#include "experiments/run/estimate.h"

#include <math.h>

void fit_works(Fit *f, Works *w, int jobs, int threads)
{
    double step = 0, states = 0;
    *f = (Fit){ .machine = machine_look(""), .largest = estimate_works(w),
                .disk_free = machine_disk(w->results) };
    for (int i = 0; i < w->n; i++) {
        const Work *one = &w->work[i];
        const int   before = f->stages;
        step = fmax(step, estimate_step_flop(one->cell));
        for (int k = 0; k < one->n; k++) f->stages += work_needs(one, k);
        if (f->stages == before) continue;
        f->cells++;
        f->disk += estimate_disk(one->cell);
        states = fmax(states, estimate_states(one->cell));
    }
    f->bytes = f->largest ? f->largest->bytes : 0;
    /* Of the whole recipe: a cell has the same threads, and bits, however many are left. */
    f->share = share_machine(&(ShareWish){ jobs, threads, w->cells, w->bytes, step },
                             &f->machine);
    f->disk += states * fmin(f->share.jobs, f->cells);
}

/* The one that a piece of work takes most memory for. */
static StageKind largest_stage(const Work *w)
{
    for (int k = 0; k < w->n; k++)
        if (work_needs(w, k) && estimate_memory(w->tasks[k].cell, w->tasks[k].kind) >= w->bytes)
            return w->tasks[k].kind;
    return STAGE_PRETRAIN;
}

static void say_what_helps(Text *out, StageKind kind)
{
    static const unsigned in_parts = 1U << STAGE_PRETRAIN | 1U << STAGE_PARTIAL |
                                     1U << STAGE_FINETUNE | 1U << STAGE_DETECT |
                                     1U << STAGE_SEGMENT;
    if (in_parts >> kind & 1)
        text_add(out, "a larger %s.accumulate or model.recompute=yes takes less",
                 stage_word(kind));
    else text_add(out, "fewer images or a smaller model take less");
}

Status fit_check(const Fit *f, const Works *w, const Recipe *r, Err *err)
{
    if (f->bytes > f->machine.total) {
        const StageKind kind = largest_stage(f->largest);
        Text            label = { 0 }, cure = { 0 };
        work_label(r, f->largest->cell, &label);
        say_what_helps(&cure, kind);
        err_set(err, STATUS_CONFIG, "%s: %s: %s takes about %.0f MB of memory, and there are "
                "%.0f MB here; %s", r->name, text_get(&label), stage_word(kind), f->bytes / 1e6,
                f->machine.total / 1e6, text_get(&cure));
        text_free(&label);
        text_free(&cure);
        return err->code;
    }
    if (f->disk <= f->disk_free) return STATUS_OK;
    const int digits = f->disk < 100e6 ? 2 : 0; /* 1.31 MB do not fit into 0.62 */
    return err_set(err, STATUS_CONFIG, "%s: %d cell%s take%s about %.*f MB of disk, and %.*f MB "
                   "are free in %.200s", r->name, f->cells, text_s(f->cells),
                   f->cells == 1 ? "s" : "", digits, f->disk / 1e6, digits, f->disk_free / 1e6,
                   w->results);
}
