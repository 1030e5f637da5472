/* Resizing equal to Pillow's, bit for bit.
 *
 * Two passes, columns then rows, with weights rounded to 22 bits and values to
 * 8 bits between them.  When shrinking the kernel grows by the factor, so that
 * every source pixel counts (antialiasing).  A window is resized as if cut out
 * first: pixels outside it do not count.
 *
 * Equal to PIL.Image.crop(window).resize(size, filter), for any fractional
 * `box` to its resize(..., box).
 */
#ifndef CORE_DATA_RESIZE_H
#define CORE_DATA_RESIZE_H

#include "core/data/image.h"

typedef enum { FILTER_BILINEAR, FILTER_BICUBIC /* a = -0.5 */ } Filter;

/* Pixels somewhere: a picture, or a window of one. */
typedef struct {
    const uint8_t *pixels; /* of the upper left corner */
    int            height, width, channels;
    size_t         stride; /* bytes from row to row    */
} View;

/* Part of a view in its pixels, edges included: 0 <= left < right <= width. */
typedef struct {
    float left, top, right, bottom;
} Frame;

/* Part of a resized picture: of full_height x full_width, these pixels. */
typedef struct {
    int full_height, full_width, top, left, height, width;
} Window;

/* The whole of m, or a window that lies within it. */
View view_of(const Image *m);
View view_window(const Image *m, int top, int left, int height, int width);

/* out [height, width, channels]; box NULL: all of the view.  `scratch` holds
 * what is between the passes and the weights, and is reused between calls. */
void resize(uint8_t *out, int height, int width, const View *from, const Frame *box,
            Filter filter, Image *scratch);

/* out [height, width, channels]: what cutting the window out of the whole view, resized,
 * gives; the rest is never made. */
void resize_window(uint8_t *out, const Window *w, const View *from, Filter filter,
                   Image *scratch);

/* Whose pixels: of the two libraries that published protocols resize with. */
typedef enum {
    LIKE_PILLOW, /* bilinear, antialiased; nearest to the middle of a pixel     */
    LIKE_OPENCV  /* bilinear, not antialiased; nearest to its upper left corner */
} Resampling;

/* index[i], i < n: which of `from` pixels in a row, or rows, the nearest is. */
void resize_nearest(int *index, int n, int from, Resampling like);

/* out [height, width, channels]: linear between the four pixels around each, whatever the
 * factor.  As cv2.resize with INTER_LINEAR, in its fixed point of 11 bits. */
void resize_linear(uint8_t *out, int height, int width, const View *from, Image *scratch);

#endif
