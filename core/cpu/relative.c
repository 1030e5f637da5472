/* Attention that knows where tokens are, on the CPU: what bias.h says, in two forms.
 *
 * Along each axis: for every query its product with each row of a table, [2 side - 1,
 * queries], of which the rows from its own place downwards are those of the keys.
 *
 * By a table: queries of one row of the grid find their numbers side by side, and from
 * key to key these move by one. */
#include "core/cpu/bias.h"
#include "core/cpu/cpu.h"
#include "core/cpu/tile.h"

#include <string.h>

static int side_of(const Bias *b, int axis) { return axis == 0 ? b->rows : b->cols; }
static int reach_of(const Bias *b, int axis) { return 2 * side_of(b, axis) - 1; }

/* Scratch of one axis. */
typedef struct {
    real *terms;  /* [2 side - 1, wide], by distance       */
    real *keys;   /* [side, wide], by key                  */
    real *padded; /* [2 side - 1, dp], the table           */
    real *dtable; /* [2 side - 1, dp], of this head so far */
} Axis;

static size_t axis_room(const Heads *s, int axis)
{
    size_t reach = (size_t)reach_of(s->bias, axis), side = (size_t)side_of(s->bias, axis);
    return (reach + side) * (size_t)s->wide + 2 * reach * (size_t)s->dp;
}

static Axis axis_of(const Added *a, const Heads *s, int axis)
{
    size_t reach = (size_t)reach_of(s->bias, axis), side = (size_t)side_of(s->bias, axis);
    real  *at = a->room + (axis ? axis_room(s, 0) : 0);
    real  *padded = at + (reach + side) * (size_t)s->wide;
    return (Axis){ at, at + reach * (size_t)s->wide, padded,
                   padded + reach * (size_t)s->dp };
}

/* Scratch of a table: this head's column of it, and of its gradient. */
static size_t column_room(const Heads *s)
{
    return (size_t)round_to_lanes(s->bias->count);
}

static double *dcolumn(const Added *a, const Heads *s)
{
    return (double *)(void *)(a->room + column_room(s));
}

size_t bias_room(const Heads *s)
{
    if (!s->bias) return 0;
    if (s->bias->table) return column_room(s) * (1 + sizeof(double) / sizeof(real));
    return axis_room(s, 0) + axis_room(s, 1);
}

/* --- along each axis ------------------------------------------------------- */

/* Where queries from i on are along an axis; lanes without one are at 0. */
static void places(int at[BLOCK], int i, int n, int axis, const Bias *b)
{
    for (int l = 0; l < round_to_lanes(n); l++)
        at[l] = l >= n ? 0 : axis == 0 ? (i + l) / b->cols : (i + l) % b->cols;
}

static void add_along(real *p, const real *turned, int i, int n, const Added *a,
                      const Heads *s)
{
    const Bias *b = s->bias;
    Axis        axis[2] = { axis_of(a, s, 0), axis_of(a, s, 1) };
    int         at[BLOCK], lanes = round_to_lanes(n), wide = s->wide;
    real        whole = 1 / s->scale; /* queries come scaled */
    for (int k = 0; k < 2; k++) {
        int side = side_of(b, k);
        places(at, i, n, k, b);
        tile_product(axis[k].terms, (size_t)wide, (TileA){ b->along[k], (size_t)s->d, 1 },
                     turned, (size_t)wide, reach_of(b, k), lanes, s->d, false);
        for (int key = 0; key < side; key++)
            for (int l = 0; l < lanes; l++)
                axis[k].keys[key * wide + l] =
                    axis[k].terms[(at[l] - key + side - 1) * wide + l] * whole;
    }
    for (int y = 0; y < b->rows; y++)
        for (int x = 0; x < b->cols; x++, p += wide)
            for (int l = 0; l < lanes; l++)
                p[l] += axis[0].keys[y * wide + l] + axis[1].keys[x * wide + l];
}

/* The gradient of what was added, by key and then by distance.  Sums of one row or column
 * of the grid. */
