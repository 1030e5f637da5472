/* sma: hide what a few random patches attend to most, in the first layer.
 *
 * The encoder being trained looks at the whole image with its first attention
 * layer.  Some patches are drawn as queries; the attention they pay to each patch
 * is summed, and the patches that get most are hidden.  The number of queries is
 * such that each is credited with `credit` hidden patches: (L - K) / credit.
 *
 * The sum takes the place of a union of each query's top patches, which would
 * overlap and hide too few.  Early in training attention is nearly uniform, and
 * the mask nearly random.  Annealing, which the authors use elsewhere but not for
 * images, is the parameter `anneal` that every strategy has.
 *
 * Source: Xie et al. 2024, arXiv:2402.14789, and transforms_sma.py of
 * Johnathan-Xie/sma.  There queries are latents or pixels; the step to patches,
 * and with it the default of `credit`, is this suite's.
 */
#include "core/mask/mask.h"

#include <math.h>
#include <string.h>

enum { HEADS_MEAN, HEADS_RANDOM_MIX };
static const char *const HEADS[] = { "mean", "random_mix", NULL };

typedef struct {
    double credit;
    int    heads, mask_self;
} Sma;

static const MaskParam params[] = {
    MASK_NUMBER(Sma, credit, 16, 1, MASK_MAX_PATCHES,
                "hidden patches a query stands for"),
    MASK_CHOICE(Sma, heads, HEADS_MEAN, HEADS, "all heads, or one at random per query"),
    MASK_INTEGER(Sma, mask_self, 0, 0, 1, "1: hide the queries too"),
    { 0 }
};

/* out_k += mean over heads of attention[h][query][k] */
static void add_query(const Sma *s, float *out, const MaskView *v, int query, Rng *rng)
{
    size_t L = (size_t)(v->rows * v->cols);
    int    first = 0, last = v->heads;
    if (s->heads == HEADS_RANDOM_MIX) {
        first = (int)rng_below(rng, (uint32_t)v->heads);
        last = first + 1;
    }
    float share = 1 / (float)(last - first);
    for (int h = first; h < last; h++) {
        const float *row = v->attention + ((size_t)h * L + (size_t)query) * L;
        for (size_t k = 0; k < L; k++) out[k] += share * row[k];
    }
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Sma *s = self;
    int   L = v->rows * v->cols, left = (int)lround((L - v->K) / s->credit);
    float above_all = 1 + (float)L; /* no patch gets more than 1 from a query */
    if (left < 1) left = 1;

    /* Queries without replacement: each of those to come has the same chance. */
    memset(out, 0, (size_t)L * sizeof *out);
    for (int q = 0; left; q++) {
        if ((int)rng_below(rng, (uint32_t)(L - q)) >= left) continue;
        add_query(s, out, v, q, rng);
        if (s->mask_self) out[q] += above_all;
        left--;
    }
}

MASK_STRATEGY(sma,
    .about  = "what random patches attend to most in the first layer",
    .source = "Xie et al. 2024, arXiv:2402.14789",
    .family = "attention",
    .size   = sizeof(Sma),
    .params = params,
    .needs  = MASK_NEEDS_ATTENTION,
    .score  = score
);
