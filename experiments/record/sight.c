#include "experiments/record/sight.h"

#include "core/data/resize.h"
#include "core/data/scene.h"
#include "core/model/mae.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 29, CHANNELS = 3, SCENE_SIDE = 128 };

static void draw_scene(Image *out, int index)
{
    ScenesConfig c = scenes_defaults();
    Scene       *scene = malloc(sizeof *scene);
    CHECK(scene, "no memory for a scene");
    c.size = SCENE_SIDE, c.channels = CHANNELS;
    scene_make(scene, &c, 0, index);
    image_size(out, SCENE_SIDE, SCENE_SIDE, CHANNELS);
    scene_draw(scene, out->pixels);
    free(scene);
}

static void fit(Image *out, const Image *from, int height, int width)
{
    Image scratch = { 0 };
    View  all = view_of(from);
    image_size(out, height, width, from->channels);
    resize(out->pixels, height, width, &all, NULL, FILTER_BICUBIC, &scratch);
    image_free(&scratch);
}

/* Planes of numbers around 0; gray pictures have three equal planes. */
static void normalise(real *out, const Image *m)
{
    size_t pixels = (size_t)m->height * (size_t)m->width, step = (size_t)m->channels;
    for (size_t c = 0; c < CHANNELS; c++)
        for (size_t i = 0; i < pixels; i++)
            *out++ = (real)((m->pixels[i * step + (step > c ? c : 0)] - 127.5) / 64);
}

/* The part of image n, read from the tape; nothing where nobody asks. */
static void keep(float *to, int n, Tape *t, const Tensor *x, real *work)
{
    size_t each = tensor_count(x);
    if (!to) return;
    t->be->read(work, x->data, each);
    for (size_t i = 0; i < each; i++) to[(size_t)n * each + i] = (float)work[i];
}

/* One image at a time: it is done once, and attention fills the memory. */
static void look(Sight *s, const MaeConfig *c, uint64_t seed)
{
    const Backend *be;
    Err            err;
    Mae            mae;
    Tape           t;
    const int      height = c->encoder.height, width = c->encoder.width;
    CHECK(!backend_open(&be, "cpu", &err), "%s", err.text);
    size_t pixels = (size_t)(CHANNELS * height * width), L = (size_t)s->L;
    size_t most = (size_t)s->heads * L * L + L * (size_t)(s->width + s->values);
    real  *planes = malloc((pixels + most) * sizeof *planes);
    CHECK(planes, "no memory to look at %d patches", s->L);

    mae_open(&mae, be, c, seed);
    tape_open(&t, be);
    t.recording = false;
    for (int n = 0; n < s->N; n++) {
        real   *work = planes + pixels;
        Tensor *images = tape_constant(&t, 4, (int[]){ 1, CHANNELS, height, width });
        normalise(planes, &s->pictures[n]);
        be->write(images->data, planes, pixels);
        if (s->attention)
            keep(s->attention, n, &t, vit_first_attention(&t, &mae.vit, images), work);
        VitLook last = vit_last_look(&t, &mae.vit, images, true);
        keep(s->class_attention, n, &t, last.class_attention, work);
        keep(s->features, n, &t, last.features, work);
        keep(s->pixels, n, &t, op_target_patches(&t, images, SIGHT_CELL, false), work);
        tape_reset(&t);
    }
    tape_close(&t);
    mae_close(&mae);
    free(planes);
}

static float *room(bool asked, size_t n)
{
    float *x = asked ? malloc(n * sizeof *x) : NULL;
    CHECK(x || !asked, "no memory for %zu numbers to look at", n);
    return x;
}

static void rooms(Sight *s, unsigned needs)
{
    const size_t   N = (size_t)s->N, L = (size_t)s->L, H = (size_t)s->heads;
    const unsigned sweep = needs & MASK_NEEDS_SWEEP;
    s->attention = room(needs & MASK_NEEDS_ATTENTION, N * H * L * L);
    s->class_attention = room(sweep || needs & MASK_NEEDS_CLASS_ATTENTION, N * H * L);
    s->features = room(sweep, N * L * (size_t)s->width);
    s->pixels = room(needs & MASK_NEEDS_PIXELS, N * L * (size_t)s->values);
    s->swept = room(sweep, L);
    s->even = room(true, L);
    for (size_t i = 0; i < L; i++) s->even[i] = 1;
}

Status sight_open(Sight *s, unsigned needs, int rows, int cols, const Image *picture,
                  int N, uint64_t seed, Err *err)
{
    MaeConfig micro = { .encoder = { .channels = CHANNELS, .height = rows * SIGHT_CELL,
                                     .width = cols * SIGHT_CELL, .patch = SIGHT_CELL } };
    *s = (Sight){ 0 };
    if (mae_preset(&micro, "micro", err)) return err->code;
    size_t L = (size_t)(rows * cols), heads = (size_t)micro.encoder.size.heads;
    size_t bytes = (size_t)N * heads * L * L * sizeof(float);
    if (needs & MASK_NEEDS_ATTENTION && bytes > MOST_BYTES)
        return err_set(err, STATUS_CONFIG,
                       "attention between %zu patches of %d images takes "
                       "%zu MiB; at most %d are allowed",
                       L, N, bytes >> 20, MOST_BYTES >> 20);

    s->N = N, s->rows = rows, s->cols = cols, s->L = (int)L, s->heads = (int)heads;
    s->width = micro.encoder.size.D, s->values = mae_values(&micro);
    s->caption = picture ? "seen by an untrained encoder (micro)"
                         : "seen by an untrained encoder (micro) in drawn scenes";
    s->pictures = calloc((size_t)N, sizeof *s->pictures);
    CHECK(s->pictures, "no memory for %d pictures", N);
    for (int n = 0; n < N; n++) {
        Image scene = { 0 };
        if (!picture) draw_scene(&scene, n);
        fit(&s->pictures[n], picture ? picture : &scene, rows * SIGHT_CELL,
            cols * SIGHT_CELL);
        image_free(&scene);
    }
    rooms(s, needs);
    if (needs) look(s, &micro, seed);
    return STATUS_OK;
}

void sight_close(Sight *s)
{
    for (int n = 0; n < s->N; n++) image_free(&s->pictures[n]);
    free(s->pictures);
    free(s->attention);
    free(s->class_attention);
    free(s->features);
    free(s->pixels);
    free(s->swept);
    free(s->even);
    *s = (Sight){ 0 };
}

static const float *of(const float *x, int n, size_t each)
{
    return x ? x + (size_t)n * each : NULL;
}

MaskView sight_view(const Sight *s, const Mask *m, int n, double progress)
{
    const size_t L = (size_t)s->L, H = (size_t)s->heads;
    n %= s->N;
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
        .losses = s->even,
        .learned = s->even,
    };
}
