#include "experiments/figures/sight.h"

#include "core/data/loader.h"
#include "core/data/resize.h"
#include "core/data/scene.h"
#include "core/train/checkpoint.h"
#include "experiments/figures/sketch.h"
#include "experiments/record/taught.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 29, SCENE_SIDE = 128 };
static const double MIDDLE = 127.5, SCALE = 64; /* of pixels of no data set */

/* --- pictures ---------------------------------------------------------------- */

static void draw_scene(Image *out, int channels, int index)
{
    ScenesConfig c = scenes_defaults();
    Scene       *scene = malloc(sizeof *scene);
    CHECK(scene, "no memory for a scene");
    c.size = SCENE_SIDE, c.channels = channels;
    scene_make(scene, &c, 0, index);
    image_size(out, SCENE_SIDE, SCENE_SIDE, channels);
    scene_draw(scene, out->pixels);
    free(scene);
}

/* Gray of colours is weighted as Pillow does; colours of gray are three times that. */
static uint8_t channel(const uint8_t *pixel, int from, int channels, int c)
{
    if (from < 3) return *pixel;
    if (channels >= 3) return pixel[c];
    return (uint8_t)((19595U * pixel[0] + 38470U * pixel[1] + 7471U * pixel[2] + 32768U) >> 16);
}

static void fit(Image *out, const Image *from, const VitConfig *c)
{
    Image  scratch = { 0 }, sized = { 0 };
    View   all = view_of(from);
    size_t pixels = (size_t)c->height * (size_t)c->width, C = (size_t)c->channels;
    image_size(&sized, c->height, c->width, from->channels);
    resize(sized.pixels, c->height, c->width, &all, NULL, FILTER_BICUBIC, &scratch);
    image_size(out, c->height, c->width, c->channels);
    for (size_t i = 0; i < pixels; i++)
        for (size_t k = 0; k < C; k++)
            out->pixels[i * C + k] = channel(sized.pixels + i * (size_t)from->channels,
                                             from->channels, c->channels, (int)k);
    image_free(&sized);
    image_free(&scratch);
}

/* planes [C, H, W], numbers around 0 */
static void normalise(real *planes, const Image *m)
{
    size_t pixels = (size_t)m->height * (size_t)m->width, C = (size_t)m->channels;
    for (size_t c = 0; c < C; c++)
        for (size_t i = 0; i < pixels; i++)
            *planes++ = (real)((m->pixels[i * C + c] - MIDDLE) / SCALE);
}

/* The other way, of images of a data set. */
static void show(Image *out, const real *planes, const Data *d, const VitConfig *v)
{
    size_t pixels = (size_t)v->height * (size_t)v->width, C = (size_t)v->channels;
    image_size(out, v->height, v->width, v->channels);
    for (size_t c = 0; c < C; c++)
        for (size_t i = 0; i < pixels; i++) {
            double x = (double)*planes++ * (double)d->std[c] + (double)d->mean[c];
            out->pixels[i * C + c] = (uint8_t)lround(255 * fmin(fmax(x, 0), 1));
        }
}

/* Images first .. first + N - 1 of the data, from place `at` on: *got of them. */
static Status load(Sight *s, int *got, real *planes, const SightPlan *p, int at, int first,
                   int N, Err *err)
{
    const VitConfig *v = &s->mae.config.encoder;
    size_t           each = (size_t)v->channels * (size_t)v->height * (size_t)v->width;
    Arena            host;
    Loader           loader;
    CHECK(first % N == 0, "images from %d on, %d at a time", first, N);
    arena_open(&host, "sight", NULL, NULL);
    loader_open(&loader, p->data, &(LoaderConfig){ .batch = N, .height = v->height,
                                                   .width = v->width });
    Batch  b = batch_new(&host, &loader);
    Status bad = loader_batch(&loader, &b, 0, first / N, err);
    for (int n = 0; n < b.N && !bad; n++)
        show(&s->pictures[at + n], b.images + (size_t)n * each, p->data, v);
    if (!bad) memcpy(planes + (size_t)at * each, b.images, (size_t)b.N * each * sizeof *planes);
    if (!bad) *got = b.N;
    loader_close(&loader);
    arena_close(&host);
    return bad;
}

