/* The shape of masks on 14 x 14 with 49 visible, against independent figures:
 * pairs of visible neighbours, connected visible parts, how often each patch is
 * visible.  Theirs come from other programs' generators; where a standard
 * deviation is known, ours must lie within six of its errors: of 4000 draws, and for
 * noise, whose figures are means of a thousand and have no deviation, of a thousand. */
#include "tests/strategies/cases.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>

enum { SIDE = 14, L = SIDE * SIDE, DRAWS = 4000 };

typedef struct {
    double neighbours, neighbours_sd, parts, least, most;
} Shape;

static int root(int *parent, int i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

static void join(int *parent, const int *visible, int i, int j, int *neighbours,
                 int *parts)
{
    if (!visible[i] || !visible[j]) return;
    int a = root(parent, i), b = root(parent, j);
    ++*neighbours;
    *parts -= a != b;
    parent[a] = b;
}

static Shape shape_of(const char *spec, int K)
{
    Mask  *m = must_open(spec, SIDE, SIDE);
    int    shown[L] = { 0 }, ids[L];
    double sum = 0, squares = 0, parts_sum = 0;
    for (uint64_t image = 0; image < DRAWS; image++) {
        int visible[L] = { 0 }, parent[L], neighbours = 0, parts = K;
        mask_draw(m, ids, &(MaskView){ .progress = 0.5F }, 5, 0, image, K);
        for (int t = 0; t < K; t++) visible[ids[t]] = 1, shown[ids[t]]++;
        for (int i = 0; i < L; i++) parent[i] = i;
        for (int i = 0; i < L; i++) {
            if (i % SIDE < SIDE - 1) join(parent, visible, i, i + 1, &neighbours, &parts);
            if (i / SIDE < SIDE - 1)
                join(parent, visible, i, i + SIDE, &neighbours, &parts);
        }
        sum += neighbours, squares += (double)neighbours * neighbours, parts_sum += parts;
    }
    mask_close(m);
    double mean = sum / DRAWS;
    Shape  s = { mean, sqrt(squares / DRAWS - mean * mean), parts_sum / DRAWS, 1, 0 };
    for (int i = 0; i < L; i++) {
        double share = (double)shown[i] / DRAWS;
        s.least = fmin(s.least, share), s.most = fmax(s.most, share);
    }
    return s;
}

static const double ANY = -1;

#define RANDOM { 22.4, 3.6, 26.9, 0.25, 0.25 }, 0.4, 0.5, 0.04

static const struct {
    const char *spec;
    int         K; /* visible */
    Shape       want;
    double      neighbours_off, parts_off, share_off; /* allowed */
} known[] = {
    { "random", 49, RANDOM },
    { "grid", 49, { 0, 0, 49, 0.25, 0.25 }, 0, 0, 0.04 },
    { "grid:offset=fixed", 49, { 0, 0, 49, 0, 1 }, 0, 0, 0 },
    { "uniform", 49, { 10.6, 2.7, 38.5, 0.25, 0.25 }, 0.3, 0.4, 0.04 },
    { "aligned", 48, { 57.5, 3.4, 7.5, 0.245, 0.245 }, 0.4, 0.3, 0.04 },
    { "checkerboard", 98, { 0, 0, 98, 0.5, 0.5 }, 0, 0, 0.04 },
    { "checkerboard:offset=fixed", 98, { 0, 0, 98, 0, 1 }, 0, 0, 0 },
    { "block-inverse", 49, { 84, 0, 1, 0.01, 0.78 }, 0, 0, 0.03 },
    { "tube:frames=1", 49, RANDOM },
    { "running:frames=1", 49, { 0, 0, 49, 0.25, 0.25 }, 0, 0, 0.04 },
    { "block", 49, { 61.9, 4.9, 3.0, 0.01, 0.87 }, 0.6, 0.3, 0.03 },
    { "noise:colour=red,wide=1", 49, { 58.6, 4.5, 5.8, 0.25, 0.25 }, 0.9, 0.3, 0.04 },
    { "noise:colour=red,wide=2", 49, { 71.1, 4.7, 2.8, 0.25, 0.25 }, 0.9, 0.3, 0.04 },
    { "noise:colour=blue,wide=1", 49, { 16.2, 3.1, 32.8, 0.25, 0.25 }, 0.7, 0.5, 0.04 },
    { "noise:narrow=0.5,wide=2", 49, { 29.0, 3.6, 21.4, 0.25, 0.25 }, 0.7, 0.5, 0.04 },
    { "noise:narrow=1,wide=3", 49, { 54.5, 3.8, 7.0, 0.25, 0.25 }, 0.7, 0.5, 0.04 },
    { "noise:colour=purple", 49, { 15.1, 3.7, 34.4, 0.25, 0.25 }, 0.7, 0.5, 0.04 },
    { "spiral:select=prefix", 49, { 84, 0, 1, 0, 1 }, 0, 0, 0 },
    { "zigzag:select=prefix", 49, { 80, 0, 1, 0, 1 }, 0, 0, 0 }, /* 3 rows and a half */
    { "hilbert:select=prefix", 49, { 82, 0, 1, 0, 1 }, 2, 0, 0 },
    { "peano:select=prefix", 49, { 82, 0, 1, 0, 1 }, 2, 0, 0 },
    { "zigzag:select=stride", 49, { 0, 0, 49, 0.25, 0.25 }, ANY, ANY, 0.04 },
    { "spiral:select=window", 49, { 0, 0, 0, 0.25, 0.25 }, ANY, ANY, 0.04 },
    { "hilbert", 49, { 0, 0, 0, 0.25, 0.25 }, ANY, ANY, 0.04 },
    { "spiral:select=runs", 49, { 0, 0, 0, 0.25, 0.25 }, ANY, ANY, 0.04 },
    { "spiral:select=runs,run=1", 49, RANDOM },
    { "spiral:select=gumbel,tau=1000", 49, RANDOM },
    { "spiral:select=prefix,jitter=100", 49, RANDOM },
    { "spiral:select=prefix,anneal=0.5,start=0.5", 49, RANDOM },
    { "spiral:select=prefix,phase=1", 49, { 0, 0, 0, 0.25, 0.25 }, ANY, ANY, 0.04 },
};
enum { KNOWN = sizeof known / sizeof *known };

ParameterizedTestParameters(shapes, as_known)
{
    static int index[KNOWN];
    for (int i = 0; i < KNOWN; i++) index[i] = i;
    return cr_make_param_array(int, index, KNOWN);
}
ParameterizedTest(int *i, shapes, as_known)
{
    const char  *spec = known[*i].spec;
    const Shape *want = &known[*i].want;
    Shape        s = shape_of(spec, known[*i].K);
    if (known[*i].neighbours_off != ANY) {
        cr_expect(fabs(s.neighbours - want->neighbours) <= known[*i].neighbours_off,
                  "%s: %.2f visible neighbours, not %.2f", spec, s.neighbours,
                  want->neighbours);
        cr_expect(fabs(s.neighbours_sd - want->neighbours_sd) <= 0.3,
                  "%s: standard deviation %.2f, not %.2f", spec, s.neighbours_sd,
                  want->neighbours_sd);
        cr_expect(fabs(s.parts - want->parts) <= known[*i].parts_off,
                  "%s: %.2f parts, not %.2f", spec, s.parts, want->parts);
    }
    cr_expect(fabs(s.least - want->least) <= known[*i].share_off,
              "%s: least share %.3f, not %.3f", spec, s.least, want->least);
    cr_expect(fabs(s.most - want->most) <= known[*i].share_off,
              "%s: largest share %.3f, not %.3f", spec, s.most, want->most);
}

/* What is between random and a lattice has fewer neighbours than the one and
 * more than the other. */
Test(shapes, strata_lie_between_grid_and_random)
{
    static const char *const specs[] = { "zigzag", "hilbert", "peano", "spiral" };
    for (int i = 0; i < 4; i++) {
        double n = shape_of(specs[i], 49).neighbours;
        cr_expect(n > 5 && n < 18, "%s: %.1f visible neighbours", specs[i], n);
    }
}
