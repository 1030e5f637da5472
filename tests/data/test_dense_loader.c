/* Batches of annotated pictures. */
#include "core/data/dense_loader.h"
#include "tests/data/annotations.h"

#include <criterion/criterion.h>

#include <string.h>

enum { BATCH = 6, PARTS = 3, SIDE = 32 };

static void get(DenseLoader *l, int step, int part)
{
    Err err;
    cr_assert(!dense_batch(l, 1, step, part, &err), "%s", err.text);
}

/* One after the other, with less memory. */
Test(dense_loader, parts_make_the_batch)
{
    const Cutting     cutting = cutting_defaults(SIDE);
    DenseConfig       c = dense_defaults();
    DenseLoaderConfig how = { .batch = BATCH, .size = SIDE, .cutting = &cutting, .seed = 3 };
    DenseLoader       whole, l;
    c.train_count = 2 * BATCH + 1;
    DenseData   *d = dense_opened(&c, SPLIT_TRAIN);
    const size_t pixels = (size_t)SIDE * SIDE, values = (size_t)d->channels * pixels;
    dense_loader_open(&whole, d, &how);
    cr_expect(dense_loader_bytes(&how, 3) == PARTS * dense_loader_bytes(
        &(DenseLoaderConfig){ .batch = BATCH, .parts = PARTS, .size = SIDE }, 3));
    how.parts = PARTS;
    dense_loader_open(&l, d, &how);
    cr_assert(dense_loader_steps(&l) == 2 && l.N == 2 && whole.N == BATCH);
    get(&whole, 1, 0);
    for (int part = PARTS - 1; part >= 0; part--) {
        const size_t first = (size_t)(part * l.N), N = (size_t)l.N;
        get(&l, 1, part);
        cr_expect(!memcmp(l.ids, whole.ids + first, N * sizeof *l.ids));
        cr_expect(!memcmp(l.images, whole.images + first * values, N * values * sizeof(real)));
        cr_expect(!memcmp(l.labels, whole.labels + first * pixels, N * pixels * sizeof(int)));
        cr_expect(l.sample[1].count == whole.sample[first + 1].count);
    }
    dense_loader_close(&l);
    dense_loader_close(&whole);
    dense_close(d);
}
