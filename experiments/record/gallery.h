/* Strategies side by side, as a figure: of each some masks, the walk if it has one, and
 * how often each patch is visible, under the headings of their families.
 *
 *     Gallery g = { .rows = 14, .cols = 14, .K = 49, .draws = 3, .sight = &sight };
 *     gallery_add(&g, mask, "curves", "rings from the centre outward", source);
 *     bad = gallery_write(&g, "gallery.png", &err);       or gallery.svg
 *
 * A strategy that only a training can guide is named, and says why it is not drawn.
 */
#ifndef EXPERIMENTS_RECORD_GALLERY_H
#define EXPERIMENTS_RECORD_GALLERY_H

#include "experiments/record/sight.h"

enum { GALLERY_MOST = 128, GALLERY_DRAWS = 12 };

/* Families in the order in which they are first added; so their strategies stand. */
typedef struct {
    const Mask *mask;
    const char *family, *about, *source;
} GalleryEntry;

typedef struct {
    int           rows, cols, K, draws; /* masks of each, at most GALLERY_DRAWS */
    int           cell;                 /* pixels a patch                       */
    double        ratio, progress;
    uint64_t      seed;
    const Sight  *sight; /* for what all of them need, if it can be had         */
    GalleryEntry  entry[GALLERY_MOST];
    int           n;
} Gallery;

/* Needs that nothing but a training can meet. */
enum { GALLERY_CANNOT = MASK_NEEDS_LOSSES | MASK_NEEDS_LEARNER };

/* The mask is not drawn before gallery_write, and outlives it; texts too.  STATUS_CONFIG
 * if there are more than GALLERY_MOST. */
MUST_USE Status gallery_add(Gallery *g, const Mask *m, const char *family, const char *about,
                            const char *source, Err *err);

/* STATUS_CONFIG if the picture would be too large. */
MUST_USE Status gallery_write(const Gallery *g, const char *path, Err *err);

#endif
