#include "experiments/recipe/config.h"

#include "core/train/schedule.h"

#include <string.h>

static const struct { const char *word; int schema; } stages[STAGE_KINDS] = {
    [STAGE_PRETRAIN] = { "pretrain", 2 },
    [STAGE_KNN] = { "knn", 2 },
    [STAGE_LINEAR_CACHED] = { "linear-cached", 1 }, /* before "linear": see stage_of */
    [STAGE_LINEAR] = { "linear", 1 },
    [STAGE_PARTIAL] = { "partial", 1 },
    [STAGE_FINETUNE] = { "finetune", 1 },
    [STAGE_DETECT] = { "detect", 1 },
    [STAGE_SEGMENT] = { "segment", 1 },
    [STAGE_RECONSTRUCT] = { "reconstruct", 2 },
    [STAGE_REPRESENT] = { "represent", 2 },
};

const char *stage_word(StageKind kind)
{
    CHECK(kind >= 0 && kind < STAGE_KINDS, "stage %d of %d", (int)kind, STAGE_KINDS);
    return stages[kind].word;
}

int stage_schema(StageKind kind)
{
    CHECK(kind >= 0 && kind < STAGE_KINDS, "stage %d of %d", (int)kind, STAGE_KINDS);
    return stages[kind].schema;
}

bool stage_of(StageKind *kind, const char *name)
{
    for (int s = 0; s < STAGE_KINDS; s++) {
        size_t n = strlen(stages[s].word);
        if (strncmp(name, stages[s].word, n) || (name[n] && name[n] != '-')) continue;
        *kind = (StageKind)s;
        return true;
    }
    return false;
}

MaeConfig config_mae(const Config *c, int channels, int height, int width)
{
    const ModelConfig *m = &c->model;
    return (MaeConfig){
        .encoder = { .channels = channels, .height = height, .width = width,
                     .patch = m->patch, .size = { m->width, m->depth, m->heads } },
        .decoder = { m->decoder_width, m->decoder_depth, m->decoder_heads },
        .normalized = !strcmp(c->pretrain.target, "normalized"),
    };
}

/* 0 is in no key's range where it means "not given". */
static void otherwise(int *given, int preset)
{
    if (!*given) *given = preset;
}

static void otherwise_number(double *given, double preset)
{
    if (*given == 0) *given = preset;
}

/* How a model is fine-tuned, by its preset. */
typedef struct {
    int    epochs;
    double lr_per_256, layer_decay, drop_path;
} Published;

/* Source: main_finetune.py of facebookresearch/mae and its FINETUNE.md. */
static Published published_finetune(const char *preset)
{
    if (!strcmp(preset, "huge")) return (Published){ 50, 1e-3, 0.75, 0.3 };
    if (!strcmp(preset, "large")) return (Published){ 50, 1e-3, 0.75, 0.2 };
    return (Published){ 100, 5e-4, 0.65, 0.1 };
}

/* Source: He et al. 2022, arXiv:2111.06377, table 9 and A.1. */
static Published published_partial(const char *preset)
{
    return (Published){ 100, 1e-3, 0.75, strcmp(preset, "huge") ? 0.1 : 0.2 };
}

/* Source: the configs of ViTDet in detectron2; the segmentation of BEiT in unilm. */
static Published published_dense(StageKind kind, const char *preset)
{
    if (kind == STAGE_SEGMENT) return (Published){ 127, 1.6e-3, 0.65, 0.1 };
    if (!strcmp(preset, "huge")) return (Published){ 75, 4e-4, 0.9, 0.5 };
    if (!strcmp(preset, "large")) return (Published){ 100, 4e-4, 0.8, 0.4 };
    return (Published){ 100, 4e-4, 0.7, 0.1 };
}

static void finish_scratch(ScratchConfig *s, int epochs, double lr)
{
    otherwise(&s->epochs, epochs);
    otherwise_number(&s->lr, lr);
}

static void finish_dense(DenseTask *d, Published p)
{
    otherwise(&d->epochs, p.epochs);
    otherwise_number(&d->lr_per_256, p.lr_per_256);
    otherwise_number(&d->lr, schedule_peak(d->lr_per_256, d->batch));
    otherwise_number(&d->layer_decay, p.layer_decay);
    if (d->drop_path == NOT_GIVEN) d->drop_path = p.drop_path;
    finish_scratch(&d->scratch, d->epochs, d->lr);
}

static void finish_tuning(TuneConfig *t, Published p)
{
    otherwise(&t->epochs, p.epochs);
    otherwise_number(&t->lr_per_256, p.lr_per_256);
    otherwise_number(&t->lr, schedule_peak(t->lr_per_256, t->batch));
    otherwise_number(&t->layer_decay, p.layer_decay);
    if (t->drop_path == NOT_GIVEN) t->drop_path = p.drop_path;
}

Status config_finish(Config *c, Err *err)
{
    MaeConfig preset;
    if (mae_preset(&preset, c->model.preset, err)) return err->code;
    otherwise(&c->model.width, preset.encoder.size.D);
    otherwise(&c->model.depth, preset.encoder.size.depth);
    otherwise(&c->model.heads, preset.encoder.size.heads);
    otherwise(&c->model.decoder_width, preset.decoder.D);
    otherwise(&c->model.decoder_depth, preset.decoder.depth);
    otherwise(&c->model.decoder_heads, preset.decoder.heads);

    PretrainConfig *p = &c->pretrain;
    otherwise_number(&p->lr, schedule_peak(p->lr_per_256, p->batch));
    finish_tuning(&c->finetune, published_finetune(c->model.preset));
    finish_tuning(&c->partial, published_partial(c->model.preset));
    finish_scratch(&c->scratch, c->finetune.epochs, c->finetune.lr);
    finish_dense(&c->detect, published_dense(STAGE_DETECT, c->model.preset));
    finish_dense(&c->segment, published_dense(STAGE_SEGMENT, c->model.preset));
    if (p->from) p->epochs = 0;
    if (!p->epochs) p->strategy = p->from ? IMPORTED : UNTRAINED, p->ratio = 0;
    c->linear.seed = c->seed;
    return STATUS_OK;
}

bool config_untrained(const Config *c) { return !c->pretrain.epochs && !c->pretrain.from; }

TuneConfig config_finetune(const Config *c)
{
    TuneConfig t = c->finetune;
    t.blocks = c->model.depth;
    if (!config_untrained(c)) return t;
    t.epochs = c->scratch.epochs, t.lr = c->scratch.lr;
    t.layer_decay = c->scratch.layer_decay;
    return t;
}

void config_dense_data(Config *c, StageKind kind)
{
    DenseTask        *d = kind == STAGE_DETECT ? &c->detect : &c->segment;
    const DataConfig *data = &c->data;
    if (!d->data.name) d->data.name = data->name;
    if (!strcmp(d->data.name, data->name)) {
        if (!d->data.folder) d->data.folder = data->folder;
        otherwise(&d->data.train_count, data->train_count);
        otherwise(&d->data.test_count, data->test_count);
    }
    d->data.scenes = data->scenes;
    bool drawn = !strcmp(d->data.name, "scenes");
    otherwise(&d->size, drawn ? data->scenes.size : kind == STAGE_DETECT ? 1024 : 512);
}

DenseTask config_dense(const Config *c, StageKind kind)
{
    DenseTask d = kind == STAGE_DETECT ? c->detect : c->segment;
    if (!config_untrained(c)) return d;
    d.epochs = d.scratch.epochs, d.lr = d.scratch.lr;
    d.layer_decay = d.scratch.layer_decay;
    return d;
}
