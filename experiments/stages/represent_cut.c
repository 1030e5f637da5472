/* Patches in two parts by normalised cut: how well the parts hold together in features and
 * in attention, and over the epochs how near they are to what they become. */
#include "experiments/stages/represent.h"

#include "core/mask/ncut.h"
#include "core/metrics/partition.h"
#include "core/train/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A cut costs dozens of products with [L, L]; of RELATED images the relations of patches
 * are kept after every block. */
enum { CUT_IMAGES = 64, RELATED = 16 };

enum {
    GAP, ATTENTION_GAP, AGREEMENT, DIVERGENCE, FEATURES, RELATIONS, SHARE, RATE, N_CURVES
};

static const struct { const char *name, *long_name; } names[N_CURVES] = {
    [GAP] = { "cut_gap", "cosine within parts of a cut minus between" },
    [ATTENTION_GAP] = { "cut_gap_attention", "attention within parts minus between, times L" },
    [AGREEMENT] = { "cut_agreement", "mutual information with the final parts" },
    [DIVERGENCE] = { "relation_divergence", "divergence from the final relations of patches" },
    [FEATURES] = { "feature_variance", "variance of features over patches" },
    [RELATIONS] = { "relation_variance", "variance of cosines of patches" },
    [SHARE] = { "exploitation_share", "decoder's attention that hidden patches get" },
    [RATE] = { "exploitation_rate", "attention to a hidden patch over a visible one" },
};

/* Of one encoder: the parts and cosines of each image, and the means over images. */
typedef struct {
    bool   *part;    /* [n, L]    */
    double *cosines; /* [n, L, L] after the last block                              */
    double *related; /* [depth, RELATED, L, L] after each; NULL of all but the last */
    double *divergence; /* [depth] from the last encoder's                          */
    double *share;   /* [blocks of the decoder]                                     */
    double  mean[N_CURVES];
} Cuts;

/* Weights (1 + cos) / 2, as the SG-MAE-like form has it.  TokenCut's threshold of 0.2 makes one
 * part of all patches where features have come close to collapse: of a model of three epochs
 * its gap was -0.0003. */
static void cut(bool *part, float *x, int L, int D, Arena *a)
{
    double *w = ARENA_NEW(a, double, (size_t)L * (size_t)L), *z = ARENA_NEW(a, double, L);
    ncut_unit_rows(x, L, D);
    ncut_affinity(w, x, L, D, NCUT_HALF);
    ncut_vector(z, w, L);
    ncut_object(part, z, L, false);
}

/* Attention [H, L, L] between two patches, either way, mean over heads; times L, so that 1
 * is what everybody gets where all is even. */
static void attention_affinity(double *out, const float *p, int H, int L)
{
    size_t each = (size_t)L * (size_t)L;
    for (int i = 0; i < L; i++)
        for (int j = 0; j < L; j++) {
            double sum = 0;
            for (int h = 0; h < H; h++) {
                const float *a = p + (size_t)h * each;
                sum += (double)a[i * L + j] + (double)a[j * L + i];
            }
            out[i * L + j] = L * sum / (2 * H);
        }
}

/* A gap is not defined where one part is empty: such an image does not count. */
static void add(double *mean, double *n, double x)
{
    if (isfinite(x)) *mean += (x - *mean) / ++*n;
}

/* Image k: x [L, D] features, p [H, L, L] attention of the last block; `last` are the final
 * encoder's cuts, perhaps these. */
static void judge(const Represent *w, Cuts *c, const Cuts *last, int k, float *x, const float *p,
                  double n[N_CURVES], Arena *a)
{
    size_t  L = (size_t)w->L;
    bool   *part = c->part + (size_t)k * L;
    double *cosines = c->cosines + (size_t)k * L * L;
    double *attention = ARENA_NEW(a, double, L * L);
    attention_affinity(attention, p, w->H, w->L);
    partition_cosines(cosines, x, w->L, w->D);
    add(&c->mean[FEATURES], &n[FEATURES], partition_feature_variance(x, w->L, w->D));
    cut(part, x, w->L, w->D, a);
    add(&c->mean[GAP], &n[GAP], partition_gap(cosines, part, w->L));
    add(&c->mean[ATTENTION_GAP], &n[ATTENTION_GAP], partition_gap(attention, part, w->L));
    add(&c->mean[RELATIONS], &n[RELATIONS], partition_relation_variance(cosines, w->L));
    add(&c->mean[AGREEMENT], &n[AGREEMENT],
        partition_nmi(part, last->part + (size_t)k * L, w->L));
    add(&c->mean[DIVERGENCE], &n[DIVERGENCE],
        partition_divergence(cosines, last->cosines + (size_t)k * L * L, w->L));
}

