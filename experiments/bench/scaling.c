#include "experiments/bench/scaling.h"

#include "core/base/threads.h"
#include "core/data/loader.h"
#include "experiments/bench/apart.h"

#include <stdio.h>

const char *const over_words[OVER_KINDS] = { "threads", "batch", "ratio" };

static const double batches[] = { 8, 16, 32, 64, 128, 256 };
static const double ratios[] = { 0.5, 0.6, 0.7, 0.75, 0.8, 0.9 };
enum {
    N_BATCHES = sizeof batches / sizeof *batches,
    N_RATIOS = sizeof ratios / sizeof *ratios
};

/* --- series ---------------------------------------------------------------- */

static void list_points(Series *s, int threads)
{
    if (s->over == OVER_BATCH)
        for (; s->n < N_BATCHES; s->n++) s->at[s->n] = batches[s->n];
    if (s->over == OVER_RATIO)
        for (; s->n < N_RATIOS; s->n++) s->at[s->n] = ratios[s->n];
    if (s->over != OVER_THREADS) return;
    for (int t = 1; t < threads && s->n < SERIES_POINTS - 1; t *= 2) s->at[s->n++] = t;
    s->at[s->n++] = threads;
}

Status series_measure(Series *s, const char *preset, Over over, double seconds,
                      int threads, Watch *watch, Err *err)
{
    *s = (Series){ .preset = preset, .over = over };
    list_points(s, threads);
    for (int i = 0; i < s->n; i++) {
        StepConfig c = *step_preset(preset);
        c.threads = over == OVER_THREADS ? (int)s->at[i] : threads;
        if (over == OVER_BATCH) c.batch = (int)s->at[i];
        if (over == OVER_RATIO) c.ratio = s->at[i];
        if (watch) watch_name(watch, "%s over %s", preset, over_words[over]);
        if (speed_of_steps(&s->speed[i], &c, seconds, watch, err)) return err->code;
    }
    return STATUS_OK;
}

/* --- the loader's share ---------------------------------------------------- */

typedef struct {
    StepConfig step;
    double     seconds;
} What;

static Status measure_in_turn(LoaderShare *share, Step *s, const Data *d, double seconds,
                              Err *err)
{
    enum { LEAST = 5, MOST = 1000 };
    double  load[MOST], step[MOST];
    int     n = 0;
    Augment augment = augment_defaults();
    Loader  l;
    loader_open(&l, d, &(LoaderConfig){ .batch = s->config.batch, .shuffle = true,
                                        .augment = &augment });
    Batch  b = batch_new(&s->host, &l);
    Status bad = loader_batch(&l, &b, 0, 0, err);
    if (!bad) {
        step_show(s, b.images);
        speed_warm_up(s);
    }
    double end = clock_s() + seconds;
    for (; !bad && (n < LEAST || (n < MOST && clock_s() < end)); n++) {
        const int steps = loader_steps(&l);
        double    start = clock_s();
        bad = loader_batch(&l, &b, (uint64_t)(n / steps), n % steps, err);
        load[n] = clock_s() - start;
        start = clock_s();
        step_show(s, b.images);
        step_run(s);
        step[n] = clock_s() - start;
    }
    loader_close(&l);
    if (bad) return bad;
    share->batch_s = stats_quartiles(load, n);
    share->step_s = stats_quartiles(step, n);
    share->share = share->batch_s.median / (share->batch_s.median + share->step_s.median);
    return STATUS_OK;
}

static Status measure(void *value, const void *what, Err *err)
{
    const What  *w = what;
    LoaderShare *share = value;
    DataConfig   config = data_defaults();
    Data        *d;
    Step         s;
    config.fallback = "scenes";
    config.train_count = 16 * w->step.batch;
    if (data_open(&d, &config, SPLIT_TRAIN, err)) return err->code;
    Status bad = step_open(&s, &w->step, err);
    snprintf(share->data, sizeof share->data, "%s", d->name);
    if (!bad) {
        CHECK(d->height == w->step.side && d->width == w->step.side &&
                  d->channels == w->step.channels,
              "%s has %d x %d", d->name, d->height, d->width);
        bad = measure_in_turn(share, &s, d, w->seconds, err);
        step_close(&s);
    }
    data_close(d);
    return bad;
}

Status loader_measure(LoaderShare *l, double seconds, int threads, Watch *watch, Err *err)
{
    What w = { .step = *step_preset("micro"), .seconds = seconds };
    w.step.threads = threads;
    return apart(measure, l, sizeof *l, &w, watch, err);
}
