#include "experiments/lint/invent.h"

#include <math.h>
#include <stdlib.h>

enum { WAVES = 4, SEED = 7 };
static const float TURN = 6.2831853F;

/* What a field is for; each is another field of the same image. */
enum { OF_ATTENTION, OF_CLASS = 16, OF_PIXELS = 32, OF_FEATURES = 48, OF_REST = 96 };

typedef struct {
    float down[WAVES], right[WAVES], phase[WAVES];
} Field;

/* Half a wave to two and a half over the grid, in any direction. */
static Field field_of(uint64_t image, int what)
{
    Field f;
    Rng   rng = rng_at(SEED, STREAM_TEST, (uint64_t)what, image);
    for (int w = 0; w < WAVES; w++) {
        float way = TURN * rng_unit(&rng), often = TURN * (0.5F + 2 * rng_unit(&rng));
        f.down[w] = often * sinf(way), f.right[w] = often * cosf(way);
        f.phase[w] = TURN * rng_unit(&rng);
    }
    return f;
}

/* At a place of the grid, 0 to 1 both ways: mean 0, standard deviation 1. */
static float field_at(const Field *f, float y, float x)
{
    float sum = 0;
    for (int w = 0; w < WAVES; w++)
        sum += sinf(f->down[w] * y + f->right[w] * x + f->phase[w]);
    return sum * 0.70710678F; /* sqrt(2 / WAVES) */
}

static void fill(float *out, uint64_t image, int what, int rows, int cols)
{
    Field f = field_of(image, what);
    for (int i = 0; i < rows * cols; i++)
        out[i] = field_at(&f, (float)(i / cols) / (float)rows,
                          (float)(i % cols) / (float)cols);
}

static void softmax(float *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += x[i] = expf(x[i]);
    for (int i = 0; i < n; i++) x[i] = (float)(x[i] / sum);
}

/* Steps round a ring of n, the shorter way: with edges, what is near would be less
 * there. */
static int around(int steps, int n)
{
    int way = abs(steps);
    return way < n - way ? way : n - way;
}

/* A query attends to patches near it and to salient ones: [H, L, L]. */
static void attend(float *out, uint64_t image, int rows, int cols)
{
    float salient[MASK_MAX_PATCHES];
    int   L = rows * cols;
    for (int h = 0; h < INVENTED_HEADS; h++) {
        fill(salient, image, OF_ATTENTION + h, rows, cols);
        for (int q = 0; q < L; q++, out += L) {
            for (int k = 0; k < L; k++) {
                float down = (float)around(k / cols - q / cols, rows);
                float right = (float)around(k % cols - q % cols, cols);
                out[k] = salient[k] - 0.1F * (down * down + right * right);
            }
            softmax(out, L);
        }
    }
}

static void attend_class(float *out, uint64_t image, int rows, int cols)
{
    for (int h = 0; h < INVENTED_HEADS; h++, out += rows * cols) {
        fill(out, image, OF_CLASS + h, rows, cols);
        softmax(out, rows * cols);
    }
}

/* [L, P], values of a patch as [channel, y, x] */
static void paint(float *out, uint64_t image, int rows, int cols)
{
    enum { SIDE = INVENTED_SIDE };
    Rng noise = rng_at(SEED, STREAM_TEST, OF_PIXELS - 1, image);
    Field f[3] = { field_of(image, OF_PIXELS), field_of(image, OF_PIXELS + 1),
                   field_of(image, OF_PIXELS + 2) };
    for (int i = 0; i < rows * cols; i++)
        for (int c = 0; c < 3; c++)
            for (int p = 0; p < SIDE * SIDE; p++) {
                int y = i / cols * SIDE + p / SIDE, x = i % cols * SIDE + p % SIDE;
                *out++ = field_at(&f[c], (float)y / (float)(rows * SIDE),
                                  (float)x / (float)(cols * SIDE)) +
                         0.1F * rng_normal(&noise);
            }
}

/* [L, D]: the first half of the features are smooth, the others are noise. */
static void describe(float *out, uint64_t image, int rows, int cols)
{
    enum { D = INVENTED_WIDTH };
    float x[MASK_MAX_PATCHES];
    Rng   noise = rng_at(SEED, STREAM_TEST, OF_FEATURES - 1, image);
    for (int d = 0; d < D; d++) {
        fill(x, image, OF_FEATURES + d, rows, cols);
        for (int i = 0; i < rows * cols; i++)
            out[i * D + d] = d < D / 2 ? x[i] : 0.3F * rng_normal(&noise);
    }
}

/* A running loss is positive, a sampler's log odds are a field, a masker's
 * answer lies between 0 and 1. */
