/* noise: show the peaks of filtered noise.
 *
 * White noise W is blurred, G_s W, with a Gaussian of standard deviation s patches.
 * The K patches where the filtered noise is highest are visible:
 *
 *     red     G_wide W                       large blobs
 *     blue    W - G_wide W                   spread out
 *     green   G_narrow W - G_wide W          clusters of one size
 *     purple  W - (G_narrow W - G_wide W)    no clusters of that size
 *
 * The field is wider than the grid by 3 s on all sides, or as far as FIELD numbers go,
 * so that patches at the edge are like others.  Each image has its own.
 *
 * Source: Hinojosa et al. 2024, arXiv:2407.13036, section 3, and masking_generator.py
 * of carlosh93/ColorMAE, where the peaks are visible too, but of a stored stack of
 * noise, cropped and flipped alike for a whole batch.  Stack and deviations are not
 * published; `narrow` and `wide` are those of ports.
 */
#include "core/mask/mask.h"

#include <math.h>
#include <string.h>

enum { RED, BLUE, GREEN, PURPLE };
static const char *const COLOURS[] = { "red", "blue", "green", "purple", NULL };

typedef struct {
    double narrow, wide;
    int    colour;
} Noise;

static const MaskParam params[] = {
    MASK_CHOICE(Noise, colour, GREEN, COLOURS, "which frequencies the noise has"),
    MASK_NUMBER(Noise, narrow, 0.5, 0.1, 8,
                "deviation of the lesser blur, in patches; green and purple"),
    MASK_NUMBER(Noise, wide, 2, 0.1, 8, "deviation of the blur, in patches"),
    { 0 }
};

enum { FIELD = 1 << 16, MOST_REACH = 24 };

/* Noise [rows + 2 reach, cols + 2 reach] round the grid. */
typedef struct {
    float  noise[FIELD];
    size_t rows, cols, step, reach;
} Field;

/* A number in [0, 1) and how many of its 24 bits are set, so 24 coins of nearly one
 * weight: normal but for 0.09 of kurtosis, in a tenth of the time of logarithms. */
static void draw_white(float *out, size_t n, Rng *rng)
{
    rng_units(rng, out, n);
    for (size_t i = 0; i < n; i++)
        out[i] += (float)__builtin_popcount((uint32_t)(out[i] * 0x1p24F));
}

/* to_i = sum over t of tap_|t| from_(i + (reach + t) step), |t| <= reach */
static void blur_along(float *to, const float *from, size_t n, size_t step,
                       const float *tap, size_t reach)
{
    from += reach * step;
    for (size_t i = 0; i < n; i++) to[i] = tap[0] * from[i];
    for (size_t t = step, k = 1; k <= reach; t += step, k++)
        for (size_t i = 0; i < n; i++) to[i] += tap[k] * (from[i - t] + from[i + t]);
}

/* out += sign G_s W.  Along rows all of the field is one long row: what runs over
 * an edge is in the margin, and nobody reads it. */
static void add_blurred(float *out, const Field *f, double s, float sign)
{
    float  tap[MOST_REACH + 1], across[FIELD], blurred[FIELD];
    double sum = 0;
    for (size_t k = 0; k <= f->reach; k++) {
        tap[k] = (float)exp(-0.5 * (double)(k * k) / (s * s));
        sum += (k ? 2 : 1) * (double)tap[k];
    }
    for (size_t k = 0; k <= f->reach; k++) tap[k] /= (float)sum;

    size_t n = (f->rows - 1) * f->step + f->cols;
    blur_along(across, f->noise, n + 2 * f->reach * f->step, 1, tap, f->reach);
    blur_along(blurred, across, n, f->step, tap, f->reach);
    for (size_t y = 0; y < f->rows; y++)
        for (size_t x = 0; x < f->cols; x++) *out++ += sign * blurred[y * f->step + x];
}

static void add_white(float *out, const Field *f, float sign)
{
    for (size_t y = 0; y < f->rows; y++)
        for (size_t x = 0; x < f->cols; x++)
            *out++ += sign * f->noise[(y + f->reach) * f->step + x + f->reach];
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Noise *n = self;
    bool   band = n->colour == GREEN || n->colour == PURPLE;
    double widest = band && n->narrow > n->wide ? n->narrow : n->wide;
    Field  f;
    f.rows = (size_t)v->rows, f.cols = (size_t)v->cols;
    f.reach = (size_t)ceil(3 * widest);
    while ((f.rows + 2 * f.reach) * (f.cols + 2 * f.reach) > FIELD) f.reach--;
    f.step = f.cols + 2 * f.reach;
    draw_white(f.noise, (f.rows + 2 * f.reach) * f.step, rng);

    /* Scores are the noise with its sign turned: the peaks are visible. */
    float wide = n->colour == RED || n->colour == PURPLE ? -1 : 1;
    memset(out, 0, f.rows * f.cols * sizeof *out);
    if (n->colour == BLUE || n->colour == PURPLE) add_white(out, &f, -1);
    if (band) add_blurred(out, &f, n->narrow, -wide);
    add_blurred(out, &f, n->wide, wide);
}

MASK_STRATEGY(noise,
    .about  = "the peaks of filtered noise: red, blue, green or purple",
    .source = "Hinojosa et al. 2024, arXiv:2407.13036; deviations are those of ports",
    .family = "noise",
    .size   = sizeof(Noise),
    .params = params,
    .score  = score
);