/* Fewer than N at the end of the data, whose last image has the first as its partner. */
static Status load_all(Sight *s, real *planes, const SightPlan *p, Err *err)
{
    int one;
    if (load(s, &s->N, planes, p, 0, p->first, p->N, err)) return err->code;
    s->M = s->N + p->partners;
    if (!p->partners) return STATUS_OK;
    return load(s, &one, planes, p, s->N, (p->first + s->N) % p->data->count, 1, err);
}

/* planes [M, C, H, W] and s->pictures */
static Status gather(Sight *s, real *planes, const SightPlan *p, Err *err)
{
    const VitConfig *v = &s->mae.config.encoder;
    size_t           each = (size_t)v->channels * (size_t)v->height * (size_t)v->width;
    if (p->data && !p->picture) return load_all(s, planes, p, err);
    for (int n = 0; n < s->M; n++) {
        Image scene = { 0 };
        if (!p->picture) draw_scene(&scene, v->channels, p->first + n);
        fit(&s->pictures[n], p->picture ? p->picture : &scene, v);
        normalise(planes + (size_t)n * each, &s->pictures[n]);
        image_free(&scene);
    }
    return STATUS_OK;
}

/* --- looking ----------------------------------------------------------------- */

/* The part of image n, read from the tape; nothing where nobody asks. */
static void keep(float *to, int n, Tape *t, const Tensor *x, real *work)
{
    size_t each = tensor_count(x);
    if (!to) return;
    t->be->read(work, x->data, each);
    for (size_t i = 0; i < each; i++) to[(size_t)n * each + i] = (float)work[i];
}

/* One image at a time: it is done once, and attention fills the memory. */
static void look(Sight *s, const real *planes, const Taught *past)
{
    Tape             t;
    const VitConfig *v = &s->mae.config.encoder;
    size_t           each = (size_t)v->channels * (size_t)v->height * (size_t)v->width;
    size_t           L = (size_t)s->L;
    size_t most = (size_t)s->heads * L * L + L * (size_t)(s->width + s->values);
    real  *work = malloc(most * sizeof *work);
    CHECK(work, "no memory to look at %d patches", s->L);
    tape_open(&t, s->mae.params.be);
    t.recording = false;
    for (int n = 0; n < s->M; n++) {
        Tensor *x = tape_constant(&t, 4, (int[]){ 1, v->channels, v->height, v->width });
        t.be->write(x->data, planes + (size_t)n * each, each);
        if (s->attention)
            keep(s->attention, n, &t, vit_first_attention(&t, &s->mae.vit, x), work);
        if (s->class_attention) {
            VitLook last = vit_last_look(&t, &s->mae.vit, x, true);
            keep(s->class_attention, n, &t, last.class_attention, work);
            keep(s->features, n, &t, last.features, work);
        }
        keep(s->pixels, n, &t, op_target_patches(&t, x, v->patch, false), work);
        if (s->taught & MASK_NEEDS_LEARNER)
            keep(s->learned, n, &t, learner_look(&past->learner, &t, x), work);
        tape_reset(&t);
    }
    tape_close(&t);
    free(work);
}

static float *room(bool asked, size_t n)
{
    float *x = asked ? malloc(n * sizeof *x) : NULL;
    CHECK(x || !asked, "no memory for %zu numbers to look at", n);
    return x;
}

static void rooms(Sight *s, unsigned needs)
{
    const size_t   N = (size_t)s->M, L = (size_t)s->L, H = (size_t)s->heads;
    const unsigned sweep = needs & MASK_NEEDS_SWEEP;
    s->attention = room(needs & MASK_NEEDS_ATTENTION, N * H * L * L);
    s->class_attention = room(sweep || needs & MASK_NEEDS_CLASS_ATTENTION, N * H * L);
    s->features = room(sweep, N * L * (size_t)s->width);
    s->pixels = room(needs & MASK_NEEDS_PIXELS, N * L * (size_t)s->values);
    s->swept = room(sweep, L);
    s->losses = room(needs & MASK_NEEDS_LOSSES, N * L);
    s->learned = room(needs & MASK_NEEDS_LEARNER, N * L);
    for (size_t i = 0; s->losses && i < N * L; i++) s->losses[i] = 1;
    for (size_t i = 0; s->learned && i < N * L; i++) s->learned[i] = 1;
}

