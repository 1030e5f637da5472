/* Self-attention on the CPU: a head of an image at a time, all of it in cache.
 *
 * A thread copies a head's rows out of qkv, pads them to whole vectors, and
 * works on BLOCK queries at once, so that what it keeps of the T x T scores is
 * a few rows.  Keys (and, going back, values) are transposed once for a head.
 */
#include "core/cpu/cpu.h"
#include "core/cpu/gemmlog.h"
#include "core/cpu/scratch.h"
#include "core/cpu/tile.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 32 };

typedef struct {
    int    T, d;   /* tokens; width of a head              */
    int    Tp, dp; /* rounded up to whole vectors          */
    size_t x_row, y_row; /* from a row to the next in qkv and y  */
    real   scale;  /* of the scores, 1 / sqrt(d)           */
} Shape;

static Shape shape_of(int T, int D, int H)
{
    int d = D / H;
    return (Shape){ T, d, round_to_lanes(T), round_to_lanes(d), 3 * (size_t)D, (size_t)D,
                    (real)(1 / sqrt((double)d)) };
}

static size_t rows_size(const Shape *s) { return (size_t)s->T * (size_t)s->dp; }
static size_t turned_size(const Shape *s) { return (size_t)s->d * (size_t)s->Tp; }

/* Rows with a stride to padded rows, times scale. */
static void pack_rows(real *to, const real *from, size_t row, const Shape *s, real scale)
{
    for (int i = 0; i < s->T; i++, to += s->dp, from += row) {
        for (int c = 0; c < s->d; c++) to[c] = scale * from[c];
        for (int c = s->d; c < s->dp; c++) to[c] = 0;
    }
}

/* Rows with a stride to columns: [d, Tp]. */
static void pack_turned(real *to, const real *from, size_t row, const Shape *s)
{
    size_t Tp = (size_t)s->Tp;
    for (int i = 0; i < s->Tp; i++, from += row)
        for (int c = 0; c < s->d; c++)
            to[(size_t)c * Tp + (size_t)i] = i < s->T ? from[c] : 0;
}

static void unpack_rows(real *to, size_t row, const real *from, int rows, const Shape *s,
                        real scale, real beta)
{
    for (int i = 0; i < rows; i++, to += row, from += s->dp)
        if (beta == 0)
            for (int c = 0; c < s->d; c++) to[c] = scale * from[c];
        else
            for (int c = 0; c < s->d; c++) to[c] += scale * from[c];
}

/* C [rows, T] = A [rows, d] B^T */
static void by_turned(real *c, const real *a, const real *turned, int rows, const Shape *s)
{
    tile_product(c, (size_t)s->Tp, (TileA){ a, (size_t)s->dp, 1 }, turned, (size_t)s->Tp,
                 rows, s->Tp, s->d, false);
}

/* C [rows, d] = P [rows, T] B [T, d] */
static void by_rows(real *c, const real *p, const real *b, int rows, const Shape *s)
{
    tile_product(c, (size_t)s->dp, (TileA){ p, (size_t)s->Tp, 1 }, b, (size_t)s->dp, rows,
                 s->dp, s->T, false);
}

/* C [T, d] += P^T [T, rows] B [rows, d] */
static void by_columns(real *c, const real *p, const real *b, int rows, const Shape *s)
{
    tile_product(c, (size_t)s->dp, (TileA){ p, 1, (size_t)s->Tp }, b, (size_t)s->dp, s->T,
                 s->dp, rows, true);
}

/* Row s becomes exp(s - max), padding 0; returns their sum.  A sum of T terms in
 * LANES parts is as good as one of T / LANES. */
static real exponentials(real *x, const Shape *s, real *max)
{
    real most = x[0], sum = 0;
    for (int j = s->T; j < s->Tp; j++) x[j] = -INFINITY;
#pragma omp simd reduction(max : most)
    for (int j = 0; j < s->Tp; j++) most = x[j] > most ? x[j] : most;
#pragma omp simd reduction(+ : sum)
    for (int j = 0; j < s->Tp; j++) sum += x[j] = v_exp(x[j] - most);
    *max = most;
    return sum;
}

