/* The door to all that guides masks: each need is computed here, and nothing else. */
#include "experiments/stages/guide.h"

#include "core/base/threads.h"
#include "core/train/checkpoint.h"
#include "experiments/record/taught.h"
#include "experiments/stages/training.h"

#include <math.h>

enum {
    BY_ENCODER = MASK_NEEDS_ATTENTION | MASK_NEEDS_CLASS_ATTENTION | MASK_NEEDS_SWEEP,
    AT_BATCHES = MASK_NEEDS_ATTENTION | MASK_NEEDS_CLASS_ATTENTION | MASK_NEEDS_PIXELS |
                 MASK_NEEDS_LEARNER
};

static const Vit *who_looks(const Guide *g, unsigned need)
{
    bool untrained = mask_control(g->mask) == MASK_UNTRAINED;
    return untrained || need == MASK_NEEDS_CLASS_ATTENTION ? &g->teacher.vit : &g->mae->vit;
}

static float *room(Arena *host, bool needed, size_t n)
{
    return needed ? ARENA_NEW(host, float, n) : NULL;
}

void guide_open(Guide *g, Arena *host, const AdamWConfig *adamw)
{
    const VitConfig *c = &g->mae->config.encoder;
    const bool       untrained = mask_control(g->mask) == MASK_UNTRAINED;
    const int        rows = vit_rows(c), cols = vit_cols(c);
    const size_t     N = (size_t)g->cell->config.pretrain.batch, L = (size_t)(rows * cols);
    const size_t     H = (size_t)c->size.heads, P = (size_t)mae_values(&g->mae->config);
    const unsigned   needs = g->needs = mask_needs(g->mask);

    g->seen = (GuideSeen){
        .attention = room(host, needs & MASK_NEEDS_ATTENTION, N * H * L * L),
        .pixels = room(host, needs & MASK_NEEDS_PIXELS, N * L * P),
        .class_attention = room(host, needs & MASK_NEEDS_CLASS_ATTENTION, N * H * L),
        .swept = room(host, needs & MASK_NEEDS_SWEEP, N * L),
        .losses = room(host, needs & MASK_NEEDS_LOSSES, N * L),
        .learned = room(host, needs & MASK_NEEDS_LEARNER, N * L),
    };
    MaskLearner how = mask_learner(g->mask);
    learner_open(&g->learner, needs, &how, g->mae, adamw, g->cell->config.seed, untrained);
    if ((untrained && needs & BY_ENCODER) || needs & MASK_NEEDS_CLASS_ATTENTION)
        teacher_open(&g->teacher, g->mae, untrained ? 1 : TEACHER_MOMENTUM);
    if (needs & MASK_NEEDS_SWEEP) sweep_open(&g->sweep, host, g->data->count, (int)L);
    if (needs & MASK_NEEDS_LOSSES) {
        losses_open(&g->losses, host, g->data->count, rows, cols);
        g->seen.loss = ARENA_NEW(host, real, N * L);
    }
}

void guide_close(Guide *g)
{
    teacher_close(&g->teacher);
    learner_close(&g->learner);
}

/* --- what it costs ------------------------------------------------------- */

/* Between meter(g, true) and meter(g, false) all is for masks. */
static void meter(void *self, bool on)
{
    Guide *g = self;
    if (!g->needs) return;
    double s = clock_s(), gflop = 1e-9 * gemmlog_flop(g->log);
    if (on) {
        g->from_s = s, g->from_gflop = gflop;
    } else {
        g->wall_s += s - g->from_s;
        g->gflop += gflop - g->from_gflop;
    }
}

/* --- before masks -------------------------------------------------------- */

/* Of several ranks none may leave the others behind: they stop once the sweep is done. */
static bool stopping(const void *self)
{
    return stage_ranks(self).count == 1 && stage_stopping(self);
}

