/* Checkpoints of others: golden/foreign* were written by PyTorch, see foreign.py. */
#include "core/model/positions.h"
#include "core/train/checkpoint.h"
#include "core/train/export.h"
#include "core/train/torch.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN  "tests/golden/foreign"
#define REQUIRE(call) cr_assert(!(call), "%s", err.text)

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(foreign, .init = open_scratch, .fini = close_scratch);

static const CheckpointHints heads = { .heads = 4, .decoder_heads = 2 };

static real *golden(const char *name, size_t *n)
{
    Err         err;
    Safetensors f;
    REQUIRE(safetensors_open(&f, GOLDEN ".safetensors", &err));
    const SafeTensor *x = safetensors_find(&f, name);
    cr_assert(x, "no %s", name);
    real *values = malloc(x->count * sizeof *values);
    REQUIRE(safetensors_read(&f, x, values, &err));
    *n = x->count;
    safetensors_close(&f);
    return values;
}

enum { N = 3, TOKENS = 5, D = 16, VALUES = N * TOKENS * D };

/* Of the golden images, every patch visible. */
static void features(const Mae *m, real out[VALUES])
{
    Tape   t;
    size_t pixels;
    real  *images = golden("images", &pixels);
    tape_open(&t, m->params.be);
    t.recording = false;
    Tensor *x = tape_constant(&t, 4, (int[]){ N, 3, 8, 8 });
    m->params.be->write(x->data, images, pixels);
    Tensor *y = vit_features(&t, &m->vit, x);
    cr_assert(tensor_count(y) == VALUES);
    m->params.be->read(out, y->data, VALUES);
    tape_close(&t);
    free(images);
}

/* Greatest difference of the features from those that PyTorch computed. */
static double off(const Mae *m, const char *name)
{
    size_t n;
    double most = 0;
    real  *want = golden(name, &n), got[VALUES];
    features(m, got);
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)got[i] - (double)want[i]);
        if (!(d <= most)) most = d;
    }
    free(want);
    return most;
}

static void open_golden(Mae *m, const char *path, const CheckpointHints *hints)
{
    Err            err;
    const Backend *be;
    REQUIRE(backend_open(&be, "cpu", &err));
    REQUIRE(checkpoint_open(m, be, path, hints, &err));
}

/* Measured 7e-7 in float. */
static const double NEAR = 1e-5;

Test(foreign, features_are_those_of_pytorch)
{
    static const struct { const char *path, *features; } files[] = {
        { GOLDEN "_mae.pth", "features" },
        { GOLDEN "_legacy.pth", "features_half" },
        { GOLDEN "_hf", "features" },
    };
    for (int i = 0; i < 3; i++) {
        Mae m;
        open_golden(&m, files[i].path, &heads);
        double d = off(&m, files[i].features);
        cr_expect(d <= NEAR, "%s: off by %g", files[i].path, d);
        cr_expect(i == 1 ? !m.config.decoder.D : m.config.decoder.D == 8);
        cr_expect(m.config.normalized == (i == 2), "target of %s", files[i].path);
        mae_close(&m);
    }
}

/* Out under others' names, and in again: the same bits. */
Test(foreign, export_and_import_change_nothing)
{
    Mae m;
    open_golden(&m, GOLDEN "_mae.pth", &heads);
    for (const char *const *f = export_formats; *f; f++) {
        Err err;
        Mae again;
        const char *path = scratch_path(&scratch, *f);
        REQUIRE(export_write(path, &m, *f, &err));
        open_golden(&again, path, &heads);
        cr_expect(again.config.decoder.D == (strcmp(*f, "timm") ? 8 : 0), "decoder of %s", *f);
        for (int i = 0; i < again.params.n; i++) {
            const Param *a = &again.params.list[i], *b = params_find(&m.params, a->name);
            cr_expect(!memcmp(again.params.weights + a->offset, m.params.weights + b->offset,
                              tensor_count(a->tensor) * sizeof(real)), "%s in %s", a->name, *f);
        }
        mae_close(&again);
    }
    mae_close(&m);
}

