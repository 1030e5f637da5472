/* Every image of a data set once, in order, as it is evaluated. */
#include "experiments/stages/inside.h"

#include "core/base/arena.h"
#include "core/data/loader.h"

#include <string.h>

Status stage_pass(const StageContext *x, const Data *d, Tape *t, const VitConfig *c, See *see,
                  void *self, Err *err)
{
    const int batch = features_batch(vit_patches(c));
    Status    bad = STATUS_OK;
    Loader    loader;
    Arena     host;
    loader_open(&loader, d, &(LoaderConfig){ .batch = batch });
    arena_open(&host, "pass", NULL, NULL);
    Batch b = batch_new(&host, &loader);
    bool  recording = t->recording;
    t->recording = false;
    for (int step = 0; step < loader_steps(&loader) && !bad; step++) {
        if (stage_stopping(x)) bad = err_set(err, STATUS_STOPPED, "stopped among the images");
        if (!bad) bad = loader_batch(&loader, &b, 0, step, err);
        if (!bad) see(self, t, stage_images(t, c, b.images, b.N), step * batch);
        tape_reset(t);
    }
    t->recording = recording;
    arena_close(&host);
    loader_close(&loader);
    return bad;
}

/* --- what a network says of the test set ------------------------------------- */

typedef struct {
    float         *scores;
    int            classes;
    const Network *network;
} Scoring;

static void score(void *self, Tape *t, Tensor *images, int first)
{
    Scoring *s = self;
    float   *out = s->scores + (size_t)first * (size_t)s->classes;
    stage_floats(out, t, s->network->logits(t, s->network->self, images));
}

Status stage_score_on(Scores *s, const Data *d, const StageContext *x, Arena *host, Tape *t,
                      const Network *network, Err *err)
{
    const size_t n = (size_t)d->count, classes = (size_t)d->classes;
    int         *labels = ARENA_NEW(host, int, n);
    Scoring      all = { ARENA_NEW(host, float, n * classes), d->classes, network };
    memcpy(labels, d->labels, n * sizeof *labels);
    *s = (Scores){ all.scores, labels, stage_names(host, d), d->count, 0 };
    return stage_pass(x, d, t, network->encoder, score, &all, err);
}

Status stage_score(Scores *s, const Cell *c, const StageContext *x, Arena *host, Tape *t,
                   const Network *network, Err *err)
{
    Data *d;
    if (data_open(&d, &c->config.data, SPLIT_TEST, err)) return err->code;
    Status bad = stage_score_on(s, d, x, host, t, network, err);
    s->bad = stage_bad_images(d);
    data_close(d);
    return bad;
}
