#include "experiments/stages/tune.h"

#include "core/data/loader.h"
#include "core/data/mix.h"
#include "core/train/checkpoint.h"
#include "experiments/stages/epochs.h"

#include <string.h>

typedef struct {
    const Cell         *cell;
    const StageContext *context;
    const TuneConfig   *how;

    Arena      host;
    Data      *data;
    Augment    augment;
    Loader     loader;
    Batch      batch;
    Mixing     mixing;
    real      *target; /* [batch, classes] */
    Classifier model;
    AdamW      adamw;
    Tape       tape;
    Training   run;
    Epochs     epochs;
} Tune;

ClassifierConfig tune_model(const Cell *c, const TuneConfig *how)
{
    const DataFacts *d = c->data;
    MaeConfig        mae = config_mae(&c->config, d->channels, d->height, d->width);
    ClassifierConfig m = classifier_defaults(&mae.encoder, d->classes,
                                             strcmp(how->pool, "mean") ? POOL_CLASS : POOL_MEAN);
    m.drop_path = how->drop_path;
    m.layer_decay = how->layer_decay;
    m.blocks = how->blocks;
    return m;
}

Augment tune_augment(const TuneConfig *how)
{
    Augment a = augment_defaults();
    a.area_min = how->crop_min;
    a.flip = how->flip ? 0.5 : 0;
    a.randaugment = how->randaugment;
    a.erase = how->erase;
    return a;
}

static Status open_model(Tune *u, Err *err)
{
    const Backend   *be;
    Mae              mae;
    char             path[CELL_PATH];
    ClassifierConfig config = tune_model(u->cell, u->how);
    cell_model(path, u->context->results, u->cell, MODEL_ENCODER);
    if (backend_open(&be, NULL, err) || checkpoint_open(&mae, be, path, NULL, err))
        return err->code;
    config.encoder.norm_eps = mae.config.encoder.norm_eps; /* of an encoder from elsewhere */
    classifier_open(&u->model, be, &config, u->cell->config.seed);
    classifier_take(&u->model, &mae.params);
    mae_close(&mae);
    AdamWConfig adamw = adamw_defaults();
    adamw.beta2 = u->how->beta2;
    adamw.decay = u->how->weight_decay;
    adamw_open(&u->adamw, &u->model.params, &adamw);
    u->run.parts = u->how->accumulate;
    if (u->run.parts > 1) adamw_gather(&u->adamw);
    tape_open(&u->tape, be);
    u->tape.recompute = u->cell->config.model.recompute;
    return STATUS_OK;
}

static void open_data(Tune *u)
{
    const TuneConfig *k = u->how;
    u->augment = tune_augment(k);
    u->mixing = (Mixing){ k->mixup, k->cutmix, k->smoothing };
    loader_open(&u->loader, u->data,
                &(LoaderConfig){ .batch = k->batch, .shuffle = true, .augment = &u->augment,
                                 .seed = u->cell->config.seed });
    u->run.data = u->data;
    u->batch = batch_new(&u->host, &u->loader);
    u->target = ARENA_NEW(&u->host, real, (size_t)k->batch * (size_t)u->data->classes);
    training_plan(&u->run, &u->host, loader_steps(&u->loader), k->batch,
                  &(Schedule){ .lr = k->lr, .min_lr = k->min_lr, .warmup = k->warmup,
                               .epochs = k->epochs });
}

/* Forward and backward of a part of the batch, which is mixed as a whole. */
static Status take_part(Tune *u, int part, Err *err)
{
    const uint64_t seed = u->cell->config.seed, epoch = (uint64_t)training_epoch(&u->run);
    const int      classes = u->data->classes, parts = u->run.parts;
    Batch          b = batch_part(&u->batch, part, parts);
    Tape          *t = &u->tape;
    Tensor        *images = stage_images(t, &u->model.config.encoder, b.images, b.N);
    Tensor        *target = tape_constant(t, 2, (int[]){ b.N, classes });
    t->be->write(target->data, u->target + (size_t)part * tensor_count(target),
                 tensor_count(target));
    Tensor **shares = classifier_shares(t, &u->model, seed, epoch, b.ids, b.N);
    Tensor  *logits = classifier_forward(t, &u->model, images, shares);
    Tensor  *loss = op_cross_entropy(t, logits, target);
    if (training_loss(&u->run, t->be, loss, err)) return err->code;
    adamw_backward_part(&u->adamw, t, loss, training_lr(&u->run), part, parts);
    tape_reset(t);
    return STATUS_OK;
}

