/* pretrain: one masked autoencoder, trained under one strategy. */
#include "experiments/stages/pretrain.h"

#include "core/base/threads.h"
#include "strategies/registry.h"

/* What a rank cannot know: of all images, what only the rank that had them has seen. */
static Status check_shared(const Pretrain *p, Err *err)
{
    const unsigned needs = mask_needs(p->mask);
    if (p->ranks.count == 1) return STATUS_OK;
    if (needs & MASK_NEEDS_LEARNER)
        return err_set(err, STATUS_CONFIG, "%s learns from whole batches, which no rank has",
                       mask_spec(p->mask));
    if (needs & MASK_NEEDS_LOSSES)
        return err_set(err, STATUS_CONFIG, "%s remembers the losses of all images, of which "
                       "each rank has its own", mask_spec(p->mask));
    if (p->cell->config.data.bad_images)
        return err_set(err, STATUS_CONFIG, "data.bad-images is %d: ranks count damaged images "
                       "each for itself; leave it at 0", p->cell->config.data.bad_images);
    return STATUS_OK;
}

/* Each rank takes as many rows of a batch, in parts that are equal too. */
static Status check_rows(const Pretrain *p, Err *err)
{
    const PretrainConfig *c = &p->cell->config.pretrain;
    if (c->batch % (p->ranks.count * c->accumulate) == 0) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "pretrain.batch is %d, no multiple of %d ranks times "
                   "pretrain.accumulate %d", c->batch, p->ranks.count, c->accumulate);
}

static Status open_mask(Pretrain *p, Err *err)
{
    const Cell *c = p->cell;
    int         N = c->config.pretrain.batch, L = c->rows * c->cols;
    if (strategy_open(&p->mask, c->config.pretrain.strategy, c->rows, c->cols, err))
        return err->code;
    p->ids = ARENA_NEW(&p->host, int, (size_t)N * L);
    if (check_shared(p, err)) return err->code;
    FootprintStep step = guide_footprint(c, p->mask);
    step.N /= p->ranks.count;
    footprint_reserve(&p->tape, &p->mae.config, &step);
    p->guide = (Guide){ .cell = c, .context = p->context, .data = p->data, .mask = p->mask,
                        .mae = &p->mae, .tape = &p->tape, .log = &p->run.log };
    guide_open(&p->guide, &p->host, &p->adamw.config);
    return STATUS_OK;
}

static Status open_training(Pretrain *p, Err *err)
{
    const PretrainConfig *c = &p->cell->config.pretrain;
    int                   L = p->cell->rows * p->cell->cols;
    p->augment = augment_defaults();
    p->augment.area_min = c->crop_min;
    p->augment.flip = c->flip ? 0.5 : 0;
    bool plain = c->crop_min >= 1 && !c->flip;
    if (check_rows(p, err)) return err->code;
    loader_open(&p->loader, p->data,
                &(LoaderConfig){ .batch = c->batch, .shuffle = true,
                                 .augment = plain ? NULL : &p->augment,
                                 .part = p->ranks.own, .parts = p->ranks.count,
                                 .seed = p->cell->config.seed });
    p->run.data = p->data;
    p->batch = batch_new(&p->host, &p->loader);
    long steps = loader_steps(&p->loader);
    if (steps < 1)
        return err_set(err, STATUS_CONFIG, "pretrain.batch is %d, more than the %d images",
                       c->batch, p->data->count);
    training_plan(&p->run, &p->host, steps, c->batch,
                  &(Schedule){ .lr = c->lr, .min_lr = c->min_lr, .warmup = c->warmup,
                               .epochs = c->epochs });
    AdamWConfig adamw = adamw_defaults();
    adamw.beta2 = c->beta2;
    adamw.decay = c->weight_decay;
    adamw_open(&p->adamw, &p->mae.params, &adamw);
    p->run.parts = c->accumulate;
    if (c->accumulate > 1) adamw_gather(&p->adamw);
    adamw_share(&p->adamw, &p->ranks);

    p->seen = ARENA_NEW(&p->host, double, L);
    p->now = ARENA_NEW(&p->host, double, L + 2);
    for (int i = 0; i < L; i++) p->seen[i] = 0;
    return open_mask(p, err);
}

