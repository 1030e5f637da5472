#include "core/model/mae.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

static const Backend *cpu(void)
{
    Err            err;
    const Backend *be;
    cr_assert(!backend_open(&be, "cpu", &err), "%s", err.text);
    return be;
}

/* Columns come first: of 8 numbers two sines and two cosines of the column, then
 * of the row. */
Test(vit, positions)
{
    static const double known[5][8] = {
        { 0 },
        { 0, 0, 1, 1, 0, 0, 1, 1 },
        { .841471, .01, .540302, .99995, 0, 0, 1, 1 },
        { 0, 0, 1, 1, .841471, .01, .540302, .99995 },
        { .841471, .01, .540302, .99995, .841471, .01, .540302, .99995 },
    };
    Params p;
    real   x[5][8];
    params_open(&p, cpu());
    Tensor *pos = params_positions(&p, 4, 8, "pos_embed");
    params_place(&p, 0);
    positions_write(&p, pos, 2, 2);
    p.be->read(&x[0][0], pos->data, 40);
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 8; k++)
            cr_expect(fabs((double)x[i][k] - known[i][k]) <= 2e-6, "[%d, %d]: %g", i, k,
                      (double)x[i][k]);
    params_close(&p);
}

static const MaeConfig wide = { .encoder = { 1, 8, 24, 4, { 16, 2, 2 } },
                                .decoder = { 8, 1, 2 } };
enum { N = 2, L = 12, H = 2, D = 16 };

static Tensor *some_images(Tape *t)
{
    real    pixels[N * 8 * 24];
    Rng     rng = rng_at(3, STREAM_TEST, 0, 0);
    Tensor *images = tape_constant(t, 4, (int[]){ N, 1, 8, 24 });
    for (int i = 0; i < N * 8 * 24; i++) pixels[i] = rng_normal(&rng);
    t->be->write(images->data, pixels, N * 8 * 24);
    return images;
}

Test(vit, first_attention_rows_sum_to_one_and_leave_no_trace)
{
    Mae  m;
    Tape t;
    real p[N][H][L][L];
    mae_open(&m, cpu(), &wide, 1);
    params_train(&m.params, 0);
    tape_open(&t, m.params.be);
    Tensor *map = vit_first_attention(&t, &m.vit, some_images(&t));
    cr_assert(map->rank == 4 && map->dim[0] == N && map->dim[1] == H &&
              map->dim[2] == L && map->dim[3] == L);
    cr_expect(!map->wants_grad && !t.last && t.recording);
    t.be->read(&p[0][0][0][0], map->data, N * H * L * L);
    for (int i = 0; i < N * H * L; i++) {
        double sum = 0;
        for (int k = 0; k < L; k++) sum += (double)(&p[0][0][0][0])[i * L + k];
        cr_expect(fabs(sum - 1) <= 1e-6, "row %d sums to %g", i, sum);
    }
    cr_expect(memcmp(p[0], p[1], sizeof p[0]), "two images, one map");
    tape_close(&t);
    mae_close(&m);
}

/* Before the final norm, which is applied here by hand, and without the class token. */
Test(vit, the_last_look_is_at_the_features)
{
    Mae  m;
    Tape t;
    real x[N][L][D], y[N][L][D], p[N][H][L];
    mae_open(&m, cpu(), &wide, 1);
    params_train(&m.params, 0);
    tape_open(&t, m.params.be);
    Tensor *images = some_images(&t);
    VitLook look = vit_last_look(&t, &m.vit, images, true);
    cr_expect(!look.features->wants_grad && !t.last && t.recording);
    cr_expect(!vit_last_look(&t, &m.vit, images, false).features);
    Tensor *normal = layer_norm(&t, look.features, m.vit.norm);
    Tensor *all = op_drop_class(&t, vit_features(&t, &m.vit, images));
    t.be->read(&x[0][0][0], normal->data, N * L * D);
    t.be->read(&y[0][0][0], all->data, N * L * D);
    for (int i = 0; i < N * L * D; i++)
        cr_expect(fabs((double)((&x[0][0][0])[i] - (&y[0][0][0])[i])) <= 1e-5);

    t.be->read(&p[0][0][0], look.class_attention->data, N * H * L);
    for (int i = 0; i < N * H; i++) {
        double sum = 0;
        for (int k = 0; k < L; k++) sum += (double)(&p[0][0][0])[i * L + k];
        cr_expect(sum > 0.5 && sum < 1, "the class token keeps %g for itself", 1 - sum);
    }
    cr_expect(memcmp(p[0], p[1], sizeof p[0]), "two images, one look");
    tape_close(&t);
    mae_close(&m);
}

