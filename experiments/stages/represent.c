/* represent: what do the features of an encoder look like, and its attention?
 *
 * The first images of the test set, whole and with nothing hidden; two crops of each as in
 * pre-training are the pairs of the alignment.  See core/metrics/spectrum.h, geometry.h,
 * fourier.h, attention.h and partition.h for what the numbers are. */
#include "experiments/stages/represent.h"

#include "core/base/threads.h"
#include "core/metrics/attention.h"
#include "core/metrics/fourier.h"
#include "core/metrics/geometry.h"
#include "core/metrics/spectrum.h"
#include "core/train/checkpoint.h"
#include "strategies/registry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double HIDDEN_SHARE = 0.75; /* that the decoder is asked about */

static const struct { const char *name, *of; } kinds[FEATURE_KINDS] = {
    [OF_CLASS] = { "class", "class tokens" },
    [OF_MEAN] = { "mean", "means of patches" },
    [OF_PATCH] = { "patch", "single patches" },
};

/* [n, D] of the kind after a block. */
static const float *features_of(const Represent *w, FeatureKind kind, int block)
{
    return w->features[kind] + (size_t)block * (size_t)w->n * (size_t)w->D;
}

static const float *final_features(const Represent *w)
{
    return features_of(w, w->chosen, w->depth - 1);
}

/* --- looking ------------------------------------------------------------- */

/* Heads of block i in N images: p [N, H, L, L]. */
static void look_at_heads(Represent *w, const float *p, int i, int N)
{
    const int    side = w->cell->config.model.patch, rows = w->cell->rows, cols = w->cell->cols;
    const size_t each = (size_t)w->L * (size_t)w->L;
    for (int h = 0; h < w->H; h++) {
        double sum[3] = { 0, 0, 0 };
        for (int k = 0; k < N; k++) {
            AttentionLook a = attention_look(p + ((size_t)k * w->H + h) * each, rows, cols);
            sum[0] += a.distance * side, sum[1] += a.entropy, sum[2] += a.nmi;
        }
        w->distance[i * w->H + h] += sum[0] / w->n;
        w->entropy[i * w->H + h] += sum[1] / w->n;
        w->nmi[i * w->H + h] += sum[2] / w->n;
    }
}

static void keep_features(Represent *w, Tensor *x, int i, int first, int N)
{
    size_t D = (size_t)w->D, L = (size_t)w->L;
    size_t at = ((size_t)i * (size_t)w->n + (size_t)first) * D;
    Tensor *patches = op_drop_class(&w->tape, x);
    float  *all = ARENA_NEW(&w->host, float, tensor_count(patches));
    double *amplitude = ARENA_NEW(&w->host, double, w->steps);
    stage_floats(w->features[OF_CLASS] + at, &w->tape, op_take_class(&w->tape, x));
    stage_floats(w->features[OF_MEAN] + at, &w->tape, op_mean_patches(&w->tape, x));
    stage_floats(all, &w->tape, patches);
    for (size_t k = 0; k < (size_t)N; k++) {
        const float *image = all + k * L * D;
        memcpy(w->features[OF_PATCH] + at + k * D, image + ((size_t)first + k) % L * D,
               D * sizeof *all);
        fourier_diagonal(amplitude, image, w->cell->rows, w->cell->cols, w->D);
        for (int s = 0; s < w->steps; s++)
            w->amplitude[i * w->steps + s] += amplitude[s] / w->n;
    }
}

static void see(void *self, Tape *t, Tensor *images, int first)
{
    Represent *w = self;
    ArenaMark  mark = arena_mark(&w->host);
    const Vit *v = &w->mae.vit;
    VitSize    one = { w->D, 1, w->H };
    int        N = images->dim[0];
    Tensor    *x = vit_embed(t, v, images, vit_all_visible(t, v, images));
    float     *p = ARENA_NEW(&w->host, float, (size_t)N * w->H * w->L * w->L);
    for (int i = 0; i < w->depth; i++) {
        const Block *block = &v->blocks[i];
        Tensor      *qkv = layer_norm_linear(t, x, block->norm1, block->qkv);
        stage_floats(p, t, op_attention_map(t, qkv, w->H));
        look_at_heads(w, p, i, N);
        x = blocks_forward(t, block, &one, x);
        bool last = i == w->depth - 1;
        keep_features(w, last ? layer_norm(t, x, v->norm) : x, i, first, N);
    }
    arena_rewind(&w->host, mark);
}

