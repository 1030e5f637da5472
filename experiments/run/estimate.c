#include "experiments/run/estimate.h"

#include "core/base/h5.h"
#include "core/base/threads.h"
#include "core/tape/backend.h"
#include "core/train/footprint.h"
#include "experiments/run/estimate_dense.h"
#include "experiments/stages/guide.h"
#include "experiments/stages/tune.h"
#include "strategies/registry.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double SLACK = 1.6; /* a step over its matrix products   */

/* --- operations ---------------------------------------------------------- */

/* One block on T tokens: 12 D^2 multiplications a token, and the attention. */
static double block_flop(double T, double D) { return 24 * T * D * D + 4 * T * T * D; }

typedef struct { double L, K, P, D, depth, decoder_D, decoder_depth; } Sizes;

static Sizes sizes_of(const Cell *c)
{
    const ModelConfig *m = &c->config.model;
    return (Sizes){ .L = c->rows * c->cols, .K = c->K,
                    .P = (double)m->patch * m->patch * c->data->channels,
                    .D = m->width, .depth = m->depth, .decoder_D = m->decoder_width,
                    .decoder_depth = m->decoder_depth };
}

static double encode_flop(const Sizes *s, double tokens)
{
    return 2 * tokens * s->P * s->D + s->depth * block_flop(tokens + 1, s->D);
}

static double decode_flop(const Sizes *s)
{
    return 2 * (s->K + 1) * s->D * s->decoder_D +
           s->decoder_depth * block_flop(s->L + 1, s->decoder_D) +
           2 * (s->L + 1) * s->decoder_D * s->P;
}

/* The recipe has been checked: its strategies open. */
static Mask *mask_of(const Cell *c)
{
    Mask *m;
    Err   err;
    CHECK(!strategy_open(&m, c->config.pretrain.strategy, c->rows, c->cols, &err), "%s",
          err.text);
    return m;
}

/* Forwards of the whole encoder, an image of the training set each, for masks alone. */
static double looks(const Cell *c)
{
    if (!cell_trains(c)) return 0;
    Mask  *m = mask_of(c);
    double n = guide_forwards(c, m);
    mask_close(m);
    return n;
}

/* Forwards of everything, and backwards, twice as long, of the blocks that learn. */
static double tune_flop(const Cell *c, const Sizes *s, const TuneConfig *how)
{
    double forward = encode_flop(s, s->L), blocks = how->blocks < s->depth ? how->blocks : s->depth;
    return how->epochs * c->data->train_count * forward * (1 + 2 * blocks / s->depth) +
           c->data->test_count * forward;
}

double estimate_flop(const Cell *c, StageKind kind)
{
    const Sizes   s = sizes_of(c);
    const double  train = c->data->train_count, test = c->data->test_count;
    const double  seen = c->data->pretrain_count;
    const double  features = (train + test) * encode_flop(&s, s.L);
    const Config *k = &c->config;
    TuneConfig    finetune = config_finetune(k);
    switch (kind) {
    case STAGE_PRETRAIN: /* backward is twice forward */
        return 3 * k->pretrain.epochs * seen * (encode_flop(&s, s.K) + decode_flop(&s)) +
               looks(c) * seen * encode_flop(&s, s.L);
    case STAGE_KNN: return features + 2 * train * test * s.D;
    case STAGE_LINEAR_CACHED:
        return features + 6 * k->linear.epochs * train * s.D * c->data->classes;
    case STAGE_LINEAR: return (k->probe.epochs * train + test) * encode_flop(&s, s.L);
    case STAGE_PARTIAL: return tune_flop(c, &s, &k->partial);
    case STAGE_FINETUNE: return tune_flop(c, &s, &finetune);
    case STAGE_DETECT:
    case STAGE_SEGMENT: return estimate_dense_flop(c, kind);
    case STAGE_RECONSTRUCT:
        return k->reconstruct.images * (encode_flop(&s, s.L) + decode_flop(&s));
    case STAGE_REPRESENT: /* as it is, and two views of it */
        return (3 + k->pretrain.snapshots) * k->represent.images * encode_flop(&s, s.L);
    case STAGE_KINDS: break;
    }
    return 0;
}

/* --- bytes --------------------------------------------------------------- */

