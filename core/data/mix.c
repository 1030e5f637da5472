#include "core/data/mix.h"

#include "core/base/rng.h"
#include "core/base/status.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* A number of Beta(a, a).  Source: Joehnk 1964: two powers that sum to at most 1. */
static double beta(Rng *rng, double a)
{
    for (;;) {
        double x = pow(rng_unit53(rng), 1 / a), y = pow(rng_unit53(rng), 1 / a);
        if (x + y <= 1 && x + y > 0) return x / (x + y);
    }
}

/* The box's centre is anywhere, and what of it lies outside is cut off: the share is
 * that of what is left. */
static Mix cut(double own, int height, int width, Rng *rng)
{
    const double side = sqrt(1 - own);
    const int    h = (int)(height * side), w = (int)(width * side);
    const int    y = (int)rng_below(rng, (uint32_t)height);
    const int    x = (int)rng_below(rng, (uint32_t)width);
    const int    top = y - h / 2 < 0 ? 0 : y - h / 2, left = x - w / 2 < 0 ? 0 : x - w / 2;
    const int    bottom = y + h / 2 > height ? height : y + h / 2;
    const int    right = x + w / 2 > width ? width : x + w / 2;
    const double area = (double)(bottom - top) * (right - left);
    if (area <= 0) return (Mix){ .own = 1 };
    return (Mix){ .own = 1 - area / ((double)height * width), .top = top, .left = left,
                  .height = bottom - top, .width = right - left };
}

Mix mix_draw(const Mixing *m, int height, int width, uint64_t seed, uint64_t epoch,
             uint64_t step)
{
    CHECK(m->mixup >= 0 && m->cutmix >= 0, "mixup %g, cutmix %g", m->mixup, m->cutmix);
    Rng  rng = rng_at(seed, STREAM_MIX, epoch, step);
    bool cuts = m->cutmix > 0 && (m->mixup == 0 || rng_unit53(&rng) < 0.5);
    if (cuts) return cut(beta(&rng, m->cutmix), height, width, &rng);
    return (Mix){ .own = m->mixup > 0 ? beta(&rng, m->mixup) : 1 };
}

static void blend(real *a, real *b, size_t n, real own)
{
    for (size_t i = 0; i < n; i++) {
        real x = a[i], y = b[i];
        a[i] = own * x + (1 - own) * y;
        b[i] = own * y + (1 - own) * x;
    }
}

static void swap_box(const Mix *m, real *a, real *b, int C, int H, int W)
{
    for (int c = 0; c < C; c++)
        for (int y = m->top; y < m->top + m->height; y++) {
            size_t at = ((size_t)c * (size_t)H + (size_t)y) * (size_t)W + (size_t)m->left;
            blend(a + at, b + at, (size_t)m->width, 0);
        }
}

void mix_images(const Mix *m, real *images, int N, int C, int H, int W)
{
    const size_t size = (size_t)C * (size_t)H * (size_t)W;
    if (m->own == 1) return;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < N / 2; i++) {
        real *a = images + (size_t)i * size, *b = images + (size_t)(N - 1 - i) * size;
        if (m->height) swap_box(m, a, b, C, H, W);
        else blend(a, b, size, (real)m->own);
    }
}

void mix_targets(const Mix *m, real *target, const int *labels, int N, int classes,
                 double smoothing)
{
    const double all = smoothing / classes, one = 1 - smoothing;
    for (int i = 0; i < N; i++) {
        real *to = target + (size_t)i * (size_t)classes;
        for (int k = 0; k < classes; k++) to[k] = (real)all;
        to[labels[i]] += (real)(one * m->own);
        to[labels[N - 1 - i]] += (real)(one * (1 - m->own));
    }
}
