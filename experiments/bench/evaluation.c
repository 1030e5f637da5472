#include "experiments/bench/evaluation.h"

#include "core/base/arena.h"
#include "core/base/rng.h"
#include "core/base/threads.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/knn.h"
#include "core/train/linear_head.h"
#include "experiments/bench/apart.h"

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
            k.x[(size_t)i * wide + j] =
                (real)(rng_normal(&rng) + 0.2F * rng_normal(&middle));
    }
    return k;
}

typedef struct {
    const EvaluationConfig *config;
    const Backend          *be;
    Cloud                   train, test;
    float                  *scores; /* [test, classes] */
} Work;

static double top1(const Work *w)
{
    const int classes = w->config->classes;
    return accuracy_of(w->scores, w->test.labels, w->test.n, classes, NULL, NULL).top1;
}

static double time_knn(const Work *w)
{
    KnnConfig knn = knn_defaults();
    double    start = clock_s();
    knn_scores(w->be, w->scores, &knn, w->train.x, w->train.labels, w->train.n, w->test.x,
               w->test.n, w->config->width, w->config->classes);
    return clock_s() - start;
}

static double time_linear(const Work *w)
{
    LinearConfig linear = linear_defaults();
    double       start = clock_s();
    linear.epochs = w->config->epochs;
    linear_cached(w->be, w->scores, NULL, &linear, w->train.x, w->train.labels,
                  w->train.n, w->test.x, w->test.n, w->config->width, w->config->classes);
    return clock_s() - start;
}

static Status measure(void *value, const void *what, Err *err)
{
    enum { TRIES = 3 };
    const EvaluationConfig *c = what;
    Evaluation             *e = value;
    Work                    w = { .config = c };
    Arena                   a;
    double                  knn[TRIES], linear[TRIES];
    threads_set(c->threads ? c->threads : threads_get());
    if (backend_open(&w.be, NULL, err)) return err->code;
    arena_open(&a, "evaluation", NULL, NULL);
    w.train = cloud(&a, c, c->train, 1);
    w.test = cloud(&a, c, c->test, 2);
    w.scores = ARENA_NEW(&a, float, (size_t)c->test * (size_t)c->classes);
    for (int i = 0; i < TRIES; i++) {
        knn[i] = time_knn(&w);
        e->knn_top1 = top1(&w);
        linear[i] = time_linear(&w);
        e->linear_top1 = top1(&w);
    }
    e->knn_s = stats_quartiles(knn, TRIES);
    e->linear_s = stats_quartiles(linear, TRIES);
    arena_close(&a);
    return STATUS_OK;
}

EvaluationConfig evaluation_defaults(void)
{
    return (EvaluationConfig){ .train = 60000, .test = 10000, .width = 192, .classes = 10,
                               .epochs = 90 };
}

Status evaluation_measure(Evaluation *e, const EvaluationConfig *c, Watch *watch,
                          Err *err)
{
    return apart(measure, e, sizeof *e, c, watch, err);
}
