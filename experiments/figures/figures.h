/* The figures of a recipe: for each the numbers as .tsv, and PNG and SVG drawn
 * from them by gnuplot.
 *
 *   loss             training loss of each strategy, mean and deviation over seeds
 *   METRIC           seeds, means, intervals, differences: of each primary metric, and of
 *                    all that reconstruct and represent leave
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
 * A figure whose records are not there is left out.
 */
#ifndef EXPERIMENTS_FIGURES_FIGURES_H
#define EXPERIMENTS_FIGURES_FIGURES_H

#include "experiments/record/results.h"

/* Write into `folder`, which is made; adds the path of each file to `made`.  Of names
 * [n], metrics, curves or figures, those alone, whatever stage they are of; n 0: all.
 * STATUS_CONFIG names the nearest if there is nothing of such a name. */
MUST_USE Status figures_write(const Results *r, const char *baseline,
                              const char *const *names, int n, const char *folder,
                              Text *made, Err *err);

/* --- one by one, for figures_write ---------------------------------------- */

enum { FIGURE_PATH = 4096 };

typedef struct {
    const Results     *r;
    const char        *baseline, *folder;
    const char *const *names; /* [n_names] that are wanted; none: all */
    int                n_names;
    char               widest[16]; /* letters of the longest label, in digits */
    Text               footer; /* scale, seeds and commit, below each figure */
    Text              *made;
} Figures;

/* Write FOLDER/name.tsv; and then run script.gp on it. */
MUST_USE Status figure_tsv(const Figures *f, const char *name, const Text *tsv, Err *err);
MUST_USE Status figure_draw(const Figures *f, const char *script, const char *name,
                            const Text *tsv, const char *const *arguments, Err *err);

bool figure_wanted(const Figures *f, const char *name);

/* The words of a label, broken into lines that a frame has room for. */
void figure_label(Text *out, const char *text);

/* Colour and dashes of a row, as style.gp numbers them. */
int figure_shade(const Figures *f, int row);

MUST_USE Status figure_loss(const Figures *f, Err *err);
MUST_USE Status figure_metric(const Figures *f, int metric, Err *err);
MUST_USE Status figure_visibility(const Figures *f, Err *err);
MUST_USE Status figure_reconstruction(const Figures *f, Err *err);
MUST_USE Status figure_represent(const Figures *f, Err *err);
MUST_USE Status figure_objects(const Figures *f, Err *err);
MUST_USE Status figure_labels(const Figures *f, Err *err);

/* Its figure number i, and the curve that it draws: false behind the last. */
bool figure_represent_name(int i, const char **figure, const char **curve);

#endif
