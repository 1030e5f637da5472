#include "experiments/stats/aggregate.h"

#include "core/base/arena.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>

enum { OFTEN = 50000, SOMETIMES = 2000 }; /* as the source has it */

/* --- of the runs that there are --------------------------------------------- */

/* room [tasks, runs] */
static double iqm(const Runs *r, double *room)
{
    int n = r->tasks * r->runs;
    memcpy(room, r->x, (size_t)n * sizeof *room);
    int    known = stats_sort(room, n), cut = known / 4;
    double sum = 0;
    for (int i = cut; i < known - cut; i++) sum += room[i];
    return sum / (known - 2 * cut);
}

double aggregate_iqm(const Runs *r)
{
    Arena a;
    arena_open(&a, "runs", NULL, NULL);
    double x = iqm(r, ARENA_NEW(&a, double, r->tasks * r->runs));
    arena_close(&a);
    return x;
}

/* The statistic of Mann and Whitney over its largest value; NaN if a side has no runs. */
static double beats(const double *x, int n, const double *y, int m)
{
    double better = 0, pairs = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            if (isnan(x[i]) || isnan(y[j])) continue;
            better += x[i] > y[j] ? 1 : x[i] == y[j] ? 0.5 : 0;
            pairs++;
        }
    return better / pairs;
}

double aggregate_improvement(const Runs *x, const Runs *y)
{
    double sum = 0;
    int    n = 0;
    for (int t = 0; t < x->tasks; t++) {
        double one = beats(x->x + t * x->runs, x->runs, y->x + t * y->runs, y->runs);
        if (!isnan(one)) sum += one, n++;
    }
    return sum / n;
}

static double share_above(const Runs *r, double at)
{
    double sum = 0;
    int    tasks = 0;
    for (int t = 0; t < r->tasks; t++) {
        int above = 0, known = 0;
        for (int i = 0; i < r->runs; i++) {
            double x = r->x[t * r->runs + i];
            if (!isnan(x)) known++, above += x > at;
        }
        if (known) sum += (double)above / known, tasks++;
    }
    return sum / tasks;
}

/* --- of runs drawn anew ------------------------------------------------------- */

/* Which of those that are known; NaN if there is none. */
static double pick(const double *x, int n, uint32_t which)
{
    for (int i = 0; i < n; i++)
        if (!isnan(x[i]) && !which--) return x[i];
    return NAN;
}

/* to [tasks, runs]: of each task as many runs as are known, each any of them. */
static Runs redraw(double *to, const Runs *r, Rng *rng)
{
    for (int t = 0; t < r->tasks; t++) {
        const double *x = r->x + t * r->runs;
        uint32_t      known = 0;
        for (int i = 0; i < r->runs; i++) known += !isnan(x[i]);
        for (int i = 0; i < r->runs; i++)
            to[t * r->runs + i] = (uint32_t)i < known ? pick(x, r->runs, rng_below(rng, known))
                                                      : (double)NAN;
    }
    return (Runs){ to, r->tasks, r->runs };
}

Interval aggregate_iqm_interval(const Runs *r)
{
    Arena a;
    int   n = r->tasks * r->runs;
    Rng   rng = rng_at(1, STREAM_RESAMPLE, 0, 0);
    arena_open(&a, "runs", NULL, NULL);
    double *value = ARENA_NEW(&a, double, OFTEN), *room = ARENA_NEW(&a, double, n);
    double *x = ARENA_NEW(&a, double, n);
    for (int i = 0; i < OFTEN; i++) {
        Runs drawn = redraw(x, r, &rng);
        value[i] = iqm(&drawn, room);
    }
    Interval middle = stats_middle(value, OFTEN);
    arena_close(&a);
    return middle;
}

Interval aggregate_improvement_interval(const Runs *x, const Runs *y)
{
    Arena a;
    Rng   rng = rng_at(1, STREAM_RESAMPLE, 0, 1);
    arena_open(&a, "runs", NULL, NULL);
    double *value = ARENA_NEW(&a, double, SOMETIMES);
    double *to = ARENA_NEW(&a, double, x->tasks * x->runs);
    double *other = ARENA_NEW(&a, double, y->tasks * y->runs);
    for (int i = 0; i < SOMETIMES; i++) {
        Runs one = redraw(to, x, &rng), two = redraw(other, y, &rng);
        value[i] = aggregate_improvement(&one, &two);
    }
    Interval middle = stats_middle(value, SOMETIMES);
    arena_close(&a);
    return middle;
}

void aggregate_profile(double *share, Interval *band, const Runs *r, const double *at,
                       int points)
{
    Arena a;
    arena_open(&a, "runs", NULL, NULL);
    double *value = ARENA_NEW(&a, double, SOMETIMES);
    double *to = ARENA_NEW(&a, double, r->tasks * r->runs);
    for (int k = 0; k < points; k++) {
        Rng rng = rng_at(1, STREAM_RESAMPLE, 0, 2); /* the same draws at each threshold */
        share[k] = share_above(r, at[k]);
        for (int i = 0; i < SOMETIMES && band; i++) {
            Runs drawn = redraw(to, r, &rng);
            value[i] = share_above(&drawn, at[k]);
        }
        if (band) band[k] = stats_middle(value, SOMETIMES);
    }
    arena_close(&a);
}
