#include "core/data/cutting.h"

#include "core/base/rng.h"
#include "core/data/distort.h"

#include <math.h>
#include <string.h>

Cutting cutting_defaults(int crop)
{
    return (Cutting){ .crop = crop, .long_side = 4 * crop, .short_side = crop, .ratio_min = 0.5,
                      .ratio_max = 2, .most = 0.75, .flip = 0.5, .colours = true };
}

static int scaled(int side, double factor)
{
    int to = (int)(side * factor + 0.5);
    return to < 1 ? 1 : to;
}

/* As large as the sides allow; these are whole pixels. */
static void fit(const Cutting *c, Annotated *s, double ratio)
{
    const int    H = s->image.height, W = s->image.width;
    const double longer = floor(c->long_side * ratio), shorter = floor(c->short_side * ratio);
    double       factor = fmin(longer / fmax(H, W), shorter / fmin(H, W));
    annotated_resize(s, scaled(H, factor), scaled(W, factor), LIKE_OPENCV);
}

void cutting_whole(const Cutting *c, Annotated *s) { fit(c, s, 1); }

/* --- windows ----------------------------------------------------------------- */

static int classes_in(const LabelMap *m)
{
    int most = 0;
    for (size_t i = 0; i < (size_t)m->height * (size_t)m->width; i++)
        if (m->label[i] != LABEL_IGNORED && m->label[i] >= most) most = m->label[i] + 1;
    return most;
}

/* count [classes] is for the pixels of each. */
static bool is_varied(const Cutting *c, const LabelMap *m, const Window *w, size_t *count,
                      int classes)
{
    size_t all = 0, most = 0;
    memset(count, 0, (size_t)classes * sizeof *count);
    for (int y = w->top; y < w->top + w->height; y++)
        for (int x = w->left; x < w->left + w->width; x++) {
            int label = m->label[(size_t)y * (size_t)m->width + (size_t)x];
            if (label == LABEL_IGNORED) continue;
            if (++count[label] > most) most = count[label];
            all++;
        }
    return most < all && (double)most < c->most * (double)all;
}

static Window draw_window(const Cutting *c, const Image *m, Rng *rng)
{
    Window w = { .full_height = m->height, .full_width = m->width,
                 .height = m->height < c->crop ? m->height : c->crop,
                 .width = m->width < c->crop ? m->width : c->crop };
    w.top = (int)rng_below(rng, (uint32_t)(m->height - w.height + 1));
    w.left = (int)rng_below(rng, (uint32_t)(m->width - w.width + 1));
    return w;
}

static Window find_window(const Cutting *c, Annotated *s, Rng *rng)
{
    enum { TRIES = 10 };
    Window  w = draw_window(c, &s->image, rng);
    int     classes = classes_in(&s->labels);
    size_t *count = ARENA_NEW(&s->memory, size_t, classes);
    for (int i = 0; i < TRIES && c->most < 1; i++) {
        if (is_varied(c, &s->labels, &w, count, classes)) break;
        w = draw_window(c, &s->image, rng);
    }
    return w;
}

void cutting_apply(const Cutting *c, Annotated *s, uint64_t seed, uint64_t epoch)
{
    Rng rng = rng_at(seed, STREAM_DENSE, epoch, (uint64_t)s->index);
    fit(c, s, c->ratio_min + (c->ratio_max - c->ratio_min) * rng_unit53(&rng));
    Window w = find_window(c, s, &rng);
    annotated_crop(s, w.top, w.left, w.height, w.width);
    if (rng_unit53(&rng) < c->flip) annotated_flip(s);
    if (!c->colours) return;
    Distortion d = distort_draw(&rng);
    distort_apply(&d, &s->image);
}
