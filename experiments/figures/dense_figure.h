/* What the figures of found objects and of label maps have alike: which records they show,
 * one below the other, and pictures enlarged. */
#ifndef EXPERIMENTS_FIGURES_DENSE_FIGURE_H
#define EXPERIMENTS_FIGURES_DENSE_FIGURE_H

#include "experiments/figures/figure.h"
#include "experiments/figures/mosaic.h"
#include "experiments/record/shown.h"

/* One for each row of the results that has pictures, of the first seed that has. */
typedef struct {
    Shown       shown;
    const char *label;
} ShownRow;

typedef struct {
    Arena              arena;
    ShownRow          *row; /* [n], all of the same pictures; n 0: nothing to draw */
    int                n;
    int                tile;       /* pixels that the longest side of a picture is drawn with */
    const char *const *class_name; /* [classes] */
    int                classes;
    bool               by_heart; /* the pictures are of those that were trained on */
} ShownRows;

const char *shown_of(const ShownRows *s); /* which pictures: "test" or "training" */

MUST_USE Status shown_rows(ShownRows *s, const Results *r, StageKind stage, Err *err);
void            shown_rows_close(ShownRows *s);

/* Picture i of the first row, enlarged and in colours; how much. */
double shown_enlarged(const ShownRows *s, int i, Image *m);

/* Picture i on a canvas, at (left, top): with the objects that `shown` has in it, true ones
 * or found ones of a score that is worth it; and what was found in words, "disc 0.93, ...". */
void objects_draw(Canvas *c, int left, int top, const ShownRows *s, const Shown *shown, int i,
                  bool truth);
void objects_words(const ShownRows *s, const Shown *shown, int i, bool truth, Text *out);

/* What such pictures show and leave out, a paragraph; which classes are in the first so many. */
void objects_about(const ShownRows *s, Text *out);
void objects_used(const ShownRows *s, int images, bool *used);

/* Picture i, coloured by classes [side, side] of its pixels. */
void labels_draw(Image *tile, const ShownRows *s, const int32_t *labels, int i);

/* Draw `rows` x pictures to FOLDER/name.svg, .png and .pdf: fill draws them all on an open
 * mosaic, whose title, rows and colours are given; the note stands below, on one line. */
MUST_USE Status shown_draw(const Figures *f, const ShownRows *s, Mosaic *m, Text *note,
                           const char *name, void (*fill)(Mosaic *m, const ShownRows *s), Err *err);

#endif
