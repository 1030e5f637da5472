#include "core/data/annotated.h"

#include "core/base/status.h"

#include <math.h>
#include <string.h>

void annotated_open(Annotated *s)
{
    *s = (Annotated){ 0 };
    arena_open(&s->memory, "annotations", NULL, NULL);
}

void annotated_close(Annotated *s)
{
    arena_close(&s->memory);
    image_free(&s->image);
    image_free(&s->spare);
    image_free(&s->scratch);
    label_map_free(&s->labels);
    label_map_free(&s->spare_labels);
}

void annotated_clear(Annotated *s)
{
    arena_reset(&s->memory);
    s->index = s->height = s->width = s->count = 0;
    s->id = 0, s->file = NULL, s->instance = NULL;
    s->labels.height = s->labels.width = 0;
}

static void swap_images(Annotated *s)
{
    Image old = s->image;
    s->image = s->spare, s->spare = old;
}

/* Labels [height, width] at these rows and columns of those there are. */
static void gather_labels(Annotated *s, const int *row, int height, const int *column,
                          int width)
{
    LabelMap from = s->labels, *to = &s->spare_labels;
    if (!from.height) return;
    label_map_size(to, height, width);
    for (int y = 0; y < height; y++) {
        const uint16_t *source = from.label + (size_t)row[y] * (size_t)from.width;
        uint16_t       *out = to->label + (size_t)y * (size_t)width;
        for (int x = 0; x < width; x++) out[x] = source[column[x]];
    }
    s->labels = *to, s->spare_labels = from;
}

static int *counting(Arena *a, int first, int step, int n)
{
    int *index = ARENA_NEW(a, int, n);
    for (int i = 0; i < n; i++) index[i] = first + step * i;
    return index;
}

void annotated_flip(Annotated *s)
{
    const int H = s->image.height, W = s->image.width, C = s->image.channels;
    for (int y = 0; y < H; y++) {
        uint8_t *row = s->image.pixels + (size_t)y * (size_t)(W * C);
        for (int x = 0; x < W / 2; x++)
            for (int c = 0; c < C; c++) {
                uint8_t *p = row + x * C + c, *q = row + (W - 1 - x) * C + c, left = *p;
                *p = *q, *q = left;
            }
    }
    gather_labels(s, counting(&s->memory, 0, 1, H), H, counting(&s->memory, W - 1, -1, W), W);
    for (int k = 0; k < s->count; k++) {
        Instance *o = &s->instance[k];
        double    right = W - o->box[0];
        o->box[0] = W - o->box[2], o->box[2] = right;
        outline_flip(&o->outline, &s->memory, W);
    }
}

void annotated_resize(Annotated *s, int height, int width, Resampling like)
{
    const View   from = view_of(&s->image);
    const int    H = from.height, W = from.width;
    const double scale[] = { (double)width / W, (double)height / H };
    if (H == height && W == width) return;
    image_size(&s->spare, height, width, from.channels);
    if (like == LIKE_PILLOW)
        resize(s->spare.pixels, height, width, &from, NULL, FILTER_BILINEAR, &s->scratch);
    else
        resize_linear(s->spare.pixels, height, width, &from, &s->scratch);
    swap_images(s);

    int *row = ARENA_NEW(&s->memory, int, height), *column = ARENA_NEW(&s->memory, int, width);
    resize_nearest(row, height, H, like);
    resize_nearest(column, width, W, like);
    gather_labels(s, row, height, column, width);
    for (int k = 0; k < s->count; k++) {
        Instance *o = &s->instance[k];
        for (int i = 0; i < 4; i++) o->box[i] *= scale[i % 2];
        outline_resize(&o->outline, &s->memory, H, W, height, width);
    }
}

/* False if nothing of the instance is left in the window. */
static bool crop_instance(Instance *o, Arena *a, int top, int left, int height, int width)
{
    const double least = 1e-5; /* pixels of a side */
    const double size[] = { width, height }, corner[] = { left, top };
    bool         known = outline_is_known(&o->outline);
    if (known && !outline_crop(&o->outline, a, top, left, height, width)) return false;
    if (known) outline_box(o->box, &o->outline);
    else for (int i = 0; i < 4; i++)
        o->box[i] = fmin(fmax(o->box[i] - corner[i % 2], 0), size[i % 2]);
    return o->box[2] - o->box[0] > least && o->box[3] - o->box[1] > least;
}

void annotated_crop(Annotated *s, int top, int left, int height, int width)
{
    const View   window = view_window(&s->image, top, left, height, width);
    const size_t bytes = (size_t)width * (size_t)window.channels;
    int          kept = 0;
    image_size(&s->spare, height, width, window.channels);
    for (int y = 0; y < height; y++)
        memcpy(s->spare.pixels + (size_t)y * bytes, window.pixels + (size_t)y * window.stride,
               bytes);
    swap_images(s);
    gather_labels(s, counting(&s->memory, top, 1, height), height,
                  counting(&s->memory, left, 1, width), width);
    for (int k = 0; k < s->count; k++) {
        Instance o = s->instance[k];
        if (crop_instance(&o, &s->memory, top, left, height, width)) s->instance[kept++] = o;
    }
    s->count = kept;
}

void annotated_input(const Annotated *s, const float *mean, const float *std, real *x,
                     int height, int width)
{
    const Image *m = &s->image;
    const int    C = m->channels;
    real         normal[MAX_CHANNELS][256];
    CHECK(m->height <= height && m->width <= width, "a picture of %d x %d in %d x %d",
          m->height, m->width, height, width);
    for (int c = 0; c < C; c++)
        for (int v = 0; v < 256; v++)
            normal[c][v] = ((real)v / 255 - (real)mean[c]) / (real)std[c];
    memset(x, 0, (size_t)height * (size_t)width * (size_t)C * sizeof *x);
    for (int c = 0; c < C; c++)
        for (int y = 0; y < m->height; y++) {
            const uint8_t *pixel = m->pixels + (size_t)y * (size_t)(m->width * C) + c;
            real          *out = x + ((size_t)c * (size_t)height + (size_t)y) * (size_t)width;
            for (int i = 0; i < m->width; i++) out[i] = normal[c][pixel[i * C]];
        }
}

void annotated_labels(const Annotated *s, int *label, int height, int width)
{
    const LabelMap *m = &s->labels;
    CHECK(m->height && m->height <= height && m->width <= width,
          "a label map of %d x %d in %d x %d", m->height, m->width, height, width);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            *label++ = y < m->height && x < m->width ? m->label[y * m->width + x]
                                                     : LABEL_IGNORED;
}

Object annotated_object(const Annotated *s, int k, Arena *a)
{
    const Instance *from = &s->instance[k];
    Object          o = { .image = s->index, .category = from->class, .area = from->area,
                          .crowd = from->crowd };
    for (int i = 0; i < 2; i++)
        o.box[i] = from->box[i], o.box[2 + i] = from->box[2 + i] - from->box[i];
    if (!outline_runs(&o.mask, a, &from->outline, s->image.height, s->image.width))
        o.mask = (Rle){ 0 };
    return o;
}
