#include "core/metrics/partition.h"

#include <math.h>
#include <stddef.h>

void partition_cosines(double *c, const float *x, int patches, int D)
{
    size_t L = (size_t)patches, d = (size_t)D;
    for (size_t i = 0; i < L; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t k = 0; k < d; k++) sum += (double)x[i * d + k] * (double)x[j * d + k];
            c[i * L + j] = c[j * L + i] = sum;
        }
    for (size_t i = 0; i < L; i++) /* the diagonal last: it holds the squared lengths */
        for (size_t j = 0; j < L; j++) {
            double norm = sqrt(c[i * L + i] * c[j * L + j]);
            if (i != j) c[i * L + j] = norm > 0 ? c[i * L + j] / norm : 0;
        }
    for (size_t i = 0; i < L; i++) c[i * L + i] = 1;
}

double partition_gap(const double *affinity, const bool *part, int patches)
{
    size_t L = (size_t)patches;
    double within = 0, between = 0, n_within = 0, n_between = 0;
    for (size_t i = 0; i < L; i++)
        for (size_t j = 0; j < L; j++) {
            if (i == j) continue;
            if (part[i] == part[j]) within += affinity[i * L + j], n_within++;
            else between += affinity[i * L + j], n_between++;
        }
    return within / n_within - between / n_between;
}

static double entropy_term(double p) { return p > 0 ? -p * log(p) : 0; }

double partition_nmi(const bool *a, const bool *b, int L)
{
    double joint[2][2] = { { 0, 0 }, { 0, 0 } }, both = 0;
    for (int i = 0; i < L; i++) joint[a[i]][b[i]] += 1.0 / L;
    double first = entropy_term(joint[0][0] + joint[0][1]) +
                   entropy_term(joint[1][0] + joint[1][1]);
    double second = entropy_term(joint[0][0] + joint[1][0]) +
                    entropy_term(joint[0][1] + joint[1][1]);
    for (int i = 0; i < 4; i++) both += entropy_term(joint[i / 2][i % 2]);
    return first + second > 0 ? 2 * (first + second - both) / (first + second) : 1;
}

/* log sum exp of a row, its largest taken out. */
static double log_total(const double *x, size_t n)
{
    double most = x[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > most) most = x[i];
    for (size_t i = 0; i < n; i++) sum += exp(x[i] - most);
    return most + log(sum);
}

double partition_divergence(const double *p, const double *q, int patches)
{
    size_t L = (size_t)patches;
    double sum = 0;
    for (size_t i = 0; i < L; i++, p += L, q += L) {
        double of_p = log_total(p, L), of_q = log_total(q, L);
        for (size_t k = 0; k < L; k++)
            sum += exp(p[k] - of_p) * (p[k] - of_p - q[k] + of_q);
    }
    return sum / patches;
}

double partition_feature_variance(const float *x, int patches, int D)
{
    size_t L = (size_t)patches, d = (size_t)D;
    double sum = 0;
    for (size_t k = 0; k < d; k++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < L; i++) mean += (double)x[i * d + k] / patches;
        for (size_t i = 0; i < L; i++)
            square += ((double)x[i * d + k] - mean) * ((double)x[i * d + k] - mean);
        sum += square / patches;
    }
    return sum / D;
}

double partition_relation_variance(const double *c, int patches)
{
    size_t L = (size_t)patches;
    double mean = 0, square = 0, n = (double)L * ((double)L - 1);
    for (size_t i = 0; i < L * L; i++)
        if (i / L != i % L) mean += c[i] / n;
    for (size_t i = 0; i < L * L; i++)
        if (i / L != i % L) square += (c[i] - mean) * (c[i] - mean);
    return square / n;
}
