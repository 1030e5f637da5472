#include "experiments/stats/resample.h"

#include "core/base/rng.h"

#include <math.h>
#include <string.h>

/* An arena that is rewound to nothing gives its memory back, and would ask for it again for
 * each class of each choice: this much, which only costs what of it is touched, stays. */
enum { ROOM = 1 << 24 };

/* The mean over seeds of what is a mean over images is one mean over images. */
static bool join(Evidence *one, const Evidence *x, const Evidence *base, int seeds, Arena *a)
{
    for (int s = 0; s < seeds; s++)
        if (x[s].kind != EVIDENCE_MEAN || (base && base[s].kind != EVIDENCE_MEAN)) return false;
    *one = (Evidence){ .images = x->images, .x = ARENA_NEW(a, double, x->images) };
    for (int i = 0; i < one->images; i++) {
        one->x[i] = 0;
        for (int s = 0; s < seeds; s++)
            one->x[i] += (x[s].x[i] - (base ? base[s].x[i] : 0)) / seeds;
    }
    return true;
}

static double mean_of(const Evidence *x, const Evidence *base, int seeds, const int *times,
                      Arena *scratch)
{
    double sum = 0;
    for (int s = 0; s < seeds; s++)
        sum += evidence_metric(&x[s], times, scratch) -
               (base ? evidence_metric(&base[s], times, scratch) : 0);
    return sum / seeds;
}

static void draw(int *times, int images, int resample)
{
    Rng rng = rng_at(0, STREAM_RESAMPLE, 0, (uint64_t)resample);
    memset(times, 0, (size_t)images * sizeof *times);
    for (int i = 0; i < images; i++) times[rng_below(&rng, (uint32_t)images)]++;
}

Interval resample_images(const Evidence *x, const Evidence *base, int seeds, int resamples)
{
    Arena    a;
    Evidence one;
    int      images = seeds > 0 ? x->images : 0;
    if (!images) return (Interval){ NAN, NAN };
    for (int s = 0; s < seeds; s++)
        CHECK(x[s].images == images && (!base || base[s].images == images), "images differ");
    arena_open(&a, "resamples", NULL, NULL);
    if (join(&one, x, base, seeds, &a)) x = &one, base = NULL, seeds = 1;
    double *value = ARENA_NEW(&a, double, resamples);
#pragma omp parallel
    {
        Arena own, scratch;
        arena_open(&own, "choice of images", NULL, NULL);
        arena_open(&scratch, "its metric", NULL, NULL);
        arena_reserve(&scratch, ROOM);
        int *times = ARENA_NEW(&own, int, images);
#pragma omp for schedule(dynamic)
        for (int i = 0; i < resamples; i++) {
            draw(times, images, i);
            value[i] = mean_of(x, base, seeds, times, &scratch);
        }
        arena_close(&scratch);
        arena_close(&own);
    }
    Interval middle = stats_middle(value, resamples);
    arena_close(&a);
    return middle;
}
