#include "core/train/footprint.h"

#include "core/train/learner.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>

static const MaeConfig config = { .encoder = { 3, 24, 16, 4, { 48, 3, 3 } },
                                  .decoder = { 32, 2, 4 },
                                  .normalized = true };
enum { N = 5, L = 24, K = 6 };

static const MaskLearner how = { .blocks = 2, .weight = 1 };
static real              pixels[N * 3 * 24 * 16];

static Tensor *images_of(Tape *t)
{
    Tensor *x = tape_constant(t, 4, (int[]){ N, 3, 24, 16 });
    test_fill(pixels, tensor_count(x), 1);
    t->be->write(x->data, pixels, tensor_count(x));
    return x;
}

/* What the arenas of a step that is really done have handed out. */
static size_t measured(bool recompute, unsigned needs, int thrown)
{
    Err         err;
    Mae         mae;
    AdamW       adamw;
    Tape        t;
    Learner     l;
    AdamWConfig c = adamw_defaults();
    int         ids[N * L];
    for (int i = 0; i < N * L; i++) ids[i] = i % L;
    mae_open(&mae, test_backend(), &config, 1);
    adamw_open(&adamw, &mae.params, &c);
    tape_open(&t, test_backend());
    t.recompute = recompute;
    learner_open(&l, needs, &how, &mae, &c, 1, false);
    size_t opened = mae.params.values.used;
    for (int step = 0; step < 3; step++) {
        Visible v = { .N = N, .L = L, .K = K, .thrown = thrown, .ids = ids };
        if (needs & MASK_NEEDS_SWEEP) {
            t.recording = false;
            vit_last_look(&t, &mae.vit, images_of(&t), true);
            t.recording = true;
            tape_reset(&t);
        }
        if (l.kind) {
            learner_look(&l, &t, images_of(&t));
            tape_reset(&t);
        }
        Tensor   *x = images_of(&t);
        MaeResult r = mae_train(&t, &mae, x, &v);
        LearnerStep s = { .epochs = 1, .lr = 1e-3, .images = pixels };
        if (l.kind) cr_assert(!learner_step(&l, &adamw, &t, x, &r, &v, &s, &err));
        else {
            tape_forget(&t, x);
            adamw_backward(&adamw, &t, r.loss, 1e-3);
        }
        tape_reset(&t);
    }
    cr_expect(mae.params.values.used == opened, "a step allocates for the model");
    size_t all = mae.params.host.used + mae.params.values.peak + t.nodes.peak +
                 t.values.peak + t.grads.peak;
    if (l.kind) all += l.model.params->host.used + l.model.params->values.peak;
    if (l.slow)
        all += l.slow_model.params->host.used + l.slow_model.params->values.peak +
               l.slow_mae.params.host.used + l.slow_mae.params.values.peak;
    learner_close(&l);
    tape_close(&t);
    mae_close(&mae);
    return all;
}

/* To the byte: the dry step makes the same requests. */
Test(footprint, is_what_a_step_takes)
{
    FootprintStep s = { .N = N, .K = K };
    size_t plain = footprint_train(&config, &s), real_plain = measured(false, 0, 0);
    s.recompute = true;
    size_t again = footprint_train(&config, &s), real_again = measured(true, 0, 0);
    cr_expect(plain == real_plain, "%zu bytes, measured %zu", plain, real_plain);
    cr_expect(again == real_again, "recomputing: %zu bytes, measured %zu", again, real_again);
    cr_expect(again < plain);
}

/* A tape with that room never asks for more. */
Test(footprint, is_reserved)
{
    Mae         mae;
    AdamW       adamw;
    Tape        t;
    AdamWConfig c = adamw_defaults();
    int         ids[N * L];
    for (int i = 0; i < N * L; i++) ids[i] = i % L;
    Visible v = { .N = N, .L = L, .K = K, .ids = ids };
    mae_open(&mae, test_backend(), &config, 1);
    adamw_open(&adamw, &mae.params, &c);
    tape_open(&t, test_backend());
    footprint_reserve(&t, &config, &(FootprintStep){ .N = N, .K = K });
    size_t held = t.nodes.held + t.values.held + t.grads.held;
    for (int step = 0; step < 2; step++) {
        Tensor *x = images_of(&t), *loss = mae_train(&t, &mae, x, &v).loss;
        tape_forget(&t, x);
        adamw_backward(&adamw, &t, loss, 1e-3);
        cr_expect(t.nodes.held + t.values.held + t.grads.held == held);
        tape_reset(&t);
    }
    tape_close(&t);
    mae_close(&mae);
}

