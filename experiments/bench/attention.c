#include "experiments/bench/attention.h"

#include "core/base/arena.h"
#include "core/base/rng.h"
#include "core/base/threads.h"
#include "core/cpu/cpu.h"
#include "core/cpu/plain.h"
#include "experiments/bench/apart.h"

const AttentionShape attention_shapes[ATTENTION_SHAPES + 1] = {
    { 17, 192, 3, 128 }, { 50, 768, 12, 16 },  { 65, 96, 3, 128 },
    { 197, 512, 16, 16 }, { 257, 1024, 16, 8 }, { 0 }
};

typedef struct {
    AttentionShape shape;
    double         seconds;
    int            threads;
} What;

typedef struct {
    AttentionShape shape;
    Arena          values;
    real          *qkv, *dqkv, *y, *dy; /* [batch, tokens, 3 width or width]      */
    real          *lse;                 /* [batch, heads, tokens]                 */
    real          *p, *ds;              /* [batch, heads, tokens, tokens]: plain's */
} Work;

static real *room(Work *w, size_t n)
{
    Rng   rng = rng_at(1, STREAM_TEST, 0, w->values.used);
    real *x = ARENA_NEW(&w->values, real, n);
    for (size_t i = 0; i < n; i++) x[i] = (real)rng_normal(&rng);
    return x;
}

static Status open_work(Work *w, const AttentionShape *s, Err *err)
{
    const Backend *be;
    size_t         scores = (size_t)s->batch * (size_t)s->heads * (size_t)s->tokens;
    size_t         values = (size_t)s->batch * (size_t)s->tokens * (size_t)s->width;
    if (backend_open(&be, "cpu", err)) return err->code;
    w->shape = *s;
    arena_open(&w->values, "attention", be->alloc, be->release);
    w->qkv = room(w, 3 * values);
    w->dqkv = room(w, 3 * values);
    w->y = room(w, values);
    w->dy = room(w, values);
    w->lse = room(w, scores);
    w->p = room(w, scores * (size_t)s->tokens);
    w->ds = room(w, scores * (size_t)s->tokens);
    return STATUS_OK;
}

enum { FORWARD, PLAIN_FORWARD, BACKWARD, PLAIN_BACKWARD, PLAIN_AGAIN, WAYS };

static double timed(Work *w, int way)
{
    AttentionShape s = w->shape;
    double         start = clock_s();
    if (way == FORWARD)
        cpu_attention_fwd(w->y, w->lse, w->qkv, s.batch, s.tokens, s.tokens, s.width,
                          s.heads);
    if (way == PLAIN_FORWARD)
        plain_attention_fwd(w->y, w->p, w->qkv, s.batch, s.tokens, s.width, s.heads);
    if (way == BACKWARD)
        cpu_attention_bwd((Share){ w->dqkv, 0 }, NULL, w->dy, w->qkv, w->lse, s.batch,
                          s.tokens, s.tokens, s.width, s.heads);
    if (way == PLAIN_AGAIN)
        plain_attention_map(w->p, w->qkv, s.batch, s.tokens, s.width, s.heads);
    if (way == PLAIN_BACKWARD || way == PLAIN_AGAIN)
        plain_attention_bwd(w->dqkv, w->ds, w->dy, w->qkv, w->p, s.batch, s.tokens,
                            s.width, s.heads);
    return clock_s() - start;
}

static Status measure(void *value, const void *what, Err *err)
{
    enum { LEAST = 3, MOST = 1000 };
    const What    *c = what;
    AttentionTime *t = value;
    Work           w;
    double         s[WAYS][MOST], forward[MOST], backward[MOST], again[MOST];
    int            n = 0;
    threads_set(c->threads ? c->threads : threads_get());
    if (open_work(&w, &c->shape, err)) return err->code;
    for (int way = 0; way < WAYS; way++) timed(&w, way); /* finds its memory */
    double end = clock_s() + c->seconds;
    for (; n < LEAST || (n < MOST && clock_s() < end); n++) {
        for (int way = 0; way < WAYS; way++) s[way][n] = timed(&w, way);
        forward[n] = s[PLAIN_FORWARD][n] / s[FORWARD][n];
        backward[n] = s[PLAIN_BACKWARD][n] / s[BACKWARD][n];
        again[n] = s[PLAIN_AGAIN][n] / s[BACKWARD][n];
    }
    *t = (AttentionTime){ .shape = c->shape,
                          .forward_s = stats_quartiles(s[FORWARD], n),
                          .plain_forward_s = stats_quartiles(s[PLAIN_FORWARD], n),
                          .backward_s = stats_quartiles(s[BACKWARD], n),
                          .plain_backward_s = stats_quartiles(s[PLAIN_BACKWARD], n),
                          .plain_again_s = stats_quartiles(s[PLAIN_AGAIN], n),
                          .forward_times = stats_quartiles(forward, n),
                          .backward_times = stats_quartiles(backward, n),
                          .again_times = stats_quartiles(again, n) };
    arena_close(&w.values);
    return STATUS_OK;
}

Status attention_measure(AttentionTime *t, const AttentionShape *s, double seconds,
                         int threads, Watch *watch, Err *err)
{
    return apart(measure, t, sizeof *t, &(What){ *s, seconds, threads }, watch, err);
}
