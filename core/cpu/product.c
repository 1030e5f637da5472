/* How a product is cut.
 *
 * A block of A, some rows and up to TERMS terms, is packed into strips of ROWS rows and
 * stays in the second-level cache.  Panels of B, COLS columns and as many terms, pass
 * by: each is multiplied with every strip, a tile of C in registers at a time.
 *
 * Packing waits for memory, multiplying does not.  So while a panel is multiplied the
 * next one is packed, a slice or two after each tile, and a tile asks for the memory
 * of the slices to come and for its own place in C.  Without that a step of `base`
 * packs for 10 % of its products' time, with it for 5 %.
 */
#include "core/cpu/product.h"

#include "core/cpu/columns.h"
#include "core/cpu/scratch.h"
#include "core/cpu/vmath.h"

#include <omp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A tile's sums fill the registers but for two vectors of B and a number of A. */
#if defined __AVX512F__
enum { WIDE_BYTES = 64, ROWS = 12 };
#define EACH_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)
#else
#if defined __AVX__
enum { WIDE_BYTES = 32, ROWS = 6 };
#else
enum { WIDE_BYTES = 16, ROWS = 6 };
#endif
#define EACH_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#endif

enum {
    WIDE = (int)(WIDE_BYTES / sizeof(real)),
    COLS = 2 * WIDE,
    TERMS = (int)(2048 / sizeof(real)),
    BLOCK = (int)(668000 / sizeof(real)), /* values: two thirds of a cache of 1 MB */
    LINE = (int)(64 / sizeof(real)),
    AT_ONCE = 8 /* terms between two requests for memory */
};

typedef real wide __attribute__((vector_size(WIDE_BYTES)));
typedef real WideAt
    __attribute__((vector_size(WIDE_BYTES), aligned(sizeof(real)), may_alias));

#define ALWAYS_INLINE static inline __attribute__((always_inline))

static int parts_of(int n, int most) { return (n + most - 1) / most; }
static int smaller(int a, int b) { return a < b ? a : b; }

/* One operand: value i of term k is at[k ld + i] if by_term, else at[i ld + k]. */
typedef struct {
    const real *at;
    size_t      ld;
    bool        by_term;
    int         count; /* values of a term */
} Side;

static Side side_from(Side s, int i, int k)
{
    s.at += s.by_term ? (size_t)k * s.ld + (size_t)i : (size_t)i * s.ld + (size_t)k;
    s.count -= i;
    return s;
}

/* LANES values of the terms lo to hi of an operand that is not by term; those beyond
 * the last value are like the last.  Asks for what lies `ask` values further on. */
ALWAYS_INLINE void turn_lanes(Side from, int i, int lo, int hi, real *to, size_t to_row,
                              int ask)
{
    const real *row[LANES];
    for (int l = 0; l < LANES; l++)
        row[l] = from.at + (size_t)smaller(i + l, from.count - 1) * from.ld;
    int k = lo;
    for (; k + LANES <= hi; k += LANES) {
        vec x[LANES];
        for (int l = 0; l < LANES; l++) {
            x[l] = vec_load(row[l] + k);
            if (ask) __builtin_prefetch(row[l] + (size_t)ask * from.ld + k);
        }
        vec_turn(x);
        for (int l = 0; l < LANES; l++) vec_store(to + (size_t)(k + l) * to_row, x[l]);
    }
    for (; k < hi; k++)
        for (int l = 0; l < LANES; l++) to[(size_t)k * to_row + (size_t)l] = row[l][k];
}

/* Up to COLS values of a side as [terms, COLS], to be made slice by slice: of each a
 * few terms, by term SLICE_TERMS of all values, else SLICE_LINES lines of LANES. */
typedef struct {
    Side  from;
    real *to;
    int   terms, slices, each; /* `each` are of the same LANES values */
} Panel;

enum { SLICE_TERMS = 8, SLICE_LINES = 2 };

static Panel panel_of(Side from, int terms, real *to)
{
    from.count = smaller(from.count, COLS);
    int each = parts_of(terms, from.by_term ? SLICE_TERMS : SLICE_LINES * LINE);
    int groups = from.by_term ? 1 : parts_of(from.count, LANES);
    return (Panel){ from, to, terms, groups * each, each };
}

static void panel_slice(const Panel *p, int slice)
{
    if (!p->from.by_term) {
        int i = slice / p->each * LANES, lo = slice % p->each * SLICE_LINES * LINE;
        int hi = smaller(lo + SLICE_LINES * LINE, p->terms);
        turn_lanes(p->from, i, lo, hi, p->to + i, COLS, 0);
        return;
    }
    int         lo = slice * SLICE_TERMS, hi = smaller(lo + SLICE_TERMS, p->terms);
    const real *x = p->from.at + (size_t)lo * p->from.ld;
    real       *to = p->to + (size_t)lo * COLS;
    for (int k = lo; k < hi; k++, x += p->from.ld, to += COLS) {
        if (p->from.count == COLS)
            memcpy(to, x, COLS * sizeof *to);
        else
            for (int j = 0; j < COLS; j++) to[j] = j < p->from.count ? x[j] : 0;
    }
}

