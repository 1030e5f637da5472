/* The figures of a recipe: for each the numbers as .tsv, and PNG, SVG and PDF drawn from
 * them by gnuplot, for a column of a printed page (88 mm).
 *
 *   loss             training loss over epochs, mean and deviation over seeds
 *   distance         error of hidden patches over the distance to the nearest visible one
 *   visibility       how often each strategy shows each patch
 *   reconstruction   original, visible and reconstruction side by side
 *   spectrum         singular values of features
 *   ..._by_block     what represent finds after each block: ranks, frequencies, attention
 *   ..._by_epoch     over the training: cuts and relations of patches, where the decoder
 *                    looks
 *   cka              how alike the features of strategies are
 *   objects, labels  boxes, masks and classes of pixels that were found, beside the true ones;
 *                    drawn without gnuplot
 *
 * and of each primary metric, and of all that reconstruct and represent leave:
 *
 *   METRIC               seeds, means and intervals
 *   METRIC_differences   paired differences to the baseline
 *   METRIC_ranks         critical differences of mean ranks
 *   METRIC_by_KEY        over a number that the grid varies: ratio, epochs
 *   METRIC_map_of_KEY    strategies by that number, as a table of squares
 *   METRIC_by_visibility over how often the middle of an image is visible
 *   METRIC_by_time       over what the training took
 *
 * A figure whose records are not there is left out, and says why.
 */
#ifndef EXPERIMENTS_FIGURES_FIGURES_H
#define EXPERIMENTS_FIGURES_FIGURES_H

#include "experiments/record/results.h"

typedef struct {
    const char *name;  /* "knn_top1_by_ratio": of its files                       */
    const char *title; /* "k-NN accuracy over the ratio"                          */
    const char *about; /* what it shows, in a sentence; or why it is left out     */
    bool        drawn;
} Figure;

enum { FIGURES_MOST = 512 };

typedef struct {
    Arena  arena;
    Figure figure[FIGURES_MOST];
    int    n;
    Text   paths; /* of all files, a line each       */
    Text   shown; /* what a terminal is to be given */
} FigureList;

void figures_open(FigureList *l);
void figures_close(FigureList *l);

typedef struct {
    const Results     *results;
    const char        *baseline;
    const char        *folder; /* that files are written to; it is made */
    const char *const *names;  /* [n] metrics, curves or figures, of whatever stage: those
                                  alone, of a metric all its figures; none: all */
    int                n;
    const char        *only;     /* png, svg or pdf; NULL: all three */
    const char        *terminal; /* "text80", "colour80": so wide, as text, and only the
                                    .tsv are written; NULL: files */
} FigurePlan;

/* Adds what was drawn and what was left out to `made`.  STATUS_CONFIG names the nearest
 * if there is nothing of such a name. */
MUST_USE Status figures_write(FigureList *made, const FigurePlan *p, Err *err);

#endif
