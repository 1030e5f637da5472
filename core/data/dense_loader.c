#include "core/data/dense_loader.h"

#include "core/base/rng.h"
#include "core/base/threads.h"

#include <stdlib.h>

static const uint64_t NO_EPOCH = UINT64_MAX;

static size_t pixels(const DenseLoaderConfig *c) { return (size_t)c->size * (size_t)c->size; }
static int    part_of(const DenseLoaderConfig *c) { return c->batch / (c->parts ? c->parts : 1); }

double dense_loader_bytes(const DenseLoaderConfig *c, int channels)
{
    /* numbers, labels; bytes, and as many again where samples are changed */
    double each = (double)channels * (double)sizeof(real) + (double)sizeof(int) + 3.0 * channels;
    return part_of(c) * (double)pixels(c) * each;
}

void dense_loader_open(DenseLoader *l, const DenseData *d, const DenseLoaderConfig *c)
{
    const size_t N = (size_t)part_of(c);
    CHECK(N > 0 && c->size > 0 && !c->jitter != !c->cutting, "%d parts of %d of %d pixels",
          c->parts, c->batch, c->size);
    *l = (DenseLoader){ .data = d, .config = *c, .order_epoch = NO_EPOCH,
                        .threads = threads_get(), .N = part_of(c) };
    l->order = malloc((size_t)d->count * sizeof *l->order);
    l->sample = malloc(N * sizeof *l->sample);
    l->ids = malloc(N * sizeof *l->ids);
    l->images = malloc(N * (size_t)d->channels * pixels(c) * sizeof *l->images);
    l->labels = malloc(N * pixels(c) * sizeof *l->labels);
    CHECK(l->order && l->sample && l->ids && l->images && l->labels,
          "no memory for batches of %d pictures", l->N);
    for (int i = 0; i < d->count; i++) l->order[i] = i;
    for (int i = 0; i < l->N; i++) annotated_open(&l->sample[i]);
}

void dense_loader_close(DenseLoader *l)
{
    for (int i = 0; l->sample && i < l->N; i++) annotated_close(&l->sample[i]);
    free(l->order);
    free(l->sample);
    free(l->ids);
    free(l->images);
    free(l->labels);
    *l = (DenseLoader){ 0 };
}

int dense_loader_steps(const DenseLoader *l) { return l->data->count / l->config.batch; }

static Status load_one(const DenseLoader *l, int i, uint64_t epoch, Err *err)
{
    const DenseLoaderConfig *c = &l->config;
    const DenseData         *d = l->data;
    Annotated               *s = &l->sample[i];
    if (dense_get(d, (int)l->ids[i], s, err)) return err->code;
    if (c->jitter) jitter_apply(c->jitter, s, c->seed, epoch);
    else cutting_apply(c->cutting, s, c->seed, epoch);
    annotated_input(s, d->mean, d->std,
                    l->images + (size_t)i * (size_t)d->channels * pixels(c), c->size, c->size);
    if (s->labels.height)
        annotated_labels(s, l->labels + (size_t)i * pixels(c), c->size, c->size);
    return STATUS_OK;
}

Status dense_batch(DenseLoader *l, uint64_t epoch, int step, int part, Err *err)
{
    const int N = l->N, first = step * l->config.batch + part * N;
    CHECK(step >= 0 && step < dense_loader_steps(l), "batch %d of %d", step,
          dense_loader_steps(l));
    CHECK(part >= 0 && part < l->config.batch / N, "part %d of %d", part, l->config.batch / N);
    if (l->order_epoch != epoch) {
        Rng rng = rng_at(l->config.seed, STREAM_ORDER, epoch, 0);
        rng_shuffle(&rng, l->order, l->data->count);
        l->order_epoch = epoch;
    }
    for (int i = 0; i < N; i++) l->ids[i] = (uint64_t)l->order[first + i];

    int bad_at = N; /* of several that fail the first is told, on any threads */
#pragma omp parallel for schedule(dynamic) num_threads(l->threads)
    for (int i = 0; i < N; i++) {
        Err own;
        if (!load_one(l, i, epoch, &own)) continue;
#pragma omp critical(dense_loader_failure)
        if (i < bad_at) {
            bad_at = i;
            *err = own;
        }
    }
    return bad_at < N ? err->code : STATUS_OK;
}
