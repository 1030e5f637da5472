#include "experiments/figures/mosaic.h"

#include <string.h>

enum {
    MARGIN = 28, GAP = 8, TITLE = 20, NAME = 16, SMALL = 14, NAMES = 170, APART = 22,
    CHIP = 16, LINE = 28
};

uint32_t object_colour(int class)
{
    /* Bright enough for photographs, told apart by people who do not tell red from green:
     * Okabe and Ito's, then three of Tol's and a red. */
    static const uint32_t colours[] = { 0x0072b2, 0xe69f00, 0x009e73, 0xd55e00, 0xcc79a7,
                                        0x56b4e9, 0x999933, 0x882255, 0x6a4cc2, 0xe3342f };
    enum { COLOURS = sizeof colours / sizeof *colours };
    int again = class / COLOURS;
    if (!again) return colours[class];
    return colour_between(colours[class % COLOURS], again % 2 ? WHITE : BLACK,
                          0.3 + 0.12 * (again / 2 % 3));
}

uint32_t label_colour(int class) { return class ? object_colour(class - 1) : 0xc9ced6; }

int mosaic_x(const Mosaic *m, int col) { return MARGIN + NAMES + col * (m->tile + GAP); }
int mosaic_y(const Mosaic *m, int row)
{
    return MARGIN + TITLE + APART + row * (m->tile + GAP);
}

static int width_of(const Mosaic *m) { return mosaic_x(m, m->cols) - GAP + MARGIN; }

/* Draws the classes, or without a canvas only measures; returns the height. */
static int put_classes(Canvas *c, const Mosaic *m, int top)
{
    const int left = MARGIN + NAMES, right = width_of(m) - MARGIN;
    int       x = left, y = top;
    for (int k = 0; k < m->classes; k++) {
        if (!m->shown[k]) continue;
        int wide = CHIP + GAP + canvas_text_width(SMALL, m->class_name[k]) + APART;
        if (x > left && x + wide > right) x = left, y += LINE;
        if (c) {
            canvas_box(c, x, y, CHIP, CHIP, m->colour(k));
            canvas_text(c, x + CHIP + GAP, y + 2, SMALL, BLACK, m->class_name[k]);
        }
        x += wide;
    }
    return y + LINE - top;
}

void mosaic_open(Mosaic *m, const char *path)
{
    const int below = mosaic_y(m, m->rows) + APART - GAP;
    const int width = width_of(m);
    const int classes = put_classes(NULL, m, below);
    const int note = canvas_paragraph(NULL, 0, 0, SMALL, width - 2 * MARGIN - NAMES, GRAY,
                                      m->note);
    canvas_open_for(&m->c, width, below + classes + note + MARGIN, WHITE, path);
    canvas_text(&m->c, MARGIN, MARGIN, TITLE, BLACK, m->title);
    put_classes(&m->c, m, below);
    canvas_paragraph(&m->c, MARGIN + NAMES, below + classes, SMALL,
                     width - 2 * MARGIN - NAMES, GRAY, m->note);
}

void mosaic_close(Mosaic *m) { canvas_close(&m->c); }

void mosaic_name(Mosaic *m, int row, const char *name)
{
    canvas_paragraph(&m->c, MARGIN, mosaic_y(m, row), NAME, NAMES - APART, BLACK, name);
}

void mosaic_tile(Mosaic *m, int row, int col, const Image *image)
{
    canvas_image(&m->c, mosaic_x(m, col), mosaic_y(m, row), image->width, image->height, image);
}

Status mosaic_write(const Mosaic *m, const char *path, Err *err)
{
    return canvas_write(&m->c, path, err);
}
