/* linear: a linear classifier on the features of an encoder that stands still, each
 * image cropped anew in each epoch.
 *
 * Source: He et al. 2022, arXiv:2111.06377, A.1 and table 10; main_linprobe.py of
 * facebookresearch/mae.  The reference's batches may be larger than memory: features
 * are taken some images at a time, and batch norm sees them all. */
#include "experiments/stages/epochs.h"

#include "core/data/loader.h"
#include "core/train/checkpoint.h"
#include "core/train/lars.h"

#include <string.h>

typedef struct {
    const Cell         *cell;
    const StageContext *context;

    Arena      host;
    Data      *data;
    Augment    augment;
    Loader     loader; /* of chunks */
    Batch      chunk;
    int        chunks; /* of a batch */
    real      *features, *target; /* [batch, D], [batch, classes] */
    Mae        mae;
    LinearHead head;
    Lars       lars;
    Tape       tape;
    Training   run;
    Epochs     epochs;
} Probe;

static Tensor *features_of(Tape *t, const Probe *p, Tensor *images)
{
    Tensor *x = vit_features(t, &p->mae.vit, images);
    bool    class_token = !strcmp(p->cell->config.probe.feature, "class");
    return class_token ? op_take_class(t, x) : op_mean_patches(t, x);
}

/* As many images as are taken at a time, so that whole chunks make a batch. */
static int chunk_of(int batch, int most)
{
    int chunk = batch < most ? batch : most;
    while (batch % chunk) chunk--;
    return chunk;
}

static void open_data(Probe *p)
{
    const ProbeConfig *k = &p->cell->config.probe;
    const int          chunk = chunk_of(k->batch, features_batch(p->cell->rows * p->cell->cols));
    const size_t       batch = (size_t)k->batch;
    p->augment = augment_defaults();
    p->augment.area_min = k->crop_min;
    p->augment.flip = k->flip ? 0.5 : 0;
    p->augment.once = true;
    loader_open(&p->loader, p->data,
                &(LoaderConfig){ .batch = chunk, .shuffle = true, .augment = &p->augment,
                                 .seed = p->cell->config.seed });
    p->run.data = p->data;
    p->chunk = batch_new(&p->host, &p->loader);
    p->chunks = k->batch / chunk;
    p->features = ARENA_NEW(&p->host, real, batch * (size_t)p->cell->config.model.width);
    p->target = ARENA_NEW(&p->host, real, batch * (size_t)p->data->classes);
    training_plan(&p->run, &p->host, p->data->count / k->batch, k->batch,
                  &(Schedule){ .lr = schedule_peak(k->lr_per_256, k->batch),
                               .warmup = k->warmup, .epochs = k->epochs });
}

static Status open_model(Probe *p, Err *err)
{
    const Backend *be;
    const Config  *c = &p->cell->config;
    char           path[CELL_PATH];
    LarsConfig     lars = lars_defaults();
    cell_model(path, p->context->results, p->cell, MODEL_ENCODER);
    if (backend_open(&be, NULL, err) || checkpoint_open(&p->mae, be, path, NULL, err))
        return err->code;
    linear_head_open(&p->head, be, c->model.width, p->data->classes, c->seed);
    lars.decay = c->probe.weight_decay;
    lars_open(&p->lars, &p->head.params, &lars);
    tape_open(&p->tape, be);
    return STATUS_OK;
}

/* Features and labels of the step's images. */
static Status look(Probe *p, Err *err)
{
    const size_t D = (size_t)p->cell->config.model.width, classes = (size_t)p->data->classes;
    const int    first = training_in_epoch(&p->run) * p->chunks;
    Tape        *t = &p->tape;
    Batch       *b = &p->chunk;
    memset(p->target, 0, (size_t)p->run.batch * classes * sizeof *p->target);
    t->recording = false;
    for (int k = 0; k < p->chunks; k++) {
        const size_t at = (size_t)k * (size_t)p->loader.config.batch;
        if (loader_batch(&p->loader, b, (uint64_t)training_epoch(&p->run), first + k, err))
            return err->code;
        Tensor *x = features_of(t, p, stage_images(t, &p->mae.config.encoder, b->images, b->N));
        t->be->read(p->features + at * D, x->data, tensor_count(x));
        for (int i = 0; i < b->N; i++)
            p->target[(at + (size_t)i) * classes + (size_t)b->labels[i]] = 1;
        tape_reset(t);
    }
    t->recording = true;
    return STATUS_OK;
}

