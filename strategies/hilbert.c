/* hilbert: a Hilbert curve through a grid of any shape.
 *
 * A rectangle is walked from the corner `at` along its side `a`, and left at the
 * far end of that side.  Long ones are two rectangles in a row; the others are
 * three: up a half of side b, across all of a, and down again.  A half is made
 * even where it can be, so that the next part starts beside it.
 *
 * All steps go to a neighbour, except one diagonal step when the longer side is
 * odd and the shorter is even and more than 2.  On squares of 4, 8, 16, ... this
 * is Hilbert's own curve.
 *
 * Why `strata` is the default: zigzag.c.
 *
 * Source: Hilbert 1891; the generalisation is that of Cerveny's gilbert, as
 * described at github.com/jakubcerveny/gilbert.
 */
#include "core/mask/mask.h"

typedef struct { int x, y; } Step;

/* A side: `length` patches in the direction `to`. */
typedef struct { Step to; int length; } Side;

typedef struct { int *out; int cols; } Pen;

static Step along(Step at, Side s, int n)
{
    return (Step){ at.x + n * s.to.x, at.y + n * s.to.y };
}
static Side part(Side s, int length) { return (Side){ s.to, length }; }
static Side back(Side s, int length) { return (Side){ { -s.to.x, -s.to.y }, length }; }

static int half(int length)
{
    int h = length / 2;
    return h % 2 && length > 2 ? h + 1 : h;
}

static void line(Pen *p, Step at, Side s)
{
    for (int t = 0; t < s.length; t++, at = along(at, s, 1))
        *p->out++ = at.y * p->cols + at.x;
}

static void curve(Pen *p, Step at, Side a, Side b)
{
    if (b.length == 1) {
        line(p, at, a);
    } else if (a.length == 1) {
        line(p, at, b);
    } else if (2 * a.length > 3 * b.length) {
        int h = half(a.length);
        curve(p, at, part(a, h), b);
        curve(p, along(at, a, h), part(a, a.length - h), b);
    } else {
        int  h = half(b.length), w = a.length / 2;
        Step end = along(along(at, a, a.length - 1), b, h - 1);
        curve(p, at, part(b, h), part(a, w));
        curve(p, along(at, b, h), a, part(b, b.length - h));
        curve(p, end, back(b, h), back(a, a.length - w));
    }
}

static void order(const void *self, int *out, int rows, int cols)
{
    (void)self;
    Pen  pen = { out, cols };
    Side across = { { 1, 0 }, cols }, down = { { 0, 1 }, rows };
    if (cols >= rows) curve(&pen, (Step){ 0, 0 }, across, down);
    else curve(&pen, (Step){ 0, 0 }, down, across);
}

MASK_STRATEGY(hilbert,
    .about  = "a Hilbert curve, on a grid of any shape",
    .source = "scan order of doi:10.1117/12.3058596; its selector is this suite's",
    .family = "curves",
    .select = MASK_STRATA,
    .order  = order
);
