#include "experiments/lint/measure.h"

#include "core/base/threads.h"
#include "experiments/lint/chance.h"
#include "experiments/lint/heap.h"
#include "experiments/lint/invent.h"
#include "experiments/lint/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    EACH = 8,              /* masks of an image that is looked at      */
    TRANSFORMED = 60000    /* patches of all masks behind the spectrum */
};

typedef struct {
    const Subject *subject;
    const Mask    *mask;
    Measures      *to;
    int            L, each; /* masks of an image */
    double         neighbours, neighbours_2, parts, parts_2, nearest;
    double         count[SPECTRUM_MOST];
    Even           even;
} Sums;

static void draw(const Sums *s, uint8_t *visible, const MaskView *v, uint64_t epoch,
                 uint64_t image)
{
    int ids[MASK_MAX_PATCHES];
    subject_draw(s->subject, s->mask, ids, v, epoch, image, s->to->K);
    memset(visible, 0, (size_t)s->L);
    for (int t = 0; t < s->to->K; t++) visible[ids[t]] = 1;
}

static void add(Sums *s, const uint8_t *visible)
{
    Measures *m = s->to;
    int       neighbours, parts;
    shape_count(&neighbours, &parts, visible, m->rows, m->cols);
    s->neighbours += neighbours, s->neighbours_2 += (double)neighbours * neighbours;
    s->parts += parts, s->parts_2 += (double)parts * parts;
    s->nearest += shape_nearest(visible, m->rows, m->cols);
    if (m->draws * s->L < TRANSFORMED)
        shape_spectrum(m->spectrum, s->count, m->side, visible, m->rows, m->cols);
    if (m->draws % s->each == 0)
        for (int i = m->draws / s->each; i < EXAMPLES; i++) /* the last for all behind it */
            memcpy(m->example[i], visible, (size_t)s->L);
    m->draws++;
}

/* What a mask of that image is shown: what belongs to it, or to a partner. */
static void open_view(const Sums *s, Invented *in, uint64_t image)
{
    uint64_t of = image + (mask_together(s->mask) > 1);
    invented_open(in, mask_needs(s->mask), s->to->rows, s->to->cols, &of, 1);
}

static void draw_many(Sums *s, int draws)
{
    uint8_t  visible[MASK_MAX_PATCHES];
    double   share[MASK_MAX_PATCHES];
    int      each = s->each;
    for (uint64_t i = 0; s->to->draws < draws; i++) {
        Invented in;
        uint64_t image = subject_image(s->subject, i), epoch = subject_epoch(s->subject, i);
        open_view(s, &in, image);
        memset(share, 0, (size_t)s->L * sizeof *share);
        for (int k = 0; k < each; k++) {
            draw(s, visible, &in.all, epoch + (uint64_t)k, image);
            add(s, visible);
            for (int p = 0; p < s->L; p++) share[p] += (double)visible[p] / each;
        }
        for (int p = 0; p < s->L; p++) s->to->share[p] += share[p] * each;
        even_add(&s->even, share);
        invented_close(&in);
    }
}

static double deviation(double sum, double squares, int n)
{
    double mean = sum / n, variance = squares / n - mean * mean;
    return variance > 0 ? sqrt(variance) : 0;
}

/* Is patch i in the middle half of both sides? */
static bool central(int i, int rows, int cols)
{
    return abs(2 * (i / cols) - (rows - 1)) < rows / 2.0 &&
           abs(2 * (i % cols) - (cols - 1)) < cols / 2.0;
}

static void finish(Sums *s)
{
    Measures *m = s->to;
    int       n = m->draws, middle = 0;
    m->neighbours = s->neighbours / n, m->parts = s->parts / n;
    m->neighbours_sd = deviation(s->neighbours, s->neighbours_2, n);
    m->parts_sd = deviation(s->parts, s->parts_2, n);
    m->nearest = s->nearest / n;
    m->least = 1;
    for (int i = 0; i < s->L; i++) {
        m->share[i] /= n;
        m->least = fmin(m->least, m->share[i]), m->most = fmax(m->most, m->share[i]);
        if (!central(i, m->rows, m->cols)) continue;
        m->centre += m->share[i];
        middle++;
    }
    m->centre = middle ? m->centre / middle / ((double)m->K / s->L) : NAN;
    for (int b = 0; b < m->side / 2; b++)
        m->spectrum[b] = s->count[b] > 0 ? m->spectrum[b] / s->count[b] : NAN;
    m->even = mask_fixed(s->mask) ? NAN : even_p(&s->even);
}