static void expect_eps(const Mae *m, double eps, const char *of)
{
    cr_expect(m->config.encoder.norm_eps == eps, "%s: %g", of, m->config.encoder.norm_eps);
    cr_expect(m->vit.norm.eps == eps && m->vit.blocks[1].norm2.eps == eps &&
              m->decoder_blocks[0].norm1.eps == eps && m->decoder_norm.eps == eps, "%s", of);
}

/* Of Hugging Face's configurations most have 1e-12: out of a folder, into a file of ours,
 * and back into a folder. */
Test(foreign, the_eps_of_norms_is_carried)
{
    Err err;
    Mae m;
    open_golden(&m, GOLDEN "_mae.pth", &heads);
    expect_eps(&m, 1e-6, "mae");
    mae_close(&m);
    open_golden(&m, GOLDEN "_hf", &heads);
    expect_eps(&m, 1e-12, "hf");
    const char *path = scratch_path(&scratch, "ours.safetensors");
    REQUIRE(checkpoint_save(path, &m, NULL, &err));
    mae_close(&m);
    open_golden(&m, path, NULL);
    expect_eps(&m, 1e-12, "ours");
    path = scratch_path(&scratch, "eps");
    REQUIRE(export_write(path, &m, "hf", &err));
    mae_close(&m);
    open_golden(&m, path, NULL);
    expect_eps(&m, 1e-12, "hf again");
    mae_close(&m);
}

/* PyTorch itself reads what was written, where it is installed. */
Test(foreign, pytorch_computes_the_same_features)
{
    if (system("/usr/bin/python3 -c 'import torch' 2>/dev/null"))
        cr_skip_test("python3-torch is not installed");
    Err            err;
    Mae            m;
    SafetensorsOut o;
    size_t         n;
    real           got[VALUES], *images = golden("images", &n);
    char           command[1024];
    open_golden(&m, GOLDEN "_mae.pth", &heads);
    features(&m, got);
    REQUIRE(export_write(scratch_path(&scratch, "mae"), &m, "mae", &err));
    REQUIRE(export_write(scratch_path(&scratch, "hf"), &m, "hf", &err));
    safetensors_start(&o);
    safetensors_add(&o, "images", NULL, images, 4, (int[]){ N, 3, 8, 8 });
    safetensors_add(&o, "features", NULL, got, 3, (int[]){ N, TOKENS, D });
    REQUIRE(safetensors_write(&o, scratch_path(&scratch, "ours.safetensors"), &err));
    snprintf(command, sizeof command, "OMP_NUM_THREADS=1 /usr/bin/python3 "
             "tests/golden/foreign.py --check %s", scratch.folder);
    cr_expect(!system(command), "PyTorch disagrees");
    mae_close(&m);
    free(images);
}

Test(foreign, what_became_of_it_is_said)
{
    Mae             m;
    Text            notes = { 0 };
    CheckpointHints h = { .heads = 4, .decoder_heads = 2, .notes = &notes, .want_height = 12,
                          .want_width = 16 };
    open_golden(&m, GOLDEN "_mae.pth", &h);
    cr_expect(m.config.encoder.height == 12 && m.config.encoder.width == 16);
    cr_expect(strstr(text_get(&notes), "left out: 3 tensors of optimizer\n"), "%s", notes.s);
    cr_expect(strstr(text_get(&notes), "resized: positions of 2 x 2 patches to 3 x 4"), "%s",
              notes.s);
    mae_close(&m);
    text_clear(&notes);
    open_golden(&m, GOLDEN "_hf", &h);
    cr_expect(!strstr(text_get(&notes), "assumed"), "%s", notes.s);
    mae_close(&m);
    text_clear(&notes);
    open_golden(&m, GOLDEN "_hf/pytorch_model.bin", &h);
    cr_expect(strstr(text_get(&notes), "assumed: layer_norm_eps 1e-12"), "%s", notes.s);
    mae_close(&m);
    text_free(&notes);
}

