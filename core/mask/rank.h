/* Ranking patches: the first K of L without sorting, and sorting. */
#ifndef CORE_MASK_RANK_H
#define CORE_MASK_RANK_H

#include "core/base/rng.h"

#include <stdbool.h>
#include <stdint.h>

/* key[i] is ordered as score[i] is; -0 and 0 are equal.  Returns the index of
 * the first score that is not finite, or -1. */
int rank_keys(uint32_t *key, const float *score, int L);

/* Find a cut with exactly K of the L keys below it, 0 < K < L.  False if there
 * is none, because keys equal to what is in *cut lie on both sides. */
bool rank_cut(uint32_t *cut, const uint32_t *key, int L, int K);

/* visible[i] = 1 for the first K of rank_sort's order, else 0: the same, and as
 * much of rng used, without sorting.  Untouched is rng if there is a cut. */
void rank_first(uint8_t *visible, const uint32_t *key, int L, int K, Rng *rng);

/* order[0..L): patches by ascending key; equal keys in random order. */
void rank_sort(int *order, const uint32_t *key, int L, Rng *rng);

/* How many a share of n is, 0 to n: int(share n), as the papers' code counts, but in
 * decimals: 0.29 of 100 is 29, where binary arithmetic says 28.9999... */
int rank_count(double share, int n);

/* Hints: of the `among` highest of L scores n, drawn at random, become the lowest; n at
 * most `most`.  So in a ranking by score others move up by as many places.  With
 * `by_score` they are drawn with odds of their scores, 0.001 at least, else evenly. */
void rank_reveal(float *score, int L, int among, int n, int most, bool by_score, Rng *rng);

#endif
