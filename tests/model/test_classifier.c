#include "core/model/classifier.h"
#include "tests/model/parity.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- the reference's three steps ------------------------------------------ */

static const char *const runs[] = { "finetune_mean", "finetune_cls" };
static int               which[] = { 0, 1 };

static const VitConfig   small = { 3, 32, 32, 8, { 48, 3, 3 }, 0 };
static const AdamWConfig reference = { 0.9, 0.999, 1e-8, 0.05 };

enum { IMAGES = 4, CLASSES = 10 };

static Tensor *constant(Tape *t, const Parity *p, const char *name, int rank, const int *dim)
{
    real   *values = parity_values(p, "input", name);
    Tensor *x = tape_constant(t, rank, dim);
    t->be->write(x->data, values, tensor_count(x));
    free(values);
    return x;
}

static Tensor *logits_of(Tape *t, const Classifier *c, const Parity *p)
{
    return classifier_forward(t, c, constant(t, p, "images", 4, (int[]){ IMAGES, 3, 32, 32 }),
                              NULL);
}

ParameterizedTestParameters(classifier, three_steps_are_the_reference_s)
{
    return cr_make_param_array(int, which, 2);
}

ParameterizedTest(int *i, classifier, three_steps_are_the_reference_s)
{
    Parity           p = { .run = runs[*i] };
    Classifier       c;
    ClassifierConfig config = classifier_defaults(&small, CLASSES, *i ? POOL_CLASS : POOL_MEAN);
    AdamW            opt;
    Err              err;
    char             weights[32];
    config.layer_decay = 0.75;
    snprintf(weights, sizeof weights, "%s.weights.", p.run);
    cr_assert(!backend_open(&p.be, "cpu", &err));
    cr_assert(!safetensors_open(&p.file, PARITY_VIT_FILE, &err), "%s", err.text);
    classifier_open(&c, p.be, &config, 0);
    cr_assert(!params_get(&c.params, weights, &p.file, &err), "%s", err.text);
    adamw_open(&opt, &c.params, &reference);
    tape_open(&p.tape, p.be);

    for (int step = 0; step < 3; step++) {
        char    name[16];
        real    loss, logits[IMAGES * CLASSES];
        Tensor *x = logits_of(&p.tape, &c, &p);
        Tensor *cost = op_cross_entropy(&p.tape, x, constant(&p.tape, &p, "soft_targets", 2,
                                                             (int[]){ IMAGES, CLASSES }));
        p.be->read(logits, x->data, IMAGES * CLASSES);
        p.be->read(&loss, cost->data, 1);
        snprintf(name, sizeof name, "loss.%d", step);
        double off = step ? 0 : parity_off(&p, p.run, "logits", logits);
        cr_expect(off <= 1e-5, "%s.logits: off by %.2e", p.run, off);
        off = parity_off(&p, p.run, name, &loss);
        cr_expect(off <= 1e-5, "%s.%s: off by %.2e", p.run, name, off);
        tape_backward(&p.tape, cost);
        if (!step) parity_expect_all(&p, &c.params, "grad", 1e-5);
        adamw_step(&opt, 1e-3);
        tape_reset(&p.tape);
    }
    parity_expect_all(&p, &c.params, "after3", 1e-5);
    safetensors_close(&p.file);
    tape_close(&p.tape);
    classifier_close(&c);
}

/* --- what learns ---------------------------------------------------------- */