/* Of an encoder that was fine-tuned with the mean of patches the norm is another one. */
Test(foreign, a_fine_tuned_encoder_lacks_its_norm)
{
    static const char *const left_out[] = { "norm.weight", "norm.bias" };
    Err             err;
    Mae             m, again;
    SafetensorsOut  o;
    Text            notes = { 0 };
    CheckpointHints h = { .heads = 4, .decoder_heads = 2, .notes = &notes };
    open_golden(&m, GOLDEN "_legacy.pth", &heads);
    for (int fine_tuned = 0; fine_tuned < 2; fine_tuned++) {
        safetensors_start(&o);
        for (int i = 0; i < m.params.n; i++) {
            const Param *q = &m.params.list[i];
            const real  *values = m.params.weights + q->offset;
            bool out = !strcmp(q->name, left_out[0]) || !strcmp(q->name, left_out[1]);
            if (!out) safetensors_add(&o, q->name, NULL, values, q->rank, q->dim);
            else if (fine_tuned && !strcmp(q->name, "norm.weight"))
                safetensors_add(&o, "fc_norm.weight", NULL, values, q->rank, q->dim);
        }
        REQUIRE(safetensors_write(&o, scratch_path(&scratch, "f"), &err));
        Status bad = checkpoint_open(&again, m.params.be, scratch_path(&scratch, "f"), &h, &err);
        cr_expect(bad == (fine_tuned ? STATUS_OK : STATUS_FORMAT), "status %d", bad);
        if (!bad) mae_close(&again);
    }
    cr_expect(strstr(text_get(&notes), "not found: norm.weight, left at its start\n") &&
              strstr(text_get(&notes), "left out: fc_norm.weight\n"), "%s", text_get(&notes));
    text_free(&notes);
    mae_close(&m);
}

/* Measured 3e-7 in float. */
Test(foreign, positions_are_resized_as_by_pytorch)
{
    size_t n, count;
    real  *table = golden("positions", &n), out[50 * 16];
    static const struct { const char *name; int side; } cases[] = { { "positions_7", 7 },
                                                                    { "positions_2", 2 } };
    for (int c = 0; c < 2; c++) {
        real *want = golden(cases[c].name, &count);
        positions_resize(out, table, 3, 3, cases[c].side, cases[c].side, 16);
        double most = 0;
        for (size_t i = 0; i < count; i++) {
            double d = fabs((double)out[i] - (double)want[i]);
            if (!(d <= most)) most = d;
        }
        cr_expect(most <= 2e-6, "%s: off by %g", cases[c].name, most);
        free(want);
    }
    positions_resize(out, table, 3, 3, 3, 3, 16);
    cr_expect(!memcmp(out, table, n * sizeof *out), "the same grid is another");
    free(table);
}

/* --- what stands beside tensors ------------------------------------------- */

/* A file before version 1.6: a number that NumPy computed, a path, and the tensor [1, 2]. */
#define HEAD "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." \
             "\x80\x02M\xe9\x03." \
             "\x80\x02}X\x0d\0\0\0little_endian\x88s."
#define NUMPY "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\2\0\0\0f8K\0K\1\x87R(K\3" \
              "X\1\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb" \
              "c_codecs\nencode\nX\3\0\0\0abcX\6\0\0\0latin1\x86R\x86R"
#define TENSOR "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n" \
               "X\1\0\0\0""0X\3\0\0\0cpuK\2NtQK\0K\2\x85K\1\x85\x89" \
               "ccollections\nOrderedDict\n)RtR"
#define TAIL "\x80\2]X\1\0\0\0""0a." "\2\0\0\0\0\0\0\0" "\0\0\x80\x3f\0\0\0\x40"

