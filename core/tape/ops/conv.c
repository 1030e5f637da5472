/* Convolutions.  What a frame of k x k pixels shows becomes a row of a matrix, [k, k, C],
 * a piece of the rows at a time, and the rest is products.  Channels lie last, so filters
 * are turned from [O, C, k, k] to [O, k, k, C] first. */
#include "core/tape/maps.h"
#include "core/tape/ops.h"
#include "core/tape/ops/piece.h"

/* Values laid out at a time.  With 576 a row, and 1 MB of second-level cache, twice as
 * many cost the way back 7 % and four times 27 %; with 2304 a row half as many cost
 * 9 % forwards, since the filters are packed anew for each product. */
enum { PIECE = 1 << 19 };

static int places(const Slide *s) { return s->N * s->down * s->across; }
static int width(const Slide *s) { return s->k * s->k * s->C; }

static Room turned(Tape *t, const Tensor *w, int back)
{
    Room r = tape_take(t, tensor_count(w));
    t->be->filters_turn(r.at, w->data, w->dim[0], w->dim[1], w->dim[2], back);
    return r;
}

/* y = frames of x times filters [O, k, k, C], plus b [O] or NULL */
static void convolve(Tape *t, Share y, const real *x, const real *filters, const real *b,
                     int O, const Slide *s)
{
    int  rows = places(s), I = width(s);
    Room frames = tape_take(t, piece_values(rows, I, PIECE));
    for (int i = 0; i < piece_of(rows, I, PIECE, 0).n; i++) {
        Piece p = piece_of(rows, I, PIECE, i);
        real *to = y.at + (size_t)p.lo * (size_t)O;
        t->be->frames_take(frames.at, x, s, (size_t)p.lo, p.rows);
        if (b)
            t->be->linear_fwd(to, frames.at, filters, b, NULL, p.rows, I, O);
        else
            t->be->gemm(0, 1, p.rows, O, I, frames.at, filters, y.beta, to);
    }
    tape_give(t, frames);
}

/* The other way, where frames tile the maps: y, of s's maps, is x [places, O] times
 * filters [O, k, k, C], plus b [C] or NULL. */
static void tile(Tape *t, Share y, const real *x, const real *filters, const real *b,
                 int O, const Slide *s)
{
    int  rows = places(s), I = width(s);
    Room frames = tape_take(t, piece_values(rows, I, PIECE));
    for (int i = 0; i < piece_of(rows, I, PIECE, 0).n; i++) {
        Piece p = piece_of(rows, I, PIECE, i);
        t->be->gemm(0, 0, p.rows, I, O, x + (size_t)p.lo * (size_t)O, filters, 0,
                    frames.at);
        t->be->frames_put(y, frames.at, b, s, (size_t)p.lo, p.rows);
    }
    tape_give(t, frames);
}

/* dw = dy^T frames of x;  dy [places, O] */
static void filters_share(Tape *t, Tensor *w, const real *dy, const real *x,
                          const Slide *s)
{
    Share dw = tape_grad(t, w);
    int   rows = places(s), I = width(s), O = w->dim[0];
    if (!dw.at) return;
    Room sum = tape_take(t, tensor_count(w));
    Room frames = tape_take(t, piece_values(rows, I, PIECE));
    for (int i = 0; i < piece_of(rows, I, PIECE, 0).n; i++) {
        Piece p = piece_of(rows, I, PIECE, i);
        t->be->frames_take(frames.at, x, s, (size_t)p.lo, p.rows);
        t->be->gemm(1, 0, O, I, p.rows, dy + (size_t)p.lo * (size_t)O, frames.at,
                    i ? 1 : 0, sum.at);
    }
    t->be->filters_bwd(dw, sum.at, O, w->dim[1], w->dim[2]);
    tape_give(t, frames);
    tape_give(t, sum);
}

static bool tiles(const Slide *s)
{
    return s->stride == s->k && !s->pad && s->rows == s->down * s->k &&
           s->cols == s->across * s->k;
}

/* Where frames overlap, a pixel of dx sees all of dy that it went to through a frame of
 * its own, the filters turned by 180 degrees; a stride of s spreads dy by s. */
static void map_share(Tape *t, Share dx, const real *dy, const Tensor *w, const Slide *s)
{
    if (!dx.at) return;
    int  O = w->dim[0], back = s->k - 1 - s->pad;
    Room filters = turned(t, w, !tiles(s));
    if (tiles(s)) {
        tile(t, dx, dy, filters.at, NULL, O, s);
    } else {
        Slide from = { .N = s->N, .rows = s->down, .cols = s->across, .C = O, .k = s->k,
                       .stride = 1, .pad = back, .spread = s->stride, .down = s->rows,
                       .across = s->cols };
        convolve(t, dx, dy, filters.at, NULL, s->C, &from);
    }
    tape_give(t, filters);
}

