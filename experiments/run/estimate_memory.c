/* What stages take of memory. */
#include "experiments/run/estimate.h"

#include "core/base/h5.h"
#include "core/train/footprint.h"
#include "experiments/run/estimate_dense.h"
#include "experiments/stages/guide.h"
#include "experiments/stages/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- of one stage -------------------------------------------------------- */

static double training_memory(const Cell *c, const MaeConfig *model)
{
    Mask         *m = estimate_mask(c);
    FootprintStep s = guide_footprint(c, m);
    double bytes = (double)footprint_train(model, &s) + guide_bytes(c, m);
    mask_close(m);
    return bytes;
}

static double tune_memory(const Cell *c, const TuneConfig *how)
{
    const ClassifierConfig model = tune_model(c, how);
    return (double)footprint_tune(&model, how->batch / how->accumulate, how->accumulate,
                                  c->config.model.recompute);
}

/* The batch is there twice: as loaded, and, or a part of it, on the backend. */
double estimate_memory(const Cell *c, StageKind kind)
{
    const DataFacts *d = c->data;
    const MaeConfig  model = config_mae(&c->config, d->channels, d->height, d->width);
    const double     image = (double)d->channels * d->height * d->width * sizeof(real);
    const int        batch = c->config.pretrain.batch, L = c->rows * c->cols;
    if (kind == STAGE_PRETRAIN && cell_trains(c))
        return FOOTPRINT_PROCESS + d->bytes + batch * image + training_memory(c, &model);

    const TuneConfig finetune = config_finetune(&c->config);
    if (kind == STAGE_PARTIAL || kind == STAGE_FINETUNE) {
        const TuneConfig *how = kind == STAGE_PARTIAL ? &c->config.partial : &finetune;
        return FOOTPRINT_PROCESS + d->bytes + how->batch * image + tune_memory(c, how);
    }
    if (cell_dense(c, kind)) return FOOTPRINT_PROCESS + estimate_dense_memory(c, kind);
    if (kind == STAGE_LINEAR)
        return FOOTPRINT_PROCESS + d->bytes + features_batch(L) * image +
               2.0 * c->config.probe.batch * (model.encoder.size.D + d->classes) * sizeof(real) +
               (double)footprint_features(&model, features_batch(L));

    double features = 2.0 * ((double)d->train_count + d->test_count) * model.encoder.size.D;
    return FOOTPRINT_PROCESS + d->bytes + features * sizeof(real) +
           features_batch(L) * image + (double)footprint_features(&model, features_batch(L));
}

/* --- of many cells ------------------------------------------------------- */

static bool tunes_the_same(const TuneConfig *a, const TuneConfig *b)
{
    return a->batch == b->batch && a->accumulate == b->accumulate && a->blocks == b->blocks &&
           !strcmp(a->pool, b->pool) && a->drop_path == b->drop_path;
}

static bool dense_the_same(const DenseTask *a, const DenseTask *b)
{
    return a->batch == b->batch && a->accumulate == b->accumulate && a->size == b->size &&
           a->regions == b->regions && a->proposals == b->proposals &&
           a->drop_path == b->drop_path && !strcmp(a->model, b->model);
}

/* What of a mask makes a difference: a strategy that looks at nothing is like any other. */
typedef struct {
    const char *strategy;
    unsigned    needs;
    int         thrown;
} MaskFacts;

static MaskFacts facts_of(const Cell *c)
{
    MaskFacts f = { .strategy = c->config.pretrain.strategy };
    if (!cell_trains(c)) return f;
    Mask *m = estimate_mask(c);
    f.needs = mask_needs(m), f.thrown = mask_thrown(m, c->K);
    mask_close(m);
    return f;
}

static bool masks_the_same(const MaskFacts *a, const MaskFacts *b)
{
    return a->needs == b->needs && a->thrown == b->thrown &&
           (!a->needs || !strcmp(a->strategy, b->strategy));
}

static bool take_the_same(const Cell *a, const Cell *b)
{
    return a->data == b->data && a->K == b->K && cell_trains(a) == cell_trains(b) &&
           a->config.pretrain.batch == b->config.pretrain.batch &&
           a->config.pretrain.accumulate == b->config.pretrain.accumulate &&
           a->config.probe.batch == b->config.probe.batch &&
           tunes_the_same(&a->config.partial, &b->config.partial) &&
           tunes_the_same(&a->config.finetune, &b->config.finetune) &&
           a->detect == b->detect && a->segment == b->segment &&
           dense_the_same(&a->config.detect, &b->config.detect) &&
           dense_the_same(&a->config.segment, &b->config.segment) &&
           !memcmp(&a->config.model, &b->config.model, sizeof a->config.model);
}

/* A dry step takes a millisecond or two, and there may be 10,000 cells: few differ. */
typedef struct {
    const Cell *cell;
    MaskFacts   mask;
    double      bytes[STAGE_KINDS]; /* 0: nobody has asked */
} Known;

typedef struct { Known *item; int n, room; } Memo;

static Known *known(Memo *m, const Cell *c)
{
    const MaskFacts mask = facts_of(c);
    for (int i = m->n; i-- > 0;)
        if (masks_the_same(&m->item[i].mask, &mask) && take_the_same(m->item[i].cell, c))
            return &m->item[i];
    if (m->n == m->room) {
        m->room = 2 * m->room + 16;
        m->item = realloc(m->item, (size_t)m->room * sizeof *m->item);
        CHECK(m->item, "no memory for %d estimates", m->room);
    }
    m->item[m->n] = (Known){ .cell = c, .mask = mask };
    return &m->item[m->n++];
}

const Work *estimate_works(Works *w)
{
    Memo        memo = { 0 };
    const Work *largest = NULL;
    for (int i = 0; i < w->n; i++) {
        Work       *one = &w->work[i];
        const Cell *last = NULL;
        Known      *like = NULL;
        one->bytes = 0;
        for (int k = 0; k < one->n; k++) {
            const Task *t = &one->tasks[k];
            if (t->cell != last) like = known(&memo, last = t->cell);
            if (!like->bytes[t->kind]) like->bytes[t->kind] = estimate_memory(t->cell, t->kind);
            w->bytes = fmax(w->bytes, like->bytes[t->kind]);
            if (work_needs(one, k)) one->bytes = fmax(one->bytes, like->bytes[t->kind]);
        }
        if (one->bytes > (largest ? largest->bytes : 0)) largest = one;
    }
    free(memo.item);
    return largest;
}

/* --- and have taken ------------------------------------------------------ */

static bool peak(double *bytes, const char *path)
{
    H5   *f;
    Err   err;
    H5Set set = { .name = "cost/peak_bytes", .kind = NUMBER_DOUBLE };
    if (h5_open(&f, path, &err)) return false;
    bool ok = !h5_get_into(f, &set, bytes, &err);
    h5_close(f);
    return ok;
}

MemoryTaken estimate_memory_taken(const Works *w)
{
    enum { ENOUGH = 64 };
    MemoryTaken m = { 0 };
    for (int i = 0, n = 0; i < w->n && n < ENOUGH; i++)
        for (int k = 0; k < w->work[i].n; k++) {
            const Task *t = &w->work[i].tasks[k];
            char        path[CELL_PATH];
            double      bytes;
            if (!t->done) continue;
            cell_record(path, w->results, t->cell, t->kind);
            n++; /* one that cannot be read, too */
            if (!peak(&bytes, path)) continue;
            m.measured = fmax(m.measured, bytes);
            m.predicted = fmax(m.predicted, estimate_memory(t->cell, t->kind));
        }
    return m;
}
