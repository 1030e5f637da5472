/* The laws of strategies: what must hold of every one, whatever it draws.
 *
 *     Subject s = { .spec = "spiral:sym=1", .open = strategy_open };
 *     for (int i = 0; i < LAWS_TRIED; i++)
 *         if (laws[i].holds(&s, &err)) ...  err.text says where it is broken
 *
 * A law ends with STATUS_FAILED where it is broken.  What a strategy does to the
 * process (crash, loop for ever, exit, abort) befalls the caller: see lint.h for a
 * process that can afford it.
 */
#ifndef EXPERIMENTS_LINT_LAWS_H
#define EXPERIMENTS_LINT_LAWS_H

#include "core/mask/draw.h"

/* As strategy_open: a test has strategies of its own. */
typedef Status LintOpen(Mask **m, const char *spec, int rows, int cols, Err *err);

typedef struct {
    const char *spec;
    LintOpen   *open;
    int         rows, cols; /* a grid to try beside the usual ones; 0: none     */
    volatile unsigned *beat; /* raised with each mask, to be seen alive; or NULL */
} Subject;

/* In the order in which they are tried: a law stands on those before it. */
typedef enum {
    LAW_OPENS,
    LAW_BOUNDS,
    LAW_SCORES,
    LAW_COUNT,
    LAW_PURE,
    LAW_THREADS,
    LAW_FIXED,
    LAWS_TRIED,
    LAW_KNOWN = LAWS_TRIED, /* known.h, after measuring  */
    LAW_RETURNS,            /* lint.h, by looking on     */
    LAWS
} LawName;

typedef struct {
    const char *name, *about; /* "pure", and the law in one line */
    Status (*holds)(const Subject *s, Err *err); /* NULL behind LAWS_TRIED */
} Law;

extern const Law laws[LAWS];

/* Masks for everybody: opens, draws and raises the beat. */
MUST_USE Status subject_open(const Subject *s, Mask **m, int rows, int cols, Err *err);
void            subject_draw(const Subject *s, const Mask *m, int *ids,
                             const MaskView *view, uint64_t epoch, uint64_t image, int K);

/* The usual grids: one row, squares, what is odd and long. */
enum { GRIDS = 6, COUNTS = 6 };
extern const int usual_grids[GRIDS][2];

/* Numbers of visible patches to try on L: 1, L - 1, and those of four ratios. */
void usual_counts(int K[COUNTS], int L);

#endif