Test(footprint, is_what_a_learner_takes_besides)
{
    static const unsigned needs[] = { MASK_NEEDS_PREDICTOR, MASK_NEEDS_SAMPLER,
                                      MASK_NEEDS_MASKER };
    for (int i = 0; i < 3; i++) {
        FootprintStep s = { .N = N, .K = K, .needs = needs[i], .how = how };
        size_t dry = footprint_train(&config, &s), done = measured(false, needs[i], 0);
        cr_expect(dry == done, "learner %d: %zu bytes, measured %zu", i, dry, done);
        cr_expect(dry > footprint_train(&config, &(FootprintStep){ .N = N, .K = K }));
    }
}

/* The decoder does not see what is thrown. */
Test(footprint, of_what_is_thrown_is_less)
{
    enum { THROWN = 9 };
    FootprintStep s = { .N = N, .K = K, .thrown = THROWN };
    size_t dry = footprint_train(&config, &s), done = measured(false, 0, THROWN);
    cr_expect(dry == done, "%zu bytes, measured %zu", dry, done);
    cr_expect(dry < footprint_train(&config, &(FootprintStep){ .N = N, .K = K }));
}

/* Nothing of it goes back, but there may be many more images than in a step. */
Test(footprint, of_a_sweep)
{
    FootprintStep s = { .N = N, .K = K, .needs = MASK_NEEDS_SWEEP, .swept = N };
    size_t few = footprint_train(&config, &s), done = measured(false, MASK_NEEDS_SWEEP, 0);
    cr_expect(few == done, "%zu bytes, measured %zu", few, done);
    s.swept = 100 * N;
    cr_expect(footprint_train(&config, &s) > 2 * few);
}

/* A step of fine-tuning that is really done. */
static size_t tuned(const ClassifierConfig *c, bool recompute)
{
    Classifier  m;
    AdamW       adamw;
    Tape        t;
    AdamWConfig a = adamw_defaults();
    uint64_t    ids[N] = { 4, 3, 2, 1, 0 };
    classifier_open(&m, test_backend(), c, 1);
    adamw_open(&adamw, &m.params, &a);
    tape_open(&t, test_backend());
    t.recompute = recompute;
    for (int step = 0; step < 3; step++) {
        Tensor  *x = images_of(&t), *target = tape_constant(&t, 2, (int[]){ N, c->classes });
        test_fill(target->data, tensor_count(target), 2);
        Tensor **shares = classifier_shares(&t, &m, 1, 0, ids, N);
        Tensor  *logits = classifier_forward(&t, &m, x, shares);
        adamw_backward(&adamw, &t, op_cross_entropy(&t, logits, target), 1e-3);
        tape_reset(&t);
    }
    size_t all = m.params.host.used + m.params.values.peak + t.nodes.peak + t.values.peak +
                 t.grads.peak;
    tape_close(&t);
    classifier_close(&m);
    return all;
}

/* To the byte, but for the numbers of the images, which the dry step keeps itself. */
Test(footprint, is_what_fine_tuning_takes)
{
    ClassifierConfig c = classifier_defaults(&config.encoder, 10, POOL_MEAN);
    size_t           last = 0;
    for (int i = 0; i < 6; i++) {
        c.drop_path = i % 2 ? 0.2 : 0;
        c.blocks = i < 4 ? 3 : 0.5;
        bool   recompute = i / 2 == 1;
        size_t dry = footprint_tune(&c, N, 1, recompute), done = tuned(&c, recompute);
        cr_expect(dry == done + 64, "%d: %zu bytes, measured %zu", i, dry, done);
        if (i == 4) cr_expect(dry < last, "half a block takes %zu, all %zu", dry, last);
        last = dry;
    }
}

/* What a part takes, and room for all gradients. */
Test(footprint, of_a_batch_in_parts)
{
    ClassifierConfig c = classifier_defaults(&config.encoder, 10, POOL_MEAN);
    size_t           part = footprint_tune(&c, N, 1, false);
    size_t           whole = footprint_tune(&c, N, 4, false);
    Classifier       m;
    classifier_list(&m, &backend_dry, &c);
    size_t gradients = params_trained(&m.params) * sizeof(real);
    classifier_close(&m);
    cr_expect(whole > part + gradients && whole < part + 2 * gradients, "%zu bytes, a part %zu",
              whole, part);
    FootprintStep s = { .N = N, .K = 4 };
    part = footprint_train(&config, &s);
    s.parts = 2;
    whole = footprint_train(&config, &s);
    s.parts = 1, s.N = 2 * N;
    cr_expect(part < whole && whole < footprint_train(&config, &s), "%zu bytes, a part %zu", whole,
              part);
}