/* Two crops of each image, as pre-training cuts them. */
static Status look_at_views(Represent *w, Err *err)
{
    Loader  loader;
    Status  bad = STATUS_OK;
    Augment augment = augment_defaults();
    int     batch = features_batch(w->L);
    size_t  D = (size_t)w->D;
    loader_open(&loader, w->data, &(LoaderConfig){ .batch = batch, .augment = &augment });
    Batch  b = batch_new(&w->host, &loader);
    float *all = ARENA_NEW(&w->host, float, (size_t)batch * D);
    for (int view = 0; view < 2; view++)
        for (int step = 0; step < loader_steps(&loader) && !bad; step++) {
            bad = loader_batch(&loader, &b, (uint64_t)view, step, err);
            if (bad) break;
            Tensor *images = stage_images(&w->tape, &w->mae.config.encoder, b.images, b.N);
            Tensor *x = vit_features(&w->tape, &w->mae.vit, images);
            stage_floats(all, &w->tape, w->chosen == OF_CLASS ? op_take_class(&w->tape, x)
                                                              : op_mean_patches(&w->tape, x));
            memcpy(w->views[view] + (size_t)(step * batch) * D, all, (size_t)b.N * D * sizeof *all);
            tape_reset(&w->tape);
        }
    loader_close(&loader);
    return bad;
}

/* --- the record ---------------------------------------------------------- */

static void put_spectrum(Represent *w, Record *r)
{
    const float *x = final_features(w);
    int          m = w->n < w->D ? w->n : w->D;
    double      *raw = ARENA_NEW(&w->host, double, m), *centred = ARENA_NEW(&w->host, double, m);
    double      *number = ARENA_NEW(&w->host, double, m);
    spectrum_of(raw, x, w->n, w->D, false);
    spectrum_of(centred, x, w->n, w->D, true);
    record_metric(r, "effective_rank", spectrum_effective_rank(raw, m, 0), "1",
                  "effective rank of features", HIGHER);
    record_metric(r, "rankme", spectrum_effective_rank(raw, m, RANKME_EPS), "1",
                  "RankMe of features", HIGHER);
    record_metric(r, "participation", spectrum_participation(centred, m), "1",
                  "participation ratio of centred features", HIGHER);
    record_metric(r, "stable_rank", spectrum_stable_rank(centred, m), "1",
                  "stable rank of centred features", HIGHER);
    record_metric(r, "components_90", spectrum_components(centred, m, 0.90), "1",
                  "components that hold 90 % of the variance", HIGHER);
    record_metric(r, "components_95", spectrum_components(centred, m, 0.95), "1",
                  "components that hold 95 % of the variance", HIGHER);
    record_metric(r, "components_99", spectrum_components(centred, m, 0.99), "1",
                  "components that hold 99 % of the variance", HIGHER);
    for (int k = m - 1; k >= 0; k--) {
        number[k] = k + 1;
        raw[k] /= raw[0], centred[k] /= centred[0];
    }
    record_axis(r, "component", number, (size_t)m, "1", "component");
    record_curve(r, "sigma", "component", raw, (size_t)m, "1", "singular value over the first");
    record_curve(r, "sigma_centred", "component", centred, (size_t)m, "1",
                 "singular value over the first, centred");
}

static double mean_of(const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += x[i] / n;
    return sum;
}

