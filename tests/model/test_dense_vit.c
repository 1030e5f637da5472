#include "core/model/dense_vit.h"

#include "core/model/mae.h"
#include "core/model/mask_rcnn.h"
#include "core/model/positions.h"
#include "tests/model/dense.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

enum { N = 2, D = 16, GRID = 4 };
static const VitConfig encoder = { 3, 16, 16, 4, { D, 4, 2 }, 0 };

static void open_vit(DenseVit *v, Params *p, const DenseVitConfig *c)
{
    params_open(p, test_backend());
    dense_vit_add(v, p, c, "net.");
    params_place(p, 3);
    dense_vit_start(v, p);
}

/* The last block's map. */
static void map_of(real *out, const DenseVit *v, const Params *p)
{
    Tape    t;
    Tensor *map;
    tape_open(&t, p->be);
    t.recording = false;
    dense_vit_forward(&t, v, dense_images(&t, &v->config.encoder, N), NULL,
                      (int[]){ v->config.encoder.size.depth - 1 }, 1, &map);
    cr_assert(map->rank == 4 && map->dim[1] == GRID && map->dim[3] == D);
    p->be->read(out, map->data, tensor_count(map));
    tape_close(&t);
}

static double off(const real *x, const real *y, int n)
{
    double worst = 0;
    for (int i = 0; i < n; i++) {
        double by = fabs((double)x[i] - (double)y[i]);
        if (!(by <= worst)) worst = by;
    }
    return worst;
}

/* What the encoder's blocks make of a picture. */
static void encoder_map(real *out, const Mae *mae)
{
    Tape t;
    tape_open(&t, mae->params.be);
    Tensor *images = dense_images(&t, &encoder, N);
    Tensor *x = vit_embed(&t, &mae->vit, images, vit_all_visible(&t, &mae->vit, images));
    x = op_drop_class(&t, blocks_forward(&t, mae->vit.blocks, &encoder.size, x));
    t.be->read(out, x->data, tensor_count(x));
    tape_close(&t);
}

/* Tables of zeros and gains of one say nothing, and the plain detector has none.  Windows
 * say something from the first step on. */
Test(dense_vit, starts_as_the_encoder_was)
{
    static real          got[N * GRID * GRID * D], want[N * GRID * GRID * D];
    const MaeConfig      mae_config = { .encoder = encoder };
    const DenseVitConfig same[] = { dense_vit_upernet(&encoder, 16),
                                    mask_rcnn_plain(&encoder, 16, 2).backbone };
    DenseVitConfig       other = dense_vit_det(&encoder, 16);
    Mae                  mae;
    other.window = 2;
    mae_open(&mae, test_backend(), &mae_config, 9);
    dense_disturb(&mae.params);
    encoder_map(want, &mae);
    for (int i = 0; i < 3; i++) {
        DenseVit v;
        Params   p;
        open_vit(&v, &p, i < 2 ? &same[i] : &other);
        dense_vit_take(&v, &p, &mae.params, &encoder);
        map_of(got, &v, &p);
        double by = off(got, want, N * GRID * GRID * D);
        cr_expect(i < 2 ? by <= 1e-4 : by > 1e-2, "model %d: off by %.2e", i, by);
        params_close(&p);
    }
    mae_close(&mae);
}

/* A window as large as the grid is no window. */
Test(dense_vit, one_window_is_the_grid)
{
    static real    with[N * GRID * GRID * D], without[N * GRID * GRID * D];
    DenseVitConfig c = dense_vit_det(&encoder, 16);
    DenseVit       v;
    Params         p;
    for (int i = 0; i < 2; i++) {
        c.window = i ? 0 : GRID;
        c.wide = i ? 0 : 2;
        open_vit(&v, &p, &c);
        dense_disturb(&p);
        map_of(i ? without : with, &v, &p);
        params_close(&p);
    }
    double by = off(with, without, N * GRID * GRID * D);
    cr_expect(by <= 1e-4, "off by %.2e", by);
}

/* With windows of 2 a token knows nothing of other windows before a wide block. */
Test(dense_vit, windows_are_apart)
{
    static real    before[N * GRID * GRID * D], after[N * GRID * GRID * D];
    DenseVitConfig c = dense_vit_det(&encoder, 16);
    DenseVit       v;
    Params         p;
    c.window = 2;
    for (int wide = 0; wide <= 1; wide++) {
        real  pos[(1 + GRID * GRID) * D];
        int   changed = 0;
        c.wide = wide;
        open_vit(&v, &p, &c);
        dense_disturb(&p);
        map_of(before, &v, &p);
        p.be->read(pos, v.vit.pos_embed->data, (1 + GRID * GRID) * D);
        for (int d = 0; d < D; d++) pos[D + d] += R(d % 2); /* of the first patch */
        p.be->write(v.vit.pos_embed->data, pos, (1 + GRID * GRID) * D);
        map_of(after, &v, &p);
        for (int i = 0; i < GRID * GRID; i++)
            changed += off(before + i * D, after + i * D, D) > 1e-7;
        cr_expect(changed == (wide ? GRID * GRID : 4),
                  "%d blocks see all: %d places changed", wide, changed);
        params_close(&p);
    }
}

/* Resized while it is taken, or in every forward: the same positions. */
Test(dense_vit, positions_are_resized_both_ways)
{
    const VitConfig small = { 3, 8, 8, 4, { D, 4, 2 }, 0 };
    static real     taken[N * GRID * GRID * D], later[N * GRID * GRID * D];
    MaeConfig       mae_config = { .encoder = small };
    Mae             mae;
    mae_open(&mae, test_backend(), &mae_config, 9);
    dense_disturb(&mae.params);
    for (int i = 0; i < 2; i++) {
        DenseVitConfig c = dense_vit_det(&small, 16);
        DenseVit       v;
        Params         p;
        c.window = 0;
        if (i) c.pos_rows = c.pos_cols = GRID;
        open_vit(&v, &p, &c);
        dense_vit_take(&v, &p, &mae.params, &small);
        cr_expect((v.resize != NULL) == !i);
        map_of(i ? taken : later, &v, &p);
        params_close(&p);
    }
    double by = off(taken, later, N * GRID * GRID * D);
    cr_expect(by <= 1e-4, "off by %.2e", by);
    mae_close(&mae);
}
