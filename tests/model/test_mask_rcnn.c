#include "core/model/mae.h"
#include "core/model/mask_rcnn.h"
#include "core/train/adamw.h"
#include "tests/model/dense.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

/* Spec: ViTDet's Mask R-CNN at base size, part by part. */
Test(mask_rcnn, parts_have_the_published_sizes)
{
    static const struct { const char *prefix; size_t numbers; } parts[] = {
        { "backbone.net.", 85889024 },
        { "backbone.simfp_2.", 2115904 },
        { "backbone.simfp_3.", 1869184 },
        { "backbone.simfp_4.", 787456 },
        { "backbone.simfp_5.", 787456 },
        { "proposal_generator.", 1184015 },
        { "roi_heads.box_", 15618449 },
        { "roi_heads.mask_head.", 2644304 },
        { "", 110895792 },
    };
    MaskRcnn             m;
    const MaskRcnnConfig c = mask_rcnn_published(&dense_base, 1024, 80);
    mask_rcnn_list(&m, NULL, &c);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(dense_count(&m.params, parts[i].prefix) == parts[i].numbers, "%s: %zu",
                  parts[i].prefix, dense_count(&m.params, parts[i].prefix));
    mask_rcnn_close(&m);
}

Test(mask_rcnn, learns_as_published)
{
    static const struct { const char *name; double rate; bool decays; } want[] = {
        { "backbone.net.pos_embed", 0.0096889, false },
        { "backbone.net.patch_embed.proj.bias", 0.0096889, true },
        { "backbone.net.blocks.0.norm1.weight", 0.0138413, false },
        { "backbone.net.blocks.11.attn.rel_pos_h", .7, true },
        { "backbone.net.blocks.11.norm2.bias", .7, false },
        { "backbone.simfp_2.1.bias", 1, true },
        { "backbone.simfp_4.0.norm.weight", 1, true },
        { "roi_heads.box_head.conv4.norm.bias", 1, true },
        { "roi_heads.mask_head.predictor.bias", 1, true },
    };
    MaskRcnn             m;
    const MaskRcnnConfig c = mask_rcnn_published(&dense_base, 1024, 80);
    mask_rcnn_list(&m, NULL, &c);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const Param *q = params_find(&m.params, want[i].name);
        cr_assert(q, "no %s", want[i].name);
        cr_expect(fabs(q->rate - want[i].rate) <= 1e-6 && q->decays == want[i].decays,
                  "%s: rate %g, decays %d", q->name, q->rate, q->decays);
    }
    mask_rcnn_close(&m);
}

/* --- learning ------------------------------------------------------------ */

static const VitConfig picture = { 3, DENSE_SIDE, DENSE_SIDE, 4, { 32, 4, 4 }, 0 };
static const uint64_t  ids[] = { 11, 12 };

/* Truth of dense_things. */
static void draw(void *env, uint8_t *mask, int image, int i, Box b, int size)
{
    (void)env;
    for (int k = 0; k < size * size; k++) {
        double x = (double)b.x0 + (k % size + 0.5) * (double)(b.x1 - b.x0) / size;
        double y = (double)b.y0 + (k / size + 0.5) * (double)(b.y1 - b.y0) / size;
        mask[k] = dense_is_inside(&dense_things[image][i], x, y);
    }
}

static DenseTruth truth_of(Truth truth[2], Box box[2][DENSE_THINGS],
                           int class[2][DENSE_THINGS])
{
    for (int n = 0; n < 2; n++) {
        for (int i = 0; i < DENSE_THINGS; i++) {
            const DenseThing *d = &dense_things[n][i];
            box[n][i] = (Box){ d->box[0], d->box[1], d->box[2], d->box[3] };
            class[n][i] = d->class;
        }
        truth[n] = (Truth){ DENSE_THINGS, box[n], class[n] };
    }
    return (DenseTruth){ .image = truth, .draw = draw };
}

/* The best detection of a thing's class: its overlap with the thing, and in *mask the
 * share of its cells that are right. */
static double best_overlap(const Found *f, const DenseThing *d, double *mask)
{
    const Box truth = { d->box[0], d->box[1], d->box[2], d->box[3] };
    double    best = 0;
    uint8_t   want[64 * 64];
    for (int i = 0; i < f->n; i++) {
        double iou = (double)box_iou(f->list[i].box, truth);
        if (f->list[i].class != d->class || !(iou > best)) continue;
        int cells = f->size * f->size, right = 0;
        best = iou;
        draw(NULL, want, d->image, (int)(d - dense_things[d->image]), f->list[i].box,
             f->size);
        for (int k = 0; k < cells; k++)
            right += want[k] == (f->mask[i * cells + k] >= R(0.5));
        *mask = (double)right / cells;
    }
    return best;
}

