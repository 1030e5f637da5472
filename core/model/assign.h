/* What anchors and regions should learn: which truth each is for, which of them count in
 * a step, and the targets of their losses. */
#ifndef CORE_MODEL_ASSIGN_H
#define CORE_MODEL_ASSIGN_H

#include "core/base/rng.h"
#include "core/model/anchors.h"
#include "core/tape/dense.h"

/* The objects of an image.  None is a crowd; sides are over 0. */
typedef struct {
    int        count; /* may be 0 */
    const Box *box;
    const int *class; /* from 0   */
} Truth;

/* Of a box instead of the truth it is for. */
enum { FOR_NOTHING = -1, FOR_NEITHER = -2 };

/* truth_of [n]: of each anchor the truth it overlaps most, of equal ones the first, where
 * that is enough; FOR_NOTHING where it is too little, FOR_NEITHER between.  Whatever
 * overlaps a truth as much as nothing else does is for something too, namely the truth
 * that it itself overlaps most.  A truth that no anchor overlaps claims none: there the
 * reference would make all anchors positive. */
void assign_anchors(int *truth_of, const Box *anchor, int n, const Truth *truth,
                    const BoxRules *r, Arena *scratch);

/* The same of regions, by one threshold: no region is between. */
void assign_regions(int *truth_of, const Box *box, int n, const Truth *truth,
                    double foreground);

/* Draws up to `all` boxes: as many as there are that are for something, at most all *
 * share, rounded down, and the rest from those for nothing.  kept: the first come first.
 * Returns how many; *positive is how many are for something. */
int assign_sample(int *kept, int *positive, const int *truth_of, int n, int all,
                  double share, Rng *rng, Arena *scratch);

/* Targets of the proposal network, for the maps of each level: logits [N, rows, cols,
 * each], 1 or 0, and deltas [N, rows, cols, 4 each] of those with 1.  Both losses are
 * divided by N r->anchors. */
typedef struct {
    Targets logits[LEVELS_MOST], deltas[LEVELS_MOST];
} AnchorTargets;

/* Image i of N draws from rng[i].  What `to` points at lies in `a`. */
void anchor_targets(AnchorTargets *to, const Anchors *anchors, const Truth *truth, int N,
                    const BoxRules *r, Rng *rng, Arena *a);

/* The regions of an image that the heads learn from, foreground first. */
typedef struct {
    int  count, foreground;
    Box *box;   /* [count]                                             */
    int *class; /* [count], the number of classes where it is background */
    int *truth; /* [foreground], which object                          */
} Regions;

/* Of n proposals and the objects themselves.  In `a`; count is 0 if there are neither. */
void regions_sample(Regions *to, const Box *proposal, int n, const Truth *truth,
                    int classes, const BoxRules *r, Rng *rng, Arena *a);

/* Targets of deltas [sum of counts, 4 classes]: those of the true class of the
 * foreground, regions of N images one after the other.  The loss is divided by the sum of
 * counts. */
Targets region_targets(const Regions *regions, const Truth *truth, int N, int classes,
                       const BoxRules *r, Arena *a);

/* The map that a region is cut from, from 0:  usual_level + floor(log2(sqrt(area) /
 * usual_side)), within the region_levels there are. */
int region_level(Box b, const BoxRules *r);

#endif
