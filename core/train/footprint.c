#include "core/train/footprint.h"

#include "core/tape/maps.h"
#include "core/train/learner.h"

#include <string.h>

typedef struct {
    Mae     mae;
    Tape    tape;
    Tensor *images;
} Dry;

static Tensor *dry_images(Dry *d, int N)
{
    const VitConfig *e = &d->mae.config.encoder;
    return tape_constant(&d->tape, 4, (int[]){ N, e->channels, e->height, e->width });
}

static void dry_open(Dry *d, const MaeConfig *c, int N)
{
    mae_list(&d->mae, &backend_dry, c);
    params_place_zero(&d->mae.params);
    tape_open(&d->tape, &backend_dry);
    d->images = dry_images(d, N);
}

static size_t held(const Params *p) { return p->host.used + p->values.peak; }

static size_t held_by(const Tape *t) { return t->nodes.peak + t->values.peak + t->grads.peak; }

static size_t dry_close(Dry *d)
{
    size_t bytes = held(&d->mae.params) + held_by(&d->tape);
    tape_close(&d->tape);
    mae_close(&d->mae);
    return bytes;
}

/* A teacher has the size of the encoder; it is opened in experiments/stages. */
static size_t teacher_bytes(const MaeConfig *c)
{
    Params p;
    Vit    v;
    params_open(&p, &backend_dry);
    vit_add(&v, &p, &c->encoder);
    params_place_zero(&p);
    size_t bytes = held(&p);
    params_close(&p);
    return bytes;
}

static void look(Dry *d, const Learner *l, const FootprintStep *s)
{
    const Vit     *v = &d->mae.vit;
    const unsigned needs = s->needs;
    d->tape.recording = false;
    if (needs & MASK_NEEDS_SWEEP) {
        vit_last_look(&d->tape, v, dry_images(d, s->swept), true);
        tape_reset(&d->tape);
        d->images = dry_images(d, s->N);
    }
    if (needs & MASK_NEEDS_ATTENTION) vit_first_attention(&d->tape, v, d->images);
    if (needs & MASK_NEEDS_CLASS_ATTENTION) vit_last_look(&d->tape, v, d->images, false);
    if (l->kind) learner_look(l, &d->tape, d->images);
    d->tape.recording = true;
    tape_reset(&d->tape);
}

static size_t learner_bytes(const Learner *l)
{
    size_t bytes = l->kind ? held(l->model.params) : 0;
    return l->slow ? bytes + held(l->slow_model.params) + held(&l->slow_mae.params) : bytes;
}

static void reserve(Tape *t, const Tape *like)
{
    arena_reserve(&t->nodes, like->nodes.peak);
    arena_reserve(&t->values, like->values.peak);
    arena_reserve(&t->grads, like->grads.peak);
}

/* t, unless it is NULL, gets the room that the tape of a dry step takes. */
static size_t train(Tape *t, const MaeConfig *c, const FootprintStep *s)
{
    Dry         d;
    AdamW       adamw;
    AdamWConfig config = adamw_defaults();
    Learner     learner;
    Err         err;
    Visible     visible = { .N = s->N, .L = vit_patches(&c->encoder), .K = s->K,
                            .thrown = s->thrown, .ids = &s->N };
    dry_open(&d, c, s->N);
    d.tape.recompute = s->recompute;
    const int parts = s->parts ? s->parts : 1;
    adamw_open(&adamw, &d.mae.params, &config);
    if (parts > 1) adamw_gather(&adamw);
    learner_open(&learner, s->needs, &s->how, &d.mae, &config, 0, false);
    if (s->needs) {
        look(&d, &learner, s);
        d.images = dry_images(&d, s->N);
    }
    MaeResult r = mae_train(&d.tape, &d.mae, d.images, &visible);
    if (learner.kind) {
        CHECK(!learner_step(&learner, &adamw, &d.tape, d.images, &r, &visible,
                            &(LearnerStep){ .epochs = 1 }, &err), "%s", err.text);
    } else {
        tape_forget(&d.tape, d.images);
        adamw_backward_part(&adamw, &d.tape, r.loss, 0, parts - 1, parts);
    }
    size_t beside = learner_bytes(&learner);
    if (s->needs & MASK_NEEDS_CLASS_ATTENTION) beside += teacher_bytes(c);
    learner_close(&learner);
    if (t) reserve(t, &d.tape);
    return beside + dry_close(&d);
}

size_t footprint_train(const MaeConfig *c, const FootprintStep *s) { return train(NULL, c, s); }

void footprint_reserve(Tape *t, const MaeConfig *c, const FootprintStep *s) { train(t, c, s); }

size_t footprint_features(const MaeConfig *c, int N)
{
    Dry d;
    dry_open(&d, c, N);
    d.tape.recording = false;
    Tensor *x = vit_features(&d.tape, &d.mae.vit, d.images);
    op_take_class(&d.tape, x);
    op_mean_patches(&d.tape, x);
    return dry_close(&d);
}