Test(mask_rcnn, learns_two_pictures)
{
    enum { STEPS = 150 };
    MaskRcnn       m;
    AdamW          opt;
    Tape           t;
    Truth          image[2];
    Box            box[2][DENSE_THINGS];
    int            class[2][DENSE_THINGS];
    Found          found[2];
    MaskRcnnConfig c = mask_rcnn_small(&picture, DENSE_SIDE, DENSE_CLASSES);
    AdamWConfig    adamw = { 0.9, 0.999, 1e-8, 0.05 };
    DenseTruth     truth = truth_of(image, box, class);
    mask_rcnn_open(&m, test_backend(), &c, 1);
    adamw_open(&opt, &m.params, &adamw);
    tape_open(&t, test_backend());
    for (int step = 0; step < STEPS; step++) {
        DenseChance chance = { 1, (uint64_t)step, ids };
        Chosen      chosen;
        RpnOut      rpn = mask_rcnn_rpn(&t, &m, dense_pictures(&t), &chance);
        mask_rcnn_choose(&chosen, &t.nodes, &m, &rpn, &truth, &chance);
        adamw_backward(&opt, &t, mask_rcnn_losses(&t, &m, &rpn, &chosen).sum, 2e-3);
        tape_reset(&t);
    }
    t.recording = false;
    RpnOut rpn = mask_rcnn_rpn(&t, &m, dense_pictures(&t), NULL);
    mask_rcnn_detect(found, &t.nodes, &t, &m, &rpn);
    for (int n = 0; n < 2; n++)
        for (int i = 0; i < DENSE_THINGS; i++) {
            double mask = 0, iou = best_overlap(&found[n], &dense_things[n][i], &mask);
            cr_expect(iou >= 0.7 && mask >= 0.9, "image %d thing %d: IoU %g, mask %g", n,
                      i, iou, mask);
        }
    tape_close(&t);
    mask_rcnn_close(&m);
}

static double scalar(const Tape *t, const Tensor *x)
{
    real y;
    t->be->read(&y, x->data, 1);
    return (double)y;
}

static double sum_of_sizes(const Targets *y)
{
    double sum = 0;
    for (int i = 0; i < y->n; i++) sum += fabs((double)y->value[i]);
    return sum;
}

/* Who knows nothing yet pays log 2 for a question, log of the classes for a class, and
 * for a box all of its deltas: so what each loss is divided by shows. */
Test(mask_rcnn, losses_start_at_chance)
{
    MaskRcnn       m;
    Tape           t;
    Truth          image[2];
    Box            box[2][DENSE_THINGS];
    int            class[2][DENSE_THINGS];
    Chosen         c;
    DenseChance    chance = { 1, 0, ids };
    DenseTruth     truth = truth_of(image, box, class);
    MaskRcnnConfig config = mask_rcnn_small(&picture, DENSE_SIDE, DENSE_CLASSES);
    mask_rcnn_open(&m, test_backend(), &config, 1);
    tape_open(&t, test_backend());
    RpnOut rpn = mask_rcnn_rpn(&t, &m, dense_pictures(&t), &chance);
    mask_rcnn_choose(&c, &t.nodes, &m, &rpn, &truth, &chance);
    MaskRcnnLosses l = mask_rcnn_losses(&t, &m, &rpn, &c);
    double deltas = 0, each[] = { scalar(&t, l.objectness), scalar(&t, l.anchors),
                                  scalar(&t, l.classes), scalar(&t, l.boxes),
                                  scalar(&t, l.masks) };
    for (int k = 0; k < rpn.maps.count; k++) deltas += sum_of_sizes(&c.anchors.deltas[k]);
    const double want[] = { log(2), deltas / (2 * config.rules.anchors),
                            log(DENSE_CLASSES + 1),
                            sum_of_sizes(&c.boxes) / c.regions.count, log(2) };
    for (int i = 0; i < 5; i++)
        cr_expect(fabs(each[i] - want[i]) <= 0.02 + 0.05 * want[i],
                  "loss %d: %g, %g expected", i, each[i], want[i]);
    double sum = each[0] + each[1] + each[2] + each[3] + each[4];
    cr_expect(fabs(scalar(&t, l.sum) - sum) <= 1e-5 * sum);
    cr_expect(c.regions.count == 2 * config.rules.regions && c.masks.n > 0);
    tape_close(&t);
    mask_rcnn_close(&m);
}