/* More than any machine has: nothing is allocated, so nothing aborts. */
Test(footprint, of_what_does_not_fit)
{
    MaeConfig huge = config;
    Err       err;
    cr_assert(!mae_preset(&huge, "huge", &err));
    huge.encoder.height = huge.encoder.width = 512;
    huge.encoder.patch = 16;
    double bytes = (double)footprint_train(&huge, &(FootprintStep){ .N = 4096, .K = 256 });
    cr_expect(bytes > 1e12, "%g bytes", bytes);
}

/* Where nothing goes back, blocks leave nothing but their result. */
Test(footprint, of_features_does_not_grow_with_depth)
{
    MaeConfig deep = config;
    deep.encoder.size.depth *= 4;
    size_t weights = (mae_count(&deep) - mae_count(&config)) * sizeof(real);
    size_t more = footprint_features(&deep, 256) - footprint_features(&config, 256);
    size_t result = (size_t)256 * (L + 1) * 48 * sizeof(real);
    cr_expect(more < weights + 10 * result, "%zu bytes more, %zu of weights", more, weights);
}

/* --- detection and segmentation ------------------------------------------ */

enum { SIDE = 24 };
static const VitConfig square = { 3, SIDE, SIDE, 4, { 48, 4, 3 }, 0 };
static const uint64_t  of_images[N] = { 0, 1, 2, 3, 4 };

static Tensor *squares(Tape *t)
{
    Tensor *x = tape_constant(t, 4, (int[]){ N, 3, SIDE, SIDE });
    t->be->zero(x->data, tensor_count(x));
    return x;
}

static size_t taken(const Params *p, const Tape *t)
{
    return p->host.used + p->values.peak + t->nodes.peak + t->values.peak + t->grads.peak;
}

/* With the most that can be chosen, or what is chosen where there is nothing. */
static size_t detection(const MaskRcnnConfig *c, bool most)
{
    MaskRcnn    m;
    AdamW       adamw;
    Tape        t;
    AdamWConfig defaults = adamw_defaults();
    Truth       nothing[N] = { { 0, NULL, NULL } };
    DenseTruth  truth = { .image = nothing };
    mask_rcnn_open(&m, test_backend(), c, 1);
    adamw_open(&adamw, &m.params, &defaults);
    tape_open(&t, test_backend());
    for (int step = 0; step < 2; step++) {
        DenseChance chance = { 1, (uint64_t)step, of_images };
        Chosen      chosen;
        RpnOut      rpn = mask_rcnn_rpn(&t, &m, squares(&t), &chance);
        if (most) mask_rcnn_choose_most(&chosen, &t.nodes, &m, &rpn);
        else mask_rcnn_choose(&chosen, &t.nodes, &m, &rpn, &truth, &chance);
        adamw_backward(&adamw, &t, mask_rcnn_losses(&t, &m, &rpn, &chosen).sum, 1e-3);
        tape_reset(&t);
    }
    size_t all = taken(&m.params, &t);
    tape_close(&t);
    mask_rcnn_close(&m);
    return all;
}

Test(footprint, of_detection)
{
    MaskRcnnConfig c = mask_rcnn_small(&square, SIDE, 2);
    size_t         dry = footprint_detect(&c, N, 1, false);
    size_t         done = detection(&c, true), usual = detection(&c, false);
    cr_expect(dry == done, "%zu bytes, measured %zu", dry, done);
    cr_expect(usual <= dry, "%zu bytes, measured %zu", dry, usual);
    cr_expect(footprint_detect(&c, N, 1, true) < dry && footprint_detect(&c, N, 2, false) > dry);
    cr_expect(footprint_detected(&c, 1) < footprint_detected(&c, N));
}

Test(footprint, of_segmentation)
{
    static const int label[N * SIDE * SIDE];
    Upernet       u;
    AdamW         adamw;
    Tape          t;
    AdamWConfig   defaults = adamw_defaults();
    UpernetConfig c = upernet_small(&square, SIDE, 2);
    upernet_open(&u, test_backend(), &c, 1);
    adamw_open(&adamw, &u.params, &defaults);
    tape_open(&t, test_backend());
    for (int step = 0; step < 2; step++) {
        DenseChance chance = { 1, (uint64_t)step, of_images };
        UpernetOut  out = upernet_forward(&t, &u, squares(&t), &chance);
        adamw_backward(&adamw, &t, upernet_loss(&t, &u, &out, label, 255), 1e-3);
        tape_reset(&t);
    }
    size_t dry = footprint_segment(&c, N, 1, false), done = taken(&u.params, &t);
    cr_expect(dry == done, "%zu bytes, measured %zu", dry, done);
    cr_expect(footprint_segment(&c, N, 1, true) < dry);
    cr_expect(footprint_segment(&c, N, 2, false) > dry, "gradients are gathered");
    cr_expect(footprint_segmented(&c, N) < dry);
    tape_close(&t);
    upernet_close(&u);
}