typedef struct {
    real *q, *kt, *v; /* [T, dp], [d, Tp], [T, dp]    */
    real *p, *y;      /* [BLOCK, Tp], [BLOCK, dp]     */
} Forward;

static Forward forward_scratch(const Shape *s)
{
    real *at = scratch_take(2 * rows_size(s) + turned_size(s) +
                            BLOCK * (size_t)(s->Tp + s->dp));
    Forward f = { .q = at };
    f.v = f.q + rows_size(s);
    f.kt = f.v + rows_size(s);
    f.p = f.kt + turned_size(s);
    f.y = f.p + BLOCK * s->Tp;
    return f;
}

static int block_rows(const Shape *s, int i) { return s->T - i < BLOCK ? s->T - i : BLOCK; }

/* y [T, d] and lse [T] of the head whose queries start at x */
static void head_fwd(real *y, real *lse, const real *x, const Shape *s, int D)
{
    Forward f = forward_scratch(s);
    pack_rows(f.q, x, s->x_row, s, s->scale);
    pack_turned(f.kt, x + D, s->x_row, s);
    pack_rows(f.v, x + 2 * D, s->x_row, s, 1);
    for (int i = 0; i < s->T; i += BLOCK) {
        int  rows = block_rows(s, i);
        real part[BLOCK];
        by_turned(f.p, f.q + (size_t)i * (size_t)s->dp, f.kt, rows, s);
        for (int r = 0; r < rows; r++) {
            real max, sum = exponentials(f.p + r * s->Tp, s, &max);
            if (lse) lse[i + r] = max + (real)log((double)sum);
            part[r] = 1 / sum;
        }
        by_rows(f.y, f.p, f.v, rows, s);
        for (int r = 0; r < rows; r++)
            unpack_rows(y + (size_t)(i + r) * s->y_row, 0, f.y + r * s->dp, 1, s, part[r],
                        0);
    }
}

void cpu_attention_fwd(real *y, real *lse, const real *qkv, int N, int T, int D, int H)
{
    Shape  s = shape_of(T, D, H);
    size_t image = (size_t)T * (size_t)D;
    gemmlog_attention(false, qkv, y, N, T, D, H);
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int h = 0; h < H; h++) {
            size_t col = (size_t)(h * s.d), at = (size_t)n * image;
            real  *l = lse ? lse + ((size_t)n * (size_t)H + (size_t)h) * (size_t)T : NULL;
            head_fwd(y + at + col, l, qkv + 3 * at + col, &s, D);
        }
}

typedef struct {
    real *q, *k, *dy, *dk, *dv; /* [T, dp]     */
    real *kt, *vt;              /* [d, Tp]     */
    real *p, *ds;               /* [BLOCK, Tp] */
    real *dq;                   /* [BLOCK, dp] */
} Backward;

static Backward backward_scratch(const Shape *s)
{
    size_t rows = rows_size(s), turned = turned_size(s);
    real  *at = scratch_take(5 * rows + 2 * turned + BLOCK * (size_t)(2 * s->Tp + s->dp));
    Backward b = { .q = at };
    b.k = b.q + rows;
    b.dy = b.k + rows;
    b.dk = b.dy + rows;
    b.dv = b.dk + rows;
    b.kt = b.dv + rows;
    b.vt = b.kt + turned;
    b.p = b.vt + turned;
    b.ds = b.p + BLOCK * s->Tp;
    b.dq = b.ds + BLOCK * s->Tp;
    memset(b.dk, 0, 2 * rows * sizeof *b.dk);
    return b;
}

/* p = exp(s - lse),  ds = p (dp - delta); padding becomes 0 */
static void scores_bwd(real *p, real *ds, real lse, real delta, const Shape *s)
{
#pragma omp simd
    for (int j = 0; j < s->T; j++) {
        p[j] = v_exp(p[j] - lse);
        ds[j] = p[j] * (ds[j] - delta);
    }
    for (int j = s->T; j < s->Tp; j++) p[j] = ds[j] = 0;
}