/* One step: images, augmented and mixed, forward, backward, AdamW. */
static Status take(void *self, Err *err)
{
    Tune            *u = self;
    Batch           *b = &u->batch;
    const VitConfig *e = &u->model.config.encoder;
    const uint64_t   seed = u->cell->config.seed, epoch = (uint64_t)training_epoch(&u->run);
    const int        step = training_in_epoch(&u->run), classes = u->data->classes;
    if (epochs_step(&u->epochs, err) || loader_batch(&u->loader, b, epoch, step, err))
        return err->code;
    Mix mix = mix_draw(&u->mixing, e->height, e->width, seed, epoch, (uint64_t)step);
    mix_images(&mix, b->images, b->N, e->channels, e->height, e->width);
    mix_targets(&mix, u->target, b->labels, b->N, classes, u->mixing.smoothing);

    for (int part = 0; part < u->run.parts; part++)
        if (take_part(u, part, err)) return err->code;
    return STATUS_OK;
}

static void put(const void *self, SafetensorsOut *out, Arena *a)
{
    const Tune *u = self;
    params_put(&u->model.params, "", out);
    adamw_put(&u->adamw, "", out);
    epochs_put(&u->epochs, out, a);
}

static Status get(void *self, const Safetensors *in, Arena *a, Err *err)
{
    Tune *u = self;
    if (params_get(&u->model.params, "", in, err) || adamw_get(&u->adamw, "", in, err))
        return err->code;
    return epochs_get(&u->epochs, in, a, err);
}

static Tensor *logits_of(Tape *t, const void *self, Tensor *images)
{
    return classifier_forward(t, self, images, NULL);
}

static Status run(Tune *u, const char *name, const char *what, Err *err)
{
    Record *r;
    Scores  s;
    open_data(u);
    u->epochs = (Epochs){ .run = &u->run, .host = &u->host, .tape = &u->tape,
                          .network = { &u->model.config.encoder, logits_of, &u->model } };
    epochs_open(&u->epochs, u->how->each_epoch);
    if (open_model(u, err) || training_run(&u->run, err)) return err->code;
    if (stage_score(&s, u->cell, u->context, &u->host, &u->tape, &u->epochs.network, err))
        return training_stopped(&u->run, err);
    if (stage_record(&r, u->cell, u->run.kind, u->context, err))
        return err->code;
    stage_accuracy(r, u->cell, name, what, &s);
    epochs_record(&u->epochs, r, name, &s);
    record_whole(r, "parameters", (int64_t)params_count(&u->model.params));
    record_whole(r, "trained_parameters", (int64_t)params_trained(&u->model.params));
    record_whole(r, "bad_images", stage_bad_images(u->data));
    training_curves(&u->run, r, &u->host, name, "cross entropy");
    training_cost(&u->run, r, name);
    if (record_close(r, err)) return err->code;
    training_forget(&u->run);
    return STATUS_OK;
}

Status tune(const Cell *c, const StageContext *x, StageKind kind, const TuneConfig *how,
            const char *name, const char *what, Err *err)
{
    Tune u = { .cell = c, .context = x, .how = how };
    u.run = (Training){ .cell = c, .context = x, .kind = kind, .self = &u,
                        .params = &u.model.params, .take = take, .put = put, .get = get };
    if (data_open(&u.data, &c->config.data, SPLIT_TRAIN, err)) return err->code;
    arena_open(&u.host, name, NULL, NULL);
    Status bad = run(&u, name, what, err);
    epochs_close(&u.epochs);
    training_close(&u.run);
    loader_close(&u.loader);
    if (u.tape.be) {
        tape_close(&u.tape);
        classifier_close(&u.model);
    }
    arena_close(&u.host);
    data_close(u.data);
    return bad;
}