/* Losses are of images of the training set, in its order; no others are known. */
static void remember(Sight *s, const SightPlan *p, const Taught *past)
{
    size_t L = (size_t)s->L;
    s->taught = p->needs & past->learner.kind;
    if (!s->losses || !p->data || p->picture || p->first + s->N > past->images) return;
    s->taught |= MASK_NEEDS_LOSSES;
    for (size_t n = 0; n < (size_t)s->M; n++) {
        size_t image = ((size_t)p->first + n) % (size_t)past->images;
        for (size_t i = 0; i < L; i++)
            s->losses[n * L + i] = (float)past->losses[image * L + i];
    }
}

bool sight_meets(const Sight *s, const Mask *m)
{
    return !(mask_needs(m) & SIGHT_TAUGHT & ~s->taught);
}

/* --- who looks at what ------------------------------------------------------- */

static void name_eyes(Sight *s, const SightPlan *p)
{
    const char *file = p->checkpoint, *of = "";
    for (const char *at = file, *slash = NULL; at && *at; at++) /* with its folder */
        if (*at == '/') file = slash ? slash + 1 : file, slash = at;
    if (!p->picture) of = p->data ? p->data->name : "drawn scenes";
    snprintf(s->eyes, sizeof s->eyes, "%s%.100s%s%.60s",
             file ? "" : "an untrained encoder (micro)", file ? file : "", *of ? " in " : "", of);
}

static Status encoder_of(VitConfig *c, const char *checkpoint, Err *err)
{
    MaeConfig mae;
    if (checkpoint_config(&mae, checkpoint, NULL, err)) return err->code;
    *c = mae.encoder;
    return STATUS_OK;
}

Status sight_grid(int *rows, int *cols, const char *grid, const char *checkpoint, Err *err)
{
    VitConfig v;
    if (grid || !checkpoint) return grid_read(rows, cols, grid ? grid : "14x14", err);
    if (encoder_of(&v, checkpoint, err)) return err->code;
    *rows = vit_rows(&v), *cols = vit_cols(&v);
    return STATUS_OK;
}

Status sight_data(Data **d, const char *set, const char *checkpoint, Err *err)
{
    VitConfig  v = { .channels = 3, .height = SCENE_SIDE };
    DataConfig c = data_defaults();
    *d = NULL;
    if (!set) return STATUS_OK;
    if (checkpoint && encoder_of(&v, checkpoint, err)) return err->code;
    c.name = set;
    if (strchr(set, '/')) c.name = "folder", c.folder = set;
    c.channels = c.scenes.channels = v.channels;
    if (strcmp(c.name, "fashion-mnist")) c.size = c.scenes.size = v.height;
    if (!strcmp(c.name, "scenes")) c.size = 0;
    if (data_check(&c, err) || data_open(d, &c, SPLIT_TRAIN, err)) return err->code;
    return STATUS_OK;
}

static Status check(const SightPlan *p, const VitConfig *v, Err *err)
{
    size_t L = (size_t)(p->rows * p->cols);
    size_t bytes = (size_t)(p->N + p->partners) * (size_t)v->size.heads * L * L * sizeof(float);
    if (vit_rows(v) != p->rows || vit_cols(v) != p->cols)
        return err_set(err, STATUS_CONFIG, "%s: looks at %d x %d patches, not at %d x %d",
                       p->checkpoint, vit_rows(v), vit_cols(v), p->rows, p->cols);
    if (p->data && !p->picture && p->data->channels != v->channels)
        return err_set(err, STATUS_CONFIG, "%s: looks at images of %d channels; those of %s "
                       "have %d", p->checkpoint, v->channels, p->data->name, p->data->channels);
    if (p->partners && (p->picture || (p->data && p->data->count < 2)))
        return err_set(err, STATUS_CONFIG, "control=shuffled shows each image the view of "
                       "another, and there is only one image to look at");
    if (p->needs & MASK_NEEDS_ATTENTION && bytes > MOST_BYTES)
        return err_set(err, STATUS_CONFIG, "attention between %zu patches of %d images takes "
                       "%zu MiB; at most %d are allowed", L, p->N, bytes >> 20,
                       MOST_BYTES >> 20);
    return STATUS_OK;
}

