/* A picture to draw on: boxes, text, patches, other pictures.
 *
 *     Canvas c;
 *     canvas_open(&c, 300, 200, WHITE);
 *     canvas_text(&c, 10, 10, 12, BLACK, "spiral");
 *     bad = canvas_write(&c, "spiral.png", &err);
 *     canvas_close(&c);
 *
 * Pixels from the top left; what lies outside is not drawn.  Colours are 0xRRGGBB.
 */
#ifndef EXPERIMENTS_FIGURES_CANVAS_H
#define EXPERIMENTS_FIGURES_CANVAS_H

#include "core/base/status.h"
#include "core/data/image.h"
#include "experiments/figures/vector.h"

#include <stdint.h>

enum { WHITE = 0xffffff, BLACK = 0, GRAY = 0x6b7280, PALE = 0xe5e7eb, INK = 0x1f4e79 };

enum { CANVAS_SIDE = (1 << 15) - 1 }; /* at most */

typedef struct {
    int      width, height;
    uint8_t *rgb;    /* [height, width, 3]          */
    Vector  *vector; /* instead of rgb, for an .svg */
} Canvas;

/* STATUS_CONFIG unless the file's name ends as one that canvas_write can write, .png or
 * .svg: for a command to ask before it draws.  `also` says what else it writes, or NULL. */
MUST_USE Status canvas_can_write(const char *path, const char *also, Err *err);

void canvas_open(Canvas *c, int width, int height, uint32_t colour);
/* The same for a file of this name: it is drawn as shapes if that ends in .svg. */
void canvas_open_for(Canvas *c, int width, int height, uint32_t colour, const char *path);
void canvas_close(Canvas *c);

void canvas_box(Canvas *c, int x, int y, int width, int height, uint32_t colour);

/* A box that lets 1 - share of what is below through. */
void canvas_veil(Canvas *c, int x, int y, int width, int height, uint32_t colour,
                 double share);

/* A line with round ends, `pen` pixels to each side of it. */
void canvas_line(Canvas *c, const double from[2], const double to[2], double pen,
                 uint32_t colour);

/* The picture, resized to fill the box; gray ones too. */
void canvas_image(Canvas *c, int x, int y, int width, int height, const Image *m);

/* x, y is the top left of a capital, `size` its height in pixels.  Returns the
 * width, which canvas_text_width tells beforehand. */
int canvas_text(Canvas *c, int x, int y, int size, uint32_t colour, const char *text);
int canvas_text_width(int size, const char *text);

/* The same in lines of at most `width` pixels, broken at blanks, commas and equals
 * signs; returns the height, leading included.  Without a canvas it only measures. */
int canvas_paragraph(Canvas *c, int x, int y, int size, int width, uint32_t colour,
                     const char *text);

/* Between two colours: share 0 is a, 1 is b. */
uint32_t colour_between(uint32_t a, uint32_t b, double share);

MUST_USE Status canvas_write(const Canvas *c, const char *path, Err *err);

#endif
