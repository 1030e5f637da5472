#include "core/train/footprint.h"

#include "core/train/learner.h"

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