int pretrain_visible(const Pretrain *p, long step)
{
    double progress = (double)step / (double)p->run.steps;
    return mask_count(p->mask, p->cell->config.pretrain.ratio, progress);
}

static Status draw(Pretrain *p, long epoch, int K, Err *err)
{
    const Cell *c = p->cell;
    double      start = clock_s();
    int         N = p->batch.N, L = c->rows * c->cols;
    double      progress = (double)p->run.step / (double)p->run.steps;
    MaskView    view;
    if (guide_view(&p->guide, &view, &p->batch, progress, true, err)) return err->code;
    mask_draw_batch(p->mask, p->ids, &view, c->config.seed, (uint64_t)epoch, p->batch.ids, N,
                    K);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < K; k++) p->now[p->ids[(size_t)i * L + k]]++;
    p->mask_s += clock_s() - start;
    return STATUS_OK;
}

/* Number k of the snapshots is the encoder at the beginning of step k steps / snapshots; again,
 * with the same bytes, where that step is taken again. */
static Status snapshot(const Pretrain *p, Err *err)
{
    char path[CELL_PATH];
    long n = stage_writes(p->context) ? p->cell->config.pretrain.snapshots : 0;
    for (long k = 0; k < n; k++) {
        if (k * p->run.steps / n != p->run.step) continue;
        cell_model(path, p->context->results, p->cell, MODEL_SNAPSHOT + (int)k);
        if (checkpoint_save(path, &p->mae, p->cell->stage[STAGE_PRETRAIN].id, err))
            return err->code;
    }
    return STATUS_OK;
}

/* Images and masks. */
static Status prepare(Pretrain *p, int K, Err *err)
{
    const int L = p->cell->rows * p->cell->cols;
    long      epoch = training_epoch(&p->run);
    int       in_epoch = training_in_epoch(&p->run);
    double    before = p->guide.wall_s;
    for (int i = 0; i < L; i++) p->now[i] = 0;
    if (snapshot(p, err)) return err->code;
    if (in_epoch == 0 && guide_epoch(&p->guide, epoch, err)) return err->code;
    p->mask_s += p->guide.wall_s - before; /* a sweep */
    if (loader_batch(&p->loader, &p->batch, (uint64_t)epoch, in_epoch, err)) return err->code;
    return draw(p, epoch, K, err);
}

/* Forward of a part of the batch, whose masks are drawn; what its way back needs. */
typedef struct {
    Batch     batch;
    Visible   visible;
    Tensor   *images;
    MaeResult result;
} Forward;

static Status forward(Pretrain *p, Forward *f, int part, int K, Err *err)
{
    const int L = p->cell->rows * p->cell->cols;
    f->batch = batch_part(&p->batch, part, p->run.parts);
    const int N = f->batch.N;
    f->visible = (Visible){ .N = N, .L = L, .K = K, .thrown = mask_thrown(p->mask, K),
                            .ids = p->ids + (size_t)part * (size_t)N * (size_t)L };
    f->images = stage_images(&p->tape, &p->mae.config.encoder, f->batch.images, N);
    f->result = mae_train(&p->tape, &p->mae, f->images, &f->visible);
    return training_loss(&p->run, p->mae.params.be, f->result.loss, err);
}

static Status backward(Pretrain *p, const Forward *f, int part, Err *err)
{
    GuideStep s = { .epoch = training_epoch(&p->run), .lr = training_lr(&p->run),
                    .batch = &f->batch, .images = f->images, .r = &f->result,
                    .visible = &f->visible, .part = part, .parts = p->run.parts };
    return guide_backward(&p->guide, &p->adamw, &s, err);
}

/* One step: images, masks, forward, backward, AdamW.  Gradients are exchanged on the way
 * back from the last part: whatever fails before it fails on all ranks. */
