#include "core/data/loader.h"

#include "core/base/rng.h"
#include "core/base/threads.h"
#include "core/data/erase.h"
#include "core/data/randaugment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

/* What a thread reads, crops and resizes in. */
struct LoaderDesk {
    Image picture, cropped, scratch;
};

static const uint64_t NO_EPOCH = UINT64_MAX;

void loader_open(Loader *l, const Data *d, const LoaderConfig *c)
{
    *l = (Loader){ .data = d, .config = *c, .order_epoch = NO_EPOCH };
    if (c->augment) {
        l->augment = *c->augment;
        l->config.augment = &l->augment;
    }
    if (!c->height) l->config.height = d->height;
    if (!c->width) l->config.width = d->width;
    CHECK(c->batch > 0 && l->config.height > 0 && l->config.width > 0,
          "batches of %d pictures of %d x %d", c->batch, l->config.height,
          l->config.width);
    if (!c->parts) l->config.parts = 1;
    CHECK(l->config.part >= 0 && l->config.part < l->config.parts &&
              c->batch % l->config.parts == 0 && (c->shuffle || l->config.parts == 1),
          "part %d of %d of batches of %d", c->part, l->config.parts, c->batch);
    CHECK(d->stored_height || l->config.height == l->config.width,
          "photographs are seen as squares, not %d x %d", l->config.height, l->config.width);

    l->threads = threads_get();
    l->desks = calloc((size_t)l->threads, sizeof *l->desks);
    l->order = malloc((size_t)d->count * sizeof *l->order);
    CHECK(l->desks && l->order, "no memory for a loader of %d pictures", d->count);
    for (int i = 0; i < d->count; i++) l->order[i] = i;
    for (int k = 0; k < d->channels; k++)
        l->fill[k] = (uint8_t)lrintf(255 * d->mean[k]);
    for (int value = 0; value < 256; value++)
        for (int k = 0; k < d->channels; k++)
            l->normal[k][value] = ((real)value / 255 - d->mean[k]) / d->std[k];
}

void loader_close(Loader *l)
{
    for (int i = 0; i < l->threads; i++) {
        image_free(&l->desks[i].picture);
        image_free(&l->desks[i].cropped);
        image_free(&l->desks[i].scratch);
    }
    free(l->desks);
    free(l->order);
    *l = (Loader){ 0 };
}

int loader_steps(const Loader *l)
{
    int count = l->data->count, batch = l->config.batch;
    return l->config.shuffle ? count / batch : (count + batch - 1) / batch;
}

Batch batch_new(Arena *host, const Loader *l)
{
    size_t N = (size_t)(l->config.batch / l->config.parts);
    size_t values = (size_t)l->data->channels * (size_t)l->config.height *
                    (size_t)l->config.width;
    return (Batch){ .images = ARENA_NEW(host, real, N * values),
                    .ids = ARENA_NEW(host, uint64_t, N),
                    .labels = ARENA_NEW(host, int, N),
                    .crops = ARENA_NEW(host, Crop, N),
                    .wholes = ARENA_NEW(host, Crop, N),
                    .values = values };
}

Batch batch_part(const Batch *b, int i, int n)
{
    CHECK(i >= 0 && i < n && b->N % n == 0, "part %d of %d of %d pictures", i, n, b->N);
    int N = b->N / n, first = i * N;
    return (Batch){ .N = N, .images = b->images + (size_t)first * b->values,
                    .ids = b->ids + first, .labels = b->labels + first,
                    .crops = b->crops + first, .wholes = b->wholes + first,
                    .values = b->values };
}

static void order_epoch(Loader *l, uint64_t epoch)
{
    if (!l->config.shuffle || l->order_epoch == epoch) return;
    Rng rng = rng_at(l->config.seed, STREAM_ORDER, epoch, 0);
    rng_shuffle(&rng, l->order, l->data->count);
    l->order_epoch = epoch;
}

/* Pixels [H, W, C] to numbers [C, H, W]. */
static void normalize(const Loader *l, real *out, const uint8_t *pixels)
{
    int C = l->data->channels, n = l->config.height * l->config.width;
    for (int k = 0; k < C; k++)
        for (int i = 0; i < n; i++) *out++ = l->normal[k][pixels[i * C + k]];
}

static Status load_one(const Loader *l, const Batch *b, int i, LoaderDesk *desk,
                       uint64_t epoch, Err *err)
{
    const LoaderConfig *c = &l->config;
    const int           H = c->height, W = c->width, C = l->data->channels;
    const uint64_t      id = b->ids[i];
    Image              *m = &desk->picture;
    if (data_read(l->data, (int)id, m, err)) return err->code;
    b->labels[i] = l->data->labels[id];
    b->crops[i] = b->wholes[i] = crop_whole(m->height, m->width);
    if (c->augment)
        b->crops[i] = augment_crop(c->augment, m->height, m->width, c->seed, epoch, id);

    real *out = b->images + (size_t)i * (size_t)H * (size_t)W * (size_t)C;
    bool  photo = !l->data->stored_height;
    if (!c->augment && !photo && m->height == H && m->width == W) {
        normalize(l, out, m->pixels);
        return STATUS_OK;
    }
    image_size(&desk->cropped, H, W, C);
    if (photo && !c->augment && !c->whole)
        b->crops[i] = centre_apply(m, H, desk->cropped.pixels, &desk->scratch);
    else crop_apply(&b->crops[i], m, H, W, desk->cropped.pixels, &desk->scratch);
    if (c->augment && c->augment->randaugment > 0)
        randaugment(&desk->cropped, c->augment->randaugment, l->fill, &desk->scratch, c->seed,
                    epoch, id);
    normalize(l, out, desk->cropped.pixels);
    if (c->augment && c->augment->erase > 0)
        erase(out, C, H, W, c->augment->erase, c->seed, epoch, id);
    return STATUS_OK;
}

Status loader_batch(Loader *l, Batch *b, uint64_t epoch, int step, Err *err)
{
    CHECK(step >= 0 && step < loader_steps(l), "batch %d of %d", step, loader_steps(l));
    int rows = l->config.batch / l->config.parts;
    int first = step * l->config.batch + l->config.part * rows, left = l->data->count - first;
    b->N = left < rows ? left : rows;
    order_epoch(l, epoch);
    for (int i = 0; i < b->N; i++) b->ids[i] = (uint64_t)l->order[first + i];

    int bad_at = b->N; /* of several that fail the first is told, on any threads */
#pragma omp parallel for schedule(static) num_threads(l->threads)
    for (int i = 0; i < b->N; i++) {
        Err own;
        if (!load_one(l, b, i, &l->desks[omp_get_thread_num()], epoch, &own)) continue;
#pragma omp critical(loader_failure)
        if (i < bad_at) {
            bad_at = i;
            *err = own;
        }
    }
    return bad_at < b->N ? err->code : STATUS_OK;
}
