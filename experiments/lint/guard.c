#include "experiments/lint/guard.h"

#include "core/mask/opened.h"
#include "experiments/lint/invent.h"

#include <string.h>

/* A NaN that no arithmetic makes: whoever leaves it there has written nothing. */
static const uint32_t UNWRITTEN = 0x7fd5aa55;

static void wipe(float *x, int L)
{
    for (int i = 0; i < L; i++) memcpy(&x[i], &UNWRITTEN, sizeof *x);
}

/* The first of L numbers that is missing or not finite. */
static Status judge(const float *x, int L, const char *what, Err *err)
{
    for (int i = 0; i < L; i++) {
        if (!memcmp(&x[i], &UNWRITTEN, sizeof *x))
            return err_set(err, STATUS_FAILED, "no %s is written for patch %d", what, i);
        if (!(x[i] - x[i] == 0))
            return err_set(err, STATUS_FAILED, "%s %g at patch %d", what, (double)x[i], i);
    }
    return STATUS_OK;
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    Guard *g = (Guard *)(uintptr_t)self;
    int    L = v->rows * v->cols;
    Err    err;
    Fence *seen = fence_open("the view", sizeof *v, g->exact);
    Fence *to = fence_open("the scores", (size_t)L * sizeof *out, g->exact);
    memcpy(seen->data, v, sizeof *v);
    fence_lock(seen);
    wipe(to->data, L);
    g->of.score(g->own->data, to->data, seen->data, rng);
    if (!judge(to->data, L, "score", &err)) {
        memcpy(out, to->data, (size_t)L * sizeof *out);
    } else {
        memset(out, 0, (size_t)L * sizeof *out);
        if (!g->wrong.code) g->wrong = err;
    }
    fence_close(to);
    fence_close(seen);
}

void guard_open(Guard *g, Mask *m, FenceEnd exact)
{
    *g = (Guard){ .mask = m, .of = m->strategy, .self = m->self, .exact = exact };
    g->own = fence_open("its own parameters", g->of.size, exact);
    memcpy(g->own->data, m->self, g->of.size);
    fence_lock(g->own);
    if (!m->strategy.score) return;
    m->strategy.score = score;
    m->self = g;
}

void guard_close(Guard *g)
{
    g->mask->strategy = g->of;
    g->mask->self = g->self;
    fence_close(g->own);
    g->own = NULL;
}

Status guard_verdict(const Guard *g, Err *err)
{
    if (g->wrong.code) *err = g->wrong;
    return g->wrong.code;
}

Status guard_sweep(Guard *g, uint64_t image, Err *err)
{
    Invented  in;
    int       L = g->mask->rows * g->mask->cols;
    size_t    bytes = (size_t)L * sizeof(float);
    Status    bad = STATUS_OK;
    if (g->of.sweep_due)
        for (int e = 0; e < 20; e++) g->of.sweep_due(g->own->data, e, 20);
    if (!g->of.sweep) return STATUS_OK;
    MaskSweep seen = invented_sweep(&in, g->mask->rows, g->mask->cols, image);
    Fence    *first = fence_open("the swept scores", bytes, g->exact);
    Fence    *again = fence_open("the swept scores", bytes, g->exact);
    wipe(first->data, L), wipe(again->data, L);
    g->of.sweep(g->own->data, first->data, &seen);
    g->of.sweep(g->own->data, again->data, &seen);
    bad = judge(first->data, L, "swept score", err);
    if (!bad && memcmp(first->data, again->data, bytes))
        bad = err_set(err, STATUS_FAILED, "a sweep finds something else the second time");
    fence_close(again), fence_close(first);
    invented_close(&in);
    return bad;
}

Status guard_walk(Guard *g, Err *err)
{
    int    L = g->mask->rows * g->mask->cols;
    size_t bytes = (size_t)L * sizeof(int);
    Status bad = STATUS_OK;
    if (!g->of.order || !g->mask->order) return STATUS_OK;
    Fence *walk = fence_open("the walk", bytes, g->exact);
    memset(walk->data, -1, bytes);
    g->of.order(g->own->data, walk->data, g->mask->rows, g->mask->cols);
    if (memcmp(walk->data, g->mask->order, bytes)) /* which mask_open has checked */
        bad = err_set(err, STATUS_FAILED, "its walk is another one the second time");
    fence_close(walk);
    return bad;
}
