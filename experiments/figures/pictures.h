/* What a pre-training leaves to look at, read from its record: a few test images as it has
 * completed them, and how often it showed each patch. */
#ifndef EXPERIMENTS_FIGURES_PICTURES_H
#define EXPERIMENTS_FIGURES_PICTURES_H

#include "core/data/image.h"
#include "experiments/record/results.h"

typedef struct {
    const uint8_t *original, *completed; /* [n, H, W, C], C is 1 or 3          */
    const uint8_t *hidden;               /* [n, rows * cols] 1: hidden          */
    size_t         n, H, W, C;
    int            rows, cols;           /* of the patch grid                   */
} Pictures;

typedef enum { PICTURE_ORIGINAL, PICTURE_VISIBLE, PICTURE_COMPLETED } PictureKind;

/* Of the training of a row with this seed; n 0 if it is not done or has none.
 * STATUS_FORMAT if sizes disagree. */
MUST_USE Status pictures_read(Pictures *p, const Results *r, int row, int seed, Arena *a,
                              Err *err);

/* Of the first seed that has them. */
MUST_USE Status pictures_of_row(Pictures *p, const Results *r, int row, Arena *a, Err *err);

/* Picture i, each pixel `zoom` x `zoom`, in colours; of its visible patches alone the others
 * have a colour that no picture has, so that nobody takes a hidden patch for a grey one. */
void picture_draw(Image *out, const Pictures *p, PictureKind kind, size_t i, int zoom);

/* How often each patch was visible, 0..1: *share [*rows, *cols]; NULL as pictures_read has
 * n 0.  And the mean over all seeds that have it, of one size. */
MUST_USE Status shares_read(double **share, int *rows, int *cols, const Results *r, int row,
                            int seed, Arena *a, Err *err);
MUST_USE Status shares_of_row(double **share, int *rows, int *cols, const Results *r, int row,
                              Arena *a, Err *err);

#endif
