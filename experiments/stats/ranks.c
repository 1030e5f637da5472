#include "experiments/stats/ranks.h"

#include <math.h>

/* Rank of row i within a block: values better than it, and half of those that equal it. */
static double rank_of(const double *x, int rows, int blocks, int block, int i, bool higher)
{
    double rank = 1, mine = x[i * blocks + block];
    for (int k = 0; k < rows; k++) {
        double other = x[k * blocks + block];
        if (k == i) continue;
        if (other == mine) rank += 0.5;
        else rank += higher ? other > mine : other < mine;
    }
    return rank;
}

int stats_mean_ranks(double *mean, const double *x, int rows, int blocks, bool higher_better)
{
    int n = 0;
    for (int i = 0; i < rows; i++) mean[i] = 0;
    for (int b = 0; b < blocks; b++) {
        bool whole = true;
        for (int i = 0; i < rows && whole; i++) whole = isfinite(x[i * blocks + b]);
        if (!whole) continue;
        n++;
        for (int i = 0; i < rows; i++)
            mean[i] += (rank_of(x, rows, blocks, b, i, higher_better) - mean[i]) / n;
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
