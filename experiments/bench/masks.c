#include "experiments/bench/masks.h"

#include "core/base/threads.h"
#include "core/mask/draw.h"
#include "experiments/bench/apart.h"
#include "experiments/record/stats.h"
#include "strategies/registry.h"

static Status measure(void *value, const void *strategy, Err *err)
{
    enum { SIDE = 14, L = SIDE * SIDE, SPANS = 5, TOGETHER = 256 };
    static float attention[L * L];
    int          ids[L], K = mask_visible(L, 0.75);
    double       rate[SPANS];
    uint64_t     image = 0;
    Mask        *m;
    threads_set(1);
    if (strategy_open(&m, strategy, SIDE, SIDE, err)) return err->code;
    for (int i = 0; i < L * L; i++) attention[i] = 1.0F / L;
    MaskView view = { .heads = 1, .attention = attention };
    for (int i = 0; i < SPANS; i++) {
        double start = clock_s(), now = start;
        long   n = 0;
        for (; now - start < 0.05; now = clock_s(), n += TOGETHER)
            for (int k = 0; k < TOGETHER; k++) mask_draw(m, ids, &view, 1, 0, image++, K);
        rate[i] = (double)n / (now - start);
    }
    *(double *)value = stats_median(rate, SPANS);
    mask_close(m);
    return STATUS_OK;
}

Status masks_measure(double *per_s, const char *strategy, Err *err)
{
    return apart(measure, per_s, sizeof *per_s, strategy, err);
}
