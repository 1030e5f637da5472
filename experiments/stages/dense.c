#include "experiments/stages/dense.h"

#include "core/train/checkpoint.h"

#include <string.h>

enum { PICTURES = 6, PICTURE_SIDE = 512 }; /* shown in the record */

static Status take(void *self, Err *err)
{
    Dense *u = self;
    for (u->part = 0; u->part < u->how.accumulate; u->part++)
        if (u->take(u->self, err)) return err->code;
    return STATUS_OK;
}

static void put(const void *self, SafetensorsOut *out, Arena *a)
{
    const Dense *u = self;
    (void)a;
    params_put(u->params, "", out);
    adamw_put(&u->adamw, "", out);
}

static Status get(void *self, const Safetensors *in, Arena *a, Err *err)
{
    Dense *u = self;
    (void)a;
    if (params_get(u->params, "", in, err)) return err->code;
    return adamw_get(&u->adamw, "", in, err);
}

Jitter dense_jitter(const DenseTask *k)
{
    Jitter j = jitter_defaults(k->size);
    j.scale_min = k->scale_min, j.scale_max = k->scale_max;
    j.flip = k->flip ? 0.5 : 0;
    return j;
}

Cutting dense_cutting(const DenseTask *k)
{
    Cutting c = cutting_defaults(k->size);
    c.ratio_min = k->scale_min, c.ratio_max = k->scale_max;
    c.flip = k->flip ? 0.5 : 0;
    c.colours = k->colours;
    return c;
}

static Schedule schedule_of(const DenseTask *d)
{
    static const double first = 1e-3; /* ViTDet's */
    Schedule            s = { .lr = d->lr, .min_lr = d->min_lr, .warmup = d->warmup,
                              .epochs = d->epochs, .first = first };
    s.shape = !strcmp(d->schedule, "linear") ? SCHEDULE_LINEAR
              : !strcmp(d->schedule, "steps") ? SCHEDULE_STEPS : SCHEDULE_COSINE;
    if (s.shape == SCHEDULE_LINEAR) s.first = 1e-6; /* that of mmcv's "poly" in BEiT */
    return s;
}

Status dense_start(Dense *u, Err *err)
{
    const StageKind kind = u->kind;
    const bool      finds = kind == STAGE_DETECT;
    u->how = config_dense(&u->cell->config, kind);
    u->run = (Training){ .cell = u->cell, .context = u->context, .kind = kind,
                         .params = u->params, .self = u, .take = take, .put = put, .get = get };
    arena_open(&u->host, stage_word(kind), NULL, NULL);
    arena_open(&u->scratch, "one batch", NULL, NULL);
    const Split scored = strcmp(u->how.on, "train") ? SPLIT_TEST : SPLIT_TRAIN;
    if (dense_open(&u->train, &u->how.data, SPLIT_TRAIN, err) ||
        dense_open(&u->test, &u->how.data, scored, err) ||
        backend_open(&u->backend, NULL, err))
        return err->code;
    u->jitter = dense_jitter(&u->how), u->cutting = dense_cutting(&u->how);
    dense_loader_open(&u->loader, u->train,
                      &(DenseLoaderConfig){ .batch = u->how.batch, .parts = u->how.accumulate,
                                            .size = u->how.size,
                                            .jitter = finds ? &u->jitter : NULL,
                                            .cutting = finds ? NULL : &u->cutting,
                                            .seed = u->cell->config.seed });
    const Schedule schedule = schedule_of(&u->how);
    training_plan(&u->run, &u->host, dense_loader_steps(&u->loader), u->how.batch, &schedule);
    int side = u->how.size < PICTURE_SIDE ? u->how.size : PICTURE_SIDE;
    shown_open(&u->shown, &u->host, PICTURES, side, u->test->channels);
    return STATUS_OK;
}

