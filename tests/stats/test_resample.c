#include "experiments/stats/resample.h"

#include "core/base/rng.h"
#include "experiments/record/dense_record.h"

#include <criterion/criterion.h>
#include <math.h>

enum { IMAGES = 200, SEEDS = 3, CLASSES = 3, RUNS = 600, DRAWS = 400 };

static Arena arena;

static void open_arena(void) { arena_open(&arena, "test", NULL, NULL); }
static void close_arena(void) { arena_close(&arena); }

TestSuite(resample, .init = open_arena, .fini = close_arena);

/* --- does the interval hold what it should? ------------------------------------ */

/* An image is easy or hard for both; chances of being right, of x then base. */
static const double chance[2][2] = { { 0.95, 0.45 }, { 0.9, 0.35 } };
static const double easy = 0.6;

static void draw_accuracy(Evidence x[SEEDS], Evidence base[SEEDS], int run)
{
    Rng rng = rng_at(3, STREAM_TEST, 0, (uint64_t)run);
    for (int s = 0; s < SEEDS; s++) {
        x[s] = (Evidence){ .images = IMAGES, .x = ARENA_NEW(&arena, double, IMAGES) };
        base[s] = (Evidence){ .images = IMAGES, .x = ARENA_NEW(&arena, double, IMAGES) };
    }
    for (int i = 0; i < IMAGES; i++) {
        bool hard = rng_unit(&rng) >= easy;
        for (int s = 0; s < SEEDS; s++) {
            x[s].x[i] = rng_unit(&rng) < chance[0][hard] ? 100 : 0;
            base[s].x[i] = rng_unit(&rng) < chance[1][hard] ? 100 : 0;
        }
    }
}

Test(resample, interval_of_accuracy_covers_the_truth_in_95_of_100)
{
    double truth = 0;
    int    covered = 0;
    for (int hard = 0; hard < 2; hard++)
        truth += 100 * (hard ? 1 - easy : easy) * (chance[0][hard] - chance[1][hard]);
    for (int run = 0; run < RUNS; run++) {
        Evidence x[SEEDS], base[SEEDS];
        draw_accuracy(x, base, run);
        Interval in = resample_images(x, base, SEEDS, DRAWS);
        covered += in.low <= truth && truth <= in.high;
        arena_reset(&arena);
    }
    double share = (double)covered / RUNS;
    cr_expect(share >= 0.93 && share <= 0.97, "%.2f %%", 100 * share);
}

/* A picture has all of one class, which is often missed together: what is right of a class is
 * no mean over pictures.  Of class k a share right[k] of pixels is right on average, the
 * others are taken for the next class. */
static const double right[CLASSES] = { 0.9, 0.7, 0.4 };

static Evidence draw_pixels(int run)
{
    enum { PIXELS = 1000 };
    Rng      rng = rng_at(4, STREAM_TEST, 0, (uint64_t)run);
    int64_t *n = ARENA_NEW(&arena, int64_t, IMAGES * CLASSES * PIXEL_COUNTS);
    for (int i = 0; i < IMAGES * CLASSES * PIXEL_COUNTS; i++) n[i] = 0;
    for (int i = 0; i < IMAGES; i++) {
        int      k = (int)rng_below(&rng, CLASSES), next = (k + 1) % CLASSES;
        double   good = right[k] + 0.1 * (2 * rng_unit(&rng) - 1);
        int64_t *of = n + i * CLASSES * PIXEL_COUNTS;
        of[k * PIXEL_COUNTS + PIXELS_TRUE] = PIXELS;
        of[k * PIXEL_COUNTS + PIXELS_RIGHT] = of[k * PIXEL_COUNTS + PIXELS_PREDICTED] =
            (int64_t)(PIXELS * good);
        of[next * PIXEL_COUNTS + PIXELS_PREDICTED] = PIXELS - (int64_t)(PIXELS * good);
    }
    Evidence e;
    evidence_pixels(&e, n, IMAGES, CLASSES, PIXEL_MIOU, &arena);
    return e;
}

Test(resample, interval_of_miou_covers_the_truth_in_95_of_100)
{
    double truth = 0;
    int    covered = 0;
    for (int k = 0; k < CLASSES; k++)
        truth += 100 * right[k] / (2 - right[(k + CLASSES - 1) % CLASSES]) / CLASSES;
    for (int run = 0; run < RUNS; run++) {
        Evidence x = draw_pixels(run);
        Interval in = resample_images(&x, NULL, 1, DRAWS);
        covered += in.low <= truth && truth <= in.high;
        arena_reset(&arena);
    }
    double share = (double)covered / RUNS;
    cr_expect(share >= 0.93 && share <= 0.97, "%.2f %%", 100 * share);
}

/* --- laws ------------------------------------------------------------------------ */

/* What both have in common cancels; each by itself is as uncertain as ever. */
Test(resample, equal_outcomes_differ_by_nothing)
{
    Evidence x[SEEDS], base[SEEDS];
    draw_accuracy(x, base, 0);
    Interval none = resample_images(x, x, SEEDS, DRAWS), alone;
    alone = resample_images(x, NULL, SEEDS, DRAWS);
    cr_expect(none.low == 0 && none.high == 0, "%g .. %g", none.low, none.high);
    cr_expect(alone.high - alone.low > 5);
    alone = resample_images(x, NULL, 0, DRAWS);
    cr_expect(isnan(alone.low) && isnan(alone.high), "of no seeds");
}

/* A mean of means may be taken at once; that must not be seen. */
Test(resample, one_by_one_is_as_together)
{
    Evidence x[SEEDS], base[SEEDS], pixels[2] = { draw_pixels(0), draw_pixels(1) };
    draw_accuracy(x, base, 1);
    Interval seeds = resample_images(x, base, SEEDS, DRAWS);
    Evidence mean = { .images = IMAGES, .x = ARENA_NEW(&arena, double, IMAGES) };
    for (int i = 0; i < IMAGES; i++) {
        mean.x[i] = 0;
        for (int s = 0; s < SEEDS; s++) mean.x[i] += (x[s].x[i] - base[s].x[i]) / SEEDS;
    }
    Interval one = resample_images(&mean, NULL, 1, DRAWS);
    cr_expect(fabs(one.low - seeds.low) <= 1e-9 && fabs(one.high - seeds.high) <= 1e-9);
    Interval differ = resample_images(&pixels[0], &pixels[1], 1, DRAWS);
    cr_expect(differ.low < differ.high && differ.low > -10 && differ.high < 10);
}

Test(resample, unknown_outcomes_make_no_interval)
{
    Evidence x = { .images = 2, .x = (double[]){ 1, NAN } };
    Interval in = resample_images(&x, NULL, 1, DRAWS);
    cr_expect(!(in.low < in.high), "%g .. %g", in.low, in.high);
}
