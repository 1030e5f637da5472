#include "core/metrics/restoration.h"

#include "core/base/arena.h"
#include "core/metrics/fourier.h"

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

/* The map, and without the factor of the means `contrast`, which may be NULL. */
static void compare(double *map, double *contrast, const double *x, const double *y,
                    size_t H, size_t W)
{
    const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    double       w[SSIM_WINDOW];
    Arena        a;
    gaussian(w);
    arena_open(&a, "SSIM", NULL, NULL);
    const double *mx = blurred(&a, x, NULL, H, W, w), *my = blurred(&a, y, NULL, H, W, w);
    const double *xx = blurred(&a, x, x, H, W, w), *yy = blurred(&a, y, y, H, W, w);
    const double *xy = blurred(&a, x, y, H, W, w);
    for (size_t i = 0; i < (H - SSIM_WINDOW + 1) * (W - SSIM_WINDOW + 1); i++) {
        double sx = xx[i] - mx[i] * mx[i], sy = yy[i] - my[i] * my[i];
        double likeness = (2 * (xy[i] - mx[i] * my[i]) + c2) / (sx + sy + c2);
        map[i] = likeness * (2 * mx[i] * my[i] + c1) /
                 (mx[i] * mx[i] + my[i] * my[i] + c1);
        if (contrast) contrast[i] = likeness;
    }
    arena_close(&a);
}

void restoration_ssim(double *map, const double *x, const double *y, int H, int W)
{
    if (H < SSIM_WINDOW || W < SSIM_WINDOW) return;
    compare(map, NULL, x, y, (size_t)H, (size_t)W);
}

/* Half the size: means of 2 x 2; at an odd side zeros stand around, as pytorch-msssim
 * pads. */
static double *halved(Arena *a, const double *x, size_t H, size_t W)
{
    size_t  top = H % 2, left = W % 2, rows = H / 2 + top, cols = W / 2 + left;
    double *out = memset(ARENA_NEW(a, double, rows * cols), 0, rows * cols * sizeof *out);
    for (size_t i = 0; i < H; i++)
        for (size_t j = 0; j < W; j++)
            out[(i + top) / 2 * cols + (j + left) / 2] += x[i * W + j] / 4;
    return out;
}

static double positive_mean(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum > 0 ? sum / (double)n : 0;
}

double restoration_ms_ssim(const double *x, const double *y, int height, int width)
{
    static const double weight[] = { 0.0448, 0.2856, 0.3001, 0.2363, 0.1333 };
    enum { SCALES = sizeof weight / sizeof *weight, LAST = SCALES - 1 };
    Arena  a;
    size_t H = (size_t)height, W = (size_t)width;
    double product = 1;
    if (height < MS_SSIM_SIDE || width < MS_SSIM_SIDE) return (double)NAN;
    arena_open(&a, "MS-SSIM", NULL, NULL);
    double *map = ARENA_NEW(&a, double, H * W), *contrast = ARENA_NEW(&a, double, H * W);
    for (int k = 0; k < SCALES; k++) {
        compare(map, contrast, x, y, H, W);
        size_t n = (H - SSIM_WINDOW + 1) * (W - SSIM_WINDOW + 1);
        product *= pow(positive_mean(k < LAST ? contrast : map, n), weight[k]);
        if (k == LAST) break;
        x = halved(&a, x, H, W), y = halved(&a, y, H, W);
        H = H / 2 + H % 2, W = W / 2 + W % 2;
    }
    arena_close(&a);
    return product;
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

static double hann(size_t i, size_t n)
{
    return n > 1 ? 0.5 - 0.5 * cos(TURN * (double)i / (double)(n - 1)) : 1;
}

/* Periods over the side of entry f of n. */
static double frequency(size_t f, size_t n)
{
    return f <= n / 2 ? (double)f : (double)f - (double)n;
}

/* The transform of x, or of x - y, after a Hann window. */
static void windowed(double *re, double *im, const double *x, const double *y, int H,
                     int W)
{
    size_t h = (size_t)H, w = (size_t)W;
    for (size_t i = 0; i < h * w; i++) {
        re[i] = (x[i] - (y ? y[i] : 0)) * hann(i / w, h) * hann(i % w, w);
        im[i] = 0;
    }
    fourier_plane(re, im, H, W);
}

void restoration_spectrum(double *power, const double *x, int height, int width)
{
    Arena  a;
    size_t H = (size_t)height, W = (size_t)width, side = H < W ? H : W, bins = side / 2 + 1;
    arena_open(&a, "spectrum of an image", NULL, NULL);
    double *re = ARENA_NEW(&a, double, H * W), *im = ARENA_NEW(&a, double, H * W);
    double *count = ARENA_NEW(&a, double, bins);
    windowed(re, im, x, NULL, height, width);
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

double restoration_frequency_distance(const double *x, const double *y, int H, int W)
{
    Arena  a;
    size_t n = (size_t)H * (size_t)W;
    double sum = 0;
    arena_open(&a, "distance of spectra", NULL, NULL);
    double *re = ARENA_NEW(&a, double, n), *im = ARENA_NEW(&a, double, n);
    windowed(re, im, x, y, H, W); /* the transform is linear */
    for (size_t i = 0; i < n; i++) sum += re[i] * re[i] + im[i] * im[i];
    arena_close(&a);
    return log(sum / (double)n + 1);
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
