#include "experiments/bench/evaluation.h"

#include "core/base/arena.h"
#include "core/base/rng.h"
#include "core/base/threads.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/knn.h"
#include "core/train/linear_head.h"
#include "experiments/bench/apart.h"
#include "experiments/record/stats.h"

typedef struct {
    real *x;      /* [n, width] */
    int  *labels; /* [n]        */
    int   n;
} Cloud;

/* The middles of the classes lie so near to each other that some rows are wrong. */
static Cloud cloud(Arena *a, const EvaluationConfig *c, int n, uint64_t image)
{
    size_t wide = (size_t)c->width;
    Cloud  k = { ARENA_NEW(a, real, (size_t)n * wide), ARENA_NEW(a, int, n), n };
    Rng    rng = rng_at(1, STREAM_TEST, 0, image);
    for (int i = 0; i < n; i++) {
        k.labels[i] = (int)rng_below(&rng, (uint32_t)c->classes);
        Rng middle = rng_at(1, STREAM_TEST, 1, (uint64_t)k.labels[i]);
        for (size_t j = 0; j < wide; j++)
            k.x[(size_t)i * wide + j] = (real)(rng_normal(&rng) + 0.2F * rng_normal(&middle));
    }
    return k;
}

static Status measure(void *value, const void *what, Err *err)
{
    enum { TRIES = 3 };
    const EvaluationConfig *c = what;
    Evaluation             *e = value;
    const Backend          *be;
    KnnConfig               knn = knn_defaults();
    LinearConfig            linear = linear_defaults();
    Arena                   a;
    double                  s[TRIES];
    linear.epochs = c->epochs;
    threads_set(c->threads ? c->threads : threads_get());
    if (backend_open(&be, NULL, err)) return err->code;
    arena_open(&a, "evaluation", NULL, NULL);
    Cloud  train = cloud(&a, c, c->train, 1), test = cloud(&a, c, c->test, 2);
    float *scores = ARENA_NEW(&a, float, (size_t)c->test * (size_t)c->classes);
    for (int i = 0; i < TRIES; i++) {
        s[i] = -clock_s();
        knn_scores(be, scores, &knn, train.x, train.labels, c->train, test.x, c->test,
                   c->width, c->classes);
        s[i] += clock_s();
    }
    e->knn_s = stats_median(s, TRIES);
    e->knn_top1 = accuracy_of(scores, test.labels, c->test, c->classes, NULL, NULL).top1;

    e->linear_s = -clock_s();
    linear_cached(be, scores, NULL, &linear, train.x, train.labels, c->train, test.x, c->test,
                  c->width, c->classes);
    e->linear_s += clock_s();
    e->linear_top1 = accuracy_of(scores, test.labels, c->test, c->classes, NULL, NULL).top1;
    arena_close(&a);
    return STATUS_OK;
}

EvaluationConfig evaluation_defaults(void)
{
    return (EvaluationConfig){ .train = 60000, .test = 10000, .width = 192, .classes = 10,
                               .epochs = 90 };
}

Status evaluation_measure(Evaluation *e, const EvaluationConfig *c, Err *err)
{
    return apart(measure, e, sizeof *e, c, err);
}
