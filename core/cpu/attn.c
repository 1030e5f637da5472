/* Self-attention on the CPU: a head of an image at a time, all of it in cache.
 *
 * A few queries stand side by side in the lanes of vectors, and keys pass below
 * them: scores are kept as [T, queries], so that a softmax runs down columns,
 * every lane for itself.  Keys and values are read where they lie.  What is kept
 * of the T x T scores is a block of at most BLOCK queries.
 */
#include "core/cpu/bias.h"
#include "core/cpu/cpu.h"
#include "core/cpu/gemmlog.h"
#include "core/cpu/scratch.h"
#include "core/cpu/tile.h"

#include <math.h>
#include <string.h>

/* C [T, n] = x [T, d] turned [d, n] */
static void scores(real *c, Rows x, const real *turned, int n, const Heads *s)
{
    tile_product(c, (size_t)s->wide, (TileA){ x.at, x.row, 1 }, turned, (size_t)s->wide,
                 s->T, round_to_lanes(n), s->d, false);
}

/* C [n, d] (+)= P^T [n, T] b [T, d] */
static void to_queries(Out c, const real *p, Rows b, int n, const Heads *s, bool add)
{
    tile_product(c.at, c.row, (TileA){ p, 1, (size_t)s->wide }, b.at, b.row, n, s->dp,
                 s->T, add);
}

/* C [T, d] (+)= P [T, n] b [n, d] */
static void to_keys(Out c, const real *p, Rows b, int n, const Heads *s, bool add)
{
    tile_product(c.at, c.row, (TileA){ p, (size_t)s->wide, 1 }, b.at, b.row, s->T, s->dp,
                 n, add);
}

/* p becomes exp(p - max), down each column */
static void exponentials(real *p, real *max, real *sum, int n, const Heads *s)
{
    for (int l = 0; l < n; l += LANES) {
        vec most = vec_load(p + l), total = { 0 };
        for (int j = 1; j < s->T; j++)
            most = vec_max(vec_load(p + j * s->wide + l), most);
        for (int j = 0; j < s->T; j++) {
            vec e = vec_exp_low(vec_load(p + j * s->wide + l) - most);
            vec_store(p + j * s->wide + l, e);
            total += e;
        }
        vec_store(max + l, most);
        vec_store(sum + l, total);
    }
}

static int block_rows(const Heads *s, int i)
{
    return s->M - i < s->wide ? s->M - i : s->wide;
}

typedef struct {
    real *p, *turned, *q, *k, *v, *y; /* [T, wide], [dp, wide], four [T, dp] */
    Added added;
} Forward;

static Forward forward_scratch(size_t head, const Heads *s)
{
    size_t score = (size_t)s->T * (size_t)s->wide, turned = (size_t)(s->dp * s->wide);
    size_t rows = (size_t)s->T * (size_t)s->dp;
    real  *at = scratch_take(score + turned + 4 * rows + bias_room(s));
    real  *q = at + score + turned;
    return (Forward){ at, at + score, q, q + rows, q + 2 * rows, q + 3 * rows,
                      { q + 4 * rows, head } };
}

/* Scores of queries from i on, as exponentials; lse if it is wanted. */
static int probabilities(const Forward *f, real *lse, real part[BLOCK], Rows q, Rows k,
                         int i, const Heads *s)
{
    int  n = block_rows(s, i);
    real max[BLOCK], sum[BLOCK];
    turn(f->turned, from_row(q, i), n, s, s->scale);
    scores(f->p, k, f->turned, n, s);
    if (s->bias) bias_add(f->p, f->turned, i, n, &f->added, s);
    exponentials(f->p, max, sum, n, s);
    for (int r = 0; r < n; r++) {
        if (lse) lse[i + r] = max[r] + v_log(sum[r]);
        part[r] = 1 / sum[r];
    }
    return n;
}

/* y [M, d] and lse [M] of one head */
static void head_fwd(real *y, real *lse, const real *qkv, size_t head, const Heads *s)
{
    const real *x = qkv + x_at(s, head);
    Forward     f = forward_scratch(head, s);
    Rows        q = near(f.q, x + asking(s), s->x_row, s->M, s);
    Rows        k = near(f.k, x + s->D, s->x_row, s->T, s);
    Rows        v = near(f.v, x + 2 * s->D, s->x_row, s->T, s);
    y += y_at(s, head);
    if (lse) lse += head * (size_t)s->M;
    ask_for(qkv, head + 1, 3, s->T, s->x_row, s);
    for (int i = 0; i < s->M; i += s->wide) {
        real part[BLOCK];
        int  n = probabilities(&f, lse, part, q, k, i, s);
        Out  out = out_to(f.y, y + (size_t)i * s->y_row, s->y_row, 0, 1, s);
        to_queries(out, f.p, v, n, s, false);
        for (int r = 0; r < n; r++)
            for (int c = 0; c < s->dp; c += LANES) {
                real *yr = out.at + (size_t)r * out.row + c;
                vec_store(yr, vec_load(yr) * part[r]);
            }
        settle(out, n, s, 0);
    }
}

