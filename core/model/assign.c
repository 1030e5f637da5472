#include "core/model/assign.h"

#include <math.h>

/* best [n]: of each box its highest IoU with a truth, which is that of `of`, or -1. */
static void best_truths(real *best, int *of, const Box *box, int n, const Truth *truth)
{
    for (int i = 0; i < n; i++) best[i] = 0, of[i] = FOR_NOTHING;
    for (int g = 0; g < truth->count; g++)
        for (int i = 0; i < n; i++) {
            real iou = box_iou(box[i], truth->box[g]);
            if (iou > best[i]) best[i] = iou, of[i] = g;
        }
}

void assign_anchors(int *truth_of, const Box *anchor, int n, const Truth *truth,
                    const BoxRules *r, Arena *scratch)
{
    ArenaMark mark = arena_mark(scratch);
    real     *best = ARENA_NEW(scratch, real, n);
    int      *of = ARENA_NEW(scratch, int, n);
    best_truths(best, of, anchor, n, truth);
    for (int i = 0; i < n; i++)
        truth_of[i] = best[i] >= (real)r->positive   ? of[i]
                      : best[i] < (real)r->negative ? FOR_NOTHING
                                                    : FOR_NEITHER;
    for (int g = 0; g < truth->count; g++) {
        real reach = 0;
        for (int i = 0; i < n; i++) {
            real iou = box_iou(anchor[i], truth->box[g]);
            if (iou > reach) reach = iou;
        }
        for (int i = 0; i < n && reach > 0; i++)
            if (box_iou(anchor[i], truth->box[g]) == reach) truth_of[i] = of[i];
    }
    arena_rewind(scratch, mark);
}

void assign_regions(int *truth_of, const Box *box, int n, const Truth *truth,
                    double foreground)
{
    for (int i = 0; i < n; i++) {
        real best = 0;
        truth_of[i] = FOR_NOTHING;
        for (int g = 0; g < truth->count; g++) {
            real iou = box_iou(box[i], truth->box[g]);
            if (iou > best && iou >= (real)foreground) best = iou, truth_of[i] = g;
        }
    }
}

/* The first k of a random order of n, in place. */
static void draw(int *index, int n, int k, Rng *rng)
{
    for (int i = 0; i < k; i++) {
        int j = i + (int)rng_below(rng, (uint32_t)(n - i)), was = index[i];
        index[i] = index[j];
        index[j] = was;
    }
}

static int fewest(int a, int b) { return a < b ? a : b; }

int assign_sample(int *kept, int *positive, const int *truth_of, int n, int all,
                  double share, Rng *rng, Arena *scratch)
{
    ArenaMark mark = arena_mark(scratch);
    int      *yes = ARENA_NEW(scratch, int, n), *no = ARENA_NEW(scratch, int, n);
    int       ups = 0, downs = 0;
    for (int i = 0; i < n; i++)
        if (truth_of[i] >= 0) yes[ups++] = i;
        else if (truth_of[i] == FOR_NOTHING) no[downs++] = i;
    int first = fewest(ups, (int)(all * share)), rest = fewest(downs, all - first);
    draw(yes, ups, first, rng);
    draw(no, downs, rest, rng);
    for (int i = 0; i < first; i++) kept[i] = yes[i];
    for (int i = 0; i < rest; i++) kept[first + i] = no[i];
    arena_rewind(scratch, mark);
    *positive = first;
    return first + rest;
}

/* --- anchors ------------------------------------------------------------- */

/* Targets that grow, within what all images may ask for. */
typedef struct {
    int  *at;
    real *value;
    int   n;
} Growing;

static Growing growing(Arena *a, int most)
{
    return (Growing){ ARENA_NEW(a, int, most), ARENA_NEW(a, real, most), 0 };
}

static void add_target(Growing *g, int at, real value)
{
    g->at[g->n] = at;
    g->value[g->n++] = value;
}

static Targets grown(const Growing *g) { return (Targets){ g->n, g->at, g->value }; }