/* A step of training from a fixed start; all weights after it into w, as many as
 * returned. */
static size_t weights_after(real *w, size_t room, const MaskRcnnConfig *c, bool recompute)
{
    MaskRcnn    m;
    AdamW       opt;
    Tape        t;
    Truth       image[2];
    Box         box[2][DENSE_THINGS];
    int         class[2][DENSE_THINGS];
    Chosen      chosen;
    DenseChance chance = { 1, 0, ids };
    DenseTruth  truth = truth_of(image, box, class);
    AdamWConfig adamw = { 0.9, 0.999, 1e-8, 0.05 };
    mask_rcnn_open(&m, test_backend(), c, 1);
    adamw_open(&opt, &m.params, &adamw);
    tape_open(&t, test_backend());
    t.recompute = recompute;
    RpnOut rpn = mask_rcnn_rpn(&t, &m, dense_pictures(&t), &chance);
    mask_rcnn_choose(&chosen, &t.nodes, &m, &rpn, &truth, &chance);
    adamw_backward(&opt, &t, mask_rcnn_losses(&t, &m, &rpn, &chosen).sum, 1e-3);
    const size_t n = m.params.all;
    cr_assert(n <= room);
    m.params.be->read(w, m.params.weights, n);
    tape_close(&t);
    mask_rcnn_close(&m);
    return n;
}

/* With windows, drop path, and tables that several blocks share. */
Test(mask_rcnn, recomputing_changes_nothing)
{
    enum { ROOM = 1 << 20 };
    static real    once[ROOM], again[ROOM];
    const VitConfig least = { 3, 16, 16, 8, { 8, 4, 2 }, 0 };
    MaskRcnnConfig c[] = { mask_rcnn_published(&least, DENSE_SIDE, DENSE_CLASSES),
                           mask_rcnn_earlier(&least, DENSE_SIDE, DENSE_CLASSES) };
    for (int i = 0; i < 2; i++) {
        c[i].channels = 8;
        c[i].hidden = 8;
        c[i].backbone.wide = 2;
        c[i].backbone.window = 3;
        size_t n = weights_after(once, ROOM, &c[i], false);
        weights_after(again, ROOM, &c[i], true);
        cr_expect(!memcmp(once, again, n * sizeof *once), "protocol %d", i);
    }
}

#ifdef REAL_IS_DOUBLE

typedef struct {
    MaskRcnn m;
    Arena    a;
    Chosen   chosen;
    bool     drawn; /* the regions stay those of the first time */
} Fixed;

static Tensor *fixed_loss(Tape *t, void *env)
{
    Fixed      *f = env;
    Truth       image[2];
    Box         box[2][DENSE_THINGS];
    int         class[2][DENSE_THINGS];
    DenseTruth  truth = truth_of(image, box, class);
    DenseChance chance = { 3, 0, ids };
    RpnOut      rpn = mask_rcnn_rpn(t, &f->m, dense_pictures(t), &chance);
    if (!f->drawn) mask_rcnn_choose(&f->chosen, &f->a, &f->m, &rpn, &truth, &chance);
    f->drawn = true;
    return mask_rcnn_losses(t, &f->m, &rpn, &f->chosen).sum;
}

static void expect_differences(const MaskRcnnConfig *c)
{
    Fixed       f = { .drawn = false };
    const char *name = "";
    arena_open(&f.a, "chosen", NULL, NULL);
    mask_rcnn_open(&f.m, test_backend(), c, 5);
    dense_disturb(&f.m.params);
    params_train(&f.m.params, 0);
    double off = dense_gradcheck(&f.m.params, fixed_loss, &f, &name);
    cr_expect(off <= 1e-6, "%s: off by %.2e", name, off);
    mask_rcnn_close(&f.m);
    arena_close(&f.a);
}

static MaskRcnnConfig smaller(MaskRcnnConfig c)
{
    c.backbone.window = 3; /* of 4: padded */
    c.backbone.wide = 2;
    c.backbone.drop_path = 0.3;
    c.channels = 6;
    c.hidden = 10;
    c.rpn_convs = c.box_convs = c.mask_convs = 1;
    c.box_cells = 3;
    c.mask_cells = 2;
    c.rules.anchors = 16;
    c.rules.regions = 12;
    return c;
}

