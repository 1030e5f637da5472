#include "core/base/rng.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/knn.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

static const Backend *cpu(void)
{
    const Backend *be;
    Err            err;
    cr_assert(!backend_open(&be, "cpu", &err), "%s", err.text);
    return be;
}

static void fill(real *x, int n, uint64_t image)
{
    Rng rng = rng_at(1, STREAM_TEST, 0, image);
    for (int i = 0; i < n; i++) x[i] = (real)rng_normal(&rng);
}

/* The obvious version: all similarities of a query, k times the best one left. */
static void slow(double *scores, const KnnConfig *c, const real *bank, const int *labels,
                 int n, const real *query, int D, int classes)
{
    double *s = malloc((size_t)n * sizeof *s);
    for (int i = 0; i < n; i++) {
        double dot = 0, a = 0, b = 0;
        for (int j = 0; j < D; j++) {
            dot += (double)bank[i * D + j] * (double)query[j];
            a += (double)bank[i * D + j] * (double)bank[i * D + j];
            b += (double)query[j] * (double)query[j];
        }
        s[i] = dot / sqrt(a * b);
    }
    for (int j = 0; j < classes; j++) scores[j] = 0;
    for (int k = 0; k < c->k && k < n; k++) {
        int best = 0;
        for (int i = 1; i < n; i++)
            if (s[i] > s[best]) best = i;
        scores[labels[best]] += exp(s[best] / c->temperature);
        s[best] = -INFINITY;
    }
    free(s);
}

/* More rows and queries than a block has; a bank that is no multiple of it. */
Test(knn, equals_the_obvious_version)
{
    enum { N = 4500, Q = 520, D = 12, CLASSES = 7 };
    static real  bank[N * D], queries[Q * D];
    static int   labels[N];
    static float scores[Q * CLASSES];
    KnnConfig    c = knn_defaults();
    double       want[CLASSES], off = 0;
    fill(bank, N * D, 1);
    fill(queries, Q * D, 2);
    for (int i = 0; i < N; i++) labels[i] = i % CLASSES;
    knn_scores(cpu(), scores, &c, bank, labels, N, queries, Q, D, CLASSES);
    for (int q = 0; q < Q; q += 37) {
        double total = 0;
        slow(want, &c, bank, labels, N, queries + q * D, D, CLASSES);
        for (int j = 0; j < CLASSES; j++) total += want[j];
        for (int j = 0; j < CLASSES; j++)
            off = fmax(off, fabs(scores[q * CLASSES + j] - want[j]) / total);
    }
    cr_expect(off <= 1e-5, "off by %g of all votes", off); /* measured 1e-6 */
}

Test(knn, equal_similarities_go_to_the_lowest_row)
{
    real      bank[] = { 2, 0, 1, 0, 3, 0, 0, 1 }, query[] = { 5, 0 };
    int       labels[] = { 2, 1, 0, 0 };
    float     scores[3];
    KnnConfig c = { .k = 2, .temperature = 1 };
    knn_scores(cpu(), scores, &c, bank, labels, 4, query, 1, 2, 3);
    cr_expect(scores[0] == 0 && scores[1] == scores[2]);
    cr_expect(fabsf(scores[1] - 2.7182818f) <= 1e-6f, "%g", scores[1]);
}

/* Of two equal rows the later one must go when a nearer one comes. */
Test(knn, equal_similarities_stay_in_order_of_rows)
{
    real      bank[] = { 1, 1, 2, 2, 1, 0 }, query[] = { 1, 0 };
    int       labels[] = { 0, 1, 2 };
    float     scores[3];
    KnnConfig c = { .k = 2, .temperature = 1 };
    knn_scores(cpu(), scores, &c, bank, labels, 3, query, 1, 2, 3);
    cr_expect(scores[0] > 0 && scores[1] == 0 && scores[2] > scores[0], "%g %g %g",
              scores[0], scores[1], scores[2]);
}

/* In later runs and blocks too; and nearer and nearer rows are all noticed. */
Test(knn, equal_rows_far_apart_and_ever_nearer_ones)
{
    enum { N = 3000, K = 3 };
    static real  bank[2 * N];
    static int   labels[N];
    static float scores[N];
    real         query[] = { 1, 0 };
    KnnConfig    c = { .k = K, .temperature = 1 };
    for (int i = 0; i < N; i++) bank[2 * i] = 2, bank[2 * i + 1] = 1, labels[i] = i;
    knn_scores(cpu(), scores, &c, bank, labels, N, query, 1, 2, N);
    for (int i = 0; i < N; i++) cr_assert((scores[i] > 0) == (i < K), "equal, row %d", i);

    for (int i = 0; i < N; i++) bank[2 * i] = R(1.0) + (real)i / 100;
    knn_scores(cpu(), scores, &c, bank, labels, N, query, 1, 2, N);
    for (int i = 0; i < N; i++) cr_assert((scores[i] > 0) == (i >= N - K), "nearer, row %d", i);
}

Test(knn, fewer_rows_than_k_and_rows_of_zeros)
{
    real      bank[] = { 0, 0, 1, 1 }, query[] = { 0, 0 };
    int       labels[] = { 1, 0 };
    float     scores[2];
    KnnConfig c = knn_defaults();
    knn_scores(cpu(), scores, &c, bank, labels, 2, query, 1, 2, 2);
    cr_expect(scores[0] == 1 && scores[1] == 1, "%g %g", scores[0], scores[1]);
}

Test(knn, nan_is_nobodys_neighbour)
{
    real      bank[] = { NAN, 0, 1, 0 }, queries[] = { 1, 0, NAN, 1 };
    int       labels[] = { 0, 1 };
    float     scores[4];
    KnnConfig c = knn_defaults();
    knn_scores(cpu(), scores, &c, bank, labels, 2, queries, 2, 2, 2);
    cr_expect(scores[0] == 0 && scores[1] > 0, "%g %g", scores[0], scores[1]);
    cr_expect(isnan(scores[2]) && isnan(scores[3]));
}

Test(accuracy, counts_top_one_top_five_and_ranks)
{
    const float scores[] = {
        0.9f, 0.1f, 0, 0, 0, 0, 0,                 /* 0: right        */
        1, 2, 3, 4, 5, 6, 7,                       /* 2: rank 4       */
        1, 2, 3, 4, 5, 6, 7,                       /* 1: rank 5       */
        1, 1, 1, 1, 1, 1, 1,                       /* 3: ties, rank 3 */
        NAN, NAN, NAN, NAN, NAN, NAN, NAN,         /* 0: never right  */
    };
    const int labels[] = { 0, 2, 1, 3, 0 }, want_rank[] = { 0, 4, 5, 3, 7 };
    const int want[] = { 0, 6, 6, 0, -1 };
    int       predicted[5], rank[5];
    Accuracy  a = accuracy_of(scores, labels, 5, 7, predicted, rank);
    cr_expect(a.count == 5 && a.top1 == 0.2 && a.top5 == 0.6, "%g %g", a.top1, a.top5);
    for (int i = 0; i < 5; i++)
        cr_expect(predicted[i] == want[i] && rank[i] == want_rank[i],
                  "row %d: %d, rank %d", i, predicted[i], rank[i]);
    cr_expect(isnan(accuracy_of(scores, labels, 0, 7, NULL, NULL).top1));
}