static void add_deltas(Growing *g, int at, Box from, Box to, const double weight[4])
{
    real delta[4];
    box_encode(delta, from, to, weight);
    for (int k = 0; k < 4; k++) add_target(g, at + k, delta[k]);
}

static int level_of(const Anchors *a, int anchor)
{
    int l = 0;
    while (anchor >= a->first[l + 1]) l++;
    return l;
}

void anchor_targets(AnchorTargets *to, const Anchors *anchors, const Truth *truth, int N,
                    const BoxRules *r, Rng *rng, Arena *a)
{
    int     all = anchors->first[anchors->levels], most = N * r->anchors;
    Growing logits[LEVELS_MOST], deltas[LEVELS_MOST];
    for (int l = 0; l < anchors->levels; l++) {
        logits[l] = growing(a, most);
        deltas[l] = growing(a, 4 * most);
    }
    ArenaMark mark = arena_mark(a);
    int      *truth_of = ARENA_NEW(a, int, all), *kept = ARENA_NEW(a, int, r->anchors);
    for (int n = 0; n < N; n++) {
        int positive;
        assign_anchors(truth_of, anchors->box, all, &truth[n], r, a);
        int count = assign_sample(kept, &positive, truth_of, all, r->anchors,
                                  r->anchors_positive, &rng[n], a);
        for (int i = 0; i < count; i++) {
            int k = kept[i], l = level_of(anchors, k);
            int at =
                n * (anchors->first[l + 1] - anchors->first[l]) + k - anchors->first[l];
            add_target(&logits[l], at, i < positive);
            if (i < positive)
                add_deltas(&deltas[l], 4 * at, anchors->box[k], truth[n].box[truth_of[k]],
                           r->anchor_weight);
        }
    }
    arena_rewind(a, mark);
    *to = (AnchorTargets){ 0 };
    for (int l = 0; l < anchors->levels; l++) {
        to->logits[l] = grown(&logits[l]);
        to->deltas[l] = grown(&deltas[l]);
    }
}

/* --- regions ------------------------------------------------------------- */

void regions_sample(Regions *to, const Box *proposal, int n, const Truth *truth,
                    int classes, const BoxRules *r, Rng *rng, Arena *a)
{
    int all = n + truth->count;
    *to = (Regions){ .box = ARENA_NEW(a, Box, r->regions),
                     .class = ARENA_NEW(a, int, r->regions),
                     .truth = ARENA_NEW(a, int, r->regions) };
    ArenaMark mark = arena_mark(a);
    Box      *box = ARENA_NEW(a, Box, all);
    int      *truth_of = ARENA_NEW(a, int, all), *kept = ARENA_NEW(a, int, r->regions);
    for (int i = 0; i < all; i++) box[i] = i < n ? proposal[i] : truth->box[i - n];
    assign_regions(truth_of, box, all, truth, r->foreground);
    to->count = assign_sample(kept, &to->foreground, truth_of, all, r->regions,
                              r->regions_foreground, rng, a);
    for (int i = 0; i < to->count; i++) {
        int g = truth_of[kept[i]];
        to->box[i] = box[kept[i]];
        to->class[i] = g >= 0 ? truth->class[g] : classes;
        if (i < to->foreground) to->truth[i] = g;
    }
    arena_rewind(a, mark);
}

Targets region_targets(const Regions *regions, const Truth *truth, int N, int classes,
                       const BoxRules *r, Arena *a)
{
    int foreground = 0, row = 0;
    for (int n = 0; n < N; n++) foreground += regions[n].foreground;
    Growing g = growing(a, 4 * foreground);
    for (int n = 0; n < N; row += regions[n++].count)
        for (int i = 0; i < regions[n].foreground; i++)
            add_deltas(&g, 4 * ((row + i) * classes + regions[n].class[i]),
                       regions[n].box[i], truth[n].box[regions[n].truth[i]],
                       r->region_weight);
    return grown(&g);
}

int region_level(Box b, const BoxRules *r)
{
    double level =
        floor(r->usual_level + log2(sqrt((double)box_area(b)) / r->usual_side + 1e-8));
    return (int)fmin(fmax(level, 0), r->region_levels - 1);
}
