#include "experiments/record/overlap.h"

#include "core/base/arena.h"
#include "core/data/data.h"
#include "core/data/scene.h"
#include "core/mask/ncut.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    const Mae   *mae;
    ScenesConfig config;
    int          L, D;
    Tape         tape;
    Arena        host;
    Scene       *scene;
    uint8_t     *pixels;          /* [H, W, C] */
    real        *planes, *feature; /* [C, H, W]; [L, D] */
    float       *x;                /* [L, D]    */
    double      *w, *z;            /* [L, L]; [L] */
    bool        *object, *found, *random; /* [L] */
    int         *order;            /* [L] */
} Work;

static void find_objects(Work *k)
{
    const VitConfig *c = &k->mae->config.encoder;
    const int        p = c->patch, cols = vit_cols(c);
    for (int i = 0; i < k->L; i++) {
        int covered = 0;
        for (int y = i / cols * p; y < (i / cols + 1) * p; y++)
            for (int x = i % cols * p; x < (i % cols + 1) * p; x++)
                covered += k->scene->owner[y * c->width + x] > 0;
        k->object[i] = 2 * covered >= p * p;
    }
}

/* As a data set of scenes is seen: mean 0.5, deviation 0.25. */
static Tensor *picture(Work *k)
{
    const VitConfig *v = &k->mae->config.encoder;
    const size_t     C = (size_t)v->channels, n = (size_t)v->height * (size_t)v->width;
    Tensor *images = tape_constant(&k->tape, 4, (int[]){ 1, v->channels, v->height, v->width });
    scene_draw(k->scene, k->pixels);
    for (size_t c = 0; c < C; c++)
        for (size_t i = 0; i < n; i++)
            k->planes[c * n + i] = ((real)k->pixels[i * C + c] / 255 - R(0.5)) / R(0.25);
    k->tape.be->write(images->data, k->planes, C * n);
    return images;
}

static Status find_cut(Work *k, Err *err)
{
    const size_t n = (size_t)k->L * (size_t)k->D;
    VitLook      look = vit_last_look(&k->tape, &k->mae->vit, picture(k), true);
    k->tape.be->read(k->feature, look.features->data, n);
    tape_reset(&k->tape);
    for (size_t i = 0; i < n; i++) {
        k->x[i] = (float)k->feature[i];
        if (!isfinite(k->x[i]))
            return err_set(err, STATUS_FAILED, "feature %zu of patch %zu is %g",
                           i % (size_t)k->D, i / (size_t)k->D, (double)k->x[i]);
    }
    ncut_unit_rows(k->x, k->L, k->D);
    ncut_affinity(k->w, k->x, k->L, k->D, NCUT_POSITIVE);
    ncut_vector(k->z, k->w, k->L);
    ncut_object(k->found, k->z, k->L, false);
    return STATUS_OK;
}

static double overlap(const bool *a, const bool *b, int L)
{
    int both = 0, any = 0;
    for (int i = 0; i < L; i++) both += a[i] && b[i], any += a[i] || b[i];
    return any ? (double)both / any : 1;
}

static Status measure(Work *k, int n, double *by_cut, double *by_chance, Err *err)
{
    Rng rng = rng_at(0, STREAM_RESAMPLE, 0, (uint64_t)n);
    scene_make(k->scene, &k->config, SPLIT_TEST, n);
    find_objects(k);
    if (find_cut(k, err)) return err->code;
    rng_shuffle(&rng, k->order, k->L);
    for (int i = 0; i < k->L; i++) k->random[k->order[i]] = k->found[i];
    *by_cut = overlap(k->found, k->object, k->L);
    *by_chance = overlap(k->random, k->object, k->L);
    return STATUS_OK;
}

static void open_work(Work *k)
{
    const VitConfig *c = &k->mae->config.encoder;
    const size_t     pixels = (size_t)(c->channels * c->height * c->width);
    const size_t     L = (size_t)k->L, n = L * (size_t)k->D;
    arena_open(&k->host, "overlap", NULL, NULL);
    tape_open(&k->tape, k->mae->params.be);
    k->tape.recording = false;
    k->scene = ARENA_NEW(&k->host, Scene, 1);
    k->pixels = ARENA_NEW(&k->host, uint8_t, pixels);
    k->planes = ARENA_NEW(&k->host, real, pixels);
    k->feature = ARENA_NEW(&k->host, real, n);
    k->x = ARENA_NEW(&k->host, float, n);
    k->w = ARENA_NEW(&k->host, double, L * L);
    k->z = ARENA_NEW(&k->host, double, L);
    k->object = ARENA_NEW(&k->host, bool, L);
    k->found = ARENA_NEW(&k->host, bool, L);
    k->random = ARENA_NEW(&k->host, bool, L);
    k->order = ARENA_NEW(&k->host, int, L);
}

Status overlap_measure(Overlap *o, const Mae *mae, int scenes, Err *err)
{
    const VitConfig *c = &mae->config.encoder;
    Work             k = { .mae = mae, .L = vit_patches(c), .D = c->size.D };
    k.config = scenes_defaults();
    k.config.size = c->height, k.config.channels = c->channels;
    if (c->height != c->width || c->height > SCENE_MAX_SIZE ||
        (c->channels != 1 && c->channels != 3) || k.L > OVERLAP_PATCHES)
        return err_set(err, STATUS_CONFIG, "an encoder of %d x %d x %d pixels and %d patches; "
                       "scenes are square, of 1 or 3 channels, of at most %d pixels a side, "
                       "and at most %d patches are cut", c->height, c->width, c->channels, k.L,
                       SCENE_MAX_SIZE, OVERLAP_PATCHES);
    open_work(&k);
    double *by_cut = ARENA_NEW(&k.host, double, scenes);
    double *by_chance = ARENA_NEW(&k.host, double, scenes);
    double *untrained = ARENA_NEW(&k.host, double, scenes);
    double  chance;
    Mae     initial;
    Status  bad = STATUS_OK;
    for (int n = 0; n < scenes && !bad; n++) bad = measure(&k, n, by_cut + n, by_chance + n, err);
    mae_open(&initial, mae->params.be, &mae->config, 0);
    k.mae = &initial;
    for (int n = 0; n < scenes && !bad; n++) bad = measure(&k, n, untrained + n, &chance, err);
    mae_close(&initial);
    if (!bad)
        *o = (Overlap){ stats_summary(by_cut, scenes), stats_summary(by_chance, scenes),
                        stats_paired(by_cut, by_chance, scenes),
                        stats_summary(untrained, scenes),
                        stats_paired(by_cut, untrained, scenes) };
    tape_close(&k.tape);
    arena_close(&k.host);
    return bad;
}