static void expect_trained(double blocks, const char *const *trained, const char *const *still)
{
    Classifier       c;
    ClassifierConfig config = classifier_defaults(&small, CLASSES, POOL_CLASS);
    config.blocks = blocks;
    classifier_list(&c, NULL, &config);
    for (; *trained; trained++)
        cr_expect(params_find(&c.params, *trained)->trained, "%g blocks: %s", blocks, *trained);
    for (; *still; still++)
        cr_expect(!params_find(&c.params, *still)->trained, "%g blocks: %s", blocks, *still);
    classifier_close(&c);
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

Test(classifier, trains_the_last_blocks)
{
    expect_trained(0, NAMES("norm.weight", "head.bias"), NAMES("blocks.2.mlp.fc2.weight"));
    expect_trained(0.5, NAMES("blocks.2.norm2.weight", "blocks.2.mlp.fc1.bias", "norm.bias"),
                   NAMES("blocks.2.norm1.bias", "blocks.2.attn.proj.weight",
                         "blocks.1.mlp.fc2.weight"));
    expect_trained(2, NAMES("blocks.2.norm1.bias", "blocks.1.attn.qkv.weight"),
                   NAMES("blocks.0.mlp.fc2.weight", "cls_token", "pos_embed"));
    expect_trained(3, NAMES("blocks.0.norm1.bias", "cls_token", "pos_embed",
                            "patch_embed.proj.weight"), NAMES(NULL));
}

Test(classifier, layers_learn_ever_slower)
{
    Classifier       c;
    VitConfig        base = { 3, 224, 224, 16, { 768, 12, 12 }, 0 };
    ClassifierConfig config = classifier_defaults(&base, 1000, POOL_MEAN);
    config.layer_decay = 0.65;
    classifier_list(&c, NULL, &config);
    static const struct { const char *name; double rate; bool decays; } want[] = {
        { "cls_token", .0036972, false },          { "pos_embed", .0036972, false },
        { "patch_embed.proj.weight", .0036972, true },
        { "blocks.0.attn.qkv.weight", .0056880, true },
        { "blocks.9.mlp.fc2.weight", .274625, true },
        { "blocks.11.norm1.weight", .65, false },  { "fc_norm.weight", 1, false },
        { "head.weight", 1, true },                { "head.bias", 1, false },
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const Param *q = params_find(&c.params, want[i].name);
        cr_expect(fabs(q->rate - want[i].rate) <= 5e-8, "%s: %.7f", q->name, q->rate);
        cr_expect(q->decays == want[i].decays && q->trained, "%s", q->name);
    }
    cr_expect(!params_find(&c.params, "norm.weight"));
    cr_expect(params_count(&c.params) == 85798656 + 769000, "%zu", params_count(&c.params));
    classifier_close(&c);
}

/* What stays as it is takes part all the same: a step leaves it, to the bit. */
Test(classifier, a_frozen_part_stays_and_half_a_block_learns)
{
    Classifier       c;
    ClassifierConfig config = classifier_defaults(&small, CLASSES, POOL_CLASS);
    AdamW            opt;
    Parity           p = { 0 };
    Err              err;
    config.blocks = 0.5;
    cr_assert(!backend_open(&p.be, "cpu", &err));
    cr_assert(!safetensors_open(&p.file, PARITY_VIT_FILE, &err), "%s", err.text);
    classifier_open(&c, p.be, &config, 3);
    adamw_open(&opt, &c.params, &reference);
    tape_open(&p.tape, p.be);
    real *before = malloc(c.params.all * sizeof *before);
    p.be->read(before, c.params.weights, c.params.all);
    Tensor *target = constant(&p.tape, &p, "soft_targets", 2, (int[]){ IMAGES, CLASSES });
    Tensor *loss = op_cross_entropy(&p.tape, logits_of(&p.tape, &c, &p), target);
    adamw_backward(&opt, &p.tape, loss, 1e-2);
    for (int i = 0; i < c.params.n; i++) {
        const Param *q = &c.params.list[i];
        bool same = !memcmp(before + q->offset, q->tensor->data,
                            tensor_count(q->tensor) * sizeof(real));
        cr_expect(same != q->trained, "%s", q->name);
    }
    free(before);
    safetensors_close(&p.file);
    tape_close(&p.tape);
    classifier_close(&c);
}

/* --- stochastic depth ----------------------------------------------------- */

enum { MANY = 4000, DEPTH = 3 };

Test(classifier, branches_are_left_out_as_often_as_said)
{
    static uint64_t  ids[MANY];
    static real      share[MANY];
    Classifier       c;
    ClassifierConfig config = classifier_defaults(&small, CLASSES, POOL_MEAN);
    Tape             t;
    const Backend   *be;
    Err              err;
    config.drop_path = 0.4;
    for (int i = 0; i < MANY; i++) ids[i] = (uint64_t)i;
    cr_assert(!backend_open(&be, "cpu", &err));
    classifier_list(&c, NULL, &config);
    tape_open(&t, be);
    Tensor **shares = classifier_shares(&t, &c, 1, 2, ids, MANY);
    for (int b = 0; b < 2 * DEPTH; b++) {
        double out = 0, rate = 0.2 * (b / 2);
        be->read(share, shares[b]->data, MANY);
        for (int i = 0; i < MANY; i++) {
            cr_assert(share[i] == 0 || fabs((double)share[i] - 1 / (1 - rate)) <= 1e-6);
            out += share[i] == 0;
        }
        cr_expect(fabs(out / MANY - rate) <= 0.03, "branch %d: %g left out", b, out / MANY);
    }
    /* keyed by image, whatever else is in the batch */
    real     alone;
    Tensor **other = classifier_shares(&t, &c, 1, 2, ids + 7, 1);
    for (int b = 0; b < 2 * DEPTH; b++) {
        be->read(share, shares[b]->data, MANY);
        be->read(&alone, other[b]->data, 1);
        cr_expect(alone == share[7]);
    }
    tape_close(&t);
    classifier_close(&c);
}

/* A branch that counts once is the fused block, and one left out is not there. */
Test(classifier, shares_of_one_change_nothing_and_of_none_leave_the_input)
{
    Classifier       c;
    ClassifierConfig config = classifier_defaults(&small, CLASSES, POOL_CLASS);
    Parity           p = { 0 };
    Err              err;
    real             plain[IMAGES * CLASSES], ones[IMAGES * CLASSES];
    real             one[IMAGES] = { 1, 1, 1, 1 }, none[IMAGES] = { 0 };
    Tensor          *shares[2 * DEPTH];
    cr_assert(!backend_open(&p.be, "cpu", &err));
    cr_assert(!safetensors_open(&p.file, PARITY_VIT_FILE, &err), "%s", err.text);
    classifier_open(&c, p.be, &config, 3);
    tape_open(&p.tape, p.be);
    Tape *t = &p.tape;
    Tensor *images = constant(t, &p, "images", 4, (int[]){ IMAGES, 3, 32, 32 });
    for (int b = 0; b < 2 * DEPTH; b++) {
        shares[b] = tape_constant(t, 1, (int[]){ IMAGES });
        p.be->write(shares[b]->data, one, IMAGES);
    }
    p.be->read(plain, classifier_forward(t, &c, images, NULL)->data, IMAGES * CLASSES);
    p.be->read(ones, classifier_forward(t, &c, images, shares)->data, IMAGES * CLASSES);
    for (int i = 0; i < IMAGES * CLASSES; i++)
        cr_expect(fabs((double)(plain[i] - ones[i])) <= 1e-9, "%g, not %g", (double)ones[i],
                  (double)plain[i]); /* of 1e-4, the head being small */

    for (int b = 0; b < 2 * DEPTH; b++) p.be->write(shares[b]->data, none, IMAGES);
    const Vit *v = &c.vit;
    Tensor *x = vit_embed(t, v, images, vit_all_visible(t, v, images));
    Tensor *y = blocks_forward_some(t, v->blocks, &small.size, x, shares);
    size_t  n = tensor_count(x);
    real   *in = malloc(2 * n * sizeof *in), *out = in + n;
    p.be->read(in, x->data, n);
    p.be->read(out, y->data, n);
    cr_expect_arr_eq(in, out, n * sizeof *in);
    free(in);
    safetensors_close(&p.file);
    tape_close(t);
    classifier_close(&c);
}
