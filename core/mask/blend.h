/* Masks made of masks, and one text for equal ones.
 *
 *   mixture   each image has the mask of one part, found by a coin of the image's own
 *   schedule  each part in its time; all see the progress of the whole training
 *   union     each part shows an equal share of the visible patches; what several show
 *             counts once, and all show more until K patches are visible
 *
 * In a mixture and in a schedule the masks of a part are bit for bit those that it
 * draws alone.  In a union each part but the first has chance of its own, since two
 * windows that begin at one number would lie alike.
 *
 * A part of the same form is its parts; equal parts are one; the parts of a mixture
 * and of a union are sorted by their texts; weights are whole millionths.
 */
#ifndef CORE_MASK_BLEND_H
#define CORE_MASK_BLEND_H

#include "core/mask/opened.h"

enum { BLEND_MOST = 64 }; /* strategies of an expression */

/* Masks of one grid with their shares: in a mixture weights above 0, in a schedule
 * where each ends, rising, the last at INFINITY. */
typedef struct {
    int    n;
    Mask  *mask[BLEND_MOST];
    double share[BLEND_MOST];
} Parts;

void parts_add(Parts *p, Mask *m, double share);
void parts_close(Parts *p);

/* Owns the parts from now on, and has closed them if it fails.  STATUS_CONFIG if a
 * weight is too small, or if what parts must be shown is made in two ways. */
MUST_USE Status blend_open(Mask **m, MaskForm form, Parts *p, Err *err);
void            blend_close(Mask *m); /* its parts, not itself */

/* The ratio goes from one to the other over training: mask_ratio(). */
void blend_ratio(Mask *m, double from, double to);

bool blend_fixed(const Mask *m);

/* Of a schedule: which part's time it is. */
int blend_awake(const Mask *m, double progress);

/* The part that draws this image: a strategy or a union. */
const Mask *blend_pick(const Mask *m, double progress, uint64_t seed, uint64_t epoch,
                       uint64_t image);

/* Mark the K visible patches of a union [L] with 1 and the others with 0. */
void blend_unite(const Mask *m, uint8_t *visible, const MaskView *view, uint64_t seed,
                 uint64_t epoch, uint64_t image, int K);

#endif