Status dense_train(Dense *u, const DenseVit *vit, Err *err)
{
    char        path[CELL_PATH];
    Mae         mae;
    AdamWConfig adamw = adamw_defaults();
    cell_model(path, u->context->results, u->cell, MODEL_ENCODER);
    if (checkpoint_open(&mae, u->backend, path, NULL, err)) return err->code;
    dense_vit_take(vit, u->params, &mae.params, &mae.config.encoder);
    mae_close(&mae);
    adamw.beta2 = u->how.beta2;
    adamw.decay = u->how.weight_decay;
    adamw_open(&u->adamw, u->params, &adamw);
    u->run.parts = u->how.accumulate;
    if (u->run.parts > 1) adamw_gather(&u->adamw);
    tape_open(&u->tape, u->backend);
    u->tape.recompute = u->cell->config.model.recompute;
    return training_run(&u->run, err);
}

void dense_end(Dense *u)
{
    training_close(&u->run);
    dense_loader_close(&u->loader);
    if (u->tape.be) tape_close(&u->tape);
    dense_close(u->train);
    dense_close(u->test);
    arena_close(&u->scratch);
    arena_close(&u->host);
}

/* --- a step ----------------------------------------------------------------- */

Status dense_next(Dense *u, Tensor **images, DenseChance *chance, Err *err)
{
    const int N = u->loader.N, size = u->how.size;
    uint64_t  epoch = (uint64_t)training_epoch(&u->run);
    if (dense_batch(&u->loader, epoch, training_in_epoch(&u->run), u->part, err))
        return err->code;
    *images = tape_constant(&u->tape, 4, (int[]){ N, u->train->channels, size, size });
    u->tape.be->write((*images)->data, u->loader.images, tensor_count(*images));
    *chance = (DenseChance){ u->cell->config.seed, epoch, u->loader.ids };
    return STATUS_OK;
}

Status dense_learn(Dense *u, Tensor *loss, Err *err)
{
    if (training_loss(&u->run, u->tape.be, loss, err)) return err->code;
    adamw_backward_part(&u->adamw, &u->tape, loss, training_lr(&u->run), u->part,
                        u->run.parts);
    tape_reset(&u->tape);
    return STATUS_OK;
}

/* --- the test set ------------------------------------------------------------ */

Status dense_pass(Dense *u, SeePicture *see, void *self, Err *err)
{
    Annotated s;
    Status    bad = STATUS_OK;
    annotated_open(&s);
    u->tape.recording = false;
    for (int i = 0; i < u->test->count && !bad; i++) {
        if (stage_stopping(u->context))
            bad = err_set(err, STATUS_STOPPED, "stopped among the pictures");
        if (!bad) bad = dense_get(u->test, i, &s, err);
        if (!bad) see(self, &s, i);
        tape_reset(&u->tape);
        arena_reset(&u->scratch);
    }
    u->tape.recording = true;
    annotated_close(&s);
    return bad ? training_stopped(&u->run, err) : STATUS_OK;
}

Tensor *dense_input(Dense *u, const Annotated *s)
{
    const int size = u->how.size, C = u->test->channels;
    Tensor   *x = tape_constant(&u->tape, 4, (int[]){ 1, C, size, size });
    real     *host = u->loader.images; /* of training, which is over */
    annotated_input(s, u->test->mean, u->test->std, host, size, size);
    u->tape.be->write(x->data, host, tensor_count(x));
    return x;
}

/* --- the record -------------------------------------------------------------- */

Status dense_record(Dense *u, Record **r, Err *err)
{
    if (stage_record(r, u->cell, u->kind, u->context, err)) return err->code;
    record_text(*r, "data", u->how.data.name); /* its own */
    record_whole(*r, "size", u->how.size);
    record_whole(*r, "parameters", (int64_t)params_count(u->params));
    record_whole(*r, "trained_parameters", (int64_t)params_trained(u->params));
    return STATUS_OK;
}

Status dense_close_record(Dense *u, Record *r, const char *loss, Err *err)
{
    const char *name = stage_word(u->kind);
    record_shown(r, &u->shown);
    training_curves(&u->run, r, &u->host, name, loss);
    training_cost(&u->run, r, name);
    if (record_close(r, err)) return err->code;
    training_forget(&u->run);
    return STATUS_OK;
}
