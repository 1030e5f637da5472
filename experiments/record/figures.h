/* The figures of a recipe: for each the numbers as .tsv, and PNG and SVG drawn
 * from them by gnuplot.
 *
 *   loss             training loss of each strategy, mean and deviation over seeds
 *   METRIC           one for each primary metric: seeds, means, intervals, differences
 *   visibility       how often each strategy shows each patch
 *   reconstruction   original, visible and reconstruction side by side
 *   spectrum         singular values of features, and others that represent leaves: rank and
 *                    attention block by block, cuts of patches over the epochs
 *   cka              how alike the features of strategies are
 *
 * A figure whose records are not there is left out.
 */
#ifndef EXPERIMENTS_RECORD_FIGURES_H
#define EXPERIMENTS_RECORD_FIGURES_H

#include "experiments/record/results.h"

/* Write into `folder`, which is made; adds the path of each file to `made`. */
MUST_USE Status figures_write(const Results *r, const char *baseline, const char *folder,
                              Text *made, Err *err);

/* --- one by one, for figures_write ---------------------------------------- */

enum { FIGURE_PATH = 4096 };

typedef struct {
    const Results *r;
    const char    *baseline, *folder;
    char           widest[16]; /* letters of the longest label, in digits */
    Text           footer; /* scale, seeds and commit, below each figure */
    Text          *made;
} Figures;

/* Write FOLDER/name.tsv, then run script.gp on it. */
MUST_USE Status figure_draw(const Figures *f, const char *script, const char *name,
                            const Text *tsv, const char *const *arguments, Err *err);

/* Colour and dashes of a row, as style.gp numbers them. */
int figure_shade(const Figures *f, int row);

MUST_USE Status figure_loss(const Figures *f, Err *err);
MUST_USE Status figure_metric(const Figures *f, int metric, Err *err);
MUST_USE Status figure_visibility(const Figures *f, Err *err);
MUST_USE Status figure_reconstruction(const Figures *f, Err *err);
MUST_USE Status figure_represent(const Figures *f, Err *err);

#endif