static void put_geometry(Represent *w, Record *r)
{
    const float *x = final_features(w);
    record_metric(r, "alignment", geometry_alignment(w->views[0], w->views[1], w->n, w->D), "1",
                  "squared distance of two crops of an image", LOWER);
    record_metric(r, "uniformity", geometry_uniformity(x, w->n, w->D), "1",
                  "log of the mean potential of pairs of images", LOWER);
    record_metric(r, "cosine", geometry_cosine(x, w->n, w->D), "1",
                  "squared cosine of pairs of images", LOWER);
}

static void put_heads(Represent *w, Record *r, const char *name, const double *x,
                      const char *units, const char *long_name)
{
    char    where[64];
    size_t  depth = (size_t)w->depth;
    double *y = ARENA_NEW(&w->host, double, depth);
    for (int i = 0; i < w->depth; i++) y[i] = mean_of(x + i * w->H, w->H);
    record_metric(r, name, mean_of(x, w->depth * w->H), units, long_name, NEITHER);
    record_curve(r, name, "block", y, depth, units, long_name);
    snprintf(where, sizeof where, "heads/%s", name);
    record_data(r, &(H5Set){ .name = where, .kind = NUMBER_DOUBLE, .rank = 2,
                             .dim = { depth, (size_t)w->H }, .units = units,
                             .long_name = long_name }, x);
}

/* Effective rank after each block, of every kind of feature. */
static void put_ranks(Represent *w, Record *r, FeatureKind kind)
{
    char    name[64], long_name[96];
    int     m = w->n < w->D ? w->n : w->D, depth = w->depth;
    double *rank = ARENA_NEW(&w->host, double, depth);
    double *sigma = ARENA_NEW(&w->host, double, m);
    for (int i = 0; i < depth; i++) {
        spectrum_of(sigma, features_of(w, kind, i), w->n, w->D, false);
        rank[i] = spectrum_effective_rank(sigma, m, 0);
    }
    snprintf(long_name, sizeof long_name, "effective rank of %s", kinds[kind].of);
    snprintf(name, sizeof name, "rank_of_%s", kinds[kind].name);
    record_metric(r, name, rank[depth - 1], "1", long_name, HIGHER);
    record_curve(r, name, "block", rank, (size_t)depth, "1", long_name);
}

static void put_frequencies(Represent *w, Record *r)
{
    static const char *const long_name = "log amplitude over that of the mean";
    size_t  n = (size_t)w->steps, depth = (size_t)w->depth;
    double *share = ARENA_NEW(&w->host, double, n);
    double *high = ARENA_NEW(&w->host, double, depth);
    int     side = w->cell->rows < w->cell->cols ? w->cell->rows : w->cell->cols;
    for (int i = 0; i < w->steps; i++) share[i] = 2.0 * i / side;
    for (size_t i = 0; i < depth; i++) high[i] = w->amplitude[(i + 1) * n - 1];
    record_metric(r, "high_frequencies", high[depth - 1], "1",
                  "log amplitude of the highest frequency", NEITHER);
    record_curve(r, "high_frequencies", "block", high, depth, "1",
                 "log amplitude of the highest frequency");
    record_axis(r, "frequency", share, n, "1", "frequency over Nyquist's");
    record_curve(r, "frequencies", "frequency", w->amplitude + (depth - 1) * n, n, "1",
                 long_name);
    record_data(r, &(H5Set){ .name = "blocks/frequencies", .kind = NUMBER_DOUBLE,
                             .rank = 2, .dim = { depth, n }, .units = "1",
                             .long_name = long_name }, w->amplitude);
}

static void put_blocks(Represent *w, Record *r)
{
    double *block = ARENA_NEW(&w->host, double, w->depth);
    for (int i = 0; i < w->depth; i++) block[i] = i + 1;
    for (int i = 0; i < w->depth * w->H; i++) w->entropy[i] /= log(w->L);
    record_axis(r, "block", block, (size_t)w->depth, "1", "block");
    for (int kind = 0; kind < FEATURE_KINDS; kind++) put_ranks(w, r, (FeatureKind)kind);
    put_frequencies(w, r);
    put_heads(w, r, "attention_distance", w->distance, "pixels", "mean attention distance");
    put_heads(w, r, "attention_entropy", w->entropy, "1", "entropy of attention over its most");
    put_heads(w, r, "attention_nmi", w->nmi, "1", "mutual information of queries and keys");
}