static Status take(void *self, Err *err)
{
    Probe *p = self;
    Tape  *t = &p->tape;
    if (epochs_step(&p->epochs, err) || look(p, err)) return err->code;
    Tensor *x = tape_constant(t, 2, (int[]){ p->run.batch, p->cell->config.model.width });
    Tensor *target = tape_constant(t, 2, (int[]){ p->run.batch, p->data->classes });
    t->be->write(x->data, p->features, tensor_count(x));
    t->be->write(target->data, p->target, tensor_count(target));
    Tensor *loss = op_cross_entropy(t, linear_head_forward(t, &p->head, x, true), target);
    if (training_loss(&p->run, t->be, loss, err)) return err->code;
    tape_backward(t, loss);
    lars_step(&p->lars, training_lr(&p->run));
    tape_reset(t);
    return STATUS_OK;
}

static void put(const void *self, SafetensorsOut *out, Arena *a)
{
    const Probe *p = self;
    params_put(&p->head.params, "", out);
    lars_put(&p->lars, "", out);
    epochs_put(&p->epochs, out, a);
}

static Status get(void *self, const Safetensors *in, Arena *a, Err *err)
{
    Probe *p = self;
    if (params_get(&p->head.params, "", in, err) || lars_get(&p->lars, "", in, err))
        return err->code;
    return epochs_get(&p->epochs, in, a, err);
}

static Tensor *logits_of(Tape *t, const void *self, Tensor *images)
{
    const Probe *p = self;
    return linear_head_forward(t, &p->head, features_of(t, p, images), false);
}

static Status run(Probe *p, Err *err)
{
    Record *r;
    Scores  s;
    open_data(p);
    p->epochs = (Epochs){ .run = &p->run, .host = &p->host, .tape = &p->tape,
                          .network = { &p->mae.config.encoder, logits_of, p } };
    epochs_open(&p->epochs, p->cell->config.probe.each_epoch);
    if (open_model(p, err) || training_run(&p->run, err)) return err->code;
    if (stage_score(&s, p->cell, p->context, &p->host, &p->tape, &p->epochs.network, err))
        return training_stopped(&p->run, err);
    if (stage_record(&r, p->cell, STAGE_LINEAR, p->context, err))
        return err->code;
    stage_accuracy(r, p->cell, "linear", "linear probe", &s);
    epochs_record(&p->epochs, r, "linear", &s);
    record_whole(r, "bad_images", stage_bad_images(p->data));
    training_curves(&p->run, r, &p->host, "linear", "cross entropy");
    training_cost(&p->run, r, "linear");
    if (record_close(r, err)) return err->code;
    training_forget(&p->run);
    return STATUS_OK;
}

Status stage_linear(const Cell *c, const StageContext *x, Err *err)
{
    Probe p = { .cell = c, .context = x };
    p.run = (Training){ .cell = c, .context = x, .kind = STAGE_LINEAR, .self = &p,
                        .params = &p.head.params, .take = take, .put = put, .get = get };
    if (data_open(&p.data, &c->config.data, SPLIT_TRAIN, err)) return err->code;
    arena_open(&p.host, "linear", NULL, NULL);
    Status bad = run(&p, err);
    epochs_close(&p.epochs);
    training_close(&p.run);
    loader_close(&p.loader);
    if (p.tape.be) {
        tape_close(&p.tape);
        linear_head_close(&p.head);
        mae_close(&p.mae);
    }
    arena_close(&p.host);
    data_close(p.data);
    return bad;
}