static Status take(void *self, Err *err)
{
    Pretrain *p = self;
    const int L = p->cell->rows * p->cell->cols, last = p->run.parts - 1;
    int       K = pretrain_visible(p, p->run.step);
    Forward   f = { 0 };
    Status    bad = prepare(p, K, err);
    for (int part = 0; part < last && !bad; part++) {
        bad = forward(p, &f, part, K, err);
        if (!bad) bad = backward(p, &f, part, err);
    }
    if (!bad) bad = forward(p, &f, last, K, err);
    if (training_agree(&p->run, bad, p->now, L, err)) return err->code;
    for (int i = 0; i < L; i++) p->seen[i] += p->now[i];
    return backward(p, &f, last, err);
}

static void put(const void *self, SafetensorsOut *out, Arena *a)
{
    const Pretrain *p = self;
    params_put(&p->mae.params, "", out);
    adamw_put(&p->adamw, "", out);
    guide_put(&p->guide, out);
    state_put(out, a, "run.seen", p->seen, p->cell->rows * p->cell->cols);
    state_note(out, "run.mask_s", p->mask_s);
}

static Status get(void *self, const Safetensors *in, Arena *a, Err *err)
{
    Pretrain *p = self;
    if (!state_number(in, "run.mask_s", &p->mask_s))
        return err_set(err, STATUS_FORMAT, "%s: not a state of this training; remove it",
                       in->path);
    if (params_get(&p->mae.params, "", in, err) || adamw_get(&p->adamw, "", in, err) ||
        state_get(in, a, "run.seen", p->seen, p->cell->rows * p->cell->cols, err))
        return err->code;
    return guide_get(&p->guide, in, err);
}

/* A model of others in the place of ours; what became of it goes to the log. */
static Status import(Pretrain *p, const Backend *be, Err *err)
{
    const Config   *c = &p->cell->config;
    Text            notes = { 0 };
    CheckpointHints hints = { .heads = c->model.heads, .decoder_heads = c->model.decoder_heads,
                              .want_height = p->data->height, .want_width = p->data->width,
                              .notes = &notes };
    Status          bad = checkpoint_open(&p->mae, be, c->pretrain.from, &hints, err);
    if (stage_writes(p->context)) fputs(text_get(&notes), stderr);
    text_free(&notes);
    if (bad) p->mae.params.be = NULL;
    return bad;
}

static Status open_model(Pretrain *p, Err *err)
{
    const Config  *c = &p->cell->config;
    const Backend *be;
    if (backend_open(&be, NULL, err)) return err->code;
    MaeConfig config = config_mae(c, p->data->channels, p->data->height, p->data->width);
    if (mae_check(&config, err)) return err->code;
    if (!c->pretrain.from) mae_open(&p->mae, be, &config, c->seed);
    else if (import(p, be, err)) return err->code;
    tape_open(&p->tape, be);
    p->tape.recompute = c->model.recompute;
    return STATUS_OK;
}

static Status open_all(Pretrain *p, Err *err)
{
    const DataConfig *d = &p->cell->config.data;
    if (data_open(&p->data, d, data_pretraining(d), err)) return err->code;
    if (open_model(p, err)) return err->code;
    return cell_trains(p->cell) ? open_training(p, err) : STATUS_OK;
}

static Status run(Pretrain *p, Err *err)
{
    Status bad = open_all(p, err);
    if (ranks_agree(&p->ranks, bad, NULL, 0, err)) return err->code;
    if (cell_trains(p->cell) && training_run(&p->run, err)) return err->code;
    if (!stage_writes(p->context)) return STATUS_OK;
    if (pretrain_record(p, err)) return err->code;
    training_forget(&p->run);
    return STATUS_OK;
}

Status stage_pretrain(const Cell *c, const StageContext *x, Err *err)
{
    Pretrain p = { .cell = c, .context = x, .ranks = stage_ranks(x) };
    p.run = (Training){ .cell = c, .context = x, .kind = STAGE_PRETRAIN, .self = &p,
                        .params = &p.mae.params, .take = take, .put = put, .get = get };
    arena_open(&p.host, "pretrain", NULL, NULL);
    Status bad = run(&p, err);
    training_close(&p.run);
    guide_close(&p.guide);
    mask_close(p.mask);
    if (p.loader.data) loader_close(&p.loader);
    if (p.mae.params.be) {
        tape_close(&p.tape);
        mae_close(&p.mae);
    }
    arena_close(&p.host);
    data_close(p.data);
    return bad;
}