/* The encoder does not care in which order patches come: what it says of all of
 * them is what it says of a list of all of them, and of a part it says another. */
Test(vit, features_are_the_encoding_of_everything)
{
    Mae  m;
    Tape t;
    real x[N][L + 1][D], y[N][L + 1][D];
    int  ids[N * L];
    for (int i = 0; i < N * L; i++) ids[i] = i % L;
    mae_open(&m, cpu(), &wide, 1);
    tape_open(&t, m.params.be);
    Tensor *images = some_images(&t), *all = vit_features(&t, &m.vit, images);
    cr_assert(all->dim[1] == L + 1 && all->dim[2] == D);
    t.be->read(&x[0][0][0], all->data, N * (L + 1) * D);

    Visible v = { .N = N, .L = L, .K = L, .ids = ids };
    t.be->read(&y[0][0][0], vit_encode(&t, &m.vit, images, &v)->data, N * (L + 1) * D);
    cr_expect(!memcmp(x, y, sizeof x));
    v.K = L / 2;
    Tensor *part = vit_encode(&t, &m.vit, images, &v);
    cr_assert(part->dim[1] == L / 2 + 1);
    t.be->read(&y[0][0][0], part->data, D);
    cr_expect(memcmp(x[0][0], y[0][0], sizeof x[0][0]));
    tape_close(&t);
    mae_close(&m);
}

/* --- sizes --------------------------------------------------------------- */

Test(vit, presets_have_the_published_number_of_parameters)
{
    static const struct {
        const char *name;
        int         patch;
        size_t      count;
    } known[] = {
        { "base", 16, 111907840 }, { "large", 16, 329541888 }, { "huge", 14, 657074508 }
    };
    for (int i = 0; i < 3; i++) {
        Err       err;
        MaeConfig c = { .encoder = { 3, 224, 224, known[i].patch, { 0 } } };
        cr_assert(!mae_preset(&c, known[i].name, &err), "%s", err.text);
        cr_assert(!mae_check(&c, &err), "%s", err.text);
        cr_expect(mae_count(&c) == known[i].count, "%s: %zu", known[i].name,
                  mae_count(&c));
    }
}

Test(vit, refuses_sizes_that_make_no_model)
{
    static const struct {
        MaeConfig   c;
        const char *named;
    } wrong[] = {
        { { { 3, 32, 30, 4, { 48, 3, 3 }, 0 }, { 32, 2, 4 }, false }, "32 x 30" },
        { { { 0, 32, 32, 4, { 48, 3, 3 }, 0 }, { 32, 2, 4 }, false }, "channels 0" },
        { { { 3, 32, 32, 0, { 48, 3, 3 }, 0 }, { 32, 2, 4 }, false }, "patch 0" },
        { { { 3, -4, 32, 4, { 48, 3, 3 }, 0 }, { 32, 2, 4 }, false }, "height -4" },
        { { { 3, 32, 32, 4, { 48, 3, 5 }, 0 }, { 32, 2, 4 }, false }, "encoder: 5 heads" },
        { { { 3, 32, 32, 4, { 42, 3, 3 }, 0 }, { 32, 2, 4 }, false }, "multiple of 4" },
        { { { 3, 32, 32, 4, { 48, 0, 3 }, 0 }, { 32, 2, 4 }, false }, "depth 0" },
        { { { 3, 32, 32, 4, { 48, 3, 3 }, 0 }, { 32, 2, 0 }, false }, "decoder: heads 0" },
        { { { 3, 32, 32, 4, { 99999, 3, 3 }, 0 }, { 32, 2, 4 }, false }, "encoder: width" },
        { { { 1, 8, 8, 1, { 48, 3, 3 }, 0 }, { 32, 2, 4 }, true }, "one value" },
        { { { 1, 16384, 16384, 1, { 48, 3, 3 }, 0 }, { 32, 2, 4 }, false }, "patches" },
    };
    Err err;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect(mae_check(&wrong[i].c, &err) == STATUS_CONFIG, "case %zu passes", i);
        cr_expect(strstr(err.text, wrong[i].named), "\"%s\" does not say \"%s\"",
                  err.text, wrong[i].named);
    }
    MaeConfig c = wrong[0].c;
    cr_expect(mae_preset(&c, "mikro", &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "did you mean micro"), "%s", err.text);
}
