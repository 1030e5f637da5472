/* What is annotated in a picture, or was found in it, drawn over it. */
#ifndef EXPERIMENTS_FIGURES_OVERLAY_H
#define EXPERIMENTS_FIGURES_OVERLAY_H

#include "core/data/rle.h"
#include "experiments/figures/canvas.h"

/* The picture in three colours, `by` times as large. */
void overlay_enlarge(Image *to, const Image *from, double by);

/* On such a picture, from masks and classes of the small one: filled so that the picture
 * shows through, a mask with a line around.  class [rows, cols]: below 0, and beyond, white. */
void overlay_mask(Image *m, const Rle *mask, double by, uint32_t colour);
void overlay_classes(Image *m, const int32_t *class, int rows, int cols, double by,
                     uint32_t (*colour)(int class));

void overlay_box(Canvas *c, int x, int y, int width, int height, uint32_t colour);

/* Where words stand that belong to a box at x, y: at its top left corner, but below `top` and
 * left of `right`. */
typedef struct { int x, y, width, height; } Tag;
Tag  overlay_tag(int x, int y, int right, int top, const char *words);
bool overlay_tags_meet(const Tag *a, const Tag *b);
void overlay_words(Canvas *c, const Tag *t, uint32_t colour, const char *words);

#endif