/* Memory to ask for: `run` places that are `step` apart, then, `turn` on, the next. */
typedef struct {
    const real *at;
    ptrdiff_t   step, turn;
    int         run;
} Ahead;

static Ahead panel_ahead(const Panel *p, int slice)
{
    ptrdiff_t ld = (ptrdiff_t)p->from.ld;
    if (p->from.by_term) {
        enum { RUN = (COLS + LINE - 1) / LINE };
        return (Ahead){ p->from.at + slice * SLICE_TERMS * ld, LINE, ld - (RUN - 1) * LINE,
                        RUN };
    }
    ptrdiff_t i = slice / p->each * LANES, k = slice % p->each * SLICE_LINES * LINE;
    return (Ahead){ p->from.at + i * ld + k, ld, LINE - (LANES - 1) * ld, LANES };
}

/* The strips of a block, [terms, ROWS] each.  Where a vector sticks out of its row it
 * does so into the next one, before that is written. */
static void block_pack(Side from, int rows, int terms, real *to, size_t strip)
{
    enum { LAST = (ROWS - 1) / LANES * LANES, FEW = 4 };
    if (!from.by_term) {
        for (int i = 0; i < rows; i += ROWS, to += strip)
            for (int l = LAST; l >= 0; l -= LANES)
                turn_lanes(from, i + l, 0, terms, to + l, ROWS, ROWS);
        return;
    }
    int whole = 0; /* rows of strips whose vectors lie inside the operand */
    while (whole < rows && whole + LAST + LANES <= from.count) whole += ROWS;
    for (int lo = 0; lo < terms; lo += FEW)
        for (int i = 0; i < whole; i += ROWS)
            for (int k = lo; k < smaller(lo + FEW, terms); k++) {
                const real *x = from.at + (size_t)k * from.ld + i;
                real       *row = to + (size_t)(i / ROWS) * strip + k * ROWS;
                __builtin_prefetch(x + 2 * FEW * from.ld);
                for (int l = LAST; l >= 0; l -= LANES) vec_store(row + l, vec_load(x + l));
            }
    for (int i = whole; i < rows; i++)
        for (int k = 0; k < terms; k++)
            to[(size_t)(i / ROWS) * strip + (size_t)(k * ROWS + i % ROWS)] =
                from.at[(size_t)k * from.ld + (size_t)i];
}

/* What a product is added to: at[i row + j] + bias[j], each 0 if it is NULL. */
typedef struct {
    const real *at;
    size_t      row;
    const real *bias;
} Start;

static Start start_from(Start s, int i, int j)
{
    if (s.at) s.at += (size_t)i * s.row + (size_t)j;
    if (s.bias) s.bias += j;
    return s;
}

typedef struct {
    const real *a, *b; /* a strip and a panel */
    int         terms;
    Start       start;
    real       *c;
    size_t      c_row;
    Ahead       ahead;
} Tile;

/* `rows` and `vectors` are known where this is inlined. */
ALWAYS_INLINE void tile_sum(int rows, int vectors, Tile t)
{
    wide sum[ROWS][2];
    int  run = t.ahead.run;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++) sum[i][j] = (wide){ 0 };
    for (int k = 0; k < t.terms;) {
        int to = smaller(k + AT_ONCE, t.terms);
        __builtin_prefetch(t.ahead.at);
        t.ahead.at += --run ? t.ahead.step : t.ahead.turn;
        if (!run) run = t.ahead.run;
        if (k < rows * AT_ONCE)
            for (int j = 0; j < vectors; j++) {
                Start s = start_from(t.start, k / AT_ONCE, j * WIDE);
                if (s.at) __builtin_prefetch(s.at);
                __builtin_prefetch(t.c + (size_t)(k / AT_ONCE) * t.c_row + j * WIDE, 1);
            }
        for (; k < to; k++, t.a += ROWS, t.b += COLS) {
            wide b[2];
            for (int j = 0; j < vectors; j++) b[j] = *(const WideAt *)(t.b + j * WIDE);
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < vectors; j++) sum[i][j] += t.a[i] * b[j];
        }
    }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++) {
            Start s = start_from(t.start, i, j * WIDE);
            if (s.at && s.bias)
                sum[i][j] += *(const WideAt *)s.at + *(const WideAt *)s.bias;
            else if (s.at || s.bias)
                sum[i][j] += *(const WideAt *)(s.at ? s.at : s.bias);
            *(WideAt *)(t.c + (size_t)i * t.c_row + j * WIDE) = sum[i][j];
        }
}

#define ROWS_CASE(r) case r: tile_sum(r, vectors, t); break;
ALWAYS_INLINE void tile_of(int rows, int vectors, Tile t)
{
    switch (rows) { EACH_ROWS(ROWS_CASE) }
}

