#include "experiments/bench/network.h"

#include "core/base/arena.h"
#include "core/base/threads.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const Network networks[NETWORKS] = {
    { "1 Gb/s, 50 µs", 50e-6, 0.117e9 },
    { "10 Gb/s, 20 µs", 20e-6, 1.17e9 },
    { "100 Gb/s, 2 µs", 2e-6, 11.7e9 },
};

const double network_paces[PACES] = { 1, 32 };

const Network *network_at(const RankStep *s, int i)
{
    if (i < NETWORKS) return &networks[i];
    return i == NETWORKS && s->ranks > 1 ? &s->here : NULL;
}

/* --- simulated --------------------------------------------------------------- */

static double bucket_s(const Network *n, double bytes, int ranks, Exchange how)
{
    const double R = ranks, turns = how == HALVING ? ceil(log2(R)) : R - 1;
    return 2 * (turns * n->latency_s + (R - 1) / R * bytes / n->bytes_per_s);
}

static int buckets_of(double bytes)
{
    return (int)ceil(bytes / ((double)MEAN_BUCKET * (double)sizeof(real)));
}

double network_share(const Network *n, const RankStep *s, double pace, int ranks, Exchange how)
{
    const double step = s->step_s / pace, back = step * 2 / 3;
    const int    buckets = buckets_of(s->bytes);
    const double each = bucket_s(n, s->bytes / buckets, ranks, how);
    double       end = 0;
    for (int i = 1; i <= buckets && ranks > 1; i++)
        end = fmax(end, step - back + back * i / buckets) + each;
    return step / fmax(step, end);
}

/* --- measured ---------------------------------------------------------------- */

Status network_measure_step(RankStep *s, const char *preset, double seconds, int threads,
                            Watch *watch, Err *err)
{
    StepConfig c = *step_preset(preset);
    MaeConfig  mae;
    Speed      speed;
    c.threads = threads;
    if (step_mae(&mae, &c, err) || speed_of_steps(&speed, &c, seconds, watch, err))
        return err->code;
    *s = (RankStep){ .batch = c.batch, .step_s = speed.step_s.median, .ranks = 1,
                     .bytes = (double)mae_count(&mae) * (double)sizeof(real) };
    snprintf(s->preset, sizeof s->preset, "%s", preset);
    return STATUS_OK;
}

static size_t next(size_t done, size_t n)
{
    return n - done < MEAN_BUCKET ? n - done : MEAN_BUCKET;
}

/* Of n numbers, without anything to do meanwhile: the fastest time, for what others do to
 * the machine only adds. */
static Status exchange_s(double *fastest, const Ranks *r, Mean *m, size_t n, Err *err)
{
    enum { TIMES = 20 };
    *fastest = INFINITY;
    for (int i = 0; i < TIMES; i++) {
        if (ranks_agree(r, STATUS_OK, NULL, 0, err)) return err->code; /* all begin at once */
        const double start = clock_s();
        mean_begin(m);
        for (size_t done = 0, k; done < n; done += k) {
            k = next(done, n);
            memset(mean_room(m, k), 0, k * sizeof(real));
            mean_push(m);
        }
        mean_end(m);
        for (size_t done = 0, k; done < n; done += k) mean_wait(m, k = next(done, n));
        *fastest = fmin(*fastest, clock_s() - start);
    }
    return STATUS_OK;
}

Status network_measure_here(RankStep *s, const Ranks *ranks, Err *err)
{
    const size_t n = (size_t)(s->bytes / (double)sizeof(real));
    const double R = ranks->count;
    double       one, all;
    Arena        a;
    s->ranks = ranks->count;
    if (s->ranks == 1) return STATUS_OK;
    arena_open(&a, "exchange", NULL, NULL);
    Mean  *m = mean_new(ranks, &a, n);
    Status bad = exchange_s(&one, ranks, m, 1, err);
    if (!bad) bad = exchange_s(&all, ranks, m, n, err);
    arena_close(&a);
    if (bad) return bad;
    /* bucket_s, solved for both */
    s->here.latency_s = one / 2 / (R - 1);
    s->here.bytes_per_s = 2 * (R - 1) / R * s->bytes / fmax(all - buckets_of(s->bytes) * one, 1e-9);
    const double us = 1e6 * s->here.latency_s;
    snprintf(s->here.name, sizeof s->here.name, "measured: %.2g Gb/s, %.*f µs",
             8e-9 * s->here.bytes_per_s, us < 10, fmin(us, 1e6));
    return STATUS_OK;
}
