#include "experiments/bench/compare.h"

#include <stddef.h>
#include <stdio.h>

typedef struct {
    Speed ours;
    Other other[OTHERS_MOST];
} Round;

/* Of the quartiles at byte `field` of each round's Speed. */
static Quartiles middle(const Round *round, int n, size_t field)
{
    double    low[ROUNDS_MOST], median[ROUNDS_MOST], high[ROUNDS_MOST];
    Quartiles all = { 0 };
    for (int i = 0; i < n; i++) {
        const Quartiles *q = (const void *)((const char *)&round[i].ours + field);
        low[i] = q->low, median[i] = q->median, high[i] = q->high;
        all.n += q->n;
    }
    all.low = stats_median(low, n);
    all.median = stats_median(median, n);
    all.high = stats_median(high, n);
    return all;
}

static void summarise_ours(Speed *to, const Round *round, int n, int batch)
{
    double peak[ROUNDS_MOST];
    for (int i = 0; i < n; i++) peak[i] = round[i].ours.peak_bytes;
    *to = round[0].ours;
    to->step_s = middle(round, n, offsetof(Speed, step_s));
    to->gemm_s = middle(round, n, offsetof(Speed, gemm_s));
    to->step_over_gemm = middle(round, n, offsetof(Speed, step_over_gemm));
    to->images_per_s = batch / to->step_s.median;
    to->peak_bytes = stats_median(peak, n);
}

static void summarise_other(Against *to, const Round *round, int k, int n)
{
    double step[ROUNDS_MOST], images[ROUNDS_MOST], peak[ROUNDS_MOST];
    double times[ROUNDS_MOST], memory[ROUNDS_MOST];
    for (int i = 0; i < n; i++) {
        const Other *o = &round[i].other[k];
        step[i] = o->step_s, images[i] = o->images_per_s, peak[i] = o->peak_bytes;
        times[i] = round[i].ours.images_per_s / o->images_per_s;
        memory[i] = round[i].ours.peak_bytes / o->peak_bytes;
    }
    to->step_s = stats_quartiles(step, n);
    to->images_per_s = stats_quartiles(images, n);
    to->peak_bytes = stats_quartiles(peak, n);
    to->times = stats_quartiles(times, n);
    to->memory = stats_quartiles(memory, n);
    snprintf(to->program, sizeof to->program, "%s", round[0].other[k].program);
    if (!to->program[0]) snprintf(to->program, sizeof to->program, "other %d", k + 1);
}

/* `measured` counts for each other program the rounds that it came through. */
static Status measure_round(Round *r, Comparison *to, int measured[OTHERS_MOST],
                            const CompareConfig *c, const StepConfig *step, Watch *watch,
                            Err *err)
{
    if (speed_measure(&r->ours, step, c->seconds, watch, err)) return err->code;
    for (int k = 0; k < c->others; k++) {
        Against *a = &to->against[k];
        if (a->why[0]) continue;
        Status bad = other_measure(&r->other[k], c->against[k], step->preset, c->seconds,
                                   c->threads, watch, err);
        if (bad == STATUS_STOPPED) return bad;
        if (!bad) measured[k]++;
        else snprintf(a->why, sizeof a->why, "%.*s", (int)sizeof a->why - 1, err->text);
    }
    return STATUS_OK;
}

Status compare(Comparison *to, const CompareConfig *c, const StepConfig *step,
               Watch *watch, Err *err)
{
    Round      round[ROUNDS_MOST] = { 0 };
    int        measured[OTHERS_MOST] = { 0 };
    StepConfig threaded = *step;
    threaded.threads = c->threads;
    CHECK(c->rounds > 0 && c->rounds <= ROUNDS_MOST, "%d rounds", c->rounds);
    CHECK(c->others >= 0 && c->others <= OTHERS_MOST, "%d other programs", c->others);
    *to = (Comparison){ .preset = step->preset, .recompute = step->recompute,
                        .others = c->others, .rounds = c->rounds, .threads = c->threads };
    for (int i = 0; i < c->rounds; i++) {
        if (watch)
            watch_name(watch, "%s, round %d of %d", step->preset, i + 1, c->rounds);
        if (measure_round(&round[i], to, measured, c, &threaded, watch, err))
            return err->code;
    }
    summarise_ours(&to->ours, round, c->rounds, step->batch);
    for (int k = 0; k < c->others; k++)
        summarise_other(&to->against[k], round, k, measured[k]);
    return STATUS_OK;
}