static real row_dot(const real *a, const real *b, int d)
{
    real sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int c = 0; c < d; c++) sum += a[c] * b[c];
    return sum;
}

/* With p = softmax(s): dv_j = sum_i p_ij dy_i,  dp_ij = dy_i v_j,
 * ds_ij = p_ij (dp_ij - dy_i y_i),  dq_i = sum_j ds_ij k_j,  dk_j = sum_i ds_ij q_i.
 * The scale of the scores is in the packed q, hence in dk; dq gets its own. */
static void head_bwd(real *dx, real beta, const real *dy, const real *y, const real *x,
                     const real *lse, const Shape *s, int D)
{
    Backward b = backward_scratch(s);
    pack_rows(b.q, x, s->x_row, s, s->scale);
    pack_rows(b.k, x + D, s->x_row, s, 1);
    pack_rows(b.dy, dy, s->y_row, s, 1);
    pack_turned(b.kt, x + D, s->x_row, s);
    pack_turned(b.vt, x + 2 * D, s->x_row, s);
    for (int i = 0; i < s->T; i += BLOCK) {
        int   rows = block_rows(s, i);
        real *q = b.q + (size_t)i * (size_t)s->dp, *dyi = b.dy + (size_t)i * (size_t)s->dp;
        by_turned(b.p, q, b.kt, rows, s);
        by_turned(b.ds, dyi, b.vt, rows, s);
        for (int r = 0; r < rows; r++) {
            real delta = row_dot(dyi + r * s->dp, y + (size_t)(i + r) * s->y_row, s->d);
            scores_bwd(b.p + r * s->Tp, b.ds + r * s->Tp, lse[i + r], delta, s);
        }
        by_columns(b.dv, b.p, dyi, rows, s);
        by_columns(b.dk, b.ds, q, rows, s);
        by_rows(b.dq, b.ds, b.k, rows, s);
        unpack_rows(dx + (size_t)i * s->x_row, s->x_row, b.dq, rows, s, s->scale, beta);
    }
    unpack_rows(dx + D, s->x_row, b.dk, s->T, s, 1, beta);
    unpack_rows(dx + 2 * D, s->x_row, b.dv, s->T, s, 1, beta);
}

void cpu_attention_bwd(Share dqkv, const real *dy, const real *y, const real *qkv,
                       const real *lse, int N, int T, int D, int H)
{
    Shape  s = shape_of(T, D, H);
    size_t image = (size_t)T * (size_t)D;
    if (!dqkv.at) return;
    gemmlog_attention(true, qkv, y, N, T, D, H);
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int h = 0; h < H; h++) {
            size_t col = (size_t)(h * s.d), at = (size_t)n * image;
            head_bwd(dqkv.at + 3 * at + col, dqkv.beta, dy + at + col, y + at + col,
                     qkv + 3 * at + col, lse + ((size_t)n * (size_t)H + (size_t)h) * (size_t)T,
                     &s, D);
        }
}

/* Probabilities among the rows after the first, [T, T] of a head. */
static void head_map(real *p, const real *x, const Shape *s, int D)
{
    Forward f = forward_scratch(s);
    pack_rows(f.q, x, s->x_row, s, s->scale);
    pack_turned(f.kt, x + D, s->x_row, s);
    for (int i = 0; i < s->T; i += BLOCK) {
        int rows = block_rows(s, i);
        by_turned(f.p, f.q + (size_t)i * (size_t)s->dp, f.kt, rows, s);
        for (int r = 0; r < rows; r++, p += s->T) {
            real max, *from = f.p + r * s->Tp, part = 1 / exponentials(from, s, &max);
            for (int j = 0; j < s->T; j++) p[j] = from[j] * part;
        }
    }
}

void cpu_attention_map(real *p, const real *qkv, int N, int T, int D, int H)
{
    Shape  s = shape_of(T - 1, D, H);
    size_t each = (size_t)s.T * (size_t)s.T;
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int h = 0; h < H; h++)
            head_map(p + ((size_t)n * (size_t)H + (size_t)h) * each,
                     qkv + ((size_t)n * (size_t)T + 1) * s.x_row + (size_t)(h * s.d), &s, D);
}