Status guide_epoch(Guide *g, long epoch, Err *err)
{
    if (!mask_sweep_due(g->mask, (int)epoch, g->cell->config.pretrain.epochs))
        return STATUS_OK;
    meter(g, true);
    if (sweep_run(&g->sweep, g->mask, g->tape, who_looks(g, MASK_NEEDS_SWEEP), g->data,
                  stopping, g->context, err))
        return err->code;
    g->images += g->data->count;
    meter(g, false);
    return STATUS_OK;
}

/* x [N, ...] behind the images that were there before. */
static void keep(float *out, Tape *t, const Tensor *x, int before)
{
    stage_floats(out + (size_t)before * (tensor_count(x) / (size_t)x->dim[0]), t, x);
}

/* At a part of the batch, behind `before` images of it. */
static void look(Guide *g, unsigned needs, const Batch *b, int before)
{
    const MaeConfig *c = &g->mae->config;
    Tape            *t = g->tape;
    t->recording = false;
    Tensor *images = stage_images(t, &c->encoder, b->images, b->N);
    if (needs & MASK_NEEDS_ATTENTION)
        keep(g->seen.attention, t,
             vit_first_attention(t, who_looks(g, MASK_NEEDS_ATTENTION), images), before);
    if (needs & MASK_NEEDS_PIXELS)
        keep(g->seen.pixels, t, op_target_patches(t, images, c->encoder.patch, false), before);
    if (needs & MASK_NEEDS_CLASS_ATTENTION) {
        const Vit *vit = who_looks(g, MASK_NEEDS_CLASS_ATTENTION);
        keep(g->seen.class_attention, t, vit_last_look(t, vit, images, false).class_attention,
             before);
        g->images += b->N;
    }
    if (needs & MASK_NEEDS_LEARNER) {
        keep(g->seen.learned, t, learner_look(&g->learner, t, images), before);
        g->images += b->N * learner_forwards(g->needs, &g->learner.how, c);
    }
    tape_reset(t);
    t->recording = true;
}

static void look_at_all(Guide *g, unsigned needs, const Batch *b, bool training)
{
    int parts = training ? g->cell->config.pretrain.accumulate : 1;
    for (int i = 0; i < parts; i++) {
        Batch part = batch_part(b, i, parts);
        look(g, needs, &part, i * part.N);
    }
}

/* out [N, L]: of maps [count, L] those of the batch, each cropped as its image is */
static void crop_maps(float *out, const real *maps, const Batch *b, int rows, int cols)
{
    int L = rows * cols;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < b->N; n++) {
        float       map[MASK_MAX_PATCHES];
        const real *from = maps + (size_t)b->ids[n] * (size_t)L;
        for (int i = 0; i < L; i++) map[i] = (float)from[i];
        crop_map(&b->crops[n], &b->wholes[n], out + (size_t)n * (size_t)L, map, rows, cols);
    }
}

static Status remember(Guide *g, unsigned needs, const Batch *b, bool training, Err *err)
{
    int  rows = g->cell->rows, cols = g->cell->cols;
    bool swept = g->sweep.done && needs & MASK_NEEDS_SWEEP;
    if (swept && training) crop_maps(g->seen.swept, g->sweep.found, b, rows, cols);
    if (swept && !training &&
        sweep_images(g->seen.swept, g->mask, g->tape, who_looks(g, MASK_NEEDS_SWEEP),
                     b->images, b->N, err))
        return err->code;
    if (g->seen.losses && training) crop_maps(g->seen.losses, g->losses.mean, b, rows, cols);
    for (int i = 0; g->seen.losses && !training && i < b->N * rows * cols; i++)
        g->seen.losses[i] = 1;
    return STATUS_OK;
}

static Status check_seen(const Guide *g, unsigned needs, int N, Err *err)
{
    const GuideSeen *s = &g->seen;
    const size_t     L = (size_t)(g->cell->rows * g->cell->cols);
    const size_t     H = (size_t)g->mae->config.encoder.size.heads;
    const struct { unsigned need; const float *x; size_t each; } looks[] = {
        { MASK_NEEDS_ATTENTION, s->attention, H * L * L },
        { MASK_NEEDS_CLASS_ATTENTION, s->class_attention, H * L },
        { needs & MASK_NEEDS_LEARNER, s->learned, L },
    };
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (needs & looks[i].need &&
            stage_finite(g->mask, looks[i].need, looks[i].x, N, looks[i].each, err))
            return err->code;
    return STATUS_OK;
}

