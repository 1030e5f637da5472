/* pretrain: one masked autoencoder, trained under one strategy. */
#include "experiments/stages/pretrain.h"

#include "core/base/threads.h"
#include "strategies/registry.h"

#include <math.h>

enum { SAVE_EVERY_S = 60 }; /* a killed training loses at most this much */

static Status open_mask(Pretrain *p, Err *err)
{
    const Cell *c = p->cell;
    int         N = c->config.pretrain.batch, L = c->rows * c->cols;
    if (strategy_open(&p->mask, c->config.pretrain.strategy, c->rows, c->cols, err))
        return err->code;
    p->ids = ARENA_NEW(&p->host, int, (size_t)N * L);
    p->guide = (Guide){ .cell = c, .context = p->context, .data = p->data, .mask = p->mask,
                        .mae = &p->mae, .tape = &p->tape, .log = &p->log };
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
    loader_open(&p->loader, p->data,
                &(LoaderConfig){ .batch = c->batch, .shuffle = true,
                                 .augment = plain ? NULL : &p->augment,
                                 .seed = p->cell->config.seed });
    p->batch = batch_new(&p->host, &p->loader);
    p->steps_per_epoch = loader_steps(&p->loader);
    if (p->steps_per_epoch < 1)
        return err_set(err, STATUS_CONFIG, "pretrain.batch is %d, more than the %d images",
                       c->batch, p->data->count);
    p->steps = p->steps_per_epoch * c->epochs;
    p->schedule = (Schedule){ .lr = c->lr, .min_lr = c->min_lr, .warmup = c->warmup,
                              .epochs = c->epochs };
    AdamWConfig adamw = adamw_defaults();
    adamw.beta2 = c->beta2;
    adamw.decay = c->weight_decay;
    adamw_open(&p->adamw, &p->mae.params, &adamw);

    p->loss = ARENA_NEW(&p->host, double, p->steps);
    p->seen = ARENA_NEW(&p->host, double, L);
    for (long i = 0; i < p->steps; i++) p->loss[i] = (double)NAN;
    for (int i = 0; i < L; i++) p->seen[i] = 0;
    return open_mask(p, err);
}

int pretrain_visible(const Pretrain *p, long step)
{
    double progress = (double)step / (double)p->steps;
    return mask_visible(p->cell->rows * p->cell->cols,
                        mask_ratio(p->mask, p->cell->config.pretrain.ratio, progress));
}

static Status draw(Pretrain *p, long epoch, int K, Err *err)
{
    const Cell *c = p->cell;
    double      start = clock_s();
    int         N = p->batch.N, L = c->rows * c->cols;
    MaskView    view;
    if (guide_view(&p->guide, &view, &p->batch, (double)p->step / (double)p->steps, true, err))
        return err->code;
    mask_draw_batch(p->mask, p->ids, &view, c->config.seed, (uint64_t)epoch, p->batch.ids, N,
                    K);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < K; k++) p->seen[p->ids[(size_t)i * L + k]]++;
    p->mask_s += clock_s() - start;
    return STATUS_OK;
}

/* Images, masks, forward, backward, AdamW. */
static Status step(Pretrain *p, Err *err)
{
    long   epoch = p->step / p->steps_per_epoch, in_epoch = p->step % p->steps_per_epoch;
    double fraction = (double)p->step / (double)p->steps_per_epoch;
    int    K = pretrain_visible(p, p->step);
    double before = p->guide.wall_s;
    if (in_epoch == 0 && guide_epoch(&p->guide, epoch, err)) return err->code;
    p->mask_s += p->guide.wall_s - before; /* a sweep */
    if (loader_batch(&p->loader, &p->batch, (uint64_t)epoch, (int)in_epoch, err))
        return err->code;
    if (draw(p, epoch, K, err)) return err->code;

    Visible   visible = { .N = p->batch.N, .L = p->cell->rows * p->cell->cols, .K = K,
                          .ids = p->ids, .thrown = mask_thrown(p->mask, K) };
    Tensor   *images = stage_images(&p->tape, &p->mae.config.encoder, p->batch.images,
                                    p->batch.N);
    MaeResult r = mae_forward(&p->tape, &p->mae, images, &visible);
    real      loss;
    p->mae.params.be->read(&loss, r.loss->data, 1);
    if (!isfinite(loss))
        return err_set(err, STATUS_FAILED, "the loss is %g", (double)loss);
    GuideStep back = { .epoch = epoch, .lr = schedule_lr(&p->schedule, fraction),
                       .batch = &p->batch, .images = images, .r = &r, .visible = &visible };
    if (guide_backward(&p->guide, &p->adamw, &back, err)) return err->code;
    p->loss[p->step++] = (double)loss;
    p->gflop += 1e-9 * gemmlog_take(&p->log);
    return STATUS_OK;
}

static Status train(Pretrain *p, Err *err)
{
    if (pretrain_resume(p, err)) return err->code;
    gemmlog_start(&p->log);
    double start = clock_s(), saved = start, before = p->wall_s;
    while (p->step < p->steps) {
        if (step(p, err)) {
            if (err->code == STATUS_FAILED)
                return err_in(err, "step %ld of %ld", p->step + 1, p->steps);
            if (err->code != STATUS_STOPPED) return err->code;
            Err kept;
            return pretrain_save(p, &kept) ? (*err = kept).code : err->code;
        }
        double now = clock_s();
        p->wall_s = before + now - start;
        stage_progress(p->context, &(StageProgress){
            .step = p->step, .steps = p->steps, .loss = p->loss[p->step - 1],
            .lr = schedule_lr(&p->schedule, (double)p->step / (double)p->steps_per_epoch),
            .images = (double)p->step * p->cell->config.pretrain.batch });
        bool stopping = stage_stopping(p->context);
        if (p->step < p->steps && (stopping || now - saved >= SAVE_EVERY_S)) {
            if (pretrain_save(p, err)) return err->code;
            saved = now;
        }
        if (stopping)
            return err_set(err, STATUS_STOPPED, "stopped at step %ld of %ld", p->step, p->steps);
    }
    return STATUS_OK;
}

static Status open_model(Pretrain *p, Err *err)
{
    const Config  *c = &p->cell->config;
    const Backend *be;
    if (backend_open(&be, NULL, err)) return err->code;
    MaeConfig config = config_mae(c, p->data->channels, p->data->height, p->data->width);
    if (mae_check(&config, err)) return err->code;
    mae_open(&p->mae, be, &config, c->seed);
    tape_open(&p->tape, be);
    p->tape.recompute = c->model.recompute;
    return STATUS_OK;
}

static Status run(Pretrain *p, Err *err)
{
    if (open_model(p, err)) return err->code;
    if (!cell_untrained(p->cell) && (open_training(p, err) || train(p, err))) return err->code;

    if (!params_finite(&p->mae.params))
        return err_set(err, STATUS_FAILED, "step %ld of %ld: weights are not finite", p->step,
                       p->steps);
    if (pretrain_record(p, err)) return err->code;
    pretrain_forget(p);
    return STATUS_OK;
}

Status stage_pretrain(const Cell *c, const StageContext *x, Err *err)
{
    Pretrain p = { .cell = c, .context = x };
    if (data_open(&p.data, &c->config.data, SPLIT_TRAIN, err)) return err->code;
    arena_open(&p.host, "pretrain", NULL, NULL);
    Status bad = run(&p, err);
    gemmlog_stop();
    gemmlog_free(&p.log);
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