static void learn(float *out, uint64_t image, unsigned needs, int rows, int cols)
{
    fill(out, image, OF_REST + 2, rows, cols);
    for (int i = 0; i < rows * cols; i++) {
        if (needs & MASK_NEEDS_PREDICTOR) out[i] = expf(0.5F * out[i]);
        if (needs & MASK_NEEDS_MASKER) out[i] = 1 / (1 + expf(-out[i]));
    }
}

static void lose(float *out, uint64_t image, int rows, int cols)
{
    fill(out, image, OF_REST, rows, cols);
    for (int i = 0; i < rows * cols; i++) out[i] = expf(0.5F * out[i]);
}

/* Floats of one image under each pointer of the view, 0 if it is NULL. */
typedef struct { size_t attention, pixels, class_attention, swept, losses, learned; } Sizes;

static Sizes sizes_of(unsigned needs, size_t L)
{
    return (Sizes){
        .attention = needs & MASK_NEEDS_ATTENTION ? INVENTED_HEADS * L * L : 0,
        .pixels = needs & MASK_NEEDS_PIXELS ? L * INVENTED_VALUES : 0,
        .class_attention = needs & MASK_NEEDS_CLASS_ATTENTION ? INVENTED_HEADS * L : 0,
        .swept = needs & MASK_NEEDS_SWEEP ? L : 0,
        .losses = needs & MASK_NEEDS_LOSSES ? L : 0,
        .learned = needs & MASK_NEEDS_LEARNER ? L : 0,
    };
}

static float *part(float **rest, size_t each, int N)
{
    float *p = each ? *rest : NULL;
    *rest += each * (size_t)N;
    return p;
}

void invented_open(Invented *in, unsigned needs, int rows, int cols,
                   const uint64_t *images, int N)
{
    size_t L = (size_t)(rows * cols);
    Sizes  s = sizes_of(needs, L);
    size_t each = s.attention + s.pixels + s.class_attention + s.swept + s.losses +
                  s.learned;
    *in = (Invented){ .rows = rows, .cols = cols, .N = N };
    in->fence = fence_open("what it may look at", each * (size_t)N * sizeof(float),
                           FENCE_BEHIND);
    float *rest = in->fence->data;
    float *attention = part(&rest, s.attention, N), *pixels = part(&rest, s.pixels, N);
    float *class_attention = part(&rest, s.class_attention, N);
    float *swept = part(&rest, s.swept, N), *losses = part(&rest, s.losses, N);
    float *learned = part(&rest, s.learned, N);
    for (size_t n = 0; n < (size_t)N; n++) {
        uint64_t image = images[n];
        if (attention) attend(attention + n * s.attention, image, rows, cols);
        if (pixels) paint(pixels + n * s.pixels, image, rows, cols);
        if (class_attention)
            attend_class(class_attention + n * s.class_attention, image, rows, cols);
        if (swept) fill(swept + n * L, image, OF_REST + 1, rows, cols);
        if (losses) lose(losses + n * L, image, rows, cols);
        if (learned) learn(learned + n * L, image, needs, rows, cols);
    }
    fence_lock(in->fence);
    in->all = (MaskView){ .progress = 0.5F,
                          .heads = attention || class_attention ? INVENTED_HEADS : 0,
                          .attention = attention,
                          .values = pixels ? INVENTED_VALUES : 0,
                          .pixels = pixels,
                          .class_attention = class_attention,
                          .swept = swept,
                          .losses = losses,
                          .learned = learned };
}

void invented_close(Invented *in) { fence_close(in->fence); }

MaskView invented_view(const Invented *in, int n)
{
    MaskView v = in->all;
    size_t   at = (size_t)n, L = (size_t)(in->rows * in->cols);
    if (v.attention) v.attention += at * INVENTED_HEADS * L * L;
    if (v.pixels) v.pixels += at * L * INVENTED_VALUES;
    if (v.class_attention) v.class_attention += at * INVENTED_HEADS * L;
    if (v.swept) v.swept += at * L;
    if (v.losses) v.losses += at * L;
    if (v.learned) v.learned += at * L;
    return v;
}

MaskSweep invented_sweep(Invented *in, int rows, int cols, uint64_t image)
{
    size_t L = (size_t)(rows * cols);
    *in = (Invented){ .rows = rows, .cols = cols, .N = 1 };
    in->fence = fence_open("the features it sweeps",
                           L * (INVENTED_WIDTH + INVENTED_HEADS) * sizeof(float),
                           FENCE_BEHIND);
    float *features = in->fence->data;
    float *class_attention = features + L * INVENTED_WIDTH;
    describe(features, image, rows, cols);
    attend_class(class_attention, image, rows, cols);
    fence_lock(in->fence);
    return (MaskSweep){ .rows = rows, .cols = cols, .heads = INVENTED_HEADS,
                        .width = INVENTED_WIDTH, .features = features,
                        .class_attention = class_attention };
}