/* As mae_count has it, without making a model: 10,000 cells are asked about. */
double estimate_parameters(const Cell *c)
{
    const Sizes s = sizes_of(c);
    double      D = s.D, B = s.decoder_D;
    double      block = 12 * D * D + 13 * D, decoder_block = 12 * B * B + 13 * B;
    double      positions = (s.L + 1) * (D + B), tokens = D + B, norms = 2 * (D + B);
    return s.P * D + D + s.depth * block + D * B + B + s.decoder_depth * decoder_block +
           B * s.P + s.P + positions + tokens + norms;
}

static double training_memory(const Cell *c, const MaeConfig *model)
{
    Mask         *m = mask_of(c);
    FootprintStep s = guide_footprint(c, m);
    double bytes = (double)footprint_train(model, &s) + guide_bytes(c, m);
    mask_close(m);
    return bytes;
}

static double tune_memory(const Cell *c, const TuneConfig *how)
{
    const ClassifierConfig model = tune_model(c, how);
    return (double)footprint_tune(&model, how->batch / how->accumulate, how->accumulate,
                                  c->config.model.recompute);
}

/* The batch is there twice: as loaded, and, or a part of it, on the backend. */
double estimate_memory(const Cell *c, StageKind kind)
{
    const DataFacts *d = c->data;
    const MaeConfig  model = config_mae(&c->config, d->channels, d->height, d->width);
    const double     image = (double)d->channels * d->height * d->width * sizeof(real);
    const int        batch = c->config.pretrain.batch, L = c->rows * c->cols;
    if (kind == STAGE_PRETRAIN && cell_trains(c))
        return FOOTPRINT_PROCESS + d->bytes + batch * image + training_memory(c, &model);

    const TuneConfig finetune = config_finetune(&c->config);
    if (kind == STAGE_PARTIAL || kind == STAGE_FINETUNE) {
        const TuneConfig *how = kind == STAGE_PARTIAL ? &c->config.partial : &finetune;
        return FOOTPRINT_PROCESS + d->bytes + how->batch * image + tune_memory(c, how);
    }
    if (cell_dense(c, kind)) return FOOTPRINT_PROCESS + estimate_dense_memory(c, kind);
    if (kind == STAGE_LINEAR)
        return FOOTPRINT_PROCESS + d->bytes + features_batch(L) * image +
               2.0 * c->config.probe.batch * (model.encoder.size.D + d->classes) * sizeof(real) +
               (double)footprint_features(&model, features_batch(L));

    double features = 2.0 * ((double)d->train_count + d->test_count) * model.encoder.size.D;
    return FOOTPRINT_PROCESS + d->bytes + features * sizeof(real) +
           features_batch(L) * image + (double)footprint_features(&model, features_batch(L));
}

static bool tunes_the_same(const TuneConfig *a, const TuneConfig *b)
{
    return a->batch == b->batch && a->accumulate == b->accumulate && a->blocks == b->blocks &&
           !strcmp(a->pool, b->pool) && a->drop_path == b->drop_path;
}

static bool dense_the_same(const DenseTask *a, const DenseTask *b)
{
    return a->batch == b->batch && a->accumulate == b->accumulate && a->size == b->size &&
           a->regions == b->regions && a->drop_path == b->drop_path &&
           !strcmp(a->model, b->model);
}

static bool take_the_same(const Cell *a, const Cell *b)
{
    return a->data == b->data && a->K == b->K && cell_trains(a) == cell_trains(b) &&
           a->config.pretrain.batch == b->config.pretrain.batch &&
           a->config.pretrain.accumulate == b->config.pretrain.accumulate &&
           a->config.probe.batch == b->config.probe.batch &&
           tunes_the_same(&a->config.partial, &b->config.partial) &&
           tunes_the_same(&a->config.finetune, &b->config.finetune) &&
           a->detect == b->detect && a->segment == b->segment &&
           dense_the_same(&a->config.detect, &b->config.detect) &&
           dense_the_same(&a->config.segment, &b->config.segment) &&
           !strcmp(a->config.pretrain.strategy, b->config.pretrain.strategy) &&
           !memcmp(&a->config.model, &b->config.model, sizeof a->config.model);
}

/* A dry step takes a millisecond or two, and there may be 10,000 cells: neighbours
 * are mostly alike. */
