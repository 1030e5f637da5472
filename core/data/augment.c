#include "core/data/augment.h"

#include "core/base/rng.h"
#include "core/base/status.h"
#include "core/data/resize.h"

#include <math.h>
#include <string.h>

Augment augment_defaults(void)
{
    return (Augment){ .area_min = 0.2, .area_max = 1, .aspect_min = 3.0 / 4,
                      .aspect_max = 4.0 / 3, .flip = 0.5 };
}

static double between(Rng *rng, double lo, double hi)
{
    return lo + (hi - lo) * rng_unit53(rng);
}

/* Sides are rounded as Python rounds: halves to the even number. */
static int whole(double x) { return (int)rint(x); }

static Crop largest_centred(const Augment *a, int height, int width)
{
    Crop   c = { .height = height, .width = width };
    double aspect = (double)width / height;
    if (aspect < a->aspect_min) c.height = whole(width / a->aspect_min);
    if (aspect > a->aspect_max) c.width = whole(height * a->aspect_max);
    c.top = (height - c.height) / 2, c.left = (width - c.width) / 2;
    return c;
}

static void cut_to(Crop *c, int height, int width)
{
    c->height = c->height < 1 ? 1 : c->height > height ? height : c->height;
    c->width = c->width < 1 ? 1 : c->width > width ? width : c->width;
}

static Crop window(const Augment *a, int height, int width, Rng *rng)
{
    enum { TRIES = 10 };
    for (int i = 0; i < TRIES; i++) {
        double area = between(rng, a->area_min, a->area_max) * height * width;
        double aspect = exp(between(rng, log(a->aspect_min), log(a->aspect_max)));
        Crop   c = { .height = whole(sqrt(area / aspect)),
                     .width = whole(sqrt(area * aspect)) };
        if (a->once) cut_to(&c, height, width);
        bool fits = c.width > 0 && c.width <= width && c.height > 0 && c.height <= height;
        if (!fits) continue;
        c.top = (int)rng_below(rng, (uint32_t)(height - c.height + 1));
        c.left = (int)rng_below(rng, (uint32_t)(width - c.width + 1));
        return c;
    }
    return largest_centred(a, height, width);
}

Crop augment_crop(const Augment *a, int height, int width, uint64_t seed, uint64_t epoch,
                  uint64_t image)
{
    CHECK(a->area_min > 0 && a->area_min <= a->area_max && a->area_max <= 1 &&
              a->aspect_min > 0 && a->aspect_min <= a->aspect_max,
          "crop of area %g..%g, aspect %g..%g", a->area_min, a->area_max, a->aspect_min,
          a->aspect_max);
    Rng  rng = rng_at(seed, STREAM_AUGMENT, epoch, image);
    bool flip = rng_unit53(&rng) < a->flip; /* first: the same whatever the crop does */
    Crop c = window(a, height, width, &rng);
    c.flip = flip;
    return c;
}

Crop crop_whole(int height, int width)
{
    return (Crop){ .height = height, .width = width };
}

static void mirror(uint8_t *pixels, int height, int width, int channels)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width / 2; x++) {
            uint8_t *row = pixels + (size_t)y * (size_t)width * (size_t)channels;
            uint8_t *a = row + x * channels, *b = row + (width - 1 - x) * channels;
            for (int c = 0; c < channels; c++) {
                uint8_t keep = a[c];
                a[c] = b[c], b[c] = keep;
            }
        }
}

void crop_apply(const Crop *c, const Image *from, int height, int width, uint8_t *out,
                Image *scratch)
{
    View v = view_window(from, c->top, c->left, c->height, c->width);
    resize(out, height, width, &v, NULL, FILTER_BICUBIC, scratch);
    if (c->flip) mirror(out, height, width, from->channels);
}

/* Where the centre of cell `at` of `n` lies that divide a window of `size` from `first`
 * on: in cells of the whole, whose first centre is 0.5. */
static double centre_of(int at, int n, int first, int size, int whole)
{
    return (at + 0.5) * size / whole + (double)first * n / whole;
}

typedef struct {
    int   low, high; /* cells between whose centres a place is */
    float share;     /* of the higher                          */
} Between;

static Between between_cells(double place, int n)
{
    double at = place - 0.5, last = n - 1;
    at = at < 0 ? 0 : at > last ? last : at;
    int low = (int)at;
    return (Between){ low, low < n - 1 ? low + 1 : low, (float)(at - low) };
}

static float mix(float a, float b, float share) { return a + share * (b - a); }

void crop_map(const Crop *c, const Crop *whole, float *out, const float *map, int rows,
              int cols)
{
    for (int y = 0; y < rows; y++) {
        Between down = between_cells(centre_of(y, rows, c->top, c->height, whole->height),
                                     rows);
        for (int i = 0; i < cols; i++) {
            int     x = c->flip ? cols - 1 - i : i;
            Between right = between_cells(
                centre_of(x, cols, c->left, c->width, whole->width), cols);
            const float *upper = map + down.low * cols, *lower = map + down.high * cols;
            *out++ = mix(mix(upper[right.low], upper[right.high], right.share),
                         mix(lower[right.low], lower[right.high], right.share),
                         down.share);
        }
    }
}

int crop_cell(const Crop *c, const Crop *whole, int at, int rows, int cols)
{
    int y = at / cols, x = c->flip ? cols - 1 - at % cols : at % cols;
    int row = (int)centre_of(y, rows, c->top, c->height, whole->height);
    int col = (int)centre_of(x, cols, c->left, c->width, whole->width);
    return (row < rows ? row : rows - 1) * cols + (col < cols ? col : cols - 1);
}

Crop centre_apply(const Image *from, int size, uint8_t *out, Image *scratch)
{
    const int h = from->height, w = from->width, side = size <= 224 ? (int)(size / 0.875) : size;
    const int least = h < w ? h : w;
    Window    v = { .full_height = (int)((int64_t)side * h / least),
                    .full_width = (int)((int64_t)side * w / least),
                    .height = size, .width = size };
    v.top = whole((v.full_height - size) / 2.0);
    v.left = whole((v.full_width - size) / 2.0);
    View all = view_of(from);
    resize_window(out, &v, &all, FILTER_BICUBIC, scratch);

    double scale = (double)least / side;
    int    seen = whole(size * scale), top = whole(v.top * scale), left = whole(v.left * scale);
    seen = seen < 1 ? 1 : seen > least ? least : seen;
    if (top > h - seen) top = h - seen;
    if (left > w - seen) left = w - seen;
    return (Crop){ .top = top, .left = left, .height = seen, .width = seen };
}