Status sight_suits(const Mask *m, const char *checkpoint, Err *err)
{
    if (!checkpoint || mask_control(m) != MASK_UNTRAINED) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: asks for an untrained encoder, not for %s",
                   mask_spec(m), checkpoint);
}

static Status open_encoder(Sight *s, const SightPlan *p, Err *err)
{
    const Backend *be;
    MaeConfig      c = { .encoder = { .channels = p->data ? p->data->channels : 3,
                                      .height = p->rows * SIGHT_CELL,
                                      .width = p->cols * SIGHT_CELL, .patch = SIGHT_CELL } };
    if (mae_preset(&c, "micro", err) || backend_open(&be, "cpu", err)) return err->code;
    if (p->checkpoint && encoder_of(&c.encoder, p->checkpoint, err)) return err->code;
    if (check(p, &c.encoder, err)) return err->code;
    if (p->checkpoint) return checkpoint_open(&s->mae, be, p->checkpoint, NULL, err);
    mae_open(&s->mae, be, &c, p->seed);
    return STATUS_OK;
}

Status sight_open(Sight *s, const SightPlan *p, Err *err)
{
    *s = (Sight){ .N = p->N, .M = p->N + p->partners, .rows = p->rows, .cols = p->cols,
                  .L = p->rows * p->cols, .trained = p->checkpoint };
    name_eyes(s, p);
    if (!p->needs) return STATUS_OK;
    if (open_encoder(s, p, err)) return err->code;
    const VitConfig *v = &s->mae.config.encoder;
    s->heads = v->size.heads, s->width = v->size.D, s->values = mae_values(&s->mae.config);
    s->pictures = calloc((size_t)s->M, sizeof *s->pictures);
    real *planes = malloc((size_t)s->M * (size_t)v->channels * (size_t)v->height *
                          (size_t)v->width * sizeof *planes);
    CHECK(s->pictures && planes, "no memory for %d pictures", s->N);
    Taught past = { .images = 0 };
    Status bad = p->checkpoint ? taught_open(&past, p->checkpoint, &s->mae, err) : STATUS_OK;
    if (!bad) bad = gather(s, planes, p, err);
    if (!bad) {
        rooms(s, p->needs);
        remember(s, p, &past);
        look(s, planes, &past);
    }
    taught_close(&past);
    free(planes);
    if (bad) sight_close(s);
    return bad;
}

void sight_close(Sight *s)
{
    for (int n = 0; n < s->M && s->pictures; n++) image_free(&s->pictures[n]);
    if (s->mae.params.be) mae_close(&s->mae);
    free(s->pictures);
    free(s->attention);
    free(s->class_attention);
    free(s->features);
    free(s->pixels);
    free(s->swept);
    free(s->losses);
    free(s->learned);
    *s = (Sight){ 0 };
}

static const float *of(const float *x, int n, size_t each)
{
    return x ? x + (size_t)n * each : NULL;
}

MaskView sight_view(const Sight *s, const Mask *m, int n, double progress)
{
    const size_t L = (size_t)s->L, H = (size_t)s->heads;
    n = mask_partner(m, n % s->N, s->M);
    CHECK(mask_together(m) == 1 || s->M > s->N, "%s: nobody looks at partners", mask_spec(m));
    if (mask_needs(m) & MASK_NEEDS_SWEEP)
        mask_sweep(m, s->swept,
                   &(MaskSweep){ .rows = s->rows, .cols = s->cols, .heads = s->heads,
                                 .width = s->width,
                                 .features = of(s->features, n, L * (size_t)s->width),
                                 .class_attention = of(s->class_attention, n,
                                                       H * L) });
    return (MaskView){
        .progress = (float)progress,
        .heads = s->heads,
        .values = s->values,
        .attention = of(s->attention, n, H * L * L),
        .pixels = of(s->pixels, n, L * (size_t)s->values),
        .class_attention = of(s->class_attention, n, H * L),
        .swept = s->swept,
        .losses = of(s->losses, n, L),
        .learned = of(s->learned, n, L),
    };
}
