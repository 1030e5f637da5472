/* Features of a trained encoder over both splits of its data. */
#include "experiments/stages/inside.h"

#include "core/base/arena.h"
#include "core/data/loader.h"
#include "core/train/checkpoint.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_IMAGES = 256, MOST_TOKENS = 1 << 14 };

/* Both features of all images of one split, [count, D] each. */
typedef struct {
    real *class_token, *mean;
    int  *labels;
    int   count;
} SplitFeatures;

struct Features {
    Arena         host;
    char          id[HASH_HEX]; /* of the pretrain stage they belong to; "" if none */
    SplitFeatures split[2];
    int           D;
};

int features_batch(int L)
{
    int n = MOST_TOKENS / (L + 1);
    return n > MOST_IMAGES ? MOST_IMAGES : n < 1 ? 1 : n;
}

Features *features_new(void)
{
    Features *f = calloc(1, sizeof *f);
    CHECK(f, "no memory for features");
    arena_open(&f->host, "features", NULL, NULL);
    return f;
}

void features_free(Features *f)
{
    if (!f) return;
    arena_close(&f->host);
    free(f);
}

static Status take_split(Features *f, const Cell *c, const Mae *mae, Split which, Err *err)
{
    Data *data;
    if (data_open(&data, &c->config.data, which, err)) return err->code;

    SplitFeatures *s = &f->split[which];
    Status         bad = STATUS_OK;
    Loader         loader;
    Tape           tape;
    Arena          scratch;
    int            batch = features_batch(c->rows * c->cols);
    const Backend *be = mae->params.be;
    size_t         D = (size_t)mae->config.encoder.size.D, n = (size_t)data->count;
    s->count = data->count;
    s->class_token = ARENA_NEW(&f->host, real, n * D);
    s->mean = ARENA_NEW(&f->host, real, n * D);
    s->labels = ARENA_NEW(&f->host, int, n);
    memcpy(s->labels, data->labels, n * sizeof *s->labels);

    loader_open(&loader, data, &(LoaderConfig){ .batch = batch });
    tape_open(&tape, be);
    tape.recording = false;
    arena_open(&scratch, "feature batches", NULL, NULL);
    Batch b = batch_new(&scratch, &loader);
    for (int step = 0; step < loader_steps(&loader) && !bad; step++) {
        bad = loader_batch(&loader, &b, 0, step, err);
        if (bad) break;
        size_t  at = (size_t)step * (size_t)batch * D;
        Tensor *images = stage_images(&tape, &mae->config.encoder, b.images, b.N);
        Tensor *x = vit_features(&tape, &mae->vit, images);
        be->read(s->class_token + at, op_take_class(&tape, x)->data, (size_t)b.N * D);
        be->read(s->mean + at, op_mean_patches(&tape, x)->data, (size_t)b.N * D);
        tape_reset(&tape);
    }
    arena_close(&scratch);
    tape_close(&tape);
    loader_close(&loader);
    stage_bad_images(data);
    data_close(data);
    return bad;
}

static Status take(Features *f, const Cell *c, const StageContext *x, Err *err)
{
    Mae            mae;
    const Backend *be;
    char           path[CELL_PATH];
    f->id[0] = '\0';
    arena_reset(&f->host);
    cell_file(path, x->results, c, "encoder.safetensors");
    if (backend_open(&be, NULL, err)) return err->code;
    if (checkpoint_open(&mae, be, path, NULL, err)) return err->code;
    f->D = mae.config.encoder.size.D;
    Status bad = take_split(f, c, &mae, SPLIT_TRAIN, err);
    if (!bad) bad = take_split(f, c, &mae, SPLIT_TEST, err);
    mae_close(&mae);
    if (!bad) memcpy(f->id, c->stage[STAGE_PRETRAIN].id, sizeof f->id);
    return bad;
}

Status features_get(const Cell *c, const StageContext *x, const char *what,
                    FeatureSet *train, FeatureSet *test, Err *err)
{
    Features *f = x->features;
    if (strcmp(f->id, c->stage[STAGE_PRETRAIN].id) && take(f, c, x, err))
        return err->code;
    bool class_token = !strcmp(what, "class");
    for (int i = 0; i < 2; i++) {
        const SplitFeatures *s = &f->split[i];
        *(i == SPLIT_TRAIN ? train : test) = (FeatureSet){
            class_token ? s->class_token : s->mean, s->labels, s->count, f->D,
        };
    }
    return STATUS_OK;
}
