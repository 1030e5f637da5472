#include "experiments/bench/compare.h"

#include "experiments/record/stats.h"

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

static void summarise_other(Comparison *to, const Comparison *round, int n)
{
    to->other = round[0].other;
    MEDIAN_OF(round, n, other.step_s, to->other.step_s);
    MEDIAN_OF(round, n, other.images_per_s, to->other.images_per_s);
    MEDIAN_OF(round, n, other.peak_bytes, to->other.peak_bytes);
    MEDIAN_OF(round, n, times, to->times);
    MEDIAN_OF(round, n, memory, to->memory);
}

Status compare(Comparison *to, const CompareConfig *c, const StepConfig *step, Err *err)
{
    Comparison round[ROUNDS_MOST] = { 0 };
    StepConfig threaded = *step;
    threaded.threads = c->threads;
    CHECK(c->rounds > 0 && c->rounds <= ROUNDS_MOST, "%d rounds", c->rounds);
    for (Comparison *r = round; r < round + c->rounds; r++) {
        if (speed_measure(&r->ours, &threaded, c->seconds, err)) return err->code;
        if (!c->against) continue;
        if (other_measure(&r->other, c->against, step->preset, c->seconds, c->threads, err))
            return err->code;
        r->times = r->ours.images_per_s / r->other.images_per_s;
        r->memory = r->ours.peak_bytes / r->other.peak_bytes;
    }
    *to = (Comparison){ .preset = step->preset, .compared = c->against };
    summarise_ours(&to->ours, round, c->rounds);
    if (c->against) summarise_other(to, round, c->rounds);
    return STATUS_OK;
}