static void put_features(const Represent *w, Record *r, FeatureKind kind,
                         const char *long_name)
{
    char name[64];
    snprintf(name, sizeof name, "features/%s", kinds[kind].name);
    record_data(r, &(H5Set){ .name = name, .kind = NUMBER_FLOAT, .rank = 2,
                             .dim = { (size_t)w->n, (size_t)w->D }, .units = "1",
                             .long_name = long_name }, features_of(w, kind, w->depth - 1));
}

static Status write_record(Represent *w, double start, Err *err)
{
    Record *r;
    if (stage_record(&r, w->cell, STAGE_REPRESENT, w->context, err)) return err->code;
    record_whole(r, "images", w->n);
    put_spectrum(w, r);
    put_geometry(w, r);
    put_blocks(w, r);
    put_features(w, r, OF_CLASS, "class token after the final norm");
    put_features(w, r, OF_MEAN, "mean of the patch tokens");
    record_pictures(r, w->data->names, w->data->labels, w->n);
    if (represent_cuts(w, r, err)) {
        record_drop(r);
        return err->code;
    }
    record_cost(r, clock_s() - start, w->n);
    return record_close(r, err);
}

/* --- the stage ----------------------------------------------------------- */

static Status open_all(Represent *w, Err *err)
{
    const Backend *be;
    const Cell    *c = w->cell;
    char           path[CELL_PATH];
    cell_model(path, w->context->results, c, MODEL_ENCODER);
    DataConfig data = c->config.data;
    if (c->config.represent.images < c->data->test_count)
        data.test_count = c->config.represent.images;
    if (data_open(&w->data, &data, SPLIT_TEST, err) || backend_open(&be, NULL, err) ||
        checkpoint_open(&w->mae, be, path, NULL, err) ||
        strategy_open(&w->mask, "random", c->rows, c->cols, err))
        return err->code;
    tape_open(&w->tape, be);
    w->tape.recording = false;
    const VitSize *s = &w->mae.config.encoder.size;
    w->D = s->D, w->H = s->heads, w->depth = s->depth, w->L = c->rows * c->cols;
    w->n = w->data->count;
    w->K = mask_visible(w->L, HIDDEN_SHARE);
    w->steps = fourier_steps(c->rows, c->cols);
    w->chosen = strcmp(c->config.represent.feature, "class") ? OF_MEAN : OF_CLASS;
    size_t all = (size_t)w->n * (size_t)w->D, heads = (size_t)(w->depth * w->H);
    size_t steps = (size_t)(w->depth * w->steps);
    for (int i = 0; i < FEATURE_KINDS; i++)
        w->features[i] = ARENA_NEW(&w->host, float, all * (size_t)w->depth);
    w->amplitude = memset(ARENA_NEW(&w->host, double, steps), 0, steps * sizeof(double));
    for (int i = 0; i < 2; i++) w->views[i] = ARENA_NEW(&w->host, float, all);
    double **const of_heads[] = { &w->distance, &w->entropy, &w->nmi };
    for (int i = 0; i < 3; i++)
        *of_heads[i] = memset(ARENA_NEW(&w->host, double, heads), 0, heads * sizeof(double));
    return STATUS_OK;
}

Status stage_represent(const Cell *c, const StageContext *x, Err *err)
{
    Represent w = { .cell = c, .context = x };
    double    start = clock_s();
    arena_open(&w.host, "represent", NULL, NULL);
    Status bad = open_all(&w, err);
    if (!bad) bad = stage_pass(x, w.data, &w.tape, &w.mae.config.encoder, see, &w, err);
    if (!bad) bad = look_at_views(&w, err);
    if (!bad) bad = write_record(&w, start, err);
    if (w.tape.be) tape_close(&w.tape);
    if (w.mae.params.be) mae_close(&w.mae);
    mask_close(w.mask);
    data_close(w.data);
    arena_close(&w.host);
    return bad;
}
