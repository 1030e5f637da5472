#include "experiments/bench/speed.h"

#include "core/base/threads.h"
#include "core/cpu/gemmlog.h"
#include "experiments/bench/apart.h"
#include "experiments/record/provenance.h"

#include <math.h>

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

static bool same(const Product *p, const Product *q)
{
    return p->ta == q->ta && p->tb == q->tb && p->m == q->m && p->n == q->n &&
           p->k == q->k && p->b == q->b;
}

/* Of the way back, from product `back` on: is it one of the way there, made again?
 * Activations lie elsewhere by then, weights do not. */
static bool made_before(const GemmLog *log, const Product *p, size_t back)
{
    if (p->N) return !p->backward;
    for (const Product *q = log->product; q < log->product + back; q++)
        if (!q->N && same(p, q)) return true;
    return false;
}

/* Notes a step's products; those that recomputing makes again only count. */
static void note_products(GemmLog *log, Speed *speed, Step *s)
{
    gemmlog_start(log);
    Tensor *loss = step_forward(s);
    size_t  back = log->products, kept = back;
    step_backward(s, loss);
    gemmlog_stop();
    double all = gemmlog_flop(log);
    for (size_t i = back; i < log->products; i++)
        if (!made_before(log, &log->product[i], back))
            log->product[kept++] = log->product[i];
    log->products = kept;
    speed->flop = gemmlog_flop(log);
    speed->again_flop = all - speed->flop;
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
    double end = clock_s() + seconds;
    for (; n < LEAST || (n < MOST && clock_s() < end); n++) {
        whole[n] = timed(s);
        bare[n] = log ? gemmlog_replay(log) : NAN;
        ratio[n] = whole[n] / bare[n];
    }
    speed->step_s = stats_quartiles(whole, n);
    speed->images_per_s = s->config.batch / speed->step_s.median;
    speed->gemm_s = stats_quartiles(bare, n);
    speed->step_over_gemm = stats_quartiles(ratio, n);
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

    note_products(&log, speed, &s);
    if (w->products) gemmlog_replay(&log);
    measure_steps(speed, &s, w->products ? &log : NULL, w->seconds);
    gemmlog_free(&log);
    step_close(&s);
    return STATUS_OK;
}

Status speed_measure(Speed *speed, const StepConfig *c, double seconds, Watch *watch,
                     Err *err)
{
    return apart(measure, speed, sizeof *speed, &(What){ c, seconds, true }, watch, err);
}

Status speed_of_steps(Speed *speed, const StepConfig *c, double seconds, Watch *watch,
                      Err *err)
{
    return apart(measure, speed, sizeof *speed, &(What){ c, seconds, false }, watch, err);
}
