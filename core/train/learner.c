#include "core/train/learner.h"

#include "core/base/text.h"
#include "core/train/checkpoint.h"

#include <math.h>
#include <string.h>

/* --- models -------------------------------------------------------------- */

static void list(LearnerModel *m, const Learner *l)
{
    const Mae     *mae = l->mae;
    const Backend *be = mae->params.be;
    switch (l->kind) {
    case MASK_NEEDS_PREDICTOR:
        predictor_list(&m->predictor, be, &mae->config);
        m->params = &m->predictor.params;
        return;
    case MASK_NEEDS_SAMPLER:
        sampler_list(&m->sampler, be, &mae->config);
        m->params = &m->sampler.params;
        return;
    case MASK_NEEDS_MASKER:
        masker_list(&m->masker, be, &mae->config, l->how.blocks);
        m->params = &m->masker.params;
        return;
    }
    CHECK(0, "learner %u", l->kind);
}

/* The copies start as what they copy. */
static void open_slow(Learner *l)
{
    l->slow = true;
    mae_list(&l->slow_mae, l->mae->params.be, &l->mae->config);
    params_place_zero(&l->slow_mae.params);
    params_follow(&l->slow_mae.params, &l->mae->params, 0);
    list(&l->slow_model, l);
    params_place_zero(l->slow_model.params);
    params_follow(l->slow_model.params, l->model.params, 0);
}

void learner_open(Learner *l, unsigned needs, const MaskLearner *how, Mae *mae,
                  const AdamWConfig *c, uint64_t seed, bool still)
{
    *l = (Learner){ .kind = needs & MASK_NEEDS_LEARNER, .how = *how, .mae = mae,
                    .still = still };
    if (!l->kind) return;
    list(&l->model, l);
    if (mae->params.be == &backend_dry)
        params_place_zero(l->model.params);
    else
        params_place_beside(l->model.params, seed);
    adamw_open(&l->adamw, l->model.params, c);
    if (still || l->kind == MASK_NEEDS_PREDICTOR) open_slow(l);
}

void learner_close(Learner *l)
{
    if (l->model.params) params_close(l->model.params);
    if (!l->slow) return;
    params_close(l->slow_model.params);
    mae_close(&l->slow_mae);
}

/* --- to look ------------------------------------------------------------- */

static Tensor *guess_all(Tape *t, const Mae *mae, const LearnerModel *m, Tensor *images)
{
    const Visible *all = vit_all_visible(t, &mae->vit, images);
    Tensor        *latent = vit_encode(t, &mae->vit, images, all);
    return predictor_guess(t, &m->predictor, mae_restore(t, mae, latent, all), all);
}

static Tensor *odds_of_all(Tape *t, const Mae *mae, const LearnerModel *m, Tensor *images)
{
    return sampler_odds(t, &m->sampler, vit_embed_patches(t, &mae->vit, images));
}

Tensor *learner_look(const Learner *l, Tape *t, Tensor *images)
{
    const Mae          *mae = l->slow ? &l->slow_mae : l->mae;
    const LearnerModel *m = l->slow ? &l->slow_model : &l->model;
    bool                recording = t->recording;
    t->recording = false;
    Tensor *learned = l->kind == MASK_NEEDS_PREDICTOR ? guess_all(t, mae, m, images)
                      : l->kind == MASK_NEEDS_SAMPLER ? odds_of_all(t, mae, m, images)
                                                      : masker_draw(t, &m->masker, mae, images);
    t->recording = recording;
    return learned;
}

/* --- to learn ------------------------------------------------------------ */

/* What to learn is the loss of each patch in this very step; where that came from no
 * gradient goes. */