/* The filters' share reads x, so that afterwards the map's may take its place. */
static void conv_back(Tape *t, const Node *n)
{
    Tensor      *x = n->in[0], *w = n->in[1], *b = n->in[2];
    const Slide *s = n->aux;
    t->be->columns_bwd(tape_grad(t, b), n->out->grad, (size_t)places(s),
                       (size_t)w->dim[0]);
    filters_share(t, w, n->out->grad, x->data, s);
    map_share(t, tape_grad_over(t, x), n->out->grad, w, s);
}

Tensor *op_conv(Tape *t, Tensor *x, Tensor *w, Tensor *b, int stride, int pad)
{
    CHECK(x->rank == 4 && w->rank == 4 && w->dim[1] == x->dim[3] &&
              w->dim[2] == w->dim[3],
          "convolution of rank %d, %d channels, by rank %d, [%d, %d, %d, %d]", x->rank,
          x->dim[3], w->rank, w->dim[0], w->dim[1], w->dim[2], w->dim[3]);
    int k = w->dim[2], O = w->dim[0], H = x->dim[1] + 2 * pad, W = x->dim[2] + 2 * pad;
    CHECK(!b || tensor_count(b) == (size_t)O, "convolution: %d outputs, bias has %zu", O,
          tensor_count(b));
    CHECK(stride >= 1 && pad >= 0 && k <= H && k <= W,
          "frames of %d by steps of %d over %d x %d", k, stride, H, W);
    if (k == 1 && stride == 1 && !pad)
        return op_linear(t, x, op_shape(t, w, 2, w->dim), b);

    Slide *s = ARENA_NEW(&t->nodes, Slide, 1);
    *s = (Slide){ .N = x->dim[0], .rows = x->dim[1], .cols = x->dim[2], .C = x->dim[3],
                  .k = k, .stride = stride, .pad = pad, .spread = 1,
                  .down = (H - k) / stride + 1, .across = (W - k) / stride + 1 };
    const int dim[] = { s->N, s->down, s->across, O };
    Tensor   *y = tape_result(t, 4, dim, INPUTS(x, w, b));
    Room      filters = turned(t, w, 0);
    convolve(t, (Share){ y->data, 0 }, x->data, filters.at, b ? b->data : NULL, O, s);
    tape_give(t, filters);
    tape_push(t, conv_back, y, INPUTS(x, w, b), s);
    return y;
}

/* The transpose of a convolution of y, so that what is forwards there is backwards
 * here; s slides over y. */
static void deconv_back(Tape *t, const Node *n)
{
    Tensor      *x = n->in[0], *w = n->in[1], *b = n->in[2];
    const Slide *s = n->aux;
    const real  *dy = n->out->grad;
    t->be->columns_bwd(tape_grad(t, b), dy, tensor_rows(n->out), (size_t)s->C);
    filters_share(t, w, x->data, dy, s);
    Share dx = tape_grad_over(t, x);
    if (!dx.at) return;
    Room filters = turned(t, w, 0);
    convolve(t, dx, dy, filters.at, NULL, w->dim[0], s);
    tape_give(t, filters);
}

Tensor *op_deconv(Tape *t, Tensor *x, Tensor *w, Tensor *b)
{
    CHECK(x->rank == 4 && w->rank == 4 && w->dim[0] == x->dim[3] && w->dim[2] == 2 &&
              w->dim[3] == 2,
          "transposed convolution of rank %d, %d channels, by rank %d, [%d, %d, %d, %d]",
          x->rank, x->dim[3], w->rank, w->dim[0], w->dim[1], w->dim[2], w->dim[3]);
    int O = w->dim[1], H = x->dim[1], W = x->dim[2];
    CHECK(!b || tensor_count(b) == (size_t)O, "transposed convolution: %d outputs, bias "
          "has %zu", O, tensor_count(b));
    Slide *s = ARENA_NEW(&t->nodes, Slide, 1);
    *s = (Slide){ .N = x->dim[0], .rows = 2 * H, .cols = 2 * W, .C = O, .k = 2,
                  .stride = 2, .spread = 1, .down = H, .across = W };
    const int dim[] = { s->N, s->rows, s->cols, O };
    Tensor   *y = tape_result(t, 4, dim, INPUTS(x, w, b));
    Room      filters = turned(t, w, 0);
    tile(t, (Share){ y->data, 0 }, x->data, filters.at, b ? b->data : NULL, w->dim[0], s);
    tape_give(t, filters);
    tape_push(t, deconv_back, y, INPUTS(x, w, b), s);
    return y;
}
