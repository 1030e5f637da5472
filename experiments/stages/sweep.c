#include "experiments/stages/sweep.h"

#include "experiments/stages/inside.h"

void sweep_open(Sweep *s, Arena *host, int count, int L)
{
    *s = (Sweep){ .found = ARENA_NEW(host, real, (size_t)count * (size_t)L),
                  .count = count };
}

Status sweep_images(float *out, const Mask *m, Tape *t, const Vit *vit, const real *images,
                    int N, Err *err)
{
    const VitConfig *c = &vit->config;
    const int        L = vit_patches(c), D = c->size.D, H = c->size.heads;
    const size_t     map = (size_t)(L * D), heads = (size_t)(H * L);
    Arena            host;
    t->recording = false;
    VitLook look = vit_last_look(t, vit, stage_images(t, c, images, N), true);
    arena_open(&host, "sweep", NULL, NULL);
    float *features = ARENA_NEW(&host, float, tensor_count(look.features));
    float *attention = ARENA_NEW(&host, float, tensor_count(look.class_attention));
    stage_floats(features, t, look.features);
    stage_floats(attention, t, look.class_attention);
    tape_reset(t);
    t->recording = true;
    Status bad = stage_finite(m, MASK_NEEDS_SWEEP, features, N, map, err);
    if (!bad) bad = stage_finite(m, MASK_NEEDS_SWEEP, attention, N, heads, err);
#pragma omp parallel for schedule(static)
    for (int n = 0; n < (bad ? 0 : N); n++)
        mask_sweep(m, out + (size_t)n * (size_t)L,
                   &(MaskSweep){ .rows = vit_rows(c), .cols = vit_cols(c), .heads = H,
                                 .width = D,
                                 .features = features + (size_t)n * map,
                                 .class_attention = attention + (size_t)n * heads });
    arena_close(&host);
    return bad;
}

Status sweep_run(Sweep *s, const Mask *m, Tape *t, const Vit *vit, const Data *d,
                 bool (*stopping)(const void *self), const void *self, Err *err)
{
    const int L = vit_patches(&vit->config), batch = features_batch(L);
    Loader    loader;
    Arena     host;
    Status    bad = STATUS_OK;
    loader_open(&loader, d, &(LoaderConfig){ .batch = batch, .whole = true });
    arena_open(&host, "sweep batches", NULL, NULL);
    Batch  b = batch_new(&host, &loader);
    float *found = ARENA_NEW(&host, float, (size_t)batch * (size_t)L);
    for (int step = 0; step < loader_steps(&loader) && !bad; step++) {
        if (stopping(self)) bad = err_set(err, STATUS_STOPPED, "stopped in a sweep");
        if (!bad) bad = loader_batch(&loader, &b, 0, step, err);
        if (bad) break;
        bad = sweep_images(found, m, t, vit, b.images, b.N, err);
        if (bad) break;
        real *to = s->found + (size_t)step * (size_t)batch * (size_t)L;
        for (size_t i = 0; i < (size_t)b.N * (size_t)L; i++) to[i] = (real)found[i];
    }
    arena_close(&host);
    loader_close(&loader);
    if (!bad) s->done++;
    return bad;
}

/* A batch, and of each image its features, its attention and what is found. */
double sweep_bytes(const VitConfig *c)
{
    const double L = vit_patches(c), seen = L * (c->size.D + c->size.heads + 1);
    const double image = (double)c->channels * c->height * c->width;
    return features_batch((int)L) * (image * sizeof(real) + seen * sizeof(float));
}
