#include "experiments/bench/compare.h"

#include "experiments/record/stats.h"

#include <stdio.h>

/* Field `field` of every round's T, and their median. */
#define MEDIAN_OF(all, rounds, field, to)                           \
    do {                                                            \
        double x_[ROUNDS_MOST];                                     \
        for (int i_ = 0; i_ < (rounds); i_++) x_[i_] = (all)[i_].field; \
        (to) = stats_median(x_, (rounds));                          \
    } while (0)

static void summarise_ours(Speed *to, const Comparison *round, int n)
{
    *to = round[0].ours;
    MEDIAN_OF(round, n, ours.step_s, to->step_s);
    MEDIAN_OF(round, n, ours.images_per_s, to->images_per_s);
    MEDIAN_OF(round, n, ours.gemm_s, to->gemm_s);
    MEDIAN_OF(round, n, ours.step_over_gemm, to->step_over_gemm);
    MEDIAN_OF(round, n, ours.peak_bytes, to->peak_bytes);
    MEDIAN_OF(round, n, ours.predicted_bytes, to->predicted_bytes);
}

static void summarise_other(Against *to, const Comparison *round, int k, int n)
{
    *to = round[0].against[k];
    MEDIAN_OF(round, n, against[k].other.step_s, to->other.step_s);
    MEDIAN_OF(round, n, against[k].other.images_per_s, to->other.images_per_s);
    MEDIAN_OF(round, n, against[k].other.peak_bytes, to->other.peak_bytes);
    MEDIAN_OF(round, n, against[k].times, to->times);
    MEDIAN_OF(round, n, against[k].memory, to->memory);
}

static Status measure_round(Comparison *r, const CompareConfig *c, const StepConfig *step,
                            Err *err)
{
    if (speed_measure(&r->ours, step, c->seconds, err)) return err->code;
    for (int k = 0; k < c->others; k++) {
        Against *a = &r->against[k];
        if (other_measure(&a->other, c->against[k], step->preset, c->seconds, c->threads, err))
            return err->code;
        if (!a->other.program[0])
            snprintf(a->other.program, sizeof a->other.program, "other %d", k + 1);
        a->times = r->ours.images_per_s / a->other.images_per_s;
        a->memory = r->ours.peak_bytes / a->other.peak_bytes;
    }
    return STATUS_OK;
}

Status compare(Comparison *to, const CompareConfig *c, const StepConfig *step, Err *err)
{
    Comparison round[ROUNDS_MOST] = { 0 };
    StepConfig threaded = *step;
    threaded.threads = c->threads;
    CHECK(c->rounds > 0 && c->rounds <= ROUNDS_MOST, "%d rounds", c->rounds);
    CHECK(c->others >= 0 && c->others <= OTHERS_MOST, "%d other programs", c->others);
    for (int i = 0; i < c->rounds; i++)
        if (measure_round(&round[i], c, &threaded, err)) return err->code;
    *to = (Comparison){ .preset = step->preset, .others = c->others };
    summarise_ours(&to->ours, round, c->rounds);
    for (int k = 0; k < c->others; k++)
        summarise_other(&to->against[k], round, k, c->rounds);
    return STATUS_OK;
}