static void terms_bwd(Axis axis[2], const real *ds, int i, int n, const Heads *s)
{
    const Bias *b = s->bias;
    int         at[BLOCK], lanes = round_to_lanes(n), wide = s->wide;
    real        whole = 1 / s->scale;
    for (int k = 0; k < 2; k++)
        memset(axis[k].keys, 0, (size_t)(side_of(b, k) * wide) * sizeof *ds);
    for (int y = 0; y < b->rows; y++)
        for (int x = 0; x < b->cols; x++, ds += wide)
            for (int l = 0; l < lanes; l++) {
                axis[0].keys[y * wide + l] += ds[l];
                axis[1].keys[x * wide + l] += ds[l];
            }
    for (int k = 0; k < 2; k++) {
        int side = side_of(b, k);
        places(at, i, n, k, b);
        memset(axis[k].terms, 0, (size_t)(reach_of(b, k) * wide) * sizeof *ds);
        for (int key = 0; key < side; key++)
            for (int l = 0; l < n; l++)
                axis[k].terms[(at[l] - key + side - 1) * wide + l] =
                    axis[k].keys[key * wide + l] * whole;
    }
}

/* dtable += terms q, of both before dq, which may lie where q does, (+)= terms^T table. */
static void bwd_along(Out dq, const real *ds, Rows q, int i, int n, const Added *a,
                      const Heads *s)
{
    const Bias *b = s->bias;
    Axis        axis[2] = { axis_of(a, s, 0), axis_of(a, s, 1) };
    size_t      wide = (size_t)s->wide, dp = (size_t)s->dp;
    terms_bwd(axis, ds, i, n, s);
    for (int k = 0; k < 2; k++)
        if (b->dalong[k])
            tile_product(axis[k].dtable, dp, (TileA){ axis[k].terms, wide, 1 }, q.at,
                         q.row, reach_of(b, k), s->dp, n, i > 0);
    for (int k = 0; k < 2; k++) {
        Rows table = { b->along[k], (size_t)s->d };
        if (s->d != s->dp)
            table = near(axis[k].padded, table.at, table.row, reach_of(b, k), s);
        tile_product(dq.at, dq.row, (TileA){ axis[k].terms, 1, wide }, table.at,
                     table.row, n, s->dp, reach_of(b, k), dq.add || k > 0);
    }
}

static void settle_along(const Added *a, const Heads *s)
{
    for (int k = 0; k < 2; k++) {
        size_t each = (size_t)reach_of(s->bias, k) * (size_t)s->d;
        real  *home = s->bias->dalong[k];
        if (!home) continue;
        Out o = { axis_of(a, s, k).dtable, home + a->head * each, (size_t)s->dp,
                  (size_t)s->d, false };
        settle(o, reach_of(s->bias, k), s, 0);
    }
}

/* --- by a table ------------------------------------------------------------ */

/* n numbers of a table meet n scores side by side: they are added, or, going back, the
 * scores' gradients to theirs. */
static inline void meet(real *p, const real *column, double *dcol, int n, real whole)
{
    if (dcol)
        for (int k = 0; k < n; k++) dcol[k] += (double)(p[k] * whole);
    else
        for (int k = 0; k < n; k++) p[k] += column[k];
}

/* What patch (y, x) and the run - 1 right of it add to all keys. */
static void meet_run(real *p, const real *column, double *dcol, int y, int x, int run,
                     const Heads *s)
{
    const Bias *b = s->bias;
    int         width = 2 * b->cols - 1, wide = s->wide;
    real        whole = 1 / s->scale;
    if (s->T > b->rows * b->cols) { /* the class token is a key */
        int at = b->count - 2;
        for (int k = 0; k < run; k++)
            meet(p + k, column + at, dcol ? dcol + at : NULL, 1, whole);
        p += wide;
    }
    for (int ky = 0; ky < b->rows; ky++)
        for (int kx = 0; kx < b->cols; kx++, p += wide) {
            int at = (y - ky + b->rows - 1) * width + x - kx + b->cols - 1;
            meet(p, column + at, dcol ? dcol + at : NULL, run, whole);
        }
}

static void meet_class(real *p, const real *column, double *dcol, const Heads *s)
{
    for (int j = 0; j < s->T; j++) {
        int at = s->bias->count - (j ? 3 : 1);
        meet(p + j * s->wide, column + at, dcol ? dcol + at : NULL, 1, 1 / s->scale);
    }
}