/* How far patches, x [N, L, D] after block i, are from their final relations. */
static void relate(const Represent *w, Cuts *c, const Cuts *last, int i, const float *x,
                   int N, double *room)
{
    size_t L = (size_t)w->L;
    int    n = N < RELATED ? N : RELATED;
    c->divergence[i] = 0;
    for (int k = 0; k < n; k++) {
        size_t  at = (size_t)(i * RELATED + k) * L * L;
        double *cosines = c->related ? c->related + at : room;
        partition_cosines(cosines, x + (size_t)k * L * (size_t)w->D, w->L, w->D);
        c->divergence[i] += partition_divergence(cosines, last->related + at, w->L) / n;
    }
}

/* What the decoder looks at, where there is one. */
static void exploit(Represent *w, const Mae *m, const Batch *b, Cuts *c)
{
    int    blocks = m->config.decoder.D ? m->config.decoder.depth : 0;
    double share = 0, hidden = w->L - w->K, visible = w->K;
    c->mean[SHARE] = c->mean[RATE] = (double)NAN;
    if (!blocks) return;
    represent_shares(w, m, b, c->share);
    for (int i = 0; i < blocks; i++) share += c->share[i] / blocks;
    c->mean[SHARE] = share;
    c->mean[RATE] = share / hidden / ((1 - share) / visible);
}

/* All images of one batch under one encoder. */
static void cut_batch(Represent *w, const Mae *m, const Batch *b, int N, Cuts *c, const Cuts *last)
{
    Tape     *t = &w->tape;
    const Vit *v = &m->vit;
    VitSize   one = { w->D, 1, w->H };
    double    n[N_CURVES] = { 0 };
    size_t    L = (size_t)w->L, each = (size_t)w->H * L * L;
    float    *p = ARENA_NEW(&w->host, float, (size_t)b->N * each);
    float    *x = ARENA_NEW(&w->host, float, (size_t)b->N * L * (size_t)w->D);
    double   *room = ARENA_NEW(&w->host, double, L * L);
    Tensor   *images = stage_images(t, &v->config, b->images, b->N);
    Tensor   *y = vit_embed(t, v, images, vit_all_visible(t, v, images));
    for (int i = 0; i < w->depth; i++) {
        const Block *block = &v->blocks[i];
        bool         final = i == w->depth - 1;
        if (final) {
            Tensor *qkv = layer_norm_linear(t, y, block->norm1, block->qkv);
            stage_floats(p, t, op_attention_map(t, qkv, w->H));
        }
        y = blocks_forward(t, block, &one, y);
        if (final) y = layer_norm(t, y, v->norm);
        stage_floats(x, t, op_drop_class(t, y));
        relate(w, c, last, i, x, N, room);
    }
    tape_reset(t);
    memset(c->mean, 0, sizeof c->mean);
    for (int k = 0; k < N; k++) {
        ArenaMark mark = arena_mark(&w->host);
        judge(w, c, last, k, x + (size_t)k * L * (size_t)w->D, p + (size_t)k * each, n, &w->host);
        arena_rewind(&w->host, mark);
    }
    for (int i = 0; i < N_CURVES; i++)
        if (!n[i]) c->mean[i] = (double)NAN;
    exploit(w, m, b, c);
}

static Cuts new_cuts(Represent *w, int n)
{
    size_t L = (size_t)w->L;
    return (Cuts){ .part = ARENA_NEW(&w->host, bool, (size_t)n * L),
                   .cosines = ARENA_NEW(&w->host, double, (size_t)n * L * L),
                   .divergence = ARENA_NEW(&w->host, double, w->depth),
                   .share = ARENA_NEW(&w->host, double, w->mae.config.decoder.depth + 1) };
}

/* What was found at each moment, the final encoder last. */
typedef struct {
    size_t n;
    double (*mean)[N_CURVES]; /* [n]        */
    double *divergence;       /* [n, depth] */
} Course;

static void note(Course *all, size_t k, const Cuts *c, size_t depth)
{
    memcpy(all->mean[k], c->mean, sizeof c->mean);
    memcpy(all->divergence + k * depth, c->divergence, depth * sizeof *c->divergence);
}

