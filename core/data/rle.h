/* Masks of instances as runs: columns of pixels, from the top left, y fastest; the counts
 * of 0, of 1, of 0, ...  The first count may be 0, they sum to height * width.
 *
 *     Rle m;
 *     if (!rle_parse(&m, &arena, "a44", 3, 8, 8)) ...
 *     double overlap = rle_iou(&m, &truth, false);
 *
 * Counts lie in the caller's arena.  Bit for bit as pycocotools has them: its polygons,
 * its compressed texts, its areas and boxes.
 *
 * Source: common/maskApi.c of cocodataset/cocoapi (BSD), as behaviour.
 */
#ifndef CORE_DATA_RLE_H
#define CORE_DATA_RLE_H

#include "core/base/arena.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* At most, so that counts, areas and subpixels stay far from overflow. */
enum { RLE_SIDE = 1 << 16, RLE_PIXELS = 1 << 30, RLE_RUNS = 1 << 20, RLE_COORDINATE = 1 << 20 };

typedef struct {
    int             height, width;
    size_t          n; /* runs */
    const uint32_t *count;
} Rle;

bool rle_fits(int64_t height, int64_t width); /* 1.., and at most RLE_SIDE and RLE_PIXELS */

/* Runs from counts, or from the compressed text of them; false if these are not of a
 * picture of height x width. */
bool rle_check(const uint32_t *count, size_t n, int height, int width);
bool rle_parse(Rle *m, Arena *a, const char *text, size_t n, int height, int width);
void rle_print(Text *out, const Rle *m); /* characters 48..111, among them the backslash */

/* pixel [height, width], in rows: not 0 is 1. */
void rle_from_pixels(Rle *m, Arena *a, const uint8_t *pixel, int height, int width);
void rle_to_pixels(uint8_t *pixel, const Rle *m);

/* Height x width pixels of `from`, at row[y] and column[x], rows in ascending order: part of
 * it, mirrored or resized.  Not into itself. */
void rle_gather(Rle *m, Arena *a, const Rle *from, const int *row, int height,
                const int *column, int width);

/* The inside of a polygon of `points` corners xy [points, 2], in pixels, each within
 * +- RLE_COORDINATE.  Sides are drawn on a grid five times as fine, a column's pixels
 * change where a side crosses its middle.  False if it has over RLE_RUNS crossings. */
bool rle_from_polygon(Rle *m, Arena *a, const double *xy, size_t points, int height,
                      int width);

/* Pixels that are in one of the parts, n >= 1, all of one size. */
void rle_merge(Rle *m, Arena *a, const Rle *part, size_t n);

uint64_t rle_area(const Rle *m);

/* x, y, width, height around all that is 1; zeros if nothing is. */
void rle_box(double box[4], const Rle *m);

/* Pixels in both over pixels in one of them, or where the truth is a crowd over those of
 * `found`; 0 if none are in both.  Both of one size. */
double rle_iou(const Rle *found, const Rle *truth, bool crowd);

#endif
