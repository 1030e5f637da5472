#include "experiments/stats/leaders.h"

#include "core/base/arena.h"
#include "experiments/stats/stats.h"

#include <math.h>
#include <stdlib.h>

typedef struct { double p; int at; } Test;

static int smallest_first(const void *a, const void *b)
{
    const Test *x = a, *y = b;
    if (x->p != y->p) return x->p < y->p ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

void stats_holm(double *adjusted, const double *p, int n)
{
    Arena a;
    arena_open(&a, "tests", NULL, NULL);
    Test  *test = ARENA_NEW(&a, Test, n);
    int    tests = 0;
    double before = 0;
    for (int i = 0; i < n; i++) {
        adjusted[i] = p[i];
        if (!isnan(p[i])) test[tests++] = (Test){ p[i], i };
    }
    qsort(test, (size_t)tests, sizeof *test, smallest_first);
    for (int i = 0; i < tests; i++) {
        before = fmin(1, fmax(before, (tests - i) * test[i].p));
        adjusted[test[i].at] = before;
    }
    arena_close(&a);
}

/* One-sided p of "row is at least as good as other"; NaN: they cannot be compared. */
static double no_worse(const double *row, const double *other, int seeds, bool higher_better)
{
    Summary d = stats_moments(row, other, seeds);
    if (d.n < STATS_PAIRS_LEAST) return NAN;
    if (d.mean == 0) return 1;
    bool worse = (d.mean < 0) == higher_better;
    return worse ? stats_t_test(&d) / 2 : 1 - stats_t_test(&d) / 2;
}

int stats_leaders(const double *x, int rows, int seeds, bool higher_better, bool *leads)
{
    Arena a;
    int   n = 0;
    arena_open(&a, "leaders", NULL, NULL);
    double *p = ARENA_NEW(&a, double, rows);
    for (int i = 0; i < rows; i++) {
        const double *row = x + (size_t)i * (size_t)seeds;
        double        least = 1;
        int           others = 0;
        p[i] = NAN;
        if (!stats_summary(row, seeds).n) continue;
        for (int j = 0; j < rows; j++) {
            double one = j == i ? NAN
                                : no_worse(row, x + (size_t)j * (size_t)seeds, seeds,
                                           higher_better);
            if (isnan(one)) continue;
            least = fmin(least, one);
            others++;
        }
        p[i] = fmin(1, others * least);
        if (!others) p[i] = 1;
    }
    stats_holm(p, p, rows);
    for (int i = 0; i < rows; i++) n += leads[i] = p[i] > 0.05;
    arena_close(&a);
    return n;
}
