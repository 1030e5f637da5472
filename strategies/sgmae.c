/* sgmae: hide the patches that look most like the object, less a few hints.
 *
 * Once the encoder has learned a little, it sees every training image whole.  Patches
 * are joined by the cosine of their features after the last block, a normalised cut
 * parts them in two, and one of the parts is taken for the object.  A patch's score is
 * its cosine with the mean of that part; the highest are hidden.  Some of the first in
 * the ranking are shown again, fewer and fewer, and from a smaller part of it:
 *
 *     a = 1 - ((progress - first) / (1 - first))^decay
 *     hints = (a (hint_ratio - hint_min) + hint_min) L, at least 2, drawn from
 *     the first (a (hint_pool - pool_min) + pool_min) L; as many that come next are hidden
 *
 * Both counts are rounded down.  Masks are random before the first sweep.  With
 * cluster=alternate an image has now one part for the object, now the other: a coin, and
 * the score is the cosine with one mean less that with the other.  No code of the authors
 * says when they turn, when the first sweep is, how many hints there are, or how weights
 * are made of cosines: these are this suite's, and so is the last block in place of the
 * one before the last of twelve.
 *
 * Source: Shin et al. 2024, arXiv:2507.19773; update_mask and schedule_hint in
 * isno0907/ldmae.
 */
#include "core/base/arena.h"
#include "core/mask/mask.h"
#include "core/mask/ncut.h"
#include "core/mask/rank.h"

#include <math.h>
#include <string.h>

enum { BY_SEED, SMALLER, ALTERNATE };
enum { AT_RANDOM, BY_SCORE, NO_HINTS };
static const char *const CLUSTERS[] = { "eigen", "small", "alternate", NULL };
static const char *const AFFINITIES[] = { "positive", "half", "binary", NULL };
static const char *const REVEALS[] = { "random", "score", "none", NULL };

typedef struct {
    double first, again, decay, hint_ratio, hint_min, hint_pool, pool_min;
    int    cluster, affinity, reveal;
} Sgmae;

static const MaskParam params[] = {
    MASK_NUMBER(Sgmae, first, 0.125, 0, 1, "share of training before the first sweep"),
    MASK_NUMBER(Sgmae, again, 0, 0, 1, "share of training between sweeps; 0: one is made"),
    MASK_CHOICE(Sgmae, cluster, BY_SEED, CLUSTERS,
                "the object: where the cut is surest, the smaller, or in turn"),
    MASK_CHOICE(Sgmae, affinity, NCUT_POSITIVE, AFFINITIES,
                "max(cos, 0), (1 + cos) / 2, or 1 where cos > 0.2"),
    MASK_CHOICE(Sgmae, reveal, AT_RANDOM, REVEALS,
                "hints: drawn evenly, with odds of their scores, or none"),
    MASK_NUMBER(Sgmae, hint_ratio, 0.1, 0, 1, "share of all that are hints, at first"),
    MASK_NUMBER(Sgmae, hint_min, 0.02, 0, 1, "and in the end"),
    MASK_NUMBER(Sgmae, hint_pool, 0.75, 0, 1, "share of all they are among, at first"),
    MASK_NUMBER(Sgmae, pool_min, 0.2, 0, 1, "and in the end"),
    MASK_NUMBER(Sgmae, decay, 3, 0.01, 100, "exponent by which hints grow fewer"),
    { 0 }
};

static int at(double share, int epochs)
{
    int epoch = (int)lround(share * epochs);
    return epoch < epochs ? epoch : epochs - 1;
}

static bool sweep_due(const void *self, int epoch, int epochs)
{
    const Sgmae *s = self;
    int          first = at(s->first, epochs), every = at(s->again, epochs);
    if (s->again > 0 && every < 1) every = 1;
    return epoch == first || (every > 0 && epoch > first && (epoch - first) % every == 0);
}

static void sweep(const void *self, float *out, const MaskSweep *m)
{
    const Sgmae *s = self;
    const int    L = m->rows * m->cols, D = m->width;
    bool         object[MASK_MAX_PATCHES];
    Arena        a;
    arena_open(&a, "sgmae", NULL, NULL);
    float  *x = ARENA_NEW(&a, float, L * D);
    double *w = ARENA_NEW(&a, double, (size_t)L * (size_t)L), *z = ARENA_NEW(&a, double, L);
    memcpy(x, m->features, (size_t)L * (size_t)D * sizeof *x);
    ncut_unit_rows(x, L, D);
    ncut_affinity(w, x, L, D, (NcutAffinity)s->affinity);
    ncut_vector(z, w, L);
    ncut_object(object, z, L, s->cluster == SMALLER);
    memset(out, 0, (size_t)L * sizeof *out);
    ncut_add_likeness(out, 1, x, L, D, object, true);
    if (s->cluster == ALTERNATE) ncut_add_likeness(out, -1, x, L, D, object, false);
    arena_close(&a);
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Sgmae *s = self;
    const int    L = v->rows * v->cols, hidden = L - v->K;
    memcpy(out, v->swept, (size_t)L * sizeof *out);
    if (s->cluster == ALTERNATE && rng_below(rng, 2))
        for (int i = 0; i < L; i++) out[i] = -out[i];
    if (s->reveal == NO_HINTS) return;
    double done = s->first < 1 ? ((double)v->progress - s->first) / (1 - s->first) : 1;
    double a = 1 - pow(done > 0 ? done : 0, s->decay), b = 1 - a;
    int    n = rank_count(a * s->hint_ratio + b * s->hint_min, L);
    int    among = rank_count(a * s->hint_pool + b * s->pool_min, L);
    rank_reveal(out, L, among < hidden ? among : hidden, n < 2 ? 2 : n, v->K,
                s->reveal == BY_SCORE, rng);
}

MASK_STRATEGY(sgmae,
    .about  = "what looks like the object that a normalised cut finds",
    .source = "Shin et al. 2024, arXiv:2507.19773; when it sweeps, how many hints, scores "
              "kept as float, not half: this suite's",
    .family = "features",
    .size   = sizeof(Sgmae),
    .params = params,
    .needs  = MASK_NEEDS_SWEEP,
    .score  = score,
    .sweep_due = sweep_due, .sweep = sweep,
    .revision  = 1 /* cuts are exact eigenvectors, not 500 rounds towards one */
);
