#include "experiments/lint/chance.h"

#include <math.h>
#include <string.h>

void even_open(Even *e, int L, int K)
{
    memset(e, 0, sizeof *e);
    e->L = L, e->K = K;
}

void even_add(Even *e, const double *share)
{
    double mean = (double)e->K / e->L, own = 0, with_last = 0;
    for (int i = 0; i < e->L; i++) {
        double x = share[i] - mean;
        e->sum[i] += x;
        own += x * x, with_last += x * e->last[i];
        e->last[i] = x;
    }
    e->trace += own, e->trace_square += with_last * with_last;
    e->n++;
}

double even_p(const Even *e)
{
    if (e->n < 20) return NAN;
    double T = 0, trace = e->trace / e->n, square = e->trace_square / (e->n - 1);
    for (int i = 0; i < e->L; i++) T += e->sum[i] * e->sum[i];
    T /= e->n;
    if (!(square > 0) || !(trace > 0)) return NAN;
    return chance_gamma(trace * trace / square / 2, T * trace / square / 2);
}

/* The series of the lower part where that is the smaller one, Lentz's continued
 * fraction of the upper part elsewhere. */
double chance_gamma(double shape, double x)
{
    if (!(shape > 0) || !(x >= 0)) return NAN;
    if (x == 0) return 1;
    double front = exp(shape * log(x) - x - lgamma(shape));
    if (x < shape + 1) {
        double term = 1 / shape, sum = term;
        for (int k = 1; k < 10000 && term > sum * 1e-16; k++)
            sum += term *= x / (shape + k);
        return 1 - front * sum;
    }
    double b = x + 1 - shape, c = 1e300, d = 1 / b, f = d;
    for (int k = 1; k < 10000; k++) {
        double a = -k * (k - shape);
        b += 2;
        d = 1 / (a * d + b), c = b + a / c;
        f *= c * d;
        if (fabs(c * d - 1) < 1e-15) break;
    }
    return front * f;
}
