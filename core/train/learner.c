#include "core/train/learner.h"

#include "core/train/checkpoint.h"

/* --- models -------------------------------------------------------------- */

static void list(LearnerModel *m, unsigned kind, const Mae *mae)
{
    CHECK(kind == MASK_NEEDS_PREDICTOR, "learner %u", kind);
    predictor_list(&m->predictor, mae->params.be, &mae->config);
    m->params = &m->predictor.params;
}

/* The copies start as what they copy. */
static void open_slow(Learner *l)
{
    l->slow = true;
    mae_list(&l->slow_mae, l->mae->params.be, &l->mae->config);
    params_place_zero(&l->slow_mae.params);
    params_follow(&l->slow_mae.params, &l->mae->params, 0);
    list(&l->slow_model, l->kind, l->mae);
    params_place_zero(l->slow_model.params);
    params_follow(l->slow_model.params, l->model.params, 0);
}

void learner_open(Learner *l, unsigned needs, const MaskLearner *how, Mae *mae,
                  const AdamWConfig *c, uint64_t seed, bool still)
{
    *l = (Learner){ .kind = needs & MASK_NEEDS_LEARNER, .how = *how, .mae = mae,
                    .still = still };
    if (!l->kind) return;
    list(&l->model, l->kind, mae);
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

Tensor *learner_look(const Learner *l, Tape *t, Tensor *images)
{
    const Mae          *mae = l->slow ? &l->slow_mae : l->mae;
    const LearnerModel *m = l->slow ? &l->slow_model : &l->model;
    bool                recording = t->recording;
    t->recording = false;
    const Visible *all = vit_all_visible(t, &mae->vit, images);
    Tensor *tokens = mae_restore(t, mae, vit_encode(t, &mae->vit, images, all), all);
    Tensor *learned = predictor_guess(t, &m->predictor, tokens);
    t->recording = recording;
    return learned;
}

/* --- to learn ------------------------------------------------------------ */

static Tensor *times(Tape *t, Tensor *x, double factor)
{
    Tensor *c = tape_constant(t, 0, NULL);
    t->be->write(c->data, &(real){ (real)factor }, 1);
    return op_dot(t, x, c);
}

/* The losses to be predicted are those of this very step; where they came from no
 * gradient goes. */
static Tensor *predictor_loss(const Learner *l, Tape *t, const MaeResult *r, const Visible *v)
{
    Tensor *guess = predictor_guess(t, &l->model.predictor, r->tokens);
    Tensor *losses = mae_patch_loss(t, r);
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

void learner_step(Learner *l, AdamW *adamw, Tape *t, Tensor *images, const MaeResult *r,
                  const Visible *v, const LearnerStep *s)
{
    (void)images;
    Tensor *own = times(t, predictor_loss(l, t, r, v), l->how.weight);
    AdamW  *both[] = { adamw, &l->adamw };
    adamw_backward_all(both, 2, t, op_add(t, r->loss, own), s->lr);
    tape_reset(t);
    if (l->slow && !l->still) follow(l, momentum(s));
}

/* --- to stop and go on --------------------------------------------------- */

void learner_put(const Learner *l, SafetensorsOut *out)
{
    if (!l->kind) return;
    params_put(l->model.params, "learner.", out);
    adamw_put(&l->adamw, "learner.", out);
    if (!l->slow) return;
    params_put(l->slow_model.params, "learner.slow.", out);
    params_put(&l->slow_mae.params, "learner.slow.mae.", out);
}

Status learner_get(Learner *l, const Safetensors *in, Err *err)
{
    if (!l->kind) return STATUS_OK;
    if (params_get(l->model.params, "learner.", in, err) ||
        adamw_get(&l->adamw, "learner.", in, err))
        return err->code;
    if (!l->slow) return STATUS_OK;
    if (params_get(l->slow_model.params, "learner.slow.", in, err)) return err->code;
    return params_get(&l->slow_mae.params, "learner.slow.mae.", in, err);
}

/* --- what it costs ------------------------------------------------------- */

double learner_forwards(unsigned needs, const MaskLearner *how, const MaeConfig *c)
{
    (void)how, (void)c;
    return needs & MASK_NEEDS_PREDICTOR ? 1 : 0;
}