double estimate_most_memory(const Works *w)
{
    const Cell *last[STAGE_KINDS] = { NULL };
    double      most = 0;
    for (int i = 0; i < w->n; i++)
        for (int k = 0; k < w->work[i].n; k++) {
            const Task *t = &w->work[i].tasks[k];
            if (!work_needs(&w->work[i], k)) continue;
            if (last[t->kind] && take_the_same(last[t->kind], t->cell)) continue;
            last[t->kind] = t->cell;
            double bytes = estimate_memory(t->cell, t->kind);
            most = bytes > most ? bytes : most;
        }
    return most;
}

double estimate_disk(const Cell *c)
{
    return 2e5 + estimate_parameters(c) * sizeof(real) + 16.0 * c->data->test_count;
}

double memory_available(void)
{
    double kb = 0;
    char   line[256];
    FILE  *f = fopen("/proc/meminfo", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "MemAvailable: %lf kB", &kb) == 1) break;
    if (f) fclose(f);
    return 1024 * kb;
}

/* --- pace ---------------------------------------------------------------- */

/* The first product of the hidden layer, for a batch: most of a step is like it. */
static double trial(const Cell *c)
{
    enum { ROWS = 1024, LEAST = 3 };
    const Backend *be;
    Err            err;
    int            D = c->config.model.width, threads = threads_get();
    size_t         n = (size_t)ROWS * (size_t)D, hidden = 4 * n;
    size_t         weights = 4 * (size_t)D * (size_t)D;
    if (backend_open(&be, "cpu", &err)) return 0;
    real *x = calloc(n + hidden + weights, sizeof *x);
    if (!x) return 0;
    real  *w = x + n, *y = w + weights;
    double spent = 0, best = 0;
    threads_set(1);
    for (int i = 0; i < LEAST || (spent < 0.05 && i < 1000); i++) {
        double start = clock_s();
        be->gemm(0, 0, ROWS, 4 * D, D, x, w, 0, y);
        double s = clock_s() - start;
        spent += s;
        if (!best || s < best) best = s;
    }
    threads_set(threads);
    free(x);
    return best / (2.0 * ROWS * 4 * D * D);
}

static bool peak(double *bytes, const char *path)
{
    H5   *f;
    Err   err;
    H5Set set = { .name = "cost/peak_bytes", .kind = NUMBER_DOUBLE };
    if (h5_open(&f, path, &err)) return false;
    bool ok = !h5_get_into(f, &set, bytes, &err);
    h5_close(f);
    return ok;
}

MemoryTaken estimate_memory_taken(const Works *w)
{
    enum { ENOUGH = 64 };
    MemoryTaken m = { 0 };
    for (int i = 0, n = 0; i < w->n && n < ENOUGH; i++)
        for (int k = 0; k < w->work[i].n; k++) {
            const Task *t = &w->work[i].tasks[k];
            char        path[CELL_PATH];
            double      bytes;
            if (!t->done) continue;
            cell_record(path, w->results, t->cell, t->kind);
            if (!peak(&bytes, path)) continue;
            m.measured = fmax(m.measured, bytes);
            m.predicted = fmax(m.predicted, estimate_memory(t->cell, t->kind));
            n++;
        }
    return m;
}

/* Wall time and threads of a finished stage; false if the record does not say. */
static bool took(double *wall_s, const char *path)
{
    H5     *f;
    Err     err;
    int64_t threads;
    H5Set   set = { .name = "cost/wall_s", .kind = NUMBER_DOUBLE };
    if (h5_open(&f, path, &err)) return false;
    bool ok = !h5_get_into(f, &set, wall_s, &err) &&
              !h5_get_whole(f, "provenance", "threads", &threads, &err) && *wall_s > 0;
    if (ok) *wall_s *= (double)threads;
    h5_close(f);
    return ok;
}

Pace estimate_pace(const Works *w)
{
    enum { ENOUGH = 6 };
    double wall_s = 0, flop = 0;
    Pace   p = { 0 };
    for (int i = 0; i < w->n && p.records < ENOUGH; i++) {
        const Task *t = &w->work[i].tasks[0];
        char        path[CELL_PATH];
        double      s;
        if (!t->done || !cell_trains(t->cell)) continue;
        cell_record(path, w->results, t->cell, t->kind);
        if (!took(&s, path)) continue;
        wall_s += s, flop += estimate_flop(t->cell, t->kind);
        p.records++;
    }
    p.s_per_flop = p.records ? wall_s / flop : w->n ? SLACK * trial(w->work[0].cell) : 0;
    return p;
}
