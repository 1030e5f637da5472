#include "core/metrics/attention.h"

#include "core/base/arena.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static double entropy_term(double p) { return p > 0 ? -p * log(p) : 0; }

AttentionLook attention_look(const float *p, int rows, int cols)
{
    Arena         a;
    AttentionLook look = { 0, 0, 0 };
    size_t        L = (size_t)(rows * cols);
    double        seen = 0, mutual = 0; /* H(k), I(q; k) */
    arena_open(&a, "attention", NULL, NULL);
    double *keys = memset(ARENA_NEW(&a, double, L), 0, L * sizeof *keys);
    double *row = ARENA_NEW(&a, double, L * L);
    for (size_t q = 0; q < L; q++) {
        double sum = 1e-32;
        for (size_t k = 0; k < L; k++) sum += (double)p[q * L + k];
        for (size_t k = 0; k < L; k++) {
            double x = (double)p[q * L + k] / sum;
            double down = (double)(q / (size_t)cols) - (double)(k / (size_t)cols);
            double across = (double)(q % (size_t)cols) - (double)(k % (size_t)cols);
            look.distance += x * sqrt(down * down + across * across) / (double)L;
            look.entropy += entropy_term(x) / (double)L;
            row[q * L + k] = (x + 1e-8) / (1 + 1e-8 * (double)L);
            keys[k] += row[q * L + k] / (double)L;
        }
    }
    for (size_t k = 0; k < L; k++) seen += entropy_term(keys[k]);
    for (size_t q = 0; q < L; q++)
        for (size_t k = 0; k < L; k++)
            mutual += row[q * L + k] * log(row[q * L + k] / keys[k]) / (double)L;
    look.nmi = mutual / sqrt(log((double)L) * seen);
    arena_close(&a);
    return look;
}

double attention_share(const float *p, const bool *hidden, int L)
{
    double share = 0;
    for (int q = 0; q < L; q++, p += L) {
        double all = 1e-32, some = 0;
        for (int k = 0; k < L; k++) {
            all += (double)p[k];
            if (hidden[k]) some += (double)p[k];
        }
        share += some / all / L;
    }
    return share;
}