/* All of it, positions resized, two blocks with windows, five levels. */
Test(mask_rcnn, goes_back_as_differences_say)
{
    const VitConfig      least = { 3, 16, 16, 8, { 8, 4, 2 }, 0 };
    const MaskRcnnConfig today =
        smaller(mask_rcnn_published(&least, DENSE_SIDE, DENSE_CLASSES));
    expect_differences(&today);
}

Test(mask_rcnn, goes_back_with_four_taps)
{
    const VitConfig      least = { 3, 16, 16, 8, { 8, 4, 2 }, 0 };
    const MaskRcnnConfig earlier =
        smaller(mask_rcnn_earlier(&least, DENSE_SIDE, DENSE_CLASSES));
    expect_differences(&earlier);
}

#endif

/* --- how it starts ------------------------------------------------------- */

/* A standard deviation, or the most of what is uniform; both within 5 % of the spec. */
Test(mask_rcnn, starts_as_the_reference)
{
    static const struct { const char *name; double std, most; } want[] = {
        { "proposal_generator.rpn_head.conv.conv0.weight", .01, 0 },
        { "proposal_generator.rpn_head.anchor_deltas.weight", .01, 0 },
        { "roi_heads.box_head.conv1.weight", .0294628, 0 },      /* sqrt(2 / (9 256))   */
        { "roi_heads.box_head.fc1.weight", .0089286, .0154647 }, /* sqrt(3 / 12544)     */
        { "roi_heads.box_predictor.cls_score.weight", .01, 0 },
        { "roi_heads.box_predictor.bbox_pred.weight", .001, 0 },
        { "roi_heads.mask_head.mask_fcn4.weight", .0294628, 0 },
        { "roi_heads.mask_head.deconv.weight", .0441942, 0 },    /* sqrt(2 / (4 256))   */
        { "roi_heads.mask_head.predictor.weight", .001, 0 },
        { "backbone.simfp_2.0.weight", .0510310, .0883883 },     /* 1 / sqrt(4 32)      */
        { "backbone.simfp_4.0.weight", .0721688, .125 },         /* 1 / sqrt(64)        */
    };
    static const char *const zero[] = {
        "proposal_generator.rpn_head.conv.conv1.bias", "roi_heads.box_head.fc1.bias",
        "roi_heads.mask_head.deconv.bias", "backbone.net.blocks.1.attn.rel_pos_h",
    };
    MaskRcnn             m;
    const MaskRcnnConfig c = mask_rcnn_published(&dense_micro, 64, 10);
    double               std, most;
    mask_rcnn_open(&m, test_backend(), &c, 1);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        dense_spread(&m.params, want[i].name, &std, &most);
        cr_expect(fabs(std / want[i].std - 1) <= 0.05, "%s: %g", want[i].name, std);
        if (want[i].most > 0)
            cr_expect(most <= want[i].most * 1.0001 && most >= want[i].most * 0.95,
                      "%s: %g", want[i].name, most);
    }
    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++) {
        dense_spread(&m.params, zero[i], &std, &most);
        cr_expect(most <= 0, "%s: %g", zero[i], most);
    }
    mask_rcnn_close(&m);
}

/* --- what users may write wrongly ---------------------------------------- */

Test(mask_rcnn, says_what_is_wrong)
{
    const VitConfig odd = { 3, 60, 60, 12, { 32, 4, 4 }, 0 };
    Err             err;
    MaskRcnnConfig  c = mask_rcnn_small(&odd, 60, 2);
    cr_expect(!mask_rcnn_check(&c, &err));
    c.finest = 1;
    cr_expect(mask_rcnn_check(&c, &err) == STATUS_CONFIG && strstr(err.text, "level 1"));
    c = mask_rcnn_small(&odd, 60, 2);
    c.box_convs = 5;
    cr_expect(mask_rcnn_check(&c, &err) == STATUS_CONFIG &&
              strstr(err.text, "5 convolutions"));
    c = mask_rcnn_earlier(&odd, 60, 2);
    cr_expect(mask_rcnn_check(&c, &err) == STATUS_CONFIG &&
              strstr(err.text, "5 x 5 patches"));
    c = mask_rcnn_small(&odd, 60, 2);
    c.backbone.wide = 3;
    c.backbone.window = 2;
    cr_expect(mask_rcnn_check(&c, &err) == STATUS_CONFIG &&
              strstr(err.text, "3 of 4 blocks"));
}
