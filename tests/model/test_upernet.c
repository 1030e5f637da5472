#include "core/model/mae.h"
#include "core/model/upernet.h"
#include "core/tape/maps.h"
#include "core/train/adamw.h"
#include "tests/model/dense.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Spec: BEiT's UPerNet at base size, part by part. */
Test(upernet, parts_have_the_published_sizes)
{
    static const struct { const char *prefix; size_t numbers; } parts[] = {
        { "backbone.", 87023424 + 7081728 },
        { "backbone.fpn", 7081728 },
        { "decode_head.", 67963542 },
        { "decode_head.psp_modules.", 2365440 },
        { "decode_head.bottleneck.", 26543616 },
        { "decode_head.lateral_convs.", 1774080 },
        { "decode_head.fpn_convs.", 15929856 },
        { "decode_head.fpn_bottleneck.", 21235200 },
        { "decode_head.conv_seg.", 115350 },
        { "auxiliary_head.", 1808534 },
        { "", 163877228 },
    };
    Upernet             u;
    const UpernetConfig c = upernet_published(&dense_base, 512, 150);
    upernet_list(&u, NULL, &c);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(dense_count(&u.params, parts[i].prefix) == parts[i].numbers, "%s: %zu",
                  parts[i].prefix, dense_count(&u.params, parts[i].prefix));
    upernet_close(&u);
}

Test(upernet, learns_as_published)
{
    static const struct { const char *name; double rate; bool decays; } want[] = {
        { "backbone.cls_token", .0036972, true },
        { "backbone.pos_embed", .0036972, true },
        { "backbone.patch_embed.proj.bias", .0036972, false },
        { "backbone.blocks.0.attn.qkv.weight", .0056880, true },
        { "backbone.blocks.11.gamma_2", .65, false },
        { "backbone.blocks.11.attn.relative_position_bias_table", .65, true },
        { "backbone.fpn1.0.weight", 1, true },
        { "decode_head.bottleneck.bn.weight", 1, false },
        { "auxiliary_head.conv_seg.bias", 1, false },
    };
    Upernet             u;
    const UpernetConfig c = upernet_published(&dense_base, 512, 150);
    upernet_list(&u, NULL, &c);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const Param *q = params_find(&u.params, want[i].name);
        cr_assert(q, "no %s", want[i].name);
        cr_expect(fabs(q->rate - want[i].rate) <= 1e-6 && q->decays == want[i].decays,
                  "%s: rate %g, decays %d", q->name, q->rate, q->decays);
    }
    cr_expect(!params_find(&u.params, "decode_head.bottleneck.bn.running_var")->trained);
    upernet_close(&u);
}

/* --- learning ------------------------------------------------------------ */

static const VitConfig picture = { 3, DENSE_SIDE, DENSE_SIDE, 4, { 32, 4, 4 }, 0 };

static const uint64_t ids[] = { 11, 12, 13 };

#ifdef REAL_IS_DOUBLE

typedef struct {
    Upernet u;
    int     label[3 * 16 * 16];
} Fixed;

static Tensor *fixed_loss(Tape *t, void *env)
{
    Fixed      *f = env;
    DenseChance chance = { 3, 0, ids };
    UpernetOut out = upernet_forward(t, &f->u, dense_images(t, &dense_least, 3), &chance);
    return upernet_loss(t, &f->u, &out, f->label, 255);
}

/* All of it, every tap on another level, with positions and branches and channels left
 * out. */
Test(upernet, goes_back_as_differences_say)
{
    static Fixed  f;
    const char   *name = "";
    UpernetConfig c = upernet_published(&dense_least, 16, 3);
    c.channels = c.aux_channels = 6;
    c.backbone.drop_path = 0.3;
    c.dropout = 0.3;
    for (int i = 0; i < 3 * 16 * 16; i++) f.label[i] = i % 7 ? i / 5 % 3 : 255;
    upernet_open(&f.u, test_backend(), &c, 5);
    dense_disturb(&f.u.params);
    params_train(&f.u.params, 0);
    double off = dense_gradcheck(&f.u.params, fixed_loss, &f, &name);
    cr_expect(off <= 1e-7, "%s: off by %.2e", name, off);
    upernet_close(&f.u);
}

#endif

/* A few dozen steps are enough to know two pictures by heart. */
Test(upernet, learns_two_pictures)
{
    enum { S = DENSE_SIDE, STEPS = 60 };
    Upernet       u;
    AdamW         opt;
    Tape          t;
    int           label[2 * S * S], right = 0, counted = 0;
    UpernetConfig c = upernet_small(&picture, S, DENSE_CLASSES + 1);
    AdamWConfig   adamw = { 0.9, 0.999, 1e-8, 0.05 };
    dense_label(label);
    upernet_open(&u, test_backend(), &c, 1);
    adamw_open(&opt, &u.params, &adamw);
    tape_open(&t, test_backend());
    for (int step = 0; step < STEPS; step++) {
        DenseChance chance = { 1, (uint64_t)step, ids };
        UpernetOut  out = upernet_forward(&t, &u, dense_pictures(&t), &chance);
        adamw_backward(&opt, &t, upernet_loss(&t, &u, &out, label, 255), 2e-3);
        tape_reset(&t);
    }
    t.recording = false;
    Tensor *x =
        op_resize(&t, upernet_forward(&t, &u, dense_pictures(&t), NULL).logits, S, S);
    static real logits[2 * S * S][DENSE_CLASSES + 1];
    t.be->read(&logits[0][0], x->data, tensor_count(x));
    for (int i = 0; i < 2 * S * S; i++) {
        int best = 0;
        for (int k = 1; k <= DENSE_CLASSES; k++)
            if (logits[i][k] > logits[i][best]) best = k;
        counted += label[i] != 255;
        right += best == label[i];
    }
    cr_expect(right >= 0.95 * counted, "%d of %d pixels", right, counted);
    tape_close(&t);
    upernet_close(&u);
}

