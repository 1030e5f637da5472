#include "experiments/stages/epochs.h"

#include "core/metrics/accuracy.h"

#include <math.h>
#include <stdio.h>

void epochs_open(Epochs *e, bool wanted)
{
    e->n = (int)e->run->schedule.epochs;
    if (!wanted) return;
    e->top1 = ARENA_NEW(e->host, double, e->n);
    for (int i = 0; i < e->n; i++) e->top1[i] = (double)NAN;
}

void epochs_close(Epochs *e) { data_close(e->test); }

static double top1_of(const Epochs *e, const Scores *s)
{
    const int classes = e->run->cell->data->classes;
    return 100 * accuracy_of(s->scores, s->labels, s->count, classes, NULL, NULL).top1;
}

Status epochs_step(Epochs *e, Err *err)
{
    const Training *t = e->run;
    const long      done = training_epoch(t) - 1;
    Scores          s;
    if (!e->top1 || training_in_epoch(t) || done < 0 || !isnan(e->top1[done])) return STATUS_OK;
    if (!e->test && data_open(&e->test, &t->cell->config.data, SPLIT_TEST, err)) return err->code;
    ArenaMark mark = arena_mark(e->host);
    Status    bad = stage_score_on(&s, e->test, t->context, e->host, e->tape, &e->network, err);
    if (!bad) e->top1[done] = top1_of(e, &s);
    arena_rewind(e->host, mark);
    return bad;
}

void epochs_put(const Epochs *e, SafetensorsOut *out, Arena *a)
{
    if (e->top1) state_put(out, a, "run.top1", e->top1, e->n);
}

Status epochs_get(Epochs *e, const Safetensors *in, Arena *a, Err *err)
{
    return e->top1 ? state_get(in, a, "run.top1", e->top1, e->n, err) : STATUS_OK;
}

void epochs_record(Epochs *e, Record *r, const char *name, const Scores *last)
{
    double best = 0;
    char   key[64];
    if (!e->top1) return;
    double *epoch = ARENA_NEW(e->host, double, e->n);
    e->top1[e->n - 1] = top1_of(e, last);
    for (int i = 0; i < e->n; i++) {
        epoch[i] = i + 1;
        best = fmax(best, e->top1[i]);
    }
    snprintf(key, sizeof key, "%s_best_top1", name);
    record_metric(r, key, best, "percent", "top-1 accuracy of the best epoch, which the test set "
                  "itself has chosen", HIGHER);
    record_axis(r, "epoch_end", epoch, (size_t)e->n, "1", "epochs done");
    record_curve(r, "top1", "epoch_end", e->top1, (size_t)e->n, "percent",
                 "top-1 accuracy after each epoch");
}
