#include "experiments/stages/inside.h"

#include "core/base/threads.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* In the order of StageKind. */
static Status (*const stage[STAGE_KINDS])(const Cell *, const StageContext *, Err *) = {
    [STAGE_PRETRAIN] = stage_pretrain,
    [STAGE_KNN] = stage_knn,
    [STAGE_LINEAR_CACHED] = stage_linear_cached,
    [STAGE_LINEAR] = stage_linear,
    [STAGE_PARTIAL] = stage_partial,
    [STAGE_FINETUNE] = stage_finetune,
    [STAGE_DETECT] = stage_detect,
    [STAGE_SEGMENT] = stage_segment,
    [STAGE_RECONSTRUCT] = stage_reconstruct,
    [STAGE_REPRESENT] = stage_represent,
};

Status stage_run(const Cell *c, StageKind kind, const StageContext *x, Err *err)
{
    CHECK(0 <= kind && kind < STAGE_KINDS, "stage %d", kind);
    return stage[kind](c, x, err);
}

bool stage_keeps_state(StageKind kind)
{
    return kind != STAGE_KNN && kind != STAGE_LINEAR_CACHED && kind != STAGE_RECONSTRUCT &&
           kind != STAGE_REPRESENT;
}

void stage_progress(const StageContext *x, const StageProgress *p)
{
    if (x->progress) x->progress(x->self, p);
}

Tensor *stage_images(Tape *t, const VitConfig *c, const real *images, int N)
{
    Tensor *x = tape_constant(t, 4, (int[]){ N, c->channels, c->height, c->width });
    t->be->write(x->data, images, tensor_count(x));
    return x;
}

void stage_floats(float *out, Tape *t, const Tensor *x)
{
    size_t n = tensor_count(x);
#ifdef REAL_IS_DOUBLE
    real *host = TAPE_SCRATCH(t, n); /* masks are float whatever the model is */
    t->be->read(host, x->data, n);
    for (size_t i = 0; i < n; i++) out[i] = (float)host[i];
#else
    t->be->read(out, x->data, n);
#endif
}

Status stage_finite(const Mask *m, unsigned need, const float *x, int N, size_t each,
                    Err *err)
{
    for (size_t i = 0; x && i < (size_t)N * each; i++) {
        if (isfinite(x[i])) continue;
        Text what = { 0 };
        mask_needs_text(&what, need);
        err_set(err, STATUS_FAILED, "%s: %s gives %g in image %zu of %d", mask_spec(m),
                text_get(&what), (double)x[i], i / each + 1, N);
        text_free(&what);
        return err->code;
    }
    return STATUS_OK;
}

int stage_bad_images(const Data *d)
{
    Text why = { 0 };
    int  n = data_bad(d, &why);
    if (n) fprintf(stderr, "maskgrid: %d pictures could not be read:\n%s", n, text_get(&why));
    text_free(&why);
    return n;
}

bool stage_stopping(const StageContext *x) { return x->stopping && x->stopping(x->self); }

Ranks stage_ranks(const StageContext *x)
{
    return x->ranks ? *x->ranks : (Ranks){ .count = 1, .beside = 1 };
}

bool stage_writes(const StageContext *x) { return stage_ranks(x).own == 0; }

Status stage_record(Record **r, const Cell *c, StageKind kind, const StageContext *x,
                    Err *err)
{
    char path[CELL_PATH], title[256];
    Text config = { 0 };
    cell_record(path, x->results, c, kind);
    cell_canonical(c, kind, &config);
    snprintf(title, sizeof title, "%s of %s, seed %llu", stage_word(kind),
             c->config.pretrain.strategy, (unsigned long long)c->config.seed);
    RecordHead head = {
        .stage = stage_word(kind),
        .id = c->stage[kind].id,
        .title = title,
        .config = text_get(&config),
        .strategy = c->config.pretrain.strategy,
        .seed = (int64_t)c->config.seed,
        .ratio = c->config.pretrain.ratio,
        .rows = c->rows,
        .cols = c->cols,
        .K = c->K,
        .threads = threads_get(),
    };
    Status bad = record_open(r, path, &head, err);
    text_free(&config);
    if (bad) return bad;
    record_text(*r, "data", c->config.data.name);
    if (kind != STAGE_PRETRAIN) record_text(*r, "builds_on", c->stage[STAGE_PRETRAIN].id);
    return STATUS_OK;
}

void stage_accuracy(Record *r, const Cell *c, const char *name, const char *how,
                    const Scores *s)
{
    record_accuracy(r, name, how, s->scores, s->labels, s->count, c->data->classes, true);
    record_pictures(r, s->names, s->labels, s->count);
    record_whole(r, "bad_test_images", s->bad);
}

const char *const *stage_names(Arena *host, const Data *d)
{
    if (!d->names) return NULL;
    const char **name = ARENA_NEW(host, const char *, d->count);
    for (int i = 0; i < d->count; i++) {
        size_t n = strlen(d->names[i]) + 1;
        name[i] = memcpy(arena_take(host, n), d->names[i], n);
    }
    return name;
}
