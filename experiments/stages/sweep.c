#include "experiments/stages/sweep.h"

#include "experiments/stages/inside.h"

void sweep_open(Sweep *s, Arena *host, int count, int L)
{
    *s = (Sweep){ .found = ARENA_NEW(host, real, (size_t)count * (size_t)L),
                  .count = count };
}

void sweep_images(float *out, const Mask *m, Tape *t, const Vit *vit, const real *images,
                  int N)
{
    const VitConfig *c = &vit->config;
    const int        L = vit_patches(c), D = c->size.D, H = c->size.heads;
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
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        mask_sweep(m, out + (size_t)n * (size_t)L,
                   &(MaskSweep){ .rows = vit_rows(c), .cols = vit_cols(c), .heads = H,
                                 .width = D,
                                 .features = features + (size_t)n * (size_t)(L * D),
                                 .class_attention = attention +
                                                    (size_t)n * (size_t)(H * L) });
    arena_close(&host);
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
        sweep_images(found, m, t, vit, b.images, b.N);
        real *to = s->found + (size_t)step * (size_t)batch * (size_t)L;
        for (size_t i = 0; i < (size_t)b.N * (size_t)L; i++) to[i] = (real)found[i];
    }
    arena_close(&host);
    loader_close(&loader);
    if (!bad) s->done++;
    return bad;
}
