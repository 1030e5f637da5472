#include "experiments/stats/ranks.h"

#include <math.h>

/* Values of x [rows, n] at one place of n. */
typedef struct {
    const double *x;
    int           rows, n;
} Values;

/* Rank of row i at a place: values better than it, and half of those that equal it. */
static double rank_of(const Values *v, int place, int i, bool higher)
{
    double rank = 1, mine = v->x[i * v->n + place];
    for (int k = 0; k < v->rows; k++) {
        double other = v->x[k * v->n + place];
        if (k == i) continue;
        if (other == mine) rank += 0.5;
        else rank += higher ? other > mine : other < mine;
    }
    return rank;
}

static bool is_whole(const Values *v, int place)
{
    bool whole = true;
    for (int i = 0; i < v->rows && whole; i++) whole = isfinite(v->x[i * v->n + place]);
    return whole;
}

/* The rank of a row in a block, averaged over the settings that are whole. */
static double rank_in_block(const Values *v, int blocks, int block, int i, bool higher)
{
    double sum = 0;
    int    n = 0;
    for (int place = block; place < v->n; place += blocks)
        if (is_whole(v, place)) sum += rank_of(v, place, i, higher), n++;
    return sum / n;
}

int stats_mean_ranks(double *mean, const double *x, int rows, int settings, int blocks,
                     bool higher_better)
{
    const Values v = { .x = x, .rows = rows, .n = settings * blocks };
    int          n = 0;
    for (int i = 0; i < rows; i++) mean[i] = 0;
    for (int b = 0; b < blocks; b++) {
        bool any = false;
        for (int place = b; place < v.n && !any; place += blocks) any = is_whole(&v, place);
        if (!any) continue;
        n++;
        for (int i = 0; i < rows; i++)
            mean[i] += (rank_in_block(&v, blocks, b, i, higher_better) - mean[i]) / n;
    }
    return n;
}

/* P(range of n standard normal variables <= q) = n int phi(x) (Phi(x) - Phi(x - q))^(n-1) dx,
 * x the largest of them; by Simpson's rule, to 1e-9. */
static double range_cdf(double q, int n)
{
    enum { STEPS = 800 };
    const double from = -8, to = 8 + q, h = (to - from) / STEPS;
    double       sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        double x = from + i * h;
        double inside = 0.5 * (erf(x / sqrt(2)) - erf((x - q) / sqrt(2)));
        double y = exp(-0.5 * x * x) / sqrt(2 * acos(-1)) * pow(inside, n - 1);
        sum += y * (i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2);
    }
    return n * sum * h / 3;
}

double stats_critical_difference(int rows, int blocks)
{
    double low = 0, high = 20;
    for (int i = 0; i < 60; i++) {
        double q = 0.5 * (low + high);
        if (range_cdf(q, rows) < 0.95) low = q;
        else high = q;
    }
    return low / sqrt(2) * sqrt(rows * (rows + 1) / (6.0 * blocks));
}
