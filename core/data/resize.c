#include "core/data/resize.h"

#include "core/base/status.h"

#include <math.h>
#include <string.h>

/* Weights are whole numbers over 2^22: 8 bits of value and 2 of overshoot then
 * still fit 32 bits. */
enum { WEIGHT_BITS = 22 };

/* The weights of one axis.  Output i is the sum over j < taps[i] of
 * weight[i most + j] times input first[i] + j. */
typedef struct {
    int  most; /* taps of any output */
    int  low, high; /* inputs that any output takes: low <= input < high */
    int *first, *taps;
    int *weight; /* [count, most] */
} Axis;

typedef struct {
    int   inputs, outputs;
    float from, to;     /* the part of the inputs that is resized */
    int   start, count; /* the outputs that are wanted            */
} Span;

static double bilinear(double t)
{
    t = fabs(t);
    return t < 1 ? 1 - t : 0;
}

/* Keys' cubic with a = -1/2 */
static double bicubic(double t)
{
    const double a = -0.5;
    t = fabs(t);
    if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

static double kernel(Filter f, double t)
{
    return f == FILTER_BICUBIC ? bicubic(t) : bilinear(t);
}

/* Inputs per output, and how far a kernel reaches: at least its own radius, and
 * stretched by the scale when shrinking. */
static double span_scale(const Span *s) { return (double)(s->to - s->from) / s->outputs; }

static double span_reach(const Span *s, Filter f)
{
    double scale = span_scale(s), radius = f == FILTER_BICUBIC ? 2 : 1;
    return scale > 1 ? radius * scale : radius;
}

static int span_most(const Span *s, Filter f)
{
    return 2 * (int)ceil(span_reach(s, f)) + 1;
}

static size_t axis_ints(const Span *s, Filter f)
{
    return (size_t)s->count * (size_t)(2 + span_most(s, f));
}

static int nearest(double weight)
{
    double scaled = weight * (1 << WEIGHT_BITS);
    return (int)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

/* One wanted output: which inputs its kernel covers, and their weights, summing to 1.
 * `exact` has room for `most` numbers. */
static void weigh(Axis *a, int i, const Span *s, Filter f, double *exact)
{
    double scale = span_scale(s), reach = span_reach(s, f);
    double centre = s->from + (s->start + i + 0.5) * scale, shrink = 1 / (scale > 1 ? scale : 1);
    int    first = (int)(centre - reach + 0.5), end = (int)(centre + reach + 0.5);
    if (first < 0) first = 0;
    if (end > s->inputs) end = s->inputs;

    double sum = 0;
    int    taps = end - first;
    for (int j = 0; j < taps; j++) {
        exact[j] = kernel(f, (j + first - centre + 0.5) * shrink);
        sum += exact[j];
    }
    a->first[i] = first, a->taps[i] = taps;
    for (int j = 0; j < taps; j++)
        a->weight[i * a->most + j] = nearest(sum != 0 ? exact[j] / sum : exact[j]);
}

/* memory has room for axis_ints(), exact for span_most() numbers. */
static Axis axis_new(const Span *s, Filter f, int *memory, double *exact)
{
    Axis a = { .most = span_most(s, f), .first = memory };
    a.taps = a.first + s->count;
    a.weight = a.taps + s->count;
    for (int i = 0; i < s->count; i++) weigh(&a, i, s, f, exact);
    int last = s->count - 1;
    a.low = a.first[0], a.high = a.first[last] + a.taps[last];
    return a;
}

static uint8_t rounded(int sum)
{
    int value = sum >> WEIGHT_BITS;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static const int HALF = 1 << (WEIGHT_BITS - 1);

/* Sums run over many outputs side by side, which the compiler turns into vectors:
 * over LANES rows at once, that are turned into columns first, and over as many
 * values of a row. */
enum { LANES = 16, CHUNK = 64 };

static size_t turned_bytes(const Span *s, int C)
{
    return (size_t)s->inputs * (size_t)C * LANES;
}

/* turned[i, lane] = value i of row `lane`, of `rows` rows; the other lanes are 0. */
static void turn(uint8_t *turned, const uint8_t *in, size_t stride, int rows, size_t values)
{
    if (rows < LANES) memset(turned, 0, values * LANES);
    for (int r = 0; r < rows; r++)
        for (size_t i = 0; i < values; i++) turned[i * LANES + r] = in[(size_t)r * stride + i];
}

/* out [rows, count, C] from rows of pixels */
static void along_rows(uint8_t *out, const uint8_t *in, size_t stride, int rows, int count,
                       int C, const Axis *a, uint8_t *turned)
{
    const size_t row = (size_t)count * (size_t)C;
    const size_t values = (size_t)(a->high - a->low) * (size_t)C;
    in += (size_t)a->low * (size_t)C;
    for (int y = 0; y < rows; y += LANES) {
        int n = rows - y < LANES ? rows - y : LANES;
        turn(turned, in + (size_t)y * stride, stride, n, values);
        for (size_t i = 0; i < row; i++) {
            int            x = (int)(i / (size_t)C), c = (int)(i % (size_t)C);
            const int     *w = a->weight + x * a->most;
            const uint8_t *p = turned + ((a->first[x] - a->low) * C + c) * LANES;
            int            sum[LANES];
            for (int r = 0; r < LANES; r++) sum[r] = HALF;
            for (int j = 0; j < a->taps[x]; j++, p += C * LANES)
                for (int r = 0; r < LANES; r++) sum[r] += w[j] * p[r];
            for (int r = 0; r < n; r++) out[(size_t)(y + r) * row + i] = rounded(sum[r]);
        }
    }
}

/* `n` values of one output row, n <= CHUNK */
static void add_rows(uint8_t *out, const uint8_t *in, size_t stride, int n, const int *weight,
                     int taps)
{
    int sum[CHUNK];
    for (int x = 0; x < n; x++) sum[x] = HALF;
    for (int j = 0; j < taps; j++)
        for (int x = 0; x < n; x++) sum[x] += weight[j] * in[(size_t)j * stride + (size_t)x];
    for (int x = 0; x < n; x++) out[x] = rounded(sum[x]);
}

/* out [count, values] from rows of as many values, `stride` bytes apart; row 0 is
 * input a->low */
static void along_columns(uint8_t *out, const uint8_t *in, size_t stride, int count,
                          int values, const Axis *a)
{
    for (int y = 0; y < count; y++) {
        const uint8_t *p = in + (size_t)(a->first[y] - a->low) * stride;
        for (int x = 0; x < values; x += CHUNK)
            add_rows(out + (size_t)y * (size_t)values + x, p + x, stride,
                     values - x < CHUNK ? values - x : CHUNK, a->weight + y * a->most,
                     a->taps[y]);
    }
}

View view_of(const Image *m)
{
    return (View){ m->pixels, m->height, m->width, m->channels,
                   (size_t)m->width * (size_t)m->channels };
}

View view_window(const Image *m, int top, int left, int height, int width)
{
    CHECK(top >= 0 && left >= 0 && height > 0 && width > 0 && top <= m->height - height &&
              left <= m->width - width,
          "a window %d x %d at %d, %d of a picture %d x %d", height, width, top, left,
          m->height, m->width);
    View v = view_of(m);
    v.pixels += (size_t)top * v.stride + (size_t)left * (size_t)m->channels;
    v.height = height, v.width = width;
    return v;
}

static void resize_spans(uint8_t *out, const View *from, const Span *across,
                         const Span *down, Filter filter, Image *scratch)
{
    const int    C = from->channels;
    const int    most_x = span_most(across, filter), most_y = span_most(down, filter);
    const size_t exact = sizeof(double) * (size_t)(most_x > most_y ? most_x : most_y);
    const size_t ints_x = axis_ints(across, filter), ints_y = axis_ints(down, filter);
    const size_t row = (size_t)across->count * (size_t)C, turned = turned_bytes(across, C);
    image_room(scratch, exact + sizeof(int) * (ints_x + ints_y) + turned +
                            row * (size_t)from->height);

    int *weights = (int *)(void *)(scratch->pixels + exact);
    Axis x = axis_new(across, filter, weights, (double *)(void *)scratch->pixels);
    Axis y = axis_new(down, filter, weights + ints_x, (double *)(void *)scratch->pixels);
    uint8_t *turn_in = (uint8_t *)(weights + ints_x + ints_y), *between = turn_in + turned;

    /* Only rows that the second pass reads. */
    along_rows(between, from->pixels + (size_t)y.low * from->stride, from->stride,
               y.high - y.low, across->count, C, &x, turn_in);
    along_columns(out, between, row, down->count, (int)row, &y);
}

void resize(uint8_t *out, int height, int width, const View *from, const Frame *box,
            Filter filter, Image *scratch)
{
    Frame all = { 0, 0, (float)from->width, (float)from->height }, b = box ? *box : all;
    CHECK(height > 0 && width > 0 && from->channels <= MAX_CHANNELS, "resize to %d x %d",
          height, width);
    CHECK(b.left >= 0 && b.left < b.right && b.right <= all.right && b.top >= 0 &&
              b.top < b.bottom && b.bottom <= all.bottom,
          "resize of %g..%g, %g..%g of a picture %d x %d", b.top, b.bottom, b.left,
          b.right, from->height, from->width);
    const Span across = { from->width, width, b.left, b.right, 0, width };
    const Span down = { from->height, height, b.top, b.bottom, 0, height };
    resize_spans(out, from, &across, &down, filter, scratch);
}

void resize_window(uint8_t *out, const Window *w, const View *from, Filter filter,
                   Image *scratch)
{
    CHECK(w->height > 0 && w->width > 0 && w->top >= 0 && w->left >= 0 &&
              w->top <= w->full_height - w->height && w->left <= w->full_width - w->width,
          "%d x %d at %d, %d of %d x %d", w->height, w->width, w->top, w->left,
          w->full_height, w->full_width);
    const Span across = { from->width, w->full_width, 0, (float)from->width, w->left, w->width };
    const Span down = { from->height, w->full_height, 0, (float)from->height, w->top, w->height };
    resize_spans(out, from, &across, &down, filter, scratch);
}