static Tensor *own_loss(const Learner *l, Tape *t, Tensor *images, const MaeResult *r,
                        const Visible *v)
{
    Tensor *losses = mae_hidden_loss(t, r, v);
    if (l->kind == MASK_NEEDS_SAMPLER)
        return op_sampling_loss(t, odds_of_all(t, l->mae, &l->model, images), losses, v);
    Tensor *tokens = op_spread(t, r->tokens, v);
    Tensor *guess = predictor_guess(t, &l->model.predictor, tokens, v);
    return l->how.sizes ? op_size_loss(t, guess, losses, v) : op_order_loss(t, guess, losses, v);
}

/* From 0.999 to 0.9999 in the first half of training, then constant; the source says in
 * the first 100 epochs, which are half of its shorter schedule. */
static double momentum(const LearnerStep *s)
{
    double half = 2.0 * (s->epoch + 1) / s->epochs;
    return 0.999 + 0.0009 * (half < 1 ? half : 1);
}

static void follow(Learner *l, double slowly)
{
    params_follow(&l->slow_mae.params, &l->mae->params, slowly);
    params_follow(l->slow_model.params, l->model.params, slowly);
}

/* From 1, with the autoencoder, to -1, against it, and never 0: as in the source. */
static double curriculum(const LearnerStep *s)
{
    int e = s->epoch, E = s->epochs;
    return 2 * e < E ? 1 - 2.0 * e / E : 1 - 2.0 * (e + 1) / E;
}

static const char *name_of(const Learner *l)
{
    return l->kind == MASK_NEEDS_PREDICTOR ? "predictor"
           : l->kind == MASK_NEEDS_SAMPLER ? "sampler"
                                           : "masker";
}

/* On a backend that computes nothing every loss is 0. */
static Status check_loss(const Learner *l, Tape *t, const Tensor *loss, Err *err)
{
    real x = 0;
    t->be->read(&x, loss->data, 1);
    if (isfinite(x)) return STATUS_OK;
    return err_set(err, STATUS_FAILED, "the loss of the %s is %g", name_of(l), (double)x);
}

static void meter(const LearnerStep *s, bool own)
{
    if (s->meter) s->meter(s->self, own);
}

static void meter_ends(void *step) { meter(step, false); }

/* A step of the masker alone, through an autoencoder that stands still. */
static Status step_masker(Learner *l, Tape *t, const Visible *v, const LearnerStep *s,
                          Err *err)
{
    const VitConfig *c = &l->mae->config.encoder;
    Tensor *images = tape_constant(t, 4, (int[]){ v->N, c->channels, c->height, c->width });
    t->be->write(images->data, s->images, tensor_count(images));
    params_freeze(&l->mae->params, true);
    Tensor *m = masker_draw(t, &l->model.masker, l->mae, images);
    Tensor *loss = masker_loss(t, l->mae, images, m, (double)v->K / v->L, curriculum(s));
    Status bad = check_loss(l, t, loss, err);
    if (!bad) adamw_backward(&l->adamw, t, loss, s->lr);
    params_freeze(&l->mae->params, false);
    tape_reset(t);
    return bad;
}

/* Both losses at once; the learner's nodes are walked first. */
static Status step_both(Learner *l, AdamW *adamw, Tape *t, Tensor *images,
                        const MaeResult *r, const Visible *v, LearnerStep s, Err *err)
{
    Tensor *first = tape_watch(t, r->loss, meter_ends, &s);
    Tensor *own = own_loss(l, t, images, r, v);
    Status  bad = check_loss(l, t, own, err);
    Tensor *loss = op_add(t, first, op_times(t, own, l->how.weight));
    if (!bad) adamw_backward_all((AdamW *[]){ adamw, &l->adamw }, 2, t, loss, s.lr);
    tape_reset(t);
    return bad;
}

