#include "core/base/eigen.h"

#include "core/base/arena.h"
#include "core/base/status.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* --- two diagonals: d [n] and e [n - 1] beside it ------------------------- */

/* How many eigenvalues lie below x: signs of the pivots. */
static size_t below(double x, const double *d, const double *e, size_t n)
{
    double q = 1;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        q = d[i] - x - (i ? e[i - 1] * e[i - 1] / q : 0);
        if (q == 0) q = DBL_EPSILON * (fabs(d[i]) + fabs(x)) + DBL_MIN;
        count += q < 0;
    }
    return count;
}

/* Where all of them are: Gershgorin's circles, and zero. */
static void limits(double *low, double *high, const double *d, const double *e, size_t n)
{
    *low = *high = 0;
    for (size_t i = 0; i < n; i++) {
        double r = (i ? fabs(e[i - 1]) : 0) + (i + 1 < n ? fabs(e[i]) : 0);
        if (d[i] - r < *low) *low = d[i] - r;
        if (d[i] + r > *high) *high = d[i] + r;
    }
}

/* Number k from above, 0 the largest, in from..to. */
static double bisect(double from, double to, size_t k, const double *d, const double *e,
                     size_t n)
{
    enum { HALVINGS = 70 };
    for (int i = 0; i < HALVINGS && from < to; i++) {
        double middle = from + (to - from) / 2;
        if (below(middle, d, e, n) >= n - k) to = middle;
        else from = middle;
    }
    return from + (to - from) / 2;
}

/* s [n] of length 1 with T s = largest s.  Inverse iteration from just above, where
 * largest I - T has only positive pivots (q) and needs no exchange of rows. */
static void vector_of(double *s, double *q, double largest, double scale, const double *d,
                      const double *e, size_t n)
{
    enum { ROUNDS = 3 };
    const double tiny = DBL_EPSILON * (scale > 0 ? scale : 1), above = largest + 4 * tiny;
    for (size_t i = 0; i < n; i++) {
        q[i] = above - d[i] - (i ? e[i - 1] * e[i - 1] / q[i - 1] : 0);
        if (!(q[i] > tiny)) q[i] = tiny;
        s[i] = 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        double square = 0;
        for (size_t i = 1; i < n; i++) s[i] += e[i - 1] / q[i - 1] * s[i - 1];
        for (size_t i = n; i-- > 0;) {
            s[i] = (s[i] + (i + 1 < n ? e[i] * s[i + 1] : 0)) / q[i];
            square += s[i] * s[i];
        }
        for (size_t i = 0; i < n; i++) s[i] /= sqrt(square);
    }
}

/* --- all ------------------------------------------------------------------ */

/* A to Q^T A Q with two diagonals: column by column a reflection I - 2 v v^T / v^T v
 * takes all below the second diagonal to zero.
 * Source: Golub and Van Loan, Matrix Computations, section 8.3. */
static void to_two_diagonals(double *a, size_t n, double *v, double *q)
{
    for (size_t k = 0; k + 2 < n; k++) {
        double square = 0, dot = 0;
        for (size_t i = k + 1; i < n; i++) {
            v[i] = a[i * n + k];
            square += v[i] * v[i];
        }
        double norm = v[k + 1] > 0 ? -sqrt(square) : sqrt(square);
        double vv = 2 * (square - v[k + 1] * norm);
        if (!(vv > 0)) continue; /* zeros already */
        v[k + 1] -= norm;
        for (size_t i = k + 1; i < n; i++) {
            double sum = 0;
            for (size_t j = k + 1; j < n; j++) sum += a[i * n + j] * v[j];
            q[i] = 2 * sum / vv;
            dot += q[i] * v[i];
        }
        for (size_t i = k + 1; i < n; i++) q[i] -= dot / vv * v[i];
        for (size_t i = k + 1; i < n; i++)
            for (size_t j = k + 1; j < n; j++) a[i * n + j] -= v[i] * q[j] + q[i] * v[j];
        a[(k + 1) * n + k] = a[k * n + k + 1] = norm;
    }
}

