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
#include "core/mask/mask.h"

#include <math.h>

typedef struct { double threshold, anchors; } Cluster;

static const MaskParam params[] = {
    MASK_NUMBER(Cluster, threshold, 0.68, -1, 1, "least cosine to a cluster's anchor"),
    MASK_NUMBER(Cluster, anchors, 1, 0, 1, "largest share of patches that are anchors"),
    { 0 }
};

enum { LANES = 16 }; /* sums side by side fill vector registers */

typedef struct { const float *pixel; float mean, length; } Patch;

static float dot(const Patch *a, const Patch *b, int P)
{
    float sum[LANES] = { (float)P * 1e-6F };
    int   k = 0;
    for (; k + LANES <= P; k += LANES)
        for (int i = 0; i < LANES; i++)
            sum[i] += (a->pixel[k + i] - a->mean) * (b->pixel[k + i] - b->mean);
    for (; k < P; k++) sum[0] += (a->pixel[k] - a->mean) * (b->pixel[k] - b->mean);
    for (int i = 1; i < LANES; i++) sum[0] += sum[i];
    return sum[0];
}

static Patch patch_at(const MaskView *v, int i)
{
    Patch  p = { .pixel = v->pixels + (size_t)i * (size_t)v->values };
    double sum = 0;
    for (int k = 0; k < v->values; k++) sum += p.pixel[k];
    p.mean = (float)(sum / v->values);
    p.length = sqrtf(dot(&p, &p, v->values));
    return p;
}

/* Clusters lift random numbers above 1, to be hidden before those below; all but the
 * last above 2.  Returns how many patches were not hidden before. */
static int hide_alike(float *out, const Patch *patch, const Patch *anchor,
                      float threshold, const MaskView *v, int left)
{
    int L = v->rows * v->cols, fresh = 0;
    for (int i = 0; i < L; i++) {
        if (out[i] >= 1) continue;
        float least = threshold * anchor->length * patch[i].length;
        if (&patch[i] != anchor && !(dot(anchor, &patch[i], v->values) > least)) continue;
        out[i] += 1;
        fresh++;
    }
    for (int i = 0; i < L && fresh <= left; i++) out[i] += out[i] >= 1 && out[i] < 2;
    return fresh;
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Cluster *c = self;
    int   L = v->rows * v->cols, left = L - v->K, turn[MASK_MAX_PATCHES];
    int   most = (int)lround(c->anchors * L);
    Patch patch[MASK_MAX_PATCHES];
    for (int i = 0; i < L; i++) patch[i] = patch_at(v, i);

    rng_units(rng, out, (size_t)L);
    rng_shuffle(rng, turn, L);
    for (int t = 0; t < most && left > 0; t++)
        left -= hide_alike(out, patch, &patch[turn[t]], (float)c->threshold, v, left);
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