void heads_fwd(real *y, real *lse, const real *qkv, const Heads *s)
{
    gemmlog_attention(false, qkv, y, (int)s->all / s->H, s->T, s->M, s->D, s->H);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < s->all; i++) head_fwd(y, lse, qkv, i, s);
}

void cpu_attention_fwd(real *y, real *lse, const real *qkv, int N, int T, int M, int D,
                       int H)
{
    Heads s = heads_of(N, T, M, D, H);
    heads_fwd(y, lse, qkv, &s);
}

typedef struct {
    real *p, *ds, *turned;                /* two [T, wide], [dp, wide] */
    real *q, *k, *v, *dy, *to, *dk, *dv;  /* [T, dp], see near() and Out */
    Added added;
} Backward;

static Backward backward_scratch(size_t head, const Heads *s)
{
    size_t score = (size_t)s->T * (size_t)s->wide, turned = (size_t)(s->dp * s->wide);
    size_t rows = (size_t)s->T * (size_t)s->dp;
    real  *at = scratch_take(2 * score + turned + 7 * rows + bias_room(s));
    real  *q = at + 2 * score + turned;
    return (Backward){ at, at + score, at + 2 * score, q, q + rows, q + 2 * rows,
                       q + 3 * rows, q + 4 * rows, q + 5 * rows, q + 6 * rows,
                       { q + 7 * rows, head } };
}

/* p = exp(s - lse),  ds = p (dp - sum_j p dp / sum_j p) scale, down each column.
 *
 * The sum of p is 1 but for the rounding of lse.  With it a column of ds sums to
 * zero but for its own rounding, and so does the gradient of the keys' bias, which
 * Adam would otherwise magnify: ten times less after three steps. */
static void scores_bwd(real *p, real *ds, const real *lse, int n, const Heads *s)
{
    enum { PART = 8 };
    for (int l = 0; l < n; l += LANES) {
        vec own = { 0 }, delta = { 0 }, total = { 0 };
        for (int i = l; i < l + LANES && i < n; i++) own[i - l] = lse[i];
        for (int j = 0; j < s->T;) { /* in parts, which rounds less */
            vec d = { 0 }, t = { 0 };
            for (int end = j + PART < s->T ? j + PART : s->T; j < end; j++) {
                size_t at = (size_t)(j * s->wide + l);
                vec    e = vec_exp_low(vec_load(p + at) - own);
                vec_store(p + at, e);
                d += e * vec_load(ds + at);
                t += e;
            }
            delta += d;
            total += t;
        }
        delta /= total;
        for (int j = 0; j < s->T; j++) {
            size_t at = (size_t)(j * s->wide + l);
            vec_store(ds + at, vec_load(p + at) * (vec_load(ds + at) - delta) * s->scale);
        }
    }
}

static void rows_again(real *y, real *aside, const real *p, Rows v, int n, const Heads *s)
{
    Out out = out_to(aside, y, s->y_row, 0, 1, s);
    to_queries(out, p, v, n, s, false);
    settle(out, n, s, 0);
}

/* With p = softmax(s): dv_j = sum_i p_ij dy_i,  dp_ij = dy_i v_j,
 * ds_ij = p_ij (dp_ij - sum_k p_ik dp_ik) scale,
 * dq_i = sum_j ds_ij k_j,  dk_j = sum_i ds_ij q_i,
 * and, if it is wanted once more, y_i = sum_j p_ij v_j, maybe where dy_i was.
 *
 * What the next head needs is asked for in parts, between products. */
