/* Strategies side by side, as a figure: of each some masks, the walk if it has one, and
 * how often each patch is visible, under the headings of their families.
 *
 *     Gallery g = { .rows = 14, .cols = 14, .K = 49, .draws = 3, .eyes = sight.eyes };
 *     gallery_add(&g, mask, &sight, "curves", "rings from the centre outward", source);
 *     bad = gallery_write(&g, "gallery.png", &err);       or gallery.svg
 *
 * A strategy that needs what its sight was not taught is named, and says why it is not
 * drawn.
 */
#ifndef EXPERIMENTS_FIGURES_GALLERY_H
#define EXPERIMENTS_FIGURES_GALLERY_H

#include "experiments/figures/sight.h"

enum { GALLERY_MOST = 128, GALLERY_DRAWS = 12 };

/* Families in the order in which they are first added; so their strategies stand. */
typedef struct {
    const Mask  *mask;
    const Sight *sight; /* what it looks at, if it does */
    const char *family, *about, *source;
} GalleryEntry;

typedef struct {
    int           rows, cols, K, draws; /* masks of each, at most GALLERY_DRAWS */
    int           cell;                 /* pixels a patch                       */
    double        ratio, progress;
    uint64_t      seed;
    const char   *eyes;  /* said of all that look: who, at what                 */
    GalleryEntry  entry[GALLERY_MOST];
    int           n;
} Gallery;

/* The mask is not drawn before gallery_write, and outlives it; texts too.  STATUS_CONFIG
 * if there are more than GALLERY_MOST. */
MUST_USE Status gallery_add(Gallery *g, const Mask *m, const Sight *sight,
                            const char *family, const char *about, const char *source,
                            Err *err);

/* STATUS_CONFIG if the picture would be too large. */
MUST_USE Status gallery_write(const Gallery *g, const char *path, Err *err);

#endif
