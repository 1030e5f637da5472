/* represent: what do the features of an encoder look like, and its attention?
 *
 * The first images of the test set, whole and with nothing hidden; two crops of each as in
 * pre-training are the pairs of the alignment.  See core/metrics/spectrum.h, geometry.h,
 * attention.h and partition.h for what the numbers are. */
#include "experiments/stages/represent.h"

#include "core/base/threads.h"
#include "core/metrics/attention.h"
#include "core/metrics/geometry.h"
#include "core/metrics/spectrum.h"
#include "core/train/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const float *represent_features(const Represent *w, int block)
{
    const float *all = strcmp(w->cell->config.represent.feature, "class") ? w->means : w->classes;
    return all + (size_t)block * (size_t)w->n * (size_t)w->D;
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
    size_t D = (size_t)w->D, at = ((size_t)i * (size_t)w->n + (size_t)first) * D;
    Tensor *class = op_take_class(&w->tape, x), *mean = op_mean_patches(&w->tape, x);
    float  *all = ARENA_NEW(&w->host, float, tensor_count(class));
    stage_floats(all, &w->tape, class);
    memcpy(w->classes + at, all, (size_t)N * D * sizeof *all);
    stage_floats(all, &w->tape, mean);
    memcpy(w->means + at, all, (size_t)N * D * sizeof *all);
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
    bool    class = !strcmp(w->cell->config.represent.feature, "class");
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
            stage_floats(all, &w->tape, class ? op_take_class(&w->tape, x)
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
    const float *x = represent_features(w, w->depth - 1);
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
    record_metric(r, "components_95", spectrum_components(centred, m, 0.95), "1",
                  "components that hold 95 % of the variance", HIGHER);
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
    const float *x = represent_features(w, w->depth - 1);
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

static void put_blocks(Represent *w, Record *r)
{
    size_t  depth = (size_t)w->depth;
    int     m = w->n < w->D ? w->n : w->D;
    double *block = ARENA_NEW(&w->host, double, depth), *rank = ARENA_NEW(&w->host, double, depth);
    double *sigma = ARENA_NEW(&w->host, double, m);
    for (int i = 0; i < w->depth; i++) {
        block[i] = i + 1;
        spectrum_of(sigma, represent_features(w, i), w->n, w->D, false);
        rank[i] = spectrum_effective_rank(sigma, m, 0);
    }
    for (int i = 0; i < w->depth * w->H; i++) w->entropy[i] /= log(w->L);
    record_axis(r, "block", block, depth, "1", "block");
    record_curve(r, "rank_of_block", "block", rank, depth, "1", "effective rank of features");
    put_heads(w, r, "attention_distance", w->distance, "pixels", "mean attention distance");
    put_heads(w, r, "attention_entropy", w->entropy, "1", "entropy of attention over its most");
    put_heads(w, r, "attention_nmi", w->nmi, "1", "mutual information of queries and keys");
}

static void put_features(const Represent *w, Record *r, const char *name, const float *x,
                         const char *long_name)
{
    size_t n = (size_t)w->n, D = (size_t)w->D;
    record_data(r, &(H5Set){ .name = name, .kind = NUMBER_FLOAT, .rank = 2, .dim = { n, D },
                             .units = "1", .long_name = long_name },
                x + (size_t)(w->depth - 1) * n * D);
}

static Status write_record(Represent *w, double start, Err *err)
{
    Record *r;
    if (stage_record(&r, w->cell, STAGE_REPRESENT, w->context, err)) return err->code;
    record_whole(r, "images", w->n);
    put_spectrum(w, r);
    put_geometry(w, r);
    put_blocks(w, r);
    put_features(w, r, "features/class", w->classes, "class token after the final norm");
    put_features(w, r, "features/mean", w->means, "mean of the patch tokens");
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
    cell_file(path, w->context->results, c, "encoder.safetensors");
    DataConfig data = c->config.data;
    if (c->config.represent.images < c->data->test_count)
        data.test_count = c->config.represent.images;
    if (data_open(&w->data, &data, SPLIT_TEST, err) || backend_open(&be, NULL, err) ||
        checkpoint_open(&w->mae, be, path, NULL, err))
        return err->code;
    tape_open(&w->tape, be);
    w->tape.recording = false;
    const VitSize *s = &w->mae.config.encoder.size;
    w->D = s->D, w->H = s->heads, w->depth = s->depth, w->L = c->rows * c->cols;
    w->n = w->data->count;
    size_t all = (size_t)w->n * (size_t)w->D, heads = (size_t)(w->depth * w->H);
    w->classes = ARENA_NEW(&w->host, float, all * (size_t)w->depth);
    w->means = ARENA_NEW(&w->host, float, all * (size_t)w->depth);
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
    data_close(w.data);
    arena_close(&w.host);
    return bad;
}
