#include "experiments/bench/speed.h"

#include "core/base/threads.h"
#include "core/cpu/gemmlog.h"
#include "experiments/bench/apart.h"
#include "experiments/record/provenance.h"
#include "experiments/record/stats.h"

enum { LEAST = 3, MOST = 1000 };

typedef struct {
    const StepConfig *config;
    double            seconds;
    bool              products;
} What;

/* The second step finds the memory that the first one had to ask for. */
void speed_warm_up(Step *s)
{
    for (int i = 0; i < 2; i++) step_run(s);
}

static double timed(Step *s)
{
    double start = clock_s();
    step_run(s);
    return clock_s() - start;
}

static void measure_steps(Speed *speed, Step *s, GemmLog *log, double seconds)
{
    double whole[MOST], bare[MOST], ratio[MOST];
    int    n = 0;
    for (double end = clock_s() + seconds; n < LEAST || (n < MOST && clock_s() < end); n++) {
        whole[n] = timed(s);
        bare[n] = log ? gemmlog_replay(log) : 0;
        ratio[n] = log ? whole[n] / bare[n] : 0;
    }
    speed->step_s = stats_median(whole, n);
    speed->images_per_s = s->config.batch / speed->step_s;
    speed->gemm_s = stats_median(bare, n);
    speed->step_over_gemm = stats_median(ratio, n);
}

static Status measure(void *value, const void *what, Err *err)
{
    const What *w = what;
    Speed      *speed = value;
    GemmLog     log = { 0 };
    Step        s;
    if (step_open(&s, w->config, err)) return err->code;
    speed_warm_up(&s);
    speed->peak_bytes = provenance_peak_bytes(); /* before the products take theirs */
    speed->predicted_bytes = step_predicted_bytes(&s);

    gemmlog_start(&log);
    step_run(&s);
    gemmlog_stop();
    if (w->products) gemmlog_replay(&log);
    measure_steps(speed, &s, w->products ? &log : NULL, w->seconds);
    speed->flop = gemmlog_flop(&log);
    gemmlog_free(&log);
    step_close(&s);
    return STATUS_OK;
}

Status speed_measure(Speed *speed, const StepConfig *c, double seconds, Err *err)
{
    return apart(measure, speed, sizeof *speed, &(What){ c, seconds, true }, err);
}

Status speed_of_steps(Speed *speed, const StepConfig *c, double seconds, Err *err)
{
    return apart(measure, speed, sizeof *speed, &(What){ c, seconds, false }, err);
}
