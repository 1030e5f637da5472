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

Mask *estimate_mask(const Cell *c)
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
    Mask  *m = estimate_mask(c);
    double n = guide_forwards(c, m);
    mask_close(m);
    return n;
}

double estimate_step_flop(const Cell *c)
{
    const Sizes s = sizes_of(c);
    return 3.0 * c->config.pretrain.batch / c->config.pretrain.accumulate *
           (encode_flop(&s, s.K) + decode_flop(&s));
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

double estimate_disk(const Cell *c)
{
    return 2e5 + estimate_parameters(c) * sizeof(real) + 16.0 * c->data->test_count;
}

/* Weights and both moments, twice: the newest and the one before it. */
double estimate_states(const Cell *c)
{
    return cell_trains(c) ? 2 * 3 * estimate_parameters(c) * sizeof(real) : 0;
}

/* --- pace ---------------------------------------------------------------- */

/* The first product of the hidden layer, for a batch: most of a step is like it.  Wider ones
 * go at the same rate. */
static double trial(const Cell *c)
{
    enum { ROWS = 1024, LEAST = 3, WIDEST = 1024 };
    const Backend *be;
    Err            err;
    const int      width = c->config.model.width, D = width < WIDEST ? width : WIDEST;
    int            threads = threads_get();
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
    enum { ENOUGH = 6, LOOKS = 64 }; /* records may be damaged */
    double wall_s = 0, flop = 0;
    Pace   p = { 0 };
    for (int i = 0, looks = 0; i < w->n && p.records < ENOUGH && looks < LOOKS; i++) {
        const Task *t = &w->work[i].tasks[0];
        char        path[CELL_PATH];
        double      s;
        if (!t->done || !cell_trains(t->cell)) continue;
        cell_record(path, w->results, t->cell, t->kind);
        looks++;
        if (!took(&s, path)) continue;
        wall_s += s, flop += estimate_flop(t->cell, t->kind);
        p.records++;
    }
    p.s_per_flop = p.records ? wall_s / flop : w->n ? SLACK * trial(w->work[0].cell) : 0;
    return p;
}