Status learner_step(Learner *l, AdamW *adamw, Tape *t, Tensor *images, const MaeResult *r,
                    const Visible *v, const LearnerStep *s, Err *err)
{
    Status bad;
    if (l->kind == MASK_NEEDS_MASKER) {
        adamw_backward(adamw, t, r->loss, s->lr);
        tape_reset(t);
        meter(s, true);
        bad = step_masker(l, t, v, s, err);
        meter(s, false);
        return bad;
    }
    meter(s, true);
    bad = step_both(l, adamw, t, images, r, v, *s, err);
    if (bad || !l->slow || l->still) return bad;
    meter(s, true);
    follow(l, momentum(s));
    meter(s, false);
    return STATUS_OK;
}

/* --- to stop and go on --------------------------------------------------- */

static void put_models(const Learner *l, SafetensorsOut *out)
{
    params_put(l->model.params, "learner.", out);
    if (!l->slow) return;
    params_put(l->slow_model.params, "learner.slow.", out);
    params_put(&l->slow_mae.params, "learner.slow.mae.", out);
}

static Status get_models(Learner *l, const Safetensors *in, Err *err)
{
    if (params_get(l->model.params, "learner.", in, err)) return err->code;
    if (!l->slow) return STATUS_OK;
    if (params_get(l->slow_model.params, "learner.slow.", in, err)) return err->code;
    return params_get(&l->slow_mae.params, "learner.slow.mae.", in, err);
}

void learner_put(const Learner *l, SafetensorsOut *out)
{
    if (!l->kind) return;
    put_models(l, out);
    adamw_put(&l->adamw, "learner.", out);
}

Status learner_get(Learner *l, const Safetensors *in, Err *err)
{
    if (!l->kind) return STATUS_OK;
    if (get_models(l, in, err)) return err->code;
    return adamw_get(&l->adamw, "learner.", in, err);
}

/* --- to look alone ------------------------------------------------------- */

static const char KIND[] = "learner.kind", BLOCKS[] = "learner.blocks";

void learner_put_taught(const Learner *l, SafetensorsOut *out)
{
    char blocks[32];
    if (!l->kind) return;
    put_models(l, out);
    text_from_double(blocks, l->how.blocks);
    safetensors_note(out, KIND, name_of(l));
    safetensors_note(out, BLOCKS, blocks);
}

static bool read_kind(Learner *l, const Safetensors *in, const char *kind)
{
    enum { MOST_BLOCKS = 1024 };
    const char *blocks = safetensors_meta(in, BLOCKS);
    int64_t     n;
    if (!blocks || !text_to_int64(blocks, &n) || n < 1 || n > MOST_BLOCKS) return false;
    l->how = (MaskLearner){ .blocks = (int)n, .weight = 1 };
    for (l->kind = MASK_NEEDS_PREDICTOR; l->kind <= MASK_NEEDS_MASKER; l->kind *= 2)
        if (!strcmp(name_of(l), kind)) return true;
    return false;
}

Status learner_open_taught(Learner *l, Mae *mae, const Safetensors *in, Err *err)
{
    const char *kind = safetensors_meta(in, KIND);
    *l = (Learner){ .mae = mae };
    if (!kind) return STATUS_OK;
    if (!read_kind(l, in, kind)) {
        *l = (Learner){ 0 };
        return err_set(err, STATUS_FORMAT, "%s: a learner of %.40s, which there is not",
                       in->path, kind);
    }
    list(&l->model, l);
    params_place_zero(l->model.params);
    if (safetensors_find(in, "learner.slow.mae.cls_token")) open_slow(l);
    if (!get_models(l, in, err)) return STATUS_OK;
    learner_close(l);
    *l = (Learner){ 0 };
    return err->code;
}

/* --- what it costs ------------------------------------------------------- */

double learner_forwards(unsigned needs, const MaskLearner *how, const MaeConfig *c)
{
    double depth = c->encoder.size.depth;
    if (needs & MASK_NEEDS_PREDICTOR) return 1;
    if (needs & MASK_NEEDS_SAMPLER) return 2 / depth;
    return needs & MASK_NEEDS_MASKER ? 1 + 2 * how->blocks / depth : 0;
}
