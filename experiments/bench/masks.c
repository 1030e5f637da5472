#include "experiments/bench/masks.h"

#include "core/base/threads.h"
#include "core/mask/draw.h"
#include "experiments/bench/apart.h"
#include "experiments/lint/invent.h"
#include "strategies/registry.h"

enum { SIDE = 14, L = SIDE * SIDE, IMAGES = 4, SPANS = 5, TOGETHER = 256 };

/* Masks a second in SPANS spans of 20 ms. */
static void time_spans(double rate[SPANS], const Mask *m, const MaskView view[IMAGES])
{
    int      ids[L], K = mask_visible(L, 0.75);
    uint64_t image = 0;
    for (int i = 0; i < SPANS; i++) {
        double start = clock_s(), now = start;
        long   n = 0;
        for (; now - start < 0.02; now = clock_s(), n += TOGETHER)
            for (int k = 0; k < TOGETHER; k++, image++)
                mask_draw(m, ids, &view[image % IMAGES], 1, 0, image, K);
        rate[i] = (double)n / (now - start);
    }
}

static Status measure(void *value, const void *strategy, Err *err)
{
    static const uint64_t images[IMAGES] = { 0, 1, 2, 3 };
    double   rate[SPANS];
    Mask    *m;
    MaskView view[IMAGES];
    Invented in;
    threads_set(1);
    if (strategy_open(&m, strategy, SIDE, SIDE, err)) return err->code;
    invented_open(&in, mask_needs(m), SIDE, SIDE, images, IMAGES);
    for (int n = 0; n < IMAGES; n++) view[n] = invented_view(&in, n);
    time_spans(rate, m, view);
    *(Quartiles *)value = stats_quartiles(rate, SPANS);
    invented_close(&in);
    mask_close(m);
    return STATUS_OK;
}

Status masks_measure(Quartiles *per_s, const char *strategy, Watch *watch, Err *err)
{
    return apart(measure, per_s, sizeof *per_s, strategy, watch, err);
}
