#include "core/metrics/fourier.h"

#include "core/base/arena.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const double TURN = 6.283185307179586; /* 2 pi */

/* The transform of n numbers `step` apart, in place; cosine and sine [n] are the n-th
 * roots of one. */
static void transform(double *re, double *im, size_t n, size_t step, const double *cosine,
                      const double *sine, double *work)
{
    for (size_t f = 0; f < n; f++) {
        double a = 0, b = 0;
        for (size_t t = 0, k = 0; t < n; t++, k = (k + f) % n) {
            double x = re[t * step], y = im[t * step];
            a += x * cosine[k] + y * sine[k];
            b += y * cosine[k] - x * sine[k];
        }
        work[2 * f] = a, work[2 * f + 1] = b;
    }
    for (size_t f = 0; f < n; f++)
        re[f * step] = work[2 * f], im[f * step] = work[2 * f + 1];
}

static void roots(double *cosine, double *sine, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        cosine[k] = cos(TURN * (double)k / (double)n);
        sine[k] = sin(TURN * (double)k / (double)n);
    }
}

void fourier_plane(double *re, double *im, int height, int width)
{
    Arena  a;
    size_t H = (size_t)height, W = (size_t)width;
    arena_open(&a, "transform of a plane", NULL, NULL);
    double *cosine = ARENA_NEW(&a, double, H + W), *sine = ARENA_NEW(&a, double, H + W);
    double *work = ARENA_NEW(&a, double, 2 * (H + W));
    roots(cosine, sine, W);
    for (size_t i = 0; i < H; i++)
        transform(re + i * W, im + i * W, W, 1, cosine, sine, work);
    roots(cosine, sine, H);
    for (size_t j = 0; j < W; j++) transform(re + j, im + j, H, W, cosine, sine, work);
    arena_close(&a);
}

int fourier_steps(int rows, int cols)
{
    int side = rows < cols ? rows : cols;
    return (side + 1) / 2;
}

void fourier_diagonal(double *amplitude, const float *x, int rows, int cols, int width)
{
    Arena  a;
    size_t D = (size_t)width, bytes = D * sizeof(double);
    int    side = rows < cols ? rows : cols, n = fourier_steps(rows, cols);
    arena_open(&a, "frequencies of features", NULL, NULL);
    double *re = ARENA_NEW(&a, double, D), *im = ARENA_NEW(&a, double, D);
    for (int k = 0; k < n; k++) {
        int down = k * rows / side, across = k * cols / side;
        memset(re, 0, bytes), memset(im, 0, bytes);
        for (int i = 0; i < rows * cols; i++) {
            double turns = (double)(down * (i / cols)) / rows +
                           (double)(across * (i % cols)) / cols;
            double       c = cos(TURN * turns), s = sin(TURN * turns);
            const float *row = x + (size_t)i * D;
            for (size_t d = 0; d < D; d++) re[d] += c * (double)row[d];
            for (size_t d = 0; d < D; d++) im[d] -= s * (double)row[d];
        }
        amplitude[k] = 0;
        for (size_t d = 0; d < D; d++)
            amplitude[k] += log(sqrt(re[d] * re[d] + im[d] * im[d]) + 1e-6) / width;
    }
    for (int k = n - 1; k >= 0; k--) amplitude[k] -= amplitude[0];
    arena_close(&a);
}