size_t footprint_tune(const ClassifierConfig *c, int N, int parts, bool recompute)
{
    const VitConfig *e = &c->encoder;
    Classifier       model;
    AdamW            adamw;
    AdamWConfig      config = adamw_defaults();
    Tape             t;
    classifier_list(&model, &backend_dry, c);
    params_place_zero(&model.params);
    adamw_open(&adamw, &model.params, &config);
    if (parts > 1) adamw_gather(&adamw);
    tape_open(&t, &backend_dry);
    t.recompute = recompute;
    Tensor   *images = tape_constant(&t, 4, (int[]){ N, e->channels, e->height, e->width });
    Tensor   *target = tape_constant(&t, 2, (int[]){ N, c->classes });
    uint64_t *ids = ARENA_NEW(&t.nodes, uint64_t, N);
    for (int i = 0; i < N; i++) ids[i] = (uint64_t)i;
    Tensor **shares = classifier_shares(&t, &model, 0, 0, ids, N);
    Tensor  *logits = classifier_forward(&t, &model, images, shares);
    adamw_backward_part(&adamw, &t, op_cross_entropy(&t, logits, target), 0, parts - 1, parts);
    size_t bytes = held(&model.params) + held_by(&t);
    tape_close(&t);
    classifier_close(&model);
    return bytes;
}

/* --- detection and segmentation ------------------------------------------ */

static Tensor *images_of(Tape *t, const VitConfig *e, int N)
{
    return tape_constant(t, 4, (int[]){ N, e->channels, e->height, e->width });
}

/* What the caller has: of N images ids, and a label of each pixel. */
typedef struct {
    Arena       host;
    DenseChance chance;
    int        *label;
} Caller;

static void caller_open(Caller *c, const VitConfig *e, int N)
{
    const size_t pixels = (size_t)N * (size_t)e->height * (size_t)e->width;
    arena_open(&c->host, "caller", NULL, NULL);
    uint64_t *ids = ARENA_NEW(&c->host, uint64_t, N);
    for (int i = 0; i < N; i++) ids[i] = (uint64_t)i;
    c->chance = (DenseChance){ .ids = ids };
    c->label = ARENA_NEW(&c->host, int, pixels);
    memset(c->label, 0, pixels * sizeof *c->label);
}

static size_t close_dense(Tape *t, Params *p)
{
    size_t bytes = held(p) + held_by(t);
    tape_close(t);
    params_close(p);
    return bytes;
}

static void open_detector(MaskRcnn *m, Tape *t, const MaskRcnnConfig *c)
{
    mask_rcnn_list(m, &backend_dry, c);
    params_place_zero(&m->params);
    mask_rcnn_start(m);
    tape_open(t, &backend_dry);
}

size_t footprint_detect(const MaskRcnnConfig *c, int N, int parts, bool recompute)
{
    MaskRcnn    m;
    Tape        t;
    AdamW       adamw;
    AdamWConfig config = adamw_defaults();
    Chosen      chosen;
    Caller      caller;
    caller_open(&caller, &c->backbone.encoder, N);
    open_detector(&m, &t, c);
    t.recompute = recompute;
    adamw_open(&adamw, &m.params, &config);
    if (parts > 1) adamw_gather(&adamw);
    Tensor *images = images_of(&t, &c->backbone.encoder, N);
    RpnOut  rpn = mask_rcnn_rpn(&t, &m, images, &caller.chance);
    mask_rcnn_choose_most(&chosen, &t.nodes, &m, &rpn);
    adamw_backward_part(&adamw, &t, mask_rcnn_losses(&t, &m, &rpn, &chosen).sum, 0, parts - 1,
                        parts);
    arena_close(&caller.host);
    return close_dense(&t, &m.params);
}

size_t footprint_detected(const MaskRcnnConfig *c, int N)
{
    MaskRcnn m;
    Tape     t;
    open_detector(&m, &t, c);
    t.recording = false;
    RpnOut rpn = mask_rcnn_rpn(&t, &m, images_of(&t, &c->backbone.encoder, N), NULL);
    mask_rcnn_detect_most(&t.nodes, &t, &m, &rpn);
    return close_dense(&t, &m.params);
}

static void open_segmenter(Upernet *u, Tape *t, const UpernetConfig *c)
{
    upernet_list(u, &backend_dry, c);
    params_place_zero(&u->params);
    dense_vit_start(&u->vit, &u->params);
    tape_open(t, &backend_dry);
}

size_t footprint_segment(const UpernetConfig *c, int N, int parts, bool recompute)
{
    Upernet     u;
    Tape        t;
    AdamW       adamw;
    AdamWConfig config = adamw_defaults();
    Caller      caller;
    caller_open(&caller, &c->backbone.encoder, N);
    open_segmenter(&u, &t, c);
    t.recompute = recompute;
    adamw_open(&adamw, &u.params, &config);
    if (parts > 1) adamw_gather(&adamw);
    Tensor    *images = images_of(&t, &c->backbone.encoder, N);
    UpernetOut out = upernet_forward(&t, &u, images, &caller.chance);
    adamw_backward_part(&adamw, &t, upernet_loss(&t, &u, &out, caller.label, -1), 0, parts - 1,
                        parts);
    arena_close(&caller.host);
    return close_dense(&t, &u.params);
}

size_t footprint_segmented(const UpernetConfig *c, int N)
{
    const VitConfig *e = &c->backbone.encoder;
    Upernet          u;
    Tape             t;
    open_segmenter(&u, &t, c);
    t.recording = false;
    op_resize(&t, upernet_forward(&t, &u, images_of(&t, e, N), NULL).logits, e->height, e->width);
    return close_dense(&t, &u.params);
}
