/* Features of a trained encoder over both splits of its data. */
#include "experiments/stages/inside.h"

#include "core/base/arena.h"
#include "core/train/checkpoint.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_IMAGES = 256, MOST_TOKENS = 1 << 14 };

/* Both features of all images of one split, [count, D] each. */
typedef struct {
    real              *class_token, *mean;
    int               *labels;
    const char *const *names; /* or NULL */
    int                count, bad;
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

typedef struct {
    const Mae     *mae;
    SplitFeatures *split;
} Taking;

static void take_batch(void *self, Tape *t, Tensor *images, int first)
{
    const Taking *k = self;
    const size_t  D = (size_t)k->mae->config.encoder.size.D, at = (size_t)first * D;
    Tensor       *x = vit_features(t, &k->mae->vit, images);
    Tensor       *class_token = op_take_class(t, x), *mean = op_mean_patches(t, x);
    t->be->read(k->split->class_token + at, class_token->data, tensor_count(class_token));
    t->be->read(k->split->mean + at, mean->data, tensor_count(mean));
}

static Status take_split(Features *f, const Cell *c, const StageContext *x, const Mae *mae,
                         Split which, Err *err)
{
    Data          *data;
    Tape           tape;
    SplitFeatures *s = &f->split[which];
    if (data_open(&data, &c->config.data, which, err)) return err->code;
    size_t D = (size_t)mae->config.encoder.size.D, n = (size_t)data->count;
    s->count = data->count;
    s->class_token = ARENA_NEW(&f->host, real, n * D);
    s->mean = ARENA_NEW(&f->host, real, n * D);
    s->labels = ARENA_NEW(&f->host, int, n);
    memcpy(s->labels, data->labels, n * sizeof *s->labels);
    s->names = stage_names(&f->host, data);

    tape_open(&tape, mae->params.be);
    Status bad = stage_pass(x, data, &tape, &mae->config.encoder, take_batch,
                            &(Taking){ mae, s }, err);
    tape_close(&tape);
    s->bad = stage_bad_images(data);
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
    cell_model(path, x->results, c, MODEL_ENCODER);
    if (backend_open(&be, NULL, err)) return err->code;
    if (checkpoint_open(&mae, be, path, NULL, err)) return err->code;
    f->D = mae.config.encoder.size.D;
    Status bad = take_split(f, c, x, &mae, SPLIT_TRAIN, err);
    if (!bad) bad = take_split(f, c, x, &mae, SPLIT_TEST, err);
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
            class_token ? s->class_token : s->mean, s->labels, s->names, s->count, f->D, s->bad,
        };
    }
    return STATUS_OK;
}