void eigen_values(double *values, double *a, int size)
{
    Arena  host;
    size_t n = (size_t)size;
    double low, high;
    arena_open(&host, "eigenvalues", NULL, NULL);
    double *d = ARENA_NEW(&host, double, n), *e = ARENA_NEW(&host, double, n);
    to_two_diagonals(a, n, d, e);
    for (size_t i = 0; i < n; i++) d[i] = a[i * n + i];
    for (size_t i = 0; i + 1 < n; i++) e[i] = a[i * n + i + 1];
    limits(&low, &high, d, e, n);
    for (size_t k = 0; k < n; k++) values[k] = bisect(low, high, k, d, e, n);
    arena_close(&host);
}

/* --- the largest ---------------------------------------------------------- */

typedef struct {
    const double *a, *known;
    size_t        n, used; /* v [used] vectors of length n are made          */
    double      **v, *d, *e; /* A in their terms: two diagonals, e behind v  */
    double       *s, *q;   /* the eigenvector there, and room              */
    double        norm;
} Lanczos;

static double dot(const double *x, const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

static void take_out(double *y, const double *x, size_t n)
{
    double along = dot(y, x, n);
    for (size_t i = 0; i < n; i++) y[i] -= along * x[i];
}

/* y = A x, by columns, which fills vector registers. */
static void times(double *y, const double *a, const double *x, size_t n)
{
    memset(y, 0, n * sizeof *y);
    for (size_t j = 0; j < n; j++, a += n)
        for (size_t i = 0; i < n; i++) y[i] += a[i] * x[j];
}

/* What is new in y, of length 1; returns how much that was.  Twice, since once leaves
 * what rounding brought in (Parlett: "twice is enough"). */
static double renew(double *y, const Lanczos *w)
{
    for (int i = 0; i < 2; i++) {
        if (w->known) take_out(y, w->known, w->n);
        for (size_t k = 0; k < w->used; k++) take_out(y, w->v[k], w->n);
    }
    double length = sqrt(dot(y, y, w->n));
    for (size_t i = 0; i < w->n && length > 0; i++) y[i] /= length;
    return length;
}

/* The largest eigenvalue as the vectors made so far see it, s, and how far A s is from
 * it: the last of s times what the next vector is worth. */
static double look(Lanczos *w, double *off)
{
    double low, high;
    limits(&low, &high, w->d, w->e, w->used);
    double largest = bisect(low, high, 0, w->d, w->e, w->used);
    vector_of(w->s, w->q, largest, w->norm, w->d, w->e, w->used);
    *off = fabs(w->e[w->used - 1] * w->s[w->used - 1]);
    return largest;
}

double eigen_largest(double *x, const double *a, const double *known, int size)
{
    enum { BETWEEN_LOOKS = 4 };
    Arena   host;
    size_t  n = (size_t)size, most = n - (known ? 1 : 0);
    double  largest = 0, off = HUGE_VAL;
    Lanczos w = { .a = a, .known = known, .n = n, .norm = sqrt(dot(a, a, n * n)) };
    CHECK(size > (known ? 1 : 0), "the largest eigenvalue of %d", size);
    arena_open(&host, "largest eigenvalue", NULL, NULL);
    w.v = ARENA_NEW(&host, double *, n);
    w.d = ARENA_NEW(&host, double, n), w.e = ARENA_NEW(&host, double, n);
    w.s = ARENA_NEW(&host, double, n), w.q = ARENA_NEW(&host, double, n);
    renew(x, &w);
    double *next = memcpy(ARENA_NEW(&host, double, n), x, n * sizeof *x);
    while (off > EIGEN_NEAR * w.norm) {
        double *v = w.v[w.used] = next;
        next = ARENA_NEW(&host, double, n);
        times(next, a, v, n);
        w.d[w.used++] = dot(next, v, n);
        double left = w.e[w.used - 1] = renew(next, &w);
        bool   last = !(left > EIGEN_NEAR * w.norm) || w.used == most;
        if (last || w.used % BETWEEN_LOOKS == 0) largest = look(&w, &off);
        if (last) break;
    }
    memset(x, 0, n * sizeof *x);
    for (size_t k = 0; k < w.used; k++)
        for (size_t i = 0; i < n; i++) x[i] += w.s[k] * w.v[k][i];
    arena_close(&host);
    return largest;
}