/* The moment before step k steps / n of the training, in epochs. */
static Status cut_snapshot(Represent *w, long k, const Batch *b, int n, const Cuts *last,
                           Course *all, Err *err)
{
    ArenaMark mark = arena_mark(&w->host);
    Mae       m;
    char      path[CELL_PATH];
    Cuts      c = new_cuts(w, n);
    cell_model(path, w->context->results, w->cell, MODEL_SNAPSHOT + (int)k);
    if (checkpoint_open(&m, w->tape.be, path, NULL, err)) return err->code;
    cut_batch(w, &m, b, n, &c, last);
    note(all, (size_t)k, &c, (size_t)w->depth);
    mae_close(&m);
    arena_rewind(&w->host, mark);
    return STATUS_OK;
}

static void put_course(Represent *w, Record *r, const Course *all)
{
    static const char *const long_name = "divergence from the final relations of patches";
    size_t  n = all->n, depth = (size_t)w->depth;
    double *epoch = ARENA_NEW(&w->host, double, n), *y = ARENA_NEW(&w->host, double, n);
    double *mean = memset(ARENA_NEW(&w->host, double, depth), 0, depth * sizeof *mean);
    for (size_t k = 0; k < n; k++)
        epoch[k] = w->cell->config.pretrain.epochs * (double)k / (double)(n - 1);
    record_axis(r, "epoch", epoch, n, "1", "epochs done");
    for (int i = 0; i < N_CURVES; i++) {
        for (size_t k = 0; k < n; k++) y[k] = all->mean[k][i];
        if (isfinite(y[n - 1]))
            record_curve(r, names[i].name, "epoch", y, n, "1", names[i].long_name);
    }
    for (size_t i = 0; i < (n - 1) * depth; i++)
        mean[i % depth] += all->divergence[i] / (double)(n - 1);
    record_curve(r, "relation_divergence_of_block", "block", mean, depth, "1",
                 "divergence from the final relations, mean over the training");
    record_data(r, &(H5Set){ .name = "blocks/relation_divergence", .kind = NUMBER_DOUBLE,
                             .rank = 2, .dim = { n, depth }, .units = "1",
                             .long_name = long_name }, all->divergence);
}

/* Of the final encoder, and of its decoder if there is one. */
static void put_last(Represent *w, Record *r, const Cuts *last)
{
    size_t  n = w->mae.config.decoder.D ? (size_t)w->mae.config.decoder.depth : 0;
    double *block = ARENA_NEW(&w->host, double, n);
    for (int i = 0; i < N_CURVES; i++)
        if (i != AGREEMENT && i != DIVERGENCE && isfinite(last->mean[i])) /* with itself */
            record_metric(r, names[i].name, last->mean[i], "1", names[i].long_name,
                          NEITHER);
    for (size_t i = 0; i < n; i++) block[i] = (double)i + 1;
    if (!n) return;
    record_axis(r, "decoder_block", block, n, "1", "block of the decoder");
    record_curve(r, "exploitation_of_block", "decoder_block", last->share, n, "1",
                 names[SHARE].long_name);
}

Status represent_cuts(Represent *w, Record *r, Err *err)
{
    Loader loader;
    bool   kept = cell_trains(w->cell);
    long   moments = kept ? w->cell->config.pretrain.snapshots : 0;
    int    n = w->n < CUT_IMAGES ? w->n : CUT_IMAGES;
    size_t depth = (size_t)w->depth, L = (size_t)w->L;
    Course all = { .n = (size_t)moments + 1 };
    all.mean = arena_take(&w->host, all.n * sizeof *all.mean);
    all.divergence = ARENA_NEW(&w->host, double, all.n * depth);
    loader_open(&loader, w->data, &(LoaderConfig){ .batch = n });
    Batch  b = batch_new(&w->host, &loader);
    Status bad = loader_batch(&loader, &b, 0, 0, err);
    loader_close(&loader);
    if (bad) return bad;

    Cuts last = new_cuts(w, n);
    last.related = ARENA_NEW(&w->host, double, depth * RELATED * L * L);
    cut_batch(w, &w->mae, &b, n, &last, &last);
    put_last(w, r, &last);
    for (long k = 0; k < moments && !bad; k++)
        bad = stage_stopping(w->context) ? err_set(err, STATUS_STOPPED, "stopped among moments")
                                         : cut_snapshot(w, k, &b, n, &last, &all, err);
    note(&all, (size_t)moments, &last, depth);
    if (!bad && moments) put_course(w, r, &all);
    return bad;
}
