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
    Guarded *g = (Guarded *)(uintptr_t)self;
    int      L = v->rows * v->cols;
    Err      err;
    Fence   *seen = fence_open("the view", sizeof *v, g->exact);
    Fence   *to = fence_open("the scores", (size_t)L * sizeof *out, g->exact);
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

static void open_one(Guarded *g, Mask *m, FenceEnd exact)
{
    *g = (Guarded){ .mask = m, .of = m->strategy, .self = m->self, .exact = exact };
    g->own = fence_open("its own parameters", g->of.size, exact);
    if (m->self) memcpy(g->own->data, m->self, g->of.size);
    fence_lock(g->own);
    if (!m->strategy.score) return;
    m->strategy.score = score;
    m->self = g;
}

static void open_all(Guard *g, Mask *m, FenceEnd exact)
{
    for (int i = 0; i < m->n; i++) open_all(g, m->part[i], exact);
    if (m->n) return;
    CHECK(g->n < BLEND_MOST, "more than %d strategies in one", BLEND_MOST);
    open_one(&g->of[g->n++], m, exact);
}

void guard_open(Guard *g, Mask *m, FenceEnd exact)
{
    g->n = 0;
    open_all(g, m, exact);
}

void guard_close(Guard *g)
{
    for (int i = 0; i < g->n; i++) {
        Guarded *one = &g->of[i];
        one->mask->strategy = one->of;
        one->mask->self = one->self;
        fence_close(one->own);
    }
}

Status guard_verdict(const Guard *g, Err *err)
{
    for (int i = 0; i < g->n; i++)
        if (g->of[i].wrong.code) {
            *err = g->of[i].wrong;
            return err->code;
        }
    return STATUS_OK;
}

static Status sweep(Guarded *g, uint64_t image, Err *err)
{
    Invented in;
    int      L = g->mask->rows * g->mask->cols;
    size_t   bytes = (size_t)L * sizeof(float);
    Status   bad = STATUS_OK;
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

static Status walk(Guarded *g, Err *err)
{
    int    L = g->mask->rows * g->mask->cols;
    size_t bytes = (size_t)L * sizeof(int);
    Status bad = STATUS_OK;
    if (!g->of.order || !g->mask->order) return STATUS_OK;
    Fence *to = fence_open("the walk", bytes, g->exact);
    memset(to->data, -1, bytes);
    g->of.order(g->own->data, to->data, g->mask->rows, g->mask->cols);
    if (memcmp(to->data, g->mask->order, bytes)) /* which mask_open has checked */
        bad = err_set(err, STATUS_FAILED, "its walk is another one the second time");
    fence_close(to);
    return bad;
}

Status guard_rest(Guard *g, uint64_t image, Err *err)
{
    for (int i = 0; i < g->n; i++)
        if (sweep(&g->of[i], image, err) || walk(&g->of[i], err)) return err->code;
    return STATUS_OK;
}
