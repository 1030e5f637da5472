#include "core/data/outline.h"

#include "core/base/status.h"
#include "core/data/cut.h"
#include "core/data/resize.h"

#include <math.h>
#include <string.h>

bool outline_is_known(const Outline *o) { return o->parts || o->runs.n; }

static size_t corners(const Outline *o)
{
    size_t n = 0;
    for (size_t k = 0; k < o->parts; k++) n += o->points[k];
    return n;
}

/* All corners, scaled and then shifted. */
static void move(Outline *o, Arena *a, const double scale[2], const double shift[2])
{
    size_t  n = corners(o);
    double *xy = ARENA_NEW(a, double, 2 * n);
    for (size_t i = 0; i < 2 * n; i++) xy[i] = o->xy[i] * scale[i % 2] + shift[i % 2];
    o->xy = xy;
}

/* --- as pictures change ------------------------------------------------------ */

static int *counting(Arena *a, int first, int step, int n)
{
    int *index = ARENA_NEW(a, int, n);
    for (int i = 0; i < n; i++) index[i] = first + step * i;
    return index;
}

static void gather(Outline *o, Arena *a, const int *row, int height, const int *column,
                   int width)
{
    Rle from = o->runs;
    rle_gather(&o->runs, a, &from, row, height, column, width);
}

void outline_flip(Outline *o, Arena *a, int width)
{
    if (o->parts) move(o, a, (double[]){ -1, 1 }, (double[]){ width, 0 });
    if (!o->runs.n) return;
    gather(o, a, counting(a, 0, 1, o->runs.height), o->runs.height,
           counting(a, width - 1, -1, width), width);
}

void outline_resize(Outline *o, Arena *a, int height, int width, int to_height, int to_width)
{
    const double scale[] = { (double)to_width / width, (double)to_height / height };
    if (o->parts) move(o, a, scale, (double[]){ 0, 0 });
    if (!o->runs.n) return;
    int *row = ARENA_NEW(a, int, to_height), *column = ARENA_NEW(a, int, to_width);
    resize_nearest(row, to_height, height, LIKE_PILLOW);
    resize_nearest(column, to_width, width, LIKE_PILLOW);
    gather(o, a, row, to_height, column, to_width);
}

bool outline_crop(Outline *o, Arena *a, int top, int left, int height, int width)
{
    if (o->parts) {
        const double window[] = { left, top, left + width, top + height };
        cut_polygons(o, a, window);
        if (!o->parts) return false;
        move(o, a, (double[]){ 1, 1 }, (double[]){ -left, -top });
    }
    if (o->runs.n)
        gather(o, a, counting(a, top, 1, height), height, counting(a, left, 1, width), width);
    return o->parts || rle_area(&o->runs) > 0;
}

/* --- what it covers ---------------------------------------------------------- */

bool outline_box(double box[4], const Outline *o)
{
    if (!o->parts) {
        rle_box(box, &o->runs);
        box[2] += box[0], box[3] += box[1];
        return box[2] > box[0];
    }
    box[0] = box[1] = INFINITY, box[2] = box[3] = -INFINITY;
    for (size_t i = 0; i < 2 * corners(o); i++) {
        box[i % 2] = fmin(box[i % 2], o->xy[i]);
        box[2 + i % 2] = fmax(box[2 + i % 2], o->xy[i]);
    }
    return true;
}

bool outline_runs(Rle *m, Arena *a, const Outline *o, int height, int width)
{
    if (!o->parts) {
        uint32_t *count = ARENA_NEW(a, uint32_t, o->runs.n);
        if (o->runs.n) memcpy(count, o->runs.count, o->runs.n * sizeof *count);
        *m = o->runs, m->count = count;
        return m->n;
    }
    const double *xy = o->xy;
    Rle          *part = ARENA_NEW(a, Rle, o->parts);
    for (size_t k = 0; k < o->parts; xy += 2 * o->points[k++])
        if (!rle_from_polygon(&part[k], a, xy, o->points[k], height, width)) return false;
    rle_merge(m, a, part, o->parts);
    return true;
}

/* --- what a mask head should say --------------------------------------------- */

static void target_of_polygons(uint8_t *mask, Arena *scratch, const Outline *o,
                               const double box[4], int size)
{
    const double least = 0.1; /* pixels of a side */
    Outline      moved = *o;
    Rle          m;
    double       scale[2], shift[2];
    for (int k = 0; k < 2; k++) {
        scale[k] = size / fmax(box[2 + k] - box[k], least);
        shift[k] = -box[k] * scale[k];
    }
    move(&moved, scratch, scale, shift);
    double *xy = (double *)moved.xy; /* just made */
    for (size_t i = 0; i < 2 * corners(o); i++)
        xy[i] = fmin(fmax(xy[i], -RLE_COORDINATE), RLE_COORDINATE);
    if (outline_runs(&m, scratch, &moved, size, size)) rle_to_pixels(mask, &m);
}

/* Linear between the centres of pixels; 0 outside, at the border the border's. */
static double at(const uint8_t *pixel, int height, int width, double x, double y)
{
    if (!(y >= -1 && y <= height && x >= -1 && x <= width)) return 0;
    x = fmin(fmax(x, 0), width - 1), y = fmin(fmax(y, 0), height - 1);
    int    left = (int)x, top = (int)y;
    int    right = left + 1 < width ? left + 1 : left, below = top + 1 < height ? top + 1 : top;
    double u = x - left, v = y - top;
    return (1 - v) * ((1 - u) * pixel[top * width + left] + u * pixel[top * width + right]) +
           v * ((1 - u) * pixel[below * width + left] + u * pixel[below * width + right]);
}

static void target_of_runs(uint8_t *mask, Arena *scratch, const Rle *m, const double box[4],
                           int size)
{
    uint8_t *pixel = ARENA_NEW(scratch, uint8_t, (size_t)m->height * (size_t)m->width);
    double   width = (box[2] - box[0]) / size, height = (box[3] - box[1]) / size;
    int      across = width > 1 ? (int)ceil(width) : 1, down = height > 1 ? (int)ceil(height) : 1;
    rle_to_pixels(pixel, m);
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++) {
            double sum = 0;
            for (int j = 0; j < down; j++)
                for (int i = 0; i < across; i++)
                    sum += at(pixel, m->height, m->width,
                              box[0] - 0.5 + (x + (i + 0.5) / across) * width,
                              box[1] - 0.5 + (y + (j + 0.5) / down) * height);
            mask[y * size + x] = sum >= 0.5 * across * down;
        }
}

void outline_target(uint8_t *mask, Arena *scratch, const Outline *o, const double box[4],
                    int size)
{
    ArenaMark mark = arena_mark(scratch);
    memset(mask, 0, (size_t)size * (size_t)size);
    if (o->parts) target_of_polygons(mask, scratch, o, box, size);
    else if (o->runs.n) target_of_runs(mask, scratch, &o->runs, box, size);
    arena_rewind(scratch, mark);
}
