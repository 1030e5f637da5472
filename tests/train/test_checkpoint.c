#include "tests/model/parity.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(call) cr_assert(!(call), "%s", err.text)

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(checkpoint, .init = open_scratch, .fini = close_scratch);

static const AdamWConfig recipe = { 0.9, 0.95, 1e-8, 0.05 };

static void train(Parity *p, AdamW *opt, int from, int to)
{
    for (int step = from; step < to; step++)
        adamw_backward(opt, &p->tape, parity_forward(p, step % 3).loss, 1e-3);
}

static real *all_weights(const Params *p)
{
    real *w = malloc(p->all * sizeof *w);
    p->be->read(w, p->weights, p->all);
    return w;
}

Test(checkpoint, resumed_equals_unbroken_bit_for_bit)
{
    Err            err;
    Parity         whole, first, second;
    AdamW          opt;
    Safetensors    in;
    SafetensorsOut out;
    parity_open(&whole, "norm_pix");
    adamw_open(&opt, &whole.mae.params, &recipe);
    train(&whole, &opt, 0, 5);

    parity_open(&first, "norm_pix");
    adamw_open(&opt, &first.mae.params, &recipe);
    train(&first, &opt, 0, 2);
    safetensors_start(&out);
    params_put(&first.mae.params, "", &out);
    adamw_put(&opt, "", &out);
    REQUIRE(safetensors_write(&out, scratch_path(&scratch, "state"), &err));

    parity_open(&second, "norm_pix");
    adamw_open(&opt, &second.mae.params, &recipe);
    REQUIRE(safetensors_open(&in, scratch_path(&scratch, "state"), &err));
    REQUIRE(params_get(&second.mae.params, "", &in, &err));
    REQUIRE(adamw_get(&opt, "", &in, &err));
    safetensors_close(&in);
    cr_expect(opt.steps == 2);
    train(&second, &opt, 2, 5);

    real *a = all_weights(&whole.mae.params), *b = all_weights(&second.mae.params);
    cr_expect(!memcmp(a, b, whole.mae.params.all * sizeof *a), "weights differ");
    free(b), free(a);
    parity_close(&second), parity_close(&first), parity_close(&whole);
}

static const MaeConfig wide = { .encoder = { 1, 8, 24, 4, { 16, 2, 2 }, NORM_EPS },
                                .decoder = { 8, 1, 2 },
                                .normalized = true };

static void open_wide(Mae *m, uint64_t seed)
{
    Err            err;
    const Backend *be;
    REQUIRE(backend_open(&be, "cpu", &err));
    mae_open(m, be, &wide, seed);
}

Test(checkpoint, opens_a_model_from_its_file_alone)
{
    Safetensors in;
    Err         err;
    Mae         m, again;
    open_wide(&m, 5);
    const char *path = scratch_path(&scratch, "c");
    REQUIRE(checkpoint_save(path, &m, "1f0c", &err));
    REQUIRE(safetensors_open(&in, path, &err));
    cr_expect_str_eq(safetensors_meta(&in, CHECKPOINT_OF), "1f0c");
    safetensors_close(&in);
    REQUIRE(checkpoint_open(&again, m.params.be, path, NULL, &err));
    cr_expect(!memcmp(&again.config, &wide, sizeof wide), "another model");
    real *a = all_weights(&m.params), *b = all_weights(&again.params);
    cr_expect(!memcmp(a, b, m.params.all * sizeof *a), "other weights");
    free(b), free(a);
    mae_close(&again), mae_close(&m);
}

/* --- foreign and broken files ------------------------------------------- */

#define GIVEN(a, b, rows, cols, of) \
    { .heads = a, .decoder_heads = b, .height = rows, .width = cols, .target = of }

/* What the file lacks or has wrong, the hints, and what is said about it. */
static const struct {
    const char     *wrong; /* a tensor left out, or a case of its own below */
    CheckpointHints hints;
    Status          status;
    const char     *named;
} cases[] = {
    { "", GIVEN(2, 2, 8, 24, "normalized"), STATUS_OK, "" },
    { "", GIVEN(0, 2, 8, 24, NULL), STATUS_CONFIG, "how many heads its encoder" },
    { "", GIVEN(2, 0, 8, 24, NULL), STATUS_CONFIG, "how many heads its decoder" },
    { "", GIVEN(3, 2, 8, 24, NULL), STATUS_CONFIG, "3 heads do not divide the width 16" },
    { "", GIVEN(2, 2, 0, 0, NULL), STATUS_CONFIG, "12 patches are no square" },
    { "", GIVEN(2, 2, 8, 0, NULL), STATUS_CONFIG, "8 x 0" },
    { "", GIVEN(2, 2, 8, 25, NULL), STATUS_CONFIG, "8 x 25" },
    { "", GIVEN(2, 2, 12, 24, NULL), STATUS_CONFIG, "do not make its 12 patches" },
    { "", GIVEN(2, 2, 8, 24, "pixels"), STATUS_CONFIG, "neither raw nor normalized" },
    { "norm.bias", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT, "no tensor \"norm.bias\"" },
    { "pos_embed", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT, "no tensor \"pos_embed\"" },
    { "decoder_embed.weight", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT,
      "decoder_embed.weight" },
    { "blocks.1.mlp.fc1.bias", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT,
      "blocks.1.mlp.fc1.bias" },
    { "blocks.0.norm1.weight", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT,
      "no tensor \"blocks.0.norm1.weight\"" },
    { "no blocks", GIVEN(2, 2, 8, 24, NULL), STATUS_CONFIG, "depth 0" },
    { "far block", GIVEN(2, 2, 8, 24, NULL), STATUS_CONFIG, "depth 1000000" },
    { "no number of blocks", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT,
      "blocks.99999999999999999999.norm1.weight\": no part of what is computed" },
    { "layer scale", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT,
      "blocks.0.ls1.gamma\": no part of what is computed" },
    { "scaled decoder", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT,
      "decoder_blocks.0.ls1.gamma\": no part of what is computed" },
    { "registers", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT, "reg_token\": no part" },
    { "nan", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT, "norm.weight: number 3 is nan" },
    { "short norm", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT, "\"norm.weight\": shape [8]" },
    { "empty giant", GIVEN(2, 2, 8, 24, NULL), STATUS_FORMAT, "shape [16384, 0]" },
    { "other heads", GIVEN(4, 2, 8, 24, NULL), STATUS_CONFIG, "encoder_heads is 2, not 4" },
    { "heads in words", GIVEN(0, 2, 8, 24, NULL), STATUS_FORMAT, "\"two\" is no size" },
};
enum { N_CASES = sizeof cases / sizeof *cases };