/* --- repetition ------------------------------------------------------------- */

static uint64_t fingerprint(const uint8_t *visible, int L)
{
    uint64_t h = 14695981039346656037U; /* FNV-1a */
    for (int i = 0; i < L; i++) h = (h ^ visible[i]) * 1099511628211U;
    return h;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The share of different ones among that many epochs, or images. */
static double different(const Sums *s, int tried, bool images)
{
    uint8_t  visible[MASK_MAX_PATCHES];
    uint64_t seen[REPEATS], epoch = subject_epoch(s->subject, 0);
    int      n = 1;
    for (uint64_t k = 0; k < (uint64_t)tried; k++) {
        Invented in;
        uint64_t image = subject_image(s->subject, images ? k : 0);
        open_view(s, &in, image);
        draw(s, visible, &in.all, images ? epoch : epoch + k, image);
        seen[k] = fingerprint(visible, s->L);
        invented_close(&in);
    }
    qsort(seen, (size_t)tried, sizeof *seen, by_value);
    for (int k = 1; k < tried; k++) n += seen[k] != seen[k - 1];
    return (double)n / tried;
}

static void repeat(Sums *s)
{
    const Recording *r = s->subject->recorded;
    Measures        *m = s->to;
    m->epochs = r && r->epochs < REPEATS ? (int)r->epochs : REPEATS;
    m->images = r && r->images < REPEATS ? (int)r->images : REPEATS;
    m->new_epochs = different(s, m->epochs, false);
    m->new_images = different(s, m->images, true);
}

/* --- cost ------------------------------------------------------------------- */

static void time_it(Sums *s)
{
    enum { SPANS = 5, TOGETHER = 16 };
    static const double SPAN = 0.02; /* seconds */
    int      ids[MASK_MAX_PATCHES];
    uint64_t next = 0, before, image = subject_image(s->subject, 0);
    Invented in;
    open_view(s, &in, image);
    for (int i = 0; i < SPANS; i++) { /* the best: others only disturb */
        double start = clock_s(), now = start;
        long   n = 0;
        for (; now - start < SPAN; now = clock_s(), n += TOGETHER)
            for (int k = 0; k < TOGETHER; k++)
                subject_draw(s->subject, s->mask, ids, &in.all, 0,
                             subject_image(s->subject, next++), s->to->K);
        s->to->per_s = fmax(s->to->per_s, (double)n / (now - start));
    }
    s->to->requests = heap_counts() ? 0 : NAN;
    before = heap_requests();
    for (int k = 0; k < TOGETHER; k++)
        subject_draw(s->subject, s->mask, ids, &in.all, 0,
                             subject_image(s->subject, next++), s->to->K);
    s->to->requests += (double)(heap_requests() - before) / TOGETHER;
    invented_close(&in);
}

Status measure(Measures *to, const Subject *subject, int rows, int cols, int K, int draws,
               Err *err)
{
    static Sums sums; /* too large for a stack */
    Mask       *m;
    if (subject_open(subject, &m, rows, cols, err)) return err->code;
    memset(to, 0, sizeof *to);
    memset(&sums, 0, sizeof sums);
    to->rows = rows, to->cols = cols, to->K = K;
    to->side = shape_side(rows, cols, SPECTRUM_MOST);
    sums.subject = subject, sums.mask = m, sums.to = to, sums.L = rows * cols;
    even_open(&sums.even, sums.L, to->K);
    sums.each = mask_needs(m) ? EACH : 1;
    const Recording *r = subject->recorded;
    if (r && r->epochs * r->images < (size_t)draws) draws = (int)(r->epochs * r->images);
    draw_many(&sums, draws);
    finish(&sums);
    repeat(&sums);
    time_it(&sums);
    mask_close(m);
    return STATUS_OK;
}
