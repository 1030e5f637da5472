/* cluster: hide patches that look alike together.
 *
 * Patches are drawn as anchors, one after the other.  An anchor hides all patches
 * whose similarity to it is above `threshold`: the cosine between the pixels of the
 * two, each less its mean.  When the last cluster is too large, random ones of it
 * are hidden; when no more than a share `anchors` may be drawn, random patches make
 * up the rest.
 *
 * A deviation below 1e-3 counts as flat, and flat patches are alike: a patch is
 * given one more pixel, of 1e-3 sqrt(P), which is all that a flat one has.
 *
 * Source: Wei et al. 2024, arXiv:2405.08815, section 3, with a threshold of 0.68 and
 * less than 0.05 anchors, where the number of hidden patches differs from image to
 * image.  To draw anchors until K are left, and flat patches, are this suite's.
 */
#include "core/base/lanes.h"
#include "core/mask/mask.h"

#include <math.h>

static const float FLAT = 1e-6F; /* a variance */

typedef struct { double threshold, anchors; } Cluster;

static const MaskParam params[] = {
    MASK_NUMBER(Cluster, threshold, 0.68, -1, 1, "least cosine to a cluster's anchor"),
    MASK_NUMBER(Cluster, anchors, 1, 0, 1, "largest share of patches that are anchors"),
    { 0 }
};

typedef struct {
    const float *pixels;
    int          P;
    float        square[MASK_MAX_PATCHES];       /* of a patch, less its mean    */
    int          open[MASK_MAX_PATCHES + LANES_TOGETHER], left; /* in no cluster */
    int          hidden[MASK_MAX_PATCHES], taken; /* in the order of clusters    */
} Split;

static const float *patch_at(const Split *s, int i)
{
    return s->pixels + (size_t)i * (size_t)s->P;
}

enum { PART = 512 }; /* values of the anchor, less its mean, at a time */

/* both[t]: products of the anchor, less its mean, and the open patches.  Their means add
 * nothing. */
static void multiply(float *both, Split *s, int anchor)
{
    const float *a = patch_at(s, anchor);
    Moments      m = lanes_moments(a, s->P);
    float        d[PART];
    for (int j = 0; j < LANES_TOGETHER; j++) s->open[s->left + j] = anchor;
    for (int t = 0; t < s->left + LANES_TOGETHER; t++) both[t] = 0;
    for (int k = 0; k < s->P; k += PART) {
        int n = s->P - k < PART ? s->P - k : PART;
        for (int i = 0; i < n; i++) d[i] = a[k + i] - m.mean - m.rest;
        for (int t = 0; t < s->left; t += LANES_TOGETHER) {
            const float *b[LANES_TOGETHER];
            for (int j = 0; j < LANES_TOGETHER; j++) b[j] = patch_at(s, s->open[t + j]) + k;
            lanes_dots(both + t, d, b, n);
        }
    }
}

/* Moves patches like the anchor from `open` to `hidden`: without roots, x |x| grows as
 * x does, and without branches, because which they are cannot be foreseen. */
static void hide_alike(Split *s, int anchor, float threshold)
{
    float both[MASK_MAX_PATCHES + LANES_TOGETHER], flat = (float)s->P * FLAT;
    float least = threshold * fabsf(threshold) * s->square[anchor];
    int   alike[MASK_MAX_PATCHES], n = s->left;
    multiply(both, s, anchor);
    for (int t = 0; t < n; t++) {
        float x = both[t] + flat;
        alike[t] = (x * fabsf(x) > least * s->square[s->open[t]]) | (s->open[t] == anchor);
    }
    int left = 0, taken = s->taken;
    for (int t = 0; t < n; t++) {
        s->hidden[taken] = s->open[left] = s->open[t];
        taken += alike[t];
        left += !alike[t];
    }
    s->left = left, s->taken = taken;
}

/* Random numbers below 1 of what is shown first; of clusters above 2, but of the last,
 * of which some may be shown, above 1. */
static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Cluster *c = self;
    int   L = v->rows * v->cols, turn[MASK_MAX_PATCHES], whole = 0;
    int   most = (int)lround(c->anchors * L);
    Split s;
    s.pixels = v->pixels, s.P = v->values, s.left = L, s.taken = 0;
    lanes_variances(s.square, s.pixels, L, s.P);
    for (int i = 0; i < L; i++) {
        s.square[i] = (float)s.P * (s.square[i] + FLAT);
        s.open[i] = turn[i] = i;
    }
    rng_units(rng, out, (size_t)L);
    for (int t = 0; t < most && s.left > v->K; t++) {
        int u = t + (int)rng_below(rng, (uint32_t)(L - t)), anchor = turn[u];
        turn[u] = turn[t];
        hide_alike(&s, anchor, (float)c->threshold);
        if (s.left >= v->K) whole = s.taken;
    }
    for (int t = 0; t < s.taken; t++) out[s.hidden[t]] += t < whole ? 2 : 1;
}

MASK_STRATEGY(cluster,
    .about  = "patches that look alike, together",
    .source = "Wei et al. 2024, arXiv:2405.08815; any exact count is this suite's",
    .family = "pixels",
    .size   = sizeof(Cluster),
    .params = params,
    .needs  = MASK_NEEDS_PIXELS,
    .score  = score
);
