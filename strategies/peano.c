/* peano: a Peano curve through a grid of any shape.
 *
 * A rectangle is cut into thirds both ways, and its nine parts are walked column
 * by column, every second column upwards, each part from one corner to the one
 * opposite.  Thirds are unequal where they must be: the outer two are odd, so
 * that a part ends beside the next (14 = 5 + 4 + 5).
 *
 * All steps go to a neighbour, except one diagonal step when both sides are
 * even: no walk between opposite corners does without.  On squares of 3, 9, 27,
 * ... this is Peano's own curve.
 *
 * Why `strata` is the default: zigzag.c.
 *
 * Source: Peano 1890; the unequal thirds are this suite's.
 */
#include "core/mask/mask.h"

typedef struct { int *out; int cols; } Pen;

/* A run of rows or columns; backwards if `flip`. */
typedef struct { int from, length; bool flip; } Span;

static int parts(int length) { return length < 3 ? 1 : 3; }

/* Part i of the span, counted in the direction of the walk; the outer parts have
 * the odd length nearest to a third. */
static Span third(Span s, int i, bool flip)
{
    if (parts(s.length) == 1) return (Span){ s.from, s.length, s.flip != flip };
    int outer = (s.length / 3) | 1;
    if (2 * outer >= s.length) outer -= 2;
    int place = s.flip ? 2 - i : i, inner = s.length - 2 * outer;
    int from = place == 0 ? 0 : place == 1 ? outer : outer + inner;
    return (Span){ s.from + from, place == 1 ? inner : outer, s.flip != flip };
}

static void curve(Pen *p, Span x, Span y)
{
    if (x.length < 3 && y.length < 3) {
        for (int i = 0; i < x.length; i++)
            for (int j = 0; j < y.length; j++) {
                int col = x.flip ? x.length - 1 - i : i;
                int row = y.flip ? y.length - 1 - j : j;
                *p->out++ = (y.from + row) * p->cols + x.from + col;
            }
        return;
    }
    for (int i = 0; i < parts(x.length); i++)
        for (int t = 0; t < parts(y.length); t++) {
            int j = i % 2 ? parts(y.length) - 1 - t : t;
            curve(p, third(x, i, j % 2), third(y, j, i % 2));
        }
}

static void order(const void *self, int *out, int rows, int cols)
{
    (void)self;
    Pen pen = { out, cols };
    curve(&pen, (Span){ 0, cols, false }, (Span){ 0, rows, false });
}

MASK_STRATEGY(peano,
    .about  = "a Peano curve, on a grid of any shape",
    .source = "scan order of doi:10.1117/12.3058596; its selector is this suite's",
    .family = "curves",
    .select = MASK_STRATA,
    .order  = order
);
