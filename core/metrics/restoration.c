#include "core/metrics/restoration.h"

#include "core/base/arena.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const double TURN = 6.283185307179586; /* 2 pi */

double restoration_psnr(double mse) { return -10 * log10(mse); }

/* --- structure ----------------------------------------------------------- */

static void gaussian(double w[SSIM_WINDOW])
{
    double sum = 0;
    for (int i = 0; i < SSIM_WINDOW; i++) {
        double t = (i - SSIM_WINDOW / 2) / 1.5;
        sum += w[i] = exp(-t * t / 2);
    }
    for (int i = 0; i < SSIM_WINDOW; i++) w[i] /= sum;
}

/* Mean of x y under every window: along rows, then along columns. */
static double *blurred(Arena *a, const double *x, const double *y, size_t H, size_t W,
                       const double w[SSIM_WINDOW])
{
    size_t  cols = W - SSIM_WINDOW + 1, rows = H - SSIM_WINDOW + 1;
    double *across = ARENA_NEW(a, double, H * cols), *out = ARENA_NEW(a, double, rows * cols);
    for (size_t i = 0; i < H; i++)
        for (size_t j = 0; j < cols; j++) {
            double sum = 0;
            for (size_t k = 0; k < SSIM_WINDOW; k++) {
                size_t at = i * W + j + k;
                sum += w[k] * x[at] * (y ? y[at] : 1);
            }
            across[i * cols + j] = sum;
        }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            double sum = 0;
            for (size_t k = 0; k < SSIM_WINDOW; k++) sum += w[k] * across[(i + k) * cols + j];
            out[i * cols + j] = sum;
        }
    return out;
}

void restoration_ssim(double *map, const double *x, const double *y, int height, int width)
{
    const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    double       w[SSIM_WINDOW];
    Arena        a;
    size_t       H = (size_t)height, W = (size_t)width;
    if (height < SSIM_WINDOW || width < SSIM_WINDOW) return;
    gaussian(w);
    arena_open(&a, "SSIM", NULL, NULL);
    const double *mx = blurred(&a, x, NULL, H, W, w), *my = blurred(&a, y, NULL, H, W, w);
    const double *xx = blurred(&a, x, x, H, W, w), *yy = blurred(&a, y, y, H, W, w);
    const double *xy = blurred(&a, x, y, H, W, w);
    for (size_t i = 0; i < (H - SSIM_WINDOW + 1) * (W - SSIM_WINDOW + 1); i++) {
        double sx = xx[i] - mx[i] * mx[i], sy = yy[i] - my[i] * my[i];
        double sxy = xy[i] - mx[i] * my[i];
        map[i] = (2 * mx[i] * my[i] + c1) * (2 * sxy + c2) /
                 ((mx[i] * mx[i] + my[i] * my[i] + c1) * (sx + sy + c2));
    }
    arena_close(&a);
}

/* --- edges --------------------------------------------------------------- */

static bool is_inside(const bool *inside, size_t at, size_t W)
{
    return !inside || (inside[at] && inside[at - 1] && inside[at + 1] && inside[at - W] &&
                       inside[at + W]);
}

double restoration_laplacian(const double *x, const bool *inside, int height, int width)
{
    size_t H = (size_t)height, W = (size_t)width;
    double n = 0, mean = 0, square = 0; /* Welford 1962 */
    for (size_t i = 1; i + 1 < H; i++)
        for (size_t j = 1; j + 1 < W; j++) {
            size_t at = i * W + j;
            if (!is_inside(inside, at, W)) continue;
            double edge = x[at - 1] + x[at + 1] + x[at - W] + x[at + W] - 4 * x[at];
            double off = edge - mean;
            mean += off / ++n;
            square += off * (edge - mean);
        }
    return n > 0 ? square / n : 0;
}

/* --- frequencies --------------------------------------------------------- */

/* The transform of n numbers `step` apart, in place; wave [n] are the n-th roots of one. */
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
    for (size_t f = 0; f < n; f++) re[f * step] = work[2 * f], im[f * step] = work[2 * f + 1];
}

static void roots(double *cosine, double *sine, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        cosine[k] = cos(TURN * (double)k / (double)n);
        sine[k] = sin(TURN * (double)k / (double)n);
    }
}

static double hann(size_t i, size_t n)
{
    return n > 1 ? 0.5 - 0.5 * cos(TURN * (double)i / (double)(n - 1)) : 1;
}

/* Periods over the side of entry f of n. */
static double frequency(size_t f, size_t n)
{
    return f <= n / 2 ? (double)f : (double)f - (double)n;
}

void restoration_spectrum(double *power, const double *x, int height, int width)
{
    Arena  a;
    size_t H = (size_t)height, W = (size_t)width, side = H < W ? H : W, bins = side / 2 + 1;
    arena_open(&a, "spectrum of an image", NULL, NULL);
    double *re = ARENA_NEW(&a, double, H * W), *im = ARENA_NEW(&a, double, H * W);
    double *work = ARENA_NEW(&a, double, 2 * (H + W)), *count = ARENA_NEW(&a, double, bins);
    double *cosine = ARENA_NEW(&a, double, H + W), *sine = ARENA_NEW(&a, double, H + W);
    for (size_t i = 0; i < H * W; i++) re[i] = x[i] * hann(i / W, H) * hann(i % W, W), im[i] = 0;
    roots(cosine, sine, W);
    for (size_t i = 0; i < H; i++) transform(re + i * W, im + i * W, W, 1, cosine, sine, work);
    roots(cosine, sine, H);
    for (size_t j = 0; j < W; j++) transform(re + j, im + j, H, W, cosine, sine, work);

    memset(count, 0, bins * sizeof *count);
    memset(power, 0, bins * sizeof *power);
    for (size_t i = 0; i < H * W; i++) {
        double down = frequency(i / W, H) * (double)side / (double)H;
        double across = frequency(i % W, W) * (double)side / (double)W;
        size_t r = (size_t)lround(sqrt(down * down + across * across));
        if (r >= bins) continue; /* the corners, beyond Nyquist */
        power[r] += re[i] * re[i] + im[i] * im[i];
        count[r]++;
    }
    for (size_t r = 0; r < bins; r++) power[r] /= count[r];
    arena_close(&a);
}

static bool counts(int r, int skip) { return !skip || r % skip; }

double restoration_sharpness(const double *x, const double *y, int n, int skip)
{
    double a = 0, b = 0;
    for (int r = 1; r < n; r++)
        if (2 * r > n - 1 && counts(r, skip)) a += r * x[r], b += r * y[r];
    return log2(a / b);
}

double restoration_spectral_distance(const double *x, const double *y, int n, int skip)
{
    double sum = 0;
    int    used = 0;
    for (int r = 1; r < n; r++)
        if (counts(r, skip)) {
            double off = 10 * log10(x[r] / y[r]);
            sum += off * off, used++;
        }
    return sqrt(sum / used);
}
