/* Selectors: from a ranking of patches to K visible ones. */
#ifndef CORE_MASK_SELECT_H
#define CORE_MASK_SELECT_H

#include "core/mask/mask.h"

#include <stdint.h>

/* visible[i] = 1 for exactly K of the L patches of the ranking, else 0.  Under
 * every selector but topk and prefix each patch is visible with probability
 * K / L, whatever the ranking is.  `run` is the length of runs, at least 1.
 * Gumbel is topk of perturbed scores and comes here as such. */
void select_visible(uint8_t *visible, const int *ranking, int L, int K,
                    MaskSelect how, int run, Rng *rng);

#endif