Test(foreign, what_stands_beside_tensors_is_passed_over)
{
    static const char bytes[] = HEAD "\x80\x02}(X\2\0\0\0lr" NUMPY
                                "X\3\0\0\0outcpathlib\nPosixPath\nX\1\0\0\0a\x85R"
                                "X\1\0\0\0w" TENSOR "u." TAIL;
    Err         err = { .text = "" };
    Safetensors f;
    real        x[2];
    REQUIRE(torch_open(&f, scratch_file(&scratch, "b.pth", bytes, sizeof bytes - 1), &err));
    cr_assert(f.n == 1 && !strcmp(f.tensors[0].name, "w"), "%zu tensors", f.n);
    REQUIRE(safetensors_read(&f, &f.tensors[0], x, &err));
    cr_expect(x[0] == 1 && x[1] == 2);
    safetensors_close(&f);
}

Test(foreign, a_refusal_says_how_to_save_the_weights_alone)
{
    static const char bytes[] = HEAD "\x80\x02}X\1\0\0\0acmine\nConfig\n)Rs." TAIL;
    Err         err = { .text = "" };
    Safetensors f;
    const char *path = scratch_file(&scratch, "b.pth", bytes, sizeof bytes - 1);
    cr_assert(torch_open(&f, path, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "asks for mine.Config") && strstr(err.text, "nothing was run") &&
              strstr(err.text, "torch.save(checkpoint['model'], 'weights.pth')"), "%s", err.text);
}

/* --- damage -------------------------------------------------------------- */

static char *read_all(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    cr_assert(f, "%s", path);
    char *bytes = malloc(1 << 18);
    *n = fread(bytes, 1, 1 << 18, f);
    fclose(f);
    return bytes;
}

/* Read it all if it opens: every place that it names must be in the file. */
static void try(const char *path)
{
    Err         err = { .text = "" };
    Safetensors f;
    real        values[4096];
    Status      bad = torch_open(&f, path, &err);
    cr_assert(!bad || bad == STATUS_FORMAT, "status %d: %s", bad, err.text);
    if (bad) return;
    for (size_t i = 0; i < f.n; i++)
        if (f.tensors[i].count <= 4096)
            cr_assert(!safetensors_read(&f, &f.tensors[i], values, &err), "%s", err.text);
    safetensors_close(&f);
}

ParameterizedTestParameters(foreign, survives_damage)
{
    static int kinds[] = { 0, 1 };
    return cr_make_param_array(int, kinds, 2);
}

ParameterizedTest(int *kind, foreign, survives_damage)
{
    size_t n;
    char  *bytes = read_all(*kind ? GOLDEN "_legacy.pth" : GOLDEN "_mae.pth", &n);
    for (size_t at = 0; at < n; at += at < 200 || at > n - 200 ? 1 : 61)
        for (int with = 0; with < 2; with++) {
            char old = bytes[at];
            bytes[at] = (char)(with ? old ^ 0x41 : 0xff);
            try(scratch_file(&scratch, "damaged", bytes, n));
            bytes[at] = old;
        }
    for (size_t cut = 0; cut < n; cut += 173) try(scratch_file(&scratch, "cut", bytes, cut));
    free(bytes);
}

/* Replace one text of the index by another of the same length; checksums are the
 * index's alone. */
static void replace(char *bytes, size_t n, const char *old, const char *new)
{
    size_t k = strlen(old);
    for (size_t i = 0; i + k <= n; i++)
        if (!memcmp(bytes + i, old, k)) {
            memcpy(bytes + i, new, k);
            return;
        }
    cr_assert_fail("no %s", old);
}

Test(foreign, what_would_run_is_refused_by_name)
{
    Err         err;
    Safetensors f;
    size_t      n;
    char       *bytes = read_all(GOLDEN "_legacy.pth", &n);
    replace(bytes, n, "ctorch._utils\n_rebuild_tensor_v2\n",
            "cposix\nsystem_of_twenty_letters\n\n");
    const char *path = scratch_file(&scratch, "evil", bytes, n);
    cr_assert(torch_open(&f, path, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "posix.system_of_twenty_letters") && strstr(err.text, path), "%s",
              err.text);
    free(bytes);
}