/* One more tensor, of one number. */
static const struct { const char *wrong, *name; } more[] = {
    { "far block", "blocks.999999.norm1.weight" },
    { "no number of blocks", "blocks.99999999999999999999.norm1.weight" },
    { "layer scale", "blocks.0.ls1.gamma" },
    { "scaled decoder", "decoder_blocks.0.ls1.gamma" },
    { "registers", "reg_token" },
};

/* Some sizes cost nothing in a file: [16384, 0] must not cost memory here. */
static void write_wrong(const Mae *m, const char *wrong)
{
    Err            err;
    SafetensorsOut o;
    bool           giant = !strcmp(wrong, "empty giant");
    const real     one = 1;
    safetensors_start(&o);
    for (int i = 0; i < m->params.n; i++) {
        const Param *q = &m->params.list[i];
        real        *values = m->params.weights + q->offset;
        if (!strcmp(q->name, wrong)) continue;
        if (!strcmp(wrong, "no blocks") && !strncmp(q->name, "blocks.", 7)) continue;
        if (!strcmp(wrong, "nan") && !strcmp(q->name, "norm.weight")) values[3] = (real)NAN;
        if (!strcmp(wrong, "short norm") && !strcmp(q->name, "norm.weight"))
            safetensors_add(&o, q->name, m->params.be, values, 1, (int[]){ 8 });
        else if (giant && !strcmp(q->name, "decoder_embed.weight"))
            safetensors_add(&o, q->name, m->params.be, values, 2, (int[]){ 16384, 0 });
        else
            safetensors_add(&o, q->name, m->params.be, values, q->rank, q->dim);
    }
    for (int i = 1; giant && i < 200; i++) {
        char name[PARAM_NAME];
        snprintf(name, sizeof name, "decoder_blocks.%d.norm1.weight", i);
        safetensors_add(&o, name, NULL, NULL, 1, (int[]){ 0 });
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (!strcmp(wrong, more[i].wrong))
            safetensors_add(&o, more[i].name, NULL, &one, 1, (int[]){ 1 });
    if (!strcmp(wrong, "other heads")) safetensors_note(&o, "encoder_heads", "2");
    if (!strcmp(wrong, "heads in words")) safetensors_note(&o, "encoder_heads", "two");
    REQUIRE(safetensors_write(&o, scratch_path(&scratch, "c"), &err));
}

ParameterizedTestParameters(checkpoint, foreign_files)
{
    static int index[N_CASES];
    for (int i = 0; i < N_CASES; i++) index[i] = i;
    return cr_make_param_array(int, index, N_CASES);
}

ParameterizedTest(int *i, checkpoint, foreign_files)
{
    Err err = { .text = "" };
    Mae m, again;
    open_wide(&m, 1);
    write_wrong(&m, cases[*i].wrong);
    const char *path = scratch_path(&scratch, "c");
    Status      bad = checkpoint_open(&again, m.params.be, path, &cases[*i].hints, &err);
    cr_assert(bad == cases[*i].status, "case %d: status %d: %s", *i, bad, err.text);
    cr_expect(!bad || (strstr(err.text, path) && strstr(err.text, cases[*i].named)),
              "case %d: \"%s\" does not say \"%s\"", *i, err.text, cases[*i].named);
    if (!bad) mae_close(&again);
    mae_close(&m);
}

Test(checkpoint, a_state_without_moments_is_refused)
{
    Err         err;
    Parity      p;
    AdamW       opt;
    Safetensors in;
    parity_open(&p, "raw_pix");
    adamw_open(&opt, &p.mae.params, &recipe);
    REQUIRE(checkpoint_save(scratch_path(&scratch, "c"), &p.mae, NULL, &err));
    REQUIRE(safetensors_open(&in, scratch_path(&scratch, "c"), &err));
    cr_expect(adamw_get(&opt, "", &in, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "adamw.steps"), "%s", err.text);
    safetensors_close(&in);
    parity_close(&p);
}