/* Queries from i on, a run of one row of the grid at a time. */
static void meet_all(real *p, const real *column, double *dcol, int i, int n,
                     const Heads *s)
{
    const Bias *b = s->bias;
    int         class_token = s->T - b->rows * b->cols;
    for (int l = 0, run = 1; l < n; l += run) {
        int patch = i + l - class_token, x = patch % b->cols;
        run = patch < 0 ? 1 : b->cols - x < n - l ? b->cols - x : n - l;
        if (patch < 0) meet_class(p + l, column, dcol, s);
        else meet_run(p + l, column, dcol, patch / b->cols, x, run, s);
    }
}

static void add_table(real *p, int i, int n, const Added *a, const Heads *s)
{
    const Bias *b = s->bias;
    const real *from = b->table + a->head % (size_t)s->H;
    for (int c = 0; i == 0 && c < b->count; c++)
        a->room[c] = from[(size_t)c * (size_t)s->H];
    meet_all(p, a->room, NULL, i, n, s);
}

static void bwd_table(real *ds, int i, int n, const Added *a, const Heads *s)
{
    double *d = dcolumn(a, s);
    if (i == 0) memset(d, 0, (size_t)s->bias->count * sizeof *d);
    meet_all(ds, a->room, d, i, n, s);
}

static void settle_table(const Added *a, const Heads *s)
{
    size_t  H = (size_t)s->H, count = (size_t)s->bias->count;
    double *d = dcolumn(a, s);
    real   *to = s->bias->dtable + a->head / H * count * H + a->head % H;
    for (size_t c = 0; c < count; c++) to[c * H] = (real)d[c];
}

/* --- both ------------------------------------------------------------------ */

void bias_add(real *p, const real *turned, int i, int n, const Added *a, const Heads *s)
{
    if (s->bias->table) add_table(p, i, n, a, s);
    else add_along(p, turned, i, n, a, s);
}

bool bias_bwd(Out dq, real *ds, Rows q, int i, int n, const Added *a, const Heads *s)
{
    if (s->bias->table) {
        if (s->bias->dtable) bwd_table(ds, i, n, a, s);
        return false;
    }
    bwd_along(dq, ds, q, i, n, a, s);
    return true;
}

void bias_settle(const Added *a, const Heads *s)
{
    if (!s->bias->table) settle_along(a, s);
    else if (s->bias->dtable) settle_table(a, s);
}

static Heads biased(const Bias *b, int N, int T, int D, int H)
{
    Heads s = heads_of(N, T, T, D, H);
    s.bias = b;
    return s;
}

void cpu_relative_attention_fwd(real *y, real *lse, const real *qkv, const real *rel_rows,
                                const real *rel_cols, int N, int rows, int cols, int D,
                                int H)
{
    Bias  b = { .rows = rows, .cols = cols, .along = { rel_rows, rel_cols } };
    Heads s = biased(&b, N, rows * cols, D, H);
    heads_fwd(y, lse, qkv, &s);
}

void cpu_relative_attention_bwd(Share dqkv, real *drel_rows, real *drel_cols,
                                const real *dy, const real *qkv, const real *lse,
                                const real *rel_rows, const real *rel_cols, int N,
                                int rows, int cols, int D, int H)
{
    Bias  b = { .rows = rows, .cols = cols, .along = { rel_rows, rel_cols },
                .dalong = { drel_rows, drel_cols } };
    Heads s = biased(&b, N, rows * cols, D, H);
    heads_bwd(dqkv, NULL, dy, qkv, lse, &s);
}

void cpu_table_attention_fwd(real *y, real *lse, const real *qkv, const real *table,
                             int count, int N, int T, int rows, int cols, int D, int H)
{
    Bias  b = { .rows = rows, .cols = cols, .table = table, .count = count };
    Heads s = biased(&b, N, T, D, H);
    heads_fwd(y, lse, qkv, &s);
}

void cpu_table_attention_bwd(Share dqkv, real *dtable, const real *dy, const real *qkv,
                             const real *lse, const real *table, int count, int N, int T,
                             int rows, int cols, int D, int H)
{
    Bias  b = { .rows = rows, .cols = cols, .table = table, .dtable = dtable,
                .count = count };
    Heads s = biased(&b, N, T, D, H);
    heads_bwd(dqkv, NULL, dy, qkv, lse, &s);
}