Status guide_view(Guide *g, MaskView *v, const Batch *b, double progress, bool training,
                  Err *err)
{
    const GuideSeen *s = &g->seen;
    const unsigned   needs = mask_needs_at(g->mask, (float)progress);
    meter(g, true);
    if (needs & AT_BATCHES) look_at_all(g, needs, b, training);
    if (check_seen(g, needs, b->N, err) || remember(g, needs, b, training, err))
        return err->code;
    meter(g, false);
    *v = (MaskView){
        .progress = (float)progress,
        .heads = g->mae->config.encoder.size.heads,
        .values = mae_values(&g->mae->config),
        .attention = s->attention,
        .pixels = s->pixels,
        .class_attention = s->class_attention,
        .swept = g->sweep.done ? s->swept : NULL,
        .losses = s->losses,
        .learned = s->learned,
    };
    return STATUS_OK;
}

/* --- after the forward --------------------------------------------------- */

static void read_losses(Guide *g, const GuideStep *s)
{
    Tensor *each = mae_hidden_loss(g->tape, s->r, s->visible);
    g->mae->params.be->read(g->seen.loss, each->data, tensor_count(each));
    losses_add(&g->losses, s->batch, g->seen.loss, s->visible);
}

static Status step_learner(Guide *g, AdamW *adamw, const GuideStep *s, Err *err)
{
    LearnerStep step = { .epoch = (int)s->epoch,
                         .epochs = g->cell->config.pretrain.epochs,
                         .lr = s->lr, .images = s->batch->images,
                         .meter = meter, .self = g };
    if (learner_step(&g->learner, adamw, g->tape, s->images, s->r, s->visible, &step, err))
        return err_in(err, "%s", mask_spec(g->mask));
    return STATUS_OK;
}

Status guide_backward(Guide *g, AdamW *adamw, const GuideStep *s, Err *err)
{
    meter(g, true);
    if (g->seen.loss) read_losses(g, s);
    meter(g, false);
    if (g->learner.kind) {
        if (step_learner(g, adamw, s, err)) return err->code;
    } else {
        tape_forget(g->tape, s->images);
        adamw_backward_part(adamw, g->tape, s->r->loss, s->lr, s->part, s->parts);
        tape_reset(g->tape);
    }
    meter(g, true);
    if (g->teacher.params.be && s->part == s->parts - 1) teacher_step(&g->teacher, g->mae);
    meter(g, false);
    return STATUS_OK;
}

Status guide_keep(const Guide *g, Err *err)
{
    char path[CELL_PATH];
    if (!g->learner.kind && !g->losses.mean) return STATUS_OK;
    cell_model(path, g->context->results, g->cell, MODEL_GUIDE);
    return taught_write(path, &g->learner, g->losses.mean, g->data->count,
                        g->cell->rows * g->cell->cols, g->cell->stage[STAGE_PRETRAIN].id, err);
}

/* --- to stop and go on --------------------------------------------------- */

static Status get(const Safetensors *in, const char *name, real *x, int count, int L,
                  Err *err)
{
    const SafeTensor *t;
    if (safetensors_expect(in, name, 2, (int[]){ count, L }, &t, err)) return err->code;
    return safetensors_read(in, t, x, err);
}

void guide_put(const Guide *g, SafetensorsOut *out)
{
    int dim[] = { g->data->count, g->cell->rows * g->cell->cols };
    if (g->teacher.params.be) params_put(&g->teacher.params, "teacher.", out);
    learner_put(&g->learner, out);
    if (g->sweep.done) safetensors_add(out, "guide.swept", NULL, g->sweep.found, 2, dim);
    if (g->losses.mean) safetensors_add(out, "guide.losses", NULL, g->losses.mean, 2, dim);
    state_note(out, "guide.sweeps", (double)g->sweep.done);
    state_note(out, "guide.images", g->images);
    state_note(out, "guide.wall_s", g->wall_s);
    state_note(out, "guide.gflop", g->gflop);
}

