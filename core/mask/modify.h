/* Modifiers: small changes to a mask that keep its count. */
#ifndef CORE_MASK_MODIFY_H
#define CORE_MASK_MODIFY_H

#include "core/base/rng.h"

#include <stdbool.h>
#include <stdint.h>

/* Let a share a of chance in, 0 to 1: the hidden patches and the last a K
 * visible ones of the ranking form a pool, and of the pool L - K are hidden at
 * random.  At a = 0 nothing changes; at a = 1 every patch is hidden with
 * probability (L - K) / L.
 *
 * Source: the annealing of Xie et al. 2024, arXiv:2402.14789, with r0 = 1;
 * there for scores, here for any selector. */
void modify_anneal(uint8_t *visible, const int *ranking, int L, int K, double a,
                   Rng *rng);

/* Show a share of the hidden patches, drawn at random, and hide as many of the
 * visible ones: so that a hidden object leaves a hint.  Those are the last of the
 * ranking or, if `any`, drawn at random, hints among them; then at share 1 all of the
 * mask is random, as in arXiv:2603.23810. */
void modify_hints(uint8_t *visible, const int *ranking, int L, int K, double share,
                  bool any, Rng *rng);

/* Turn the mask by one of the symmetries of the grid, 8 of a square and 4 of a
 * rectangle, and shift it round the edges by any offset; each if asked for. */
void modify_place(uint8_t *visible, int rows, int cols, int sym, int phase, Rng *rng);

#endif