static void head_bwd(Share dqkv, real *y, const real *dy, const real *qkv,
                     const real *lse, size_t head, const Heads *s)
{
    size_t      at = x_at(s, head), next = head + 1;
    const real *x = qkv + at;
    real       *dx = dqkv.at + at, beta = dqkv.beta;
    Backward    b = backward_scratch(head, s);
    Rows        q = near(b.q, x + asking(s), s->x_row, s->M, s);
    Rows        k = near(b.k, x + s->D, s->x_row, s->T, s);
    Rows        v = near(b.v, x + 2 * s->D, s->x_row, s->T, s);
    Rows        d = near(b.dy, dy + y_at(s, head), s->y_row, s->M, s);
    int         blocks = (s->M + s->wide - 1) / s->wide;
    bool        over = dx == x && !s->copied; /* k and v are read when dk, dv are there */
    Out         dk = out_to(b.dk, dx + s->D, s->x_row, beta, blocks + over, s);
    Out         dv = out_to(b.dv, dx + 2 * s->D, s->x_row, beta, blocks + over, s);
    lse += head * (size_t)s->M;
    for (int i = 0; i < s->T - s->M && beta == 0; i++)
        memset(dx + (size_t)i * s->x_row, 0, (size_t)s->d * sizeof *dx);
    dx += asking(s);
    for (int i = 0; i < s->M; i += s->wide) {
        int n = block_rows(s, i);
        turn(b.turned, from_row(q, i), n, s, s->scale);
        if (i == 0) ask_for(qkv, next, 2, s->T, s->x_row, s);
        scores(b.p, k, b.turned, n, s);
        if (s->bias) bias_add(b.p, b.turned, i, n, &b.added, s);
        turn(b.turned, from_row(d, i), n, s, 1);
        if (i == 0) ask_for(qkv + 2 * s->D, next, 1, s->T, s->x_row, s);
        if (i == 0) ask_for(dy, next, 1, s->M, s->y_row, s);
        scores(b.ds, v, b.turned, n, s);
        scores_bwd(b.p, b.ds, lse + i, n, s);
        if (i == 0) ask_for(dqkv.at, next, 1, s->T, s->x_row, s);
        to_keys(dv, b.p, from_row(d, i), n, s, dv.add || i > 0);
        if (i == 0) ask_for(dqkv.at + s->D, next, 2, s->T, s->x_row, s);
        if (y) rows_again(y + y_at(s, head) + (size_t)i * s->y_row, b.to, b.p, v, n, s);
        to_keys(dk, b.ds, from_row(q, i), n, s, dk.add || i > 0);
        Out dq = out_to(b.to, dx + (size_t)i * s->x_row, s->x_row, beta, 1, s);
        bool begun = s->bias && bias_bwd(dq, b.ds, from_row(q, i), i, n, &b.added, s);
        to_queries(dq, b.ds, k, n, s, dq.add || begun);
        settle(dq, n, s, beta);
    }
    settle(dk, s->T, s, beta);
    settle(dv, s->T, s, beta);
    if (s->bias) bias_settle(&b.added, s);
}

void heads_bwd(Share dqkv, real *y, const real *dy, const real *qkv, const real *lse,
               const Heads *s)
{
    gemmlog_attention(true, qkv, dy, (int)s->all / s->H, s->T, s->M, s->D, s->H);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < s->all; i++) head_bwd(dqkv, y, dy, qkv, lse, i, s);
}

void cpu_attention_bwd(Share dqkv, real *y, const real *dy, const real *qkv,
                       const real *lse, int N, int T, int M, int D, int H)
{
    Heads s = heads_of(N, T, M, D, H);
    heads_bwd(dqkv, y, dy, qkv, lse, &s);
}

/* Probabilities among all rows, [T, T] of a head. */
static void head_map(real *to, const real *x, const Heads *s)
{
    Forward f = forward_scratch(0, s);
    Rows    q = near(f.q, x, s->x_row, s->T, s);
    Rows    k = near(f.k, x + s->D, s->x_row, s->T, s);
    for (int i = 0; i < s->T; i += s->wide) {
        real part[BLOCK];
        int  n = probabilities(&f, NULL, part, q, k, i, s);
        for (int r = 0; r < n; r++, to += s->T)
            for (int j = 0; j < s->T; j++) to[j] = f.p[j * s->wide + r] * part[r];
    }
}

void cpu_attention_map(real *p, const real *qkv, int N, int T, int D, int H)
{
    Heads  s = heads_of(N, T - 1, T - 1, D, H);
    size_t each = (size_t)s.T * (size_t)s.T;
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int h = 0; h < H; h++)
            head_map(p + ((size_t)n * (size_t)H + (size_t)h) * each,
                     qkv + ((size_t)n * (size_t)T + 1) * s.x_row + (size_t)(h * s.d), &s);
}

/* p_j = softmax_j(q_0 k_j / sqrt(d)) over all T tokens, of which j = 0 is left out. */
void cpu_class_attention(real *p, const real *qkv, int N, int T, int D, int H)
{
    int  d = D / H;
    real scale = (real)(1 / sqrt((double)d));
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int h = 0; h < H; h++) {
            const real *q = qkv + (size_t)n * (size_t)T * 3 * (size_t)D + h * d;
            real *to = p + ((size_t)n * (size_t)H + (size_t)h) * (size_t)(T - 1), own = 0;
            for (int j = 0; j < T; j++) {
                const real *k = q + (size_t)j * 3 * (size_t)D + D;
                real        dot = 0;
                for (int c = 0; c < d; c++) dot += q[c] * k[c];
                *(j ? &to[j - 1] : &own) = dot * scale;
            }
            real most = own, sum;
            for (int j = 0; j < T - 1; j++) most = to[j] > most ? to[j] : most;
            sum = (real)exp((double)(own - most));
            for (int j = 0; j < T - 1; j++)
                sum += to[j] = (real)exp((double)(to[j] - most));
            for (int j = 0; j < T - 1; j++) to[j] /= sum;
        }
}
