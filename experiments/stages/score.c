/* What a trained network says of the test set. */
#include "experiments/stages/inside.h"

#include "core/base/arena.h"
#include "core/data/loader.h"

#include <string.h>

Status stage_score(Scores *s, const Cell *c, Arena *host, Tape *t, const VitConfig *encoder,
                   Tensor *(*logits)(Tape *, const void *, Tensor *), const void *self, Err *err)
{
    Data  *data;
    Loader loader;
    Status bad = STATUS_OK;
    if (data_open(&data, &c->config.data, SPLIT_TEST, err)) return err->code;
    const int    batch = features_batch(c->rows * c->cols);
    const size_t n = (size_t)data->count, classes = (size_t)data->classes;
    int         *labels = ARENA_NEW(host, int, n);
    memcpy(labels, data->labels, n * sizeof *labels);
    *s = (Scores){ ARENA_NEW(host, float, n * classes), labels, data->count };

    loader_open(&loader, data, &(LoaderConfig){ .batch = batch });
    Batch b = batch_new(host, &loader);
    t->recording = false;
    for (int step = 0; step < loader_steps(&loader) && !bad; step++) {
        bad = loader_batch(&loader, &b, 0, step, err);
        if (bad) break;
        Tensor *x = logits(t, self, stage_images(t, encoder, b.images, b.N));
        stage_floats(s->scores + (size_t)step * (size_t)batch * classes, t, x);
        tape_reset(t);
    }
    t->recording = true;
    loader_close(&loader);
    stage_bad_images(data);
    data_close(data);
    return bad;
}
