#include "core/mask/select.h"

#include "core/base/status.h"

#include <string.h>

typedef struct {
    uint8_t   *visible;
    const int *ranking;
    int        L, K;
    Rng       *rng;
} Job;

static int anywhere(Rng *rng, int n) { return (int)rng_below(rng, (uint32_t)n); }

static void show(const Job *j, int place)
{
    j->visible[j->ranking[place < j->L ? place : place - j->L]] = 1;
}

static void stretch(const Job *j, int first, int n)
{
    for (int t = 0; t < n; t++) show(j, first + t);
}

_Static_assert((uint64_t)MASK_MAX_PATCHES * MASK_MAX_PATCHES <= INT32_MAX,
               "K L is an int");

/* Places floor((t + u) L / K).  With u a multiple of 1 / L, (t L + L u) runs
 * through 0..KL-1 once, so each place is met by K of L draws. */
static void stride(const Job *j)
{
    int u = anywhere(j->rng, j->L);
    for (int t = 0; t < j->K; t++) show(j, (t * j->L + u) / j->K);
}

/* Where K does not divide L the segments differ in length, which alone would
 * make patches of short ones more often visible; so the first segment begins
 * anywhere. */
static void strata(const Job *j)
{
    int first = anywhere(j->rng, j->L);
    for (int t = 0, from = 0; t < j->K; t++) {
        int to = (t + 1) * j->L / j->K;
        show(j, first + from + anywhere(j->rng, to - from));
        from = to;
    }
}

/* A row of L - K hidden patches and n runs in random order, begun anywhere. */
static void runs(const Job *j, int run)
{
    int n = (j->K - 1) / run + 1, left = j->K, items = j->L - j->K + n;
    int at = anywhere(j->rng, j->L);
    for (; n; items--) {
        int length = 1;
        if (anywhere(j->rng, items) < n) {
            length = run < left ? run : left;
            stretch(j, at, length);
            left -= length;
            n--;
        }
        at = (at + length) % j->L;
    }
}

void select_visible(uint8_t *visible, const int *ranking, int L, int K,
                    MaskSelect how, int run, Rng *rng)
{
    const Job j = { visible, ranking, L, K, rng };
    memset(visible, 0, (size_t)L);
    switch (how) {
    case MASK_TOPK:
    case MASK_PREFIX:
    case MASK_GUMBEL: stretch(&j, 0, K); return;
    case MASK_WINDOW: stretch(&j, anywhere(rng, L), K); return;
    case MASK_STRIDE: stride(&j); return;
    case MASK_STRATA: strata(&j); return;
    case MASK_RUNS: runs(&j, run); return;
    case MASK_SUFFIX: stretch(&j, L - K, K); return;
    }
    CHECK(0, "selector %d", (int)how);
}