/* What makes maps of other sizes bears the backbone's name, and no encoder has it. */
Test(upernet, takes_an_encoder_and_keeps_what_is_its_own)
{
    static const char *const names[] = { "patch_embed.proj.weight", "fpn1.0.weight" };
    enum { MOST = 1024 };
    static real   before[MOST], after[MOST], theirs[MOST];
    MaeConfig     mae_config = { .encoder = dense_least };
    UpernetConfig c = upernet_published(&dense_least, 16, 3);
    Upernet       u;
    Mae           mae;
    mae_open(&mae, test_backend(), &mae_config, 9);
    upernet_open(&u, test_backend(), &c, 5);
    for (int i = 0; i < 2; i++) {
        char name[PARAM_NAME];
        snprintf(name, sizeof name, "backbone.%s", names[i]);
        const Tensor *own = params_find(&u.params, name)->tensor;
        const Param  *source = params_find(&mae.params, names[i]);
        const size_t  n = tensor_count(own);
        cr_assert(n <= MOST);
        u.params.be->read(before, own->data, n);
        dense_vit_take(&u.vit, &u.params, &mae.params, &mae.config.encoder);
        u.params.be->read(after, own->data, n);
        if (source) u.params.be->read(theirs, source->tensor->data, n);
        cr_expect(!memcmp(after, source ? theirs : before, n * sizeof *after), "%s", name);
    }
    upernet_close(&u);
    mae_close(&mae);
}

static double loss_of(Tape *t, const Upernet *u, Tensor *logits, Tensor *aux,
                      const int *label)
{
    real y;
    t->be->read(&y, upernet_loss(t, u, &(UpernetOut){ logits, aux }, label, 255)->data,
                1);
    return (double)y;
}

/* The auxiliary head's counts 0.4; a pixel that is ignored counts below the line only. */
Test(upernet, loss_is_of_both_heads_and_all_pixels)
{
    enum { S = DENSE_SIDE, K = DENSE_CLASSES + 1 };
    static int    half[2 * S * S], all[2 * S * S];
    Upernet       u;
    Tape          t;
    UpernetConfig c = upernet_small(&picture, S, K);
    upernet_list(&u, NULL, &c);
    tape_open(&t, test_backend());
    Tensor *x = test_constant(&t, 4, (int[]){ 2, 8, 8, K }, 31);
    Tensor *y = test_constant(&t, 4, (int[]){ 2, 4, 4, K }, 32);
    Tensor *zero = test_constant(&t, 4, x->dim, 33);
    t.be->zero(zero->data, tensor_count(zero));
    for (int i = 0; i < 2 * S * S; i++) all[i] = i % K, half[i] = i < S * S ? 255 : i % K;
    double main = loss_of(&t, &u, x, NULL, all), aux = loss_of(&t, &u, y, NULL, all);
    double both = loss_of(&t, &u, x, y, all);
    cr_expect(fabs(both - main - 0.4 * aux) <= 1e-5, "%g of %g and %g", both, main, aux);
    cr_expect(fabs(loss_of(&t, &u, zero, NULL, all) - log(K)) <= 1e-5);
    cr_expect(fabs(loss_of(&t, &u, zero, NULL, half) - log(K) / 2) <= 1e-5);
    tape_close(&t);
    upernet_close(&u);
}

/* --- how it starts ------------------------------------------------------- */

Test(upernet, starts_as_the_reference)
{
    static const struct { const char *name; double std; } want[] = {
        { "decode_head.conv_seg.weight", .01 },
        { "auxiliary_head.conv_seg.weight", .01 },
        { "decode_head.bottleneck.conv.weight", .0589256 }, /* sqrt(2 / (9 64))  */
        { "decode_head.lateral_convs.1.conv.weight", .1767767 }, /* sqrt(2 / 64) */
        { "backbone.fpn2.0.weight", .0360844 },             /* 1 / sqrt(3 4 64)  */
        { "backbone.blocks.3.gamma_1", 1 },
        { "backbone.fpn1.1.running_var", 1 },
        { "backbone.fpn1.1.running_mean", 0 },
        { "backbone.blocks.0.attn.relative_position_bias_table", 0 },
    };
    Upernet             u;
    const UpernetConfig c = upernet_published(&dense_micro, 64, 150);
    double              std, most;
    upernet_open(&u, test_backend(), &c, 1);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        dense_spread(&u.params, want[i].name, &std, &most);
        cr_expect(fabs(std - want[i].std) <= 0.05 * want[i].std, "%s: %g", want[i].name,
                  std);
    }
    upernet_close(&u);
}

Test(upernet, says_what_is_wrong)
{
    Err           err;
    UpernetConfig c = upernet_small(&dense_micro, 64, 3);
    cr_expect(!upernet_check(&c, &err));
    c.classes = 1;
    cr_expect(upernet_check(&c, &err) == STATUS_CONFIG && strstr(err.text, "1 classes"));
    c = upernet_small(&dense_micro, 64, 3);
    c.dropout = NAN;
    cr_expect(upernet_check(&c, &err) == STATUS_CONFIG && strstr(err.text, "dropout"));
    c = upernet_small(&dense_micro, 62, 3);
    cr_expect(upernet_check(&c, &err) == STATUS_CONFIG &&
              strstr(err.text, "62 x 62 pixels"));
}
