#include "core/base/threads.h"
#include "core/data/loader.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

static Data *scenes(int count)
{
    Data      *d;
    Err        err;
    DataConfig c = data_defaults();
    c.name = "scenes", c.train_count = count;
    cr_assert(!data_open(&d, &c, SPLIT_TRAIN, &err), "%s", err.text);
    return d;
}

/* Every change of a picture that a loader can make. */
static Augment all_there_is(void)
{
    Augment a = augment_defaults();
    a.randaugment = 9, a.erase = 0.5;
    return a;
}

static void get(Loader *l, Batch *b, uint64_t epoch, int step)
{
    Err err;
    cr_assert(!loader_batch(l, b, epoch, step, &err), "%s", err.text);
}

Test(loader, parts_of_a_batch_are_in_it)
{
    Data   *d = scenes(12);
    Arena   a;
    Loader  l;
    arena_open(&a, "test", NULL, NULL);
    loader_open(&l, d, &(LoaderConfig){ .batch = 6, .shuffle = true, .seed = 3 });
    Batch  b = batch_new(&a, &l);
    size_t each = (size_t)(d->channels * d->height * d->width);
    get(&l, &b, 0, 1);
    for (int i = 0; i < 3; i++) {
        Batch part = batch_part(&b, i, 3);
        cr_expect(part.N == 2 && part.ids == b.ids + 2 * i && part.labels == b.labels + 2 * i);
        cr_expect(part.images == b.images + (size_t)i * 2 * each);
        cr_expect(part.crops == b.crops + 2 * i && part.wholes == b.wholes + 2 * i);
    }
    loader_close(&l);
    arena_close(&a);
    data_close(d);
}

Test(loader, each_epoch_is_another_order_of_all)
{
    Data   *d = scenes(100);
    Arena   a;
    Loader  l;
    int     seen[100] = { 0 }, moved = 0;
    arena_open(&a, "test", NULL, NULL);
    loader_open(&l, d, &(LoaderConfig){ .batch = 20, .shuffle = true, .seed = 3 });
    Batch b = batch_new(&a, &l), c = batch_new(&a, &l);
    cr_assert(loader_steps(&l) == 5);
    for (int step = 0; step < 5; step++) {
        get(&l, &b, 0, step);
        get(&l, &c, 1, step);
        for (int i = 0; i < b.N; i++) {
            seen[b.ids[i]]++;
            moved += b.ids[i] != c.ids[i];
            cr_expect(b.labels[i] == d->labels[b.ids[i]]);
        }
    }
    for (int i = 0; i < 100; i++) cr_expect(seen[i] == 1, "picture %d: %d", i, seen[i]);
    cr_expect(moved > 80, "%d of 100 moved", moved);
    loader_close(&l);
    arena_close(&a);
    data_close(d);
}

Test(loader, shuffled_drops_the_rest_and_in_order_keeps_it)
{
    Data  *d = scenes(50);
    Arena  a;
    Loader l;
    arena_open(&a, "test", NULL, NULL);
    loader_open(&l, d, &(LoaderConfig){ .batch = 16, .shuffle = true });
    cr_expect(loader_steps(&l) == 3);
    loader_close(&l);
    loader_open(&l, d, &(LoaderConfig){ .batch = 16 });
    cr_assert(loader_steps(&l) == 4);
    Batch b = batch_new(&a, &l);
    get(&l, &b, 0, 3);
    cr_expect(b.N == 2 && b.ids[0] == 48 && b.ids[1] == 49);
    loader_close(&l);
    arena_close(&a);
    data_close(d);
}

Test(loader, normalizes_and_turns_channels_outward)
{
    Data  *d = scenes(4);
    Arena  a;
    Loader l;
    arena_open(&a, "test", NULL, NULL);
    loader_open(&l, d, &(LoaderConfig){ .batch = 4 });
    Batch b = batch_new(&a, &l);
    get(&l, &b, 0, 0);
    for (int i = 0; i < 4 * 28 * 28; i++) {
        real want = ((real)d->pixels[i] / 255 - d->mean[0]) / d->std[0];
        cr_assert(b.images[i] == want, "value %d: %g, not %g", i, b.images[i], want);
    }
    loader_close(&l);
    arena_close(&a);
    data_close(d);
}

/* The same bytes on one and on three threads, whatever was asked for before. */
Test(loader, batch_depends_on_seed_epoch_and_step_alone)
{
    Data   *d = scenes(96);
    Arena   a;
    Loader  one, three;
    Augment augment = all_there_is();
    arena_open(&a, "test", NULL, NULL);
    LoaderConfig c = { .batch = 32, .shuffle = true, .augment = &augment, .seed = 9 };
    threads_set(1);
    loader_open(&one, d, &c);
    threads_set(3);
    loader_open(&three, d, &c);
    Batch  x = batch_new(&a, &one), y = batch_new(&a, &three);
    size_t bytes = sizeof(real) * 32 * 28 * 28;
    get(&one, &x, 4, 1);
    get(&three, &y, 7, 0);
    get(&three, &y, 4, 1);
    cr_expect(!memcmp(x.ids, y.ids, sizeof *x.ids * 32));
    cr_expect(!memcmp(x.images, y.images, bytes));
    for (int i = 0; i < 32; i++) cr_expect(x.crops[i].top == y.crops[i].top);
    get(&three, &y, 4, 2);
    cr_expect(memcmp(x.images, y.images, bytes));
    loader_close(&one);
    loader_close(&three);
    arena_close(&a);
    data_close(d);
}

/* A picture's crop is the same whichever batch and batch size it falls in. */
Test(loader, crops_are_keyed_by_picture)
{
    Data   *d = scenes(24);
    Arena   a;
    Loader  small, large;
    Augment augment = all_there_is();
    real    first[24][28 * 28];
    arena_open(&a, "test", NULL, NULL);
    loader_open(&small, d, &(LoaderConfig){ .batch = 5, .augment = &augment });
    loader_open(&large, d, &(LoaderConfig){ .batch = 24, .shuffle = true,
                                            .augment = &augment });
    Batch s = batch_new(&a, &small), l = batch_new(&a, &large);
    for (int step = 0; step < loader_steps(&small); step++) {
        get(&small, &s, 2, step);
        for (int i = 0; i < s.N; i++)
            memcpy(first[s.ids[i]], s.images + i * 784, sizeof first[0]);
    }
    get(&large, &l, 2, 0);
    for (int i = 0; i < l.N; i++)
        cr_expect(!memcmp(first[l.ids[i]], l.images + i * 784, sizeof first[0]),
                  "picture %d", (int)l.ids[i]);
    loader_close(&small);
    loader_close(&large);
    arena_close(&a);
    data_close(d);
}
