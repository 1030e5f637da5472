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

/* One image at a time: it is done once, and attention fills the memory. */
static void look(Sight *s, int rows, int cols, uint64_t seed)
{
    const Backend *be;
    Err            err;
    Mae            mae;
    Tape           tape;
    MaeConfig      c = { .encoder = { .channels = CHANNELS, .height = rows * SIGHT_CELL,
                                      .width = cols * SIGHT_CELL, .patch = SIGHT_CELL } };
    CHECK(!mae_preset(&c, "micro", &err) && !backend_open(&be, "cpu", &err), "%s",
          err.text);
    size_t pixels = (size_t)(CHANNELS * c.encoder.height * c.encoder.width);
    real  *planes = malloc(pixels * sizeof *planes);
    size_t each = (size_t)s->heads * (size_t)s->L * (size_t)s->L;
    real  *found = malloc(each * sizeof *found);
    CHECK(planes && found, "no memory for attention over %d patches", s->L);

    mae_open(&mae, be, &c, seed);
    tape_open(&tape, be);
    tape.recording = false;
    for (int n = 0; n < s->N; n++) {
        tape_reset(&tape);
        Tensor *images = tape_constant(&tape, 4, (int[]){ 1, CHANNELS, c.encoder.height,
                                                          c.encoder.width });
        normalise(planes, &s->pictures[n]);
        be->write(images->data, planes, pixels);
        be->read(found, vit_first_attention(&tape, &mae.vit, images)->data, each);
        for (size_t i = 0; i < each; i++)
            s->attention[(size_t)n * each + i] = (float)found[i];
    }
    tape_close(&tape);
    mae_close(&mae);
    free(planes);
    free(found);
}

Status sight_open(Sight *s, unsigned needs, int rows, int cols, const Image *picture,
                  int N, uint64_t seed, Err *err)
{
    MaeConfig micro = { 0 };
    *s = (Sight){ 0 };
    if (mae_preset(&micro, "micro", err)) return err->code;
    size_t L = (size_t)(rows * cols), heads = (size_t)micro.encoder.size.heads;
    size_t bytes = (size_t)N * heads * L * L * sizeof(float);
    if (needs && bytes > MOST_BYTES)
        return err_set(err, STATUS_CONFIG,
                       "attention between %zu patches of %d images takes "
                       "%zu MiB; at most %d are allowed",
                       L, N, bytes >> 20, MOST_BYTES >> 20);

    s->N = N, s->L = (int)L, s->heads = (int)heads;
    s->caption = picture ? "attention of an untrained encoder (micro)"
                         : "attention of an untrained encoder (micro) on drawn scenes";
    s->pictures = calloc((size_t)N, sizeof *s->pictures);
    CHECK(s->pictures, "no memory for %d pictures", N);
    for (int n = 0; n < N; n++) {
        Image scene = { 0 };
        if (!picture) draw_scene(&scene, n);
        fit(&s->pictures[n], picture ? picture : &scene, rows * SIGHT_CELL,
            cols * SIGHT_CELL);
        image_free(&scene);
    }
    if (needs & MASK_NEEDS_ATTENTION) {
        s->attention = malloc(bytes);
        CHECK(s->attention, "no memory for attention over %zu patches", L);
        look(s, rows, cols, seed);
    }
    return STATUS_OK;
}

void sight_close(Sight *s)
{
    for (int n = 0; n < s->N; n++) image_free(&s->pictures[n]);
    free(s->pictures);
    free(s->attention);
    *s = (Sight){ 0 };
}

MaskView sight_view(const Sight *s, int n, double progress)
{
    size_t each = (size_t)s->heads * (size_t)s->L * (size_t)s->L;
    const float *seen = s->attention ? s->attention + (size_t)(n % s->N) * each : NULL;
    return (MaskView){ .progress = (float)progress, .heads = s->heads,
                       .attention = seen };
}
