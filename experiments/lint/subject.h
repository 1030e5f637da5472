/* What is tried: a strategy by its text, opened and drawn on the usual grids, with
 * something to look at; of recorded masks those that there are.
 *
 *     Subject s = { .spec = "spiral:sym=1", .open = strategy_open };
 *     for (int g = 0; g < subject_grids(&s); g++) {
 *         Case c;
 *         if (case_open(&c, &s, g, &err)) return err.code;
 *         case_draw(&c, ids, n, epoch, K);
 *         case_close(&c);
 *     }
 */
#ifndef EXPERIMENTS_LINT_SUBJECT_H
#define EXPERIMENTS_LINT_SUBJECT_H

#include "core/mask/draw.h"
#include "core/mask/recording.h"
#include "experiments/lint/contain.h"
#include "experiments/lint/invent.h"

/* As strategy_open: a test has strategies of its own. */
typedef Status LintOpen(Mask **m, const char *spec, int rows, int cols, Err *err);

typedef struct {
    const char *spec;
    LintOpen   *open;
    int         rows, cols; /* a grid to try beside the usual ones; 0: none     */
    Trace      *trace;      /* its beat is raised with each mask; or NULL       */
    const Recording *recorded; /* masks that it draws: then it is tried on their     */
                               /* grid, rows x cols, count and images; NULL: on any  */
} Subject;

/* Masks for everybody, with one seed: opens, draws and raises the beat. */
enum { SUBJECT_SEED = 3 };
MUST_USE Status subject_open(const Subject *s, Mask **m, int rows, int cols, Err *err);
void            subject_draw(const Subject *s, const Mask *m, int *ids,
                             const MaskView *view, uint64_t epoch, uint64_t image, int K);

/* The usual grids: one row, squares, what is odd and long.  The one that the subject
 * names comes last. */
enum { GRIDS = 6, COUNTS = 6 };
extern const int usual_grids[GRIDS][2];
int              subject_grids(const Subject *s); /* at most GRIDS + 1 */
void             subject_grid(const Subject *s, int grid, int *rows, int *cols);

/* The k-th image that can be drawn, and the epoch from which on: 0, 1, 2, ... and 0, or
 * those that are recorded, epoch after epoch. */
uint64_t subject_image(const Subject *s, uint64_t k);
uint64_t subject_epoch(const Subject *s, uint64_t k);

/* Numbers of visible patches to try on L: 1, L - 1, and those of four ratios. */
void usual_counts(int K[COUNTS], int L);

/* One mask on one grid; in.N of the images can be drawn, with `counts` numbers of visible
 * patches; most laws are tried with K, at 3/4 hidden if there is a choice. */
enum { CASE_IMAGES = 11 };
typedef struct {
    const Subject *subject;
    Mask          *mask;
    Invented       in;
    int            rows, cols, L, K;
    int            counts, count[COUNTS];
    uint64_t       images[CASE_IMAGES];
} Case;

MUST_USE Status case_open(Case *c, const Subject *s, int grid, Err *err);
void            case_close(Case *c);
void            case_draw(const Case *c, int *ids, int n, uint64_t epoch, int K);

/* With the view of image `of`, which is n in case_draw, or its partner among them all. */
void case_draw_shown(const Case *c, int *ids, int n, int of, uint64_t epoch, int K);

/* Key k, with K visible: of as many images as there are, epoch after epoch. */
enum { CASE_KEYS = 120 };
int  case_keys(const Case *c); /* how many, at most CASE_KEYS */
void case_draw_key(const Case *c, int *ids, int k);

#endif
