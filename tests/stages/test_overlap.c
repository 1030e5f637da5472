/* Does the cut of patches by an encoder's features find what was drawn?
 *
 * On pictures of `scenes` that were not trained on, a patch is an object's if objects
 * cover half of it.  The part of the normalised cut that sgmae takes for the object is
 * compared with these patches by intersection over union, and so are as many patches
 * drawn at random. */
#include "core/data/scene.h"
#include "core/mask/ncut.h"
#include "core/train/checkpoint.h"
#include "experiments/stages/inside.h"
#include "tests/stages/home.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 28, PATCH = 4, GRID = SIDE / PATCH, L = GRID * GRID, MOST_D = 64 };

static void objects_of(bool *object, const Scene *s)
{
    for (int i = 0; i < L; i++) {
        int covered = 0;
        for (int p = 0; p < PATCH * PATCH; p++) {
            int y = i / GRID * PATCH + p / PATCH, x = i % GRID * PATCH + p % PATCH;
            covered += s->owner[y * SIDE + x] > 0;
        }
        object[i] = 2 * covered >= PATCH * PATCH;
    }
}

static double overlap(const bool *a, const bool *b)
{
    int both = 0, any = 0;
    for (int i = 0; i < L; i++) both += a[i] && b[i], any += a[i] || b[i];
    return any ? (double)both / any : 1;
}

static void cut(bool *found, const Mae *mae, Tape *t, const Scene *s)
{
    uint8_t pixels[SIDE * SIDE];
    real    image[SIDE * SIDE];
    float   x[L * MOST_D];
    double  w[L * L], z[L];
    int     D = mae->config.encoder.size.D;
    cr_assert(D <= MOST_D);
    scene_draw(s, pixels);
    for (int i = 0; i < SIDE * SIDE; i++) image[i] = ((real)pixels[i] / 255 - R(0.5)) / R(0.25);
    t->recording = false;
    Tensor *images = stage_images(t, &mae->config.encoder, image, 1);
    stage_floats(x, t, vit_last_look(t, &mae->vit, images, true).features);
    tape_reset(t);
    ncut_unit_rows(x, L, D);
    ncut_affinity(w, x, L, D, NCUT_POSITIVE);
    ncut_vector(z, w, L);
    ncut_object(found, z, L, false);
}

/* Mean over test scenes: of the cut's part, and of as many patches at random. */
static void measure(double *by_cut, double *by_chance, const char *settings, int scenes)
{
    Home           h;
    Err            err;
    char           results[128], path[CELL_PATH];
    const Backend *be;
    Mae            mae;
    Tape           t;
    ScenesConfig   c = scenes_defaults();
    const Cell    *cell = open_cell(&h, settings);
    StageContext   context_ = context(&h, results, "results", cell);
    Scene         *s = malloc(sizeof *s);
    cr_assert(s && !stage_run(cell, STAGE_PRETRAIN, &context_, &err), "%s", err.text);
    cell_file(path, results, cell, "encoder.safetensors");
    cr_assert(!backend_open(&be, "cpu", &err) && !checkpoint_open(&mae, be, path, NULL, &err));
    tape_open(&t, be);
    *by_cut = *by_chance = 0;
    for (int n = 0; n < scenes; n++) {
        bool object[L], found[L], random[L];
        int  order[L];
        Rng  rng = rng_at(1, STREAM_TEST, 0, (uint64_t)n);
        scene_make(s, &c, SPLIT_TEST, n);
        objects_of(object, s);
        cut(found, &mae, &t, s);
        for (int i = 0; i < L; i++) order[i] = i;
        rng_shuffle(&rng, order, L);
        for (int i = 0; i < L; i++) random[order[i]] = found[i];
        *by_cut += overlap(found, object) / scenes;
        *by_chance += overlap(random, object) / scenes;
    }
    free(s);
    tape_close(&t);
    mae_close(&mae);
    features_free(context_.features);
    close_home(&h);
}

/* Measured 0.65 and 0.20.  Training on takes it away: after 1536 steps of a micro model
 * on 4096 pictures 0.35 and 0.22, after 4096 steps on 8192 0.24 and 0.22.  One never
 * trained has 0.67 and 0.21: objects differ from the ground in brightness. */
Test(overlap, the_cut_finds_objects_better_than_chance, .timeout = 60)
{
    double by_cut, by_chance;
    measure(&by_cut, &by_chance,
            "data.train=512 model.patch=4 pretrain.epochs=6 pretrain.batch=32", 200);
    cr_expect(by_cut >= by_chance + 0.05, "IoU %.3f, by chance %.3f", by_cut, by_chance);
}