Status guide_get(Guide *g, const Safetensors *in, Err *err)
{
    int    count = g->data->count, L = g->cell->rows * g->cell->cols;
    double sweeps;
    if (!state_number(in, "guide.sweeps", &sweeps) ||
        !state_number(in, "guide.images", &g->images) ||
        !state_number(in, "guide.wall_s", &g->wall_s) ||
        !state_number(in, "guide.gflop", &g->gflop) || !(sweeps >= 0 && sweeps < 1e9) ||
        (sweeps > 0 && !g->sweep.found))
        return err_set(err, STATUS_FORMAT, "%s: not a state of this training; remove it",
                       in->path);
    g->sweep.done = (long)sweeps;
    if (learner_get(&g->learner, in, err)) return err->code;
    if ((g->teacher.params.be && params_get(&g->teacher.params, "teacher.", in, err)) ||
        (g->sweep.done && get(in, "guide.swept", g->sweep.found, count, L, err)) ||
        (g->losses.mean && get(in, "guide.losses", g->losses.mean, count, L, err)))
        return err->code;
    return STATUS_OK;
}

/* Each rank does as much. */
void guide_record(const Guide *g, Record *r)
{
    const int R = stage_ranks(g->context).count;
    record_metric(r, "guide_gflop", g->gflop * R, "Gflop",
                  "products of matrices of what guides masks, learners with it", LOWER);
    record_metric(r, "guide_s", g->wall_s, "s", "time of what guides masks", LOWER);
    if (!g->needs) return;
    record_number(r, "guide_images", g->images * R);
    record_whole(r, "guide_sweeps", g->sweep.done);
}

/* --- beforehand ---------------------------------------------------------- */

double guide_forwards(const Cell *c, const Mask *m)
{
    const int       epochs = c->config.pretrain.epochs;
    const MaeConfig mae = config_mae(&c->config, c->data->channels, c->data->height,
                                     c->data->width);
    MaskLearner     how = mask_learner(m);
    double      n = 0;
    for (int e = 0; e < epochs; e++) {
        unsigned awake = mask_needs_at(m, (float)e / (float)epochs);
        n += learner_forwards(mask_needs(m), &how, &mae) + mask_sweep_due(m, e, epochs);
        n += (awake & MASK_NEEDS_CLASS_ATTENTION) != 0;
    }
    return n;
}

FootprintStep guide_footprint(const Cell *c, const Mask *m)
{
    const int parts = c->config.pretrain.accumulate;
    return (FootprintStep){ .N = c->config.pretrain.batch / parts, .K = c->K, .parts = parts,
                            .thrown = mask_thrown(m, c->K), .needs = mask_needs(m),
                            .swept = features_batch(c->rows * c->cols),
                            .recompute = c->config.model.recompute, .how = mask_learner(m) };
}

double guide_bytes(const Cell *c, const Mask *m)
{
    const unsigned  needs = mask_needs(m);
    const MaeConfig mae = config_mae(&c->config, c->data->channels, c->data->height,
                                     c->data->width);
    const double    L = c->rows * c->cols, H = mae.encoder.size.heads, f = sizeof(float);
    const double    maps = (double)c->data->pretrain_count * L * sizeof(real);
    double          each = 0, n = 0;
    if (needs & MASK_NEEDS_ATTENTION) each += H * L * L * f;
    if (needs & MASK_NEEDS_PIXELS) each += L * mae_values(&mae) * f;
    if (needs & MASK_NEEDS_CLASS_ATTENTION) each += H * L * f;
    if (needs & MASK_NEEDS_LEARNER) each += L * f;
    if (needs & MASK_NEEDS_SWEEP)
        each += L * f, n += maps + sweep_bytes(&mae.encoder);
    if (needs & MASK_NEEDS_LOSSES) each += L * (f + sizeof(real)), n += maps;
    return n + each * c->config.pretrain.batch;
}