static void tile(int rows, int cols, Tile t)
{
    if (cols == COLS) {
        tile_of(rows, 2, t);
    } else if (cols == WIDE) {
        tile_of(rows, 1, t);
    } else { /* by way of a whole tile */
        real whole[ROWS * COLS];
        Tile w = t;
        w.c = whole, w.c_row = COLS, w.start = (Start){ 0 };
        tile_of(rows, 2, w);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < cols; j++) {
                Start s = start_from(t.start, i, j);
                real  from = (s.at ? *s.at : 0) + (s.bias ? *s.bias : 0);
                t.c[(size_t)i * t.c_row + (size_t)j] = whole[i * COLS + j] + from;
            }
    }
}

/* A block of A, `rows` of it, with all columns of B. */
static void block_multiply(Side a, Side b, int rows, int terms, Start start, real *c,
                           size_t c_row)
{
    int    strips = parts_of(rows, ROWS), cols = b.count;
    size_t strip = (size_t)(terms * ROWS + LINE); /* else strips share places in caches */
    real  *panels = scratch_pack(2 * TERMS * COLS + BLOCK);
    real  *block = panels + 2 * TERMS * COLS;
    Panel  now = panel_of(b, terms, panels), next;
    block_pack(a, rows, terms, block, strip);
    for (int s = 0; s < now.slices; s++) panel_slice(&now, s);
    for (int j = 0; j < cols; j += COLS, now = next) {
        next = (Panel){ 0 };
        if (j + COLS < cols)
            next = panel_of(side_from(b, j + COLS, 0), terms,
                            panels + (now.to == panels ? TERMS * COLS : 0));
        for (int s = 0; s < strips; s++) {
            int   lo = (int)((long)next.slices * s / strips);
            int   hi = (int)((long)next.slices * (s + 1) / strips);
            Ahead ahead = next.slices ? panel_ahead(&next, lo) : (Ahead){ c, 0, 0, 1 };
            tile(smaller(rows - s * ROWS, ROWS), smaller(cols - j, COLS),
                 (Tile){ block + (size_t)s * strip, now.to, terms,
                         start_from(start, s * ROWS, j),
                         c + (size_t)(s * ROWS) * c_row + j, c_row, ahead });
            for (int i = lo; i < hi; i++) panel_slice(&next, i);
        }
    }
}

static void multiply(Side a, Side b, int k, Start start, real *c, size_t c_row)
{
    const Start sum = { c, c_row, NULL };
    if (!a.count || !b.count) return;
    int parts = parts_of(k, TERMS), each = parts_of(parts_of(k, parts), LANES) * LANES;
    int strips = parts_of(a.count, ROWS);
    int blocks = parts_of(strips, BLOCK / (each * ROWS + LINE));
    for (int h = 0; h < blocks; h++) {
        int i = (int)((long)strips * h / blocks) * ROWS;
        int to = smaller((int)((long)strips * (h + 1) / blocks) * ROWS, a.count);
        for (int from = 0; from < k; from += each)
            block_multiply(side_from(a, i, from), side_from(b, 0, from), to - i,
                           smaller(each, k - from), start_from(from ? sum : start, i, 0),
                           c + (size_t)i * c_row, c_row);
    }
}

static void scale(real *c, int rows, int cols, size_t c_row, real beta)
{
    for (int i = 0; i < rows; i++, c += c_row)
        for (int j = 0; j < cols; j++) c[j] = beta != 0 ? beta * c[j] : 0;
}

/* On all threads unless it is called by one of them. */
static void share(Side left, Side right, int k, Start start, real *c, size_t c_row)
{
    if (omp_in_parallel()) {
        multiply(left, right, k, start, c, c_row);
        return;
    }
    bool by_rows = left.count >= right.count;
    int  count = by_rows ? left.count : right.count;
#pragma omp parallel
    {
        Span s = span_of_thread(count);
        Side own = side_from(by_rows ? left : right, s.lo, 0);
        int  i = by_rows ? s.lo : 0, j = s.lo - i;
        own.count = s.n;
        multiply(by_rows ? own : left, by_rows ? right : own, k, start_from(start, i, j),
                 c + (size_t)i * c_row + j, c_row);
    }
}

void product(int ta, int tb, int m, int n, int k, const real *a, int lda, const real *b,
             int ldb, real beta, real *c, int ldc)
{
    Side  left = { a, (size_t)lda, ta, m }, right = { b, (size_t)ldb, !tb, n };
    Start start = { beta != 0 ? c : NULL, (size_t)ldc, NULL };
    if ((beta != 0 && beta != 1) || k == 0) scale(c, m, n, (size_t)ldc, beta);
    if (k > 0) share(left, right, k, start, c, (size_t)ldc);
}

void product_from(int m, int n, int k, const real *a, const real *b, const real *start,
                  const real *bias, real *c)
{
    Side left = { a, (size_t)k, false, m }, right = { b, (size_t)k, false, n };
    share(left, right, k, (Start){ start, (size_t)n, bias }, c, (size_t)n);
}
