/* What was found in a few test images, strategy below strategy: boxes, masks, classes and
 * scores; above, what is true. */
#include "experiments/record/dense_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LEAST = 0.5; /* score of what is drawn */

enum { LETTER = 8, CHIP = 12, INSIDE = 2 };

static bool is_drawn(const Object *o, bool truth)
{
    return truth ? isnan(o->score) : o->score >= LEAST;
}

/* --- masks, on the picture ---------------------------------------------------- */

/* How much of a pixel of the enlarged picture is inside, 0..1: bilinear, so that outlines
 * are smooth. */
static double inside(const uint8_t *mask, int rows, int cols, double y, double x)
{
    int    top = (int)floor(y - 0.5), left = (int)floor(x - 0.5);
    double down = y - 0.5 - top, right = x - 0.5 - left, sum = 0;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            int v = top + i < 0 ? 0 : top + i < rows ? top + i : rows - 1;
            int u = left + j < 0 ? 0 : left + j < cols ? left + j : cols - 1;
            sum += (i ? down : 1 - down) * (j ? right : 1 - right) * mask[v * cols + u];
        }
    return sum;
}

static void tint(uint8_t *rgb, uint32_t colour, double share)
{
    for (int c = 0; c < 3; c++) {
        double to = colour >> (16 - 8 * c) & 255;
        rgb[c] = (uint8_t)lround(rgb[c] + share * (to - rgb[c]));
    }
}

/* Filled so that the picture shows through, with a line around. */
static void put_mask(Image *m, const Rle *runs, double by, uint32_t colour)
{
    Arena a;
    arena_open(&a, "mask", NULL, NULL);
    uint8_t *mask = ARENA_NEW(&a, uint8_t, runs->height * runs->width);
    double  *share = ARENA_NEW(&a, double, m->height * m->width);
    rle_to_pixels(mask, runs);
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++)
            share[y * m->width + x] = inside(mask, runs->height, runs->width, (y + 0.5) / by,
                                             (x + 0.5) / by);
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            const double *at = share + y * m->width + x;
            if (*at < 0.5) continue;
            bool edge = (x && at[-1] < 0.5) || (x + 1 < m->width && at[1] < 0.5) ||
                        (y && at[-m->width] < 0.5) ||
                        (y + 1 < m->height && at[m->width] < 0.5);
            tint(m->pixels + 3 * (y * m->width + x), colour, edge ? 0.9 : 0.42);
        }
    arena_close(&a);
}

/* --- boxes and words, above it -------------------------------------------------- */

static void put_box(Canvas *c, int x, int y, int w, int h, uint32_t colour)
{
    canvas_box(c, x, y, w, 1, colour);
    canvas_box(c, x, y + h - 1, w, 1, colour);
    canvas_box(c, x, y, 1, h, colour);
    canvas_box(c, x + w - 1, y, 1, h, colour);
}

/* At the top left of the box, within the tile. */
static void put_words(Canvas *c, int x, int y, int right, int top, uint32_t colour,
                      const char *words)
{
    int wide = canvas_text_width(LETTER, words) + 2 * INSIDE;
    y = y - CHIP < top ? y : y - CHIP;
    if (x + wide > right) x = right - wide;
    canvas_veil(c, x, y, wide, CHIP, colour, 0.85);
    canvas_text(c, x + INSIDE, y + 2, LETTER, WHITE, words);
}

static void put_objects(Mosaic *m, const ShownRows *s, const Shown *shown, int row, int i,
                        bool truth)
{
    Image  tile = { 0 };
    double by = shown_enlarged(s, i, &tile);
    int    left = mosaic_x(m, i), top = mosaic_y(m, row);
    for (int k = shown->objects; k-- > 0;) { /* the best last, on top */
        const Object *o = &shown->object[k];
        if (o->image == i && is_drawn(o, truth) && o->mask.n)
            put_mask(&tile, &o->mask, by, m->colour(o->category));
    }
    mosaic_tile(m, row, i, &tile);
    for (int k = shown->objects; k-- > 0;) {
        const Object *o = &shown->object[k];
        char          words[64];
        if (o->image != i || !is_drawn(o, truth)) continue;
        const char *name = o->category < s->classes ? s->class_name[o->category] : "?";
        snprintf(words, sizeof words, truth ? "%.40s" : "%.40s %.2f", name, o->score);
        int x = left + (int)lround(by * o->box[0]), y = top + (int)lround(by * o->box[1]);
        put_box(&m->c, x, y, (int)lround(by * o->box[2]), (int)lround(by * o->box[3]),
                m->colour(o->category));
        put_words(&m->c, x, y, left + tile.width, top, m->colour(o->category), words);
    }
    image_free(&tile);
}

static void fill(Mosaic *m, const ShownRows *s)
{
    mosaic_name(m, 0, "truth");
    for (int i = 0; i < m->cols; i++) put_objects(m, s, &s->row[0].shown, 0, i, true);
    for (int row = 0; row < s->n; row++) {
        mosaic_name(m, row + 1, s->row[row].label);
        for (int i = 0; i < m->cols; i++)
            put_objects(m, s, &s->row[row].shown, row + 1, i, false);
    }
}

/* --- the figure ------------------------------------------------------------------ */

static void list_objects(const ShownRows *s, Text *out, bool *used)
{
    text_add(out, "# row\tpicture\tclass\tscore (nan: true)\tx\ty\twidth\theight [pixels]\n");
    for (int row = 0; row < s->n; row++) {
        const Shown *shown = &s->row[row].shown;
        for (int k = 0; k < shown->objects; k++) {
            const Object *o = &shown->object[k];
            bool          truth = isnan(o->score);
            if (!is_drawn(o, truth) || (truth && row) || o->category >= s->classes) continue;
            used[o->category] = true;
            text_add(out, "%s\t%d\t%s\t", truth ? "truth" : s->row[row].label, o->image + 1,
                     s->class_name[o->category]);
            if (truth) text_add(out, "nan");
            else text_add(out, "%.4f", o->score);
            for (int i = 0; i < 4; i++) text_add(out, "\t%.2f", o->box[i]);
            text_add(out, "\n");
        }
    }
}

static Status draw(const Figures *f, ShownRows *s, Err *err)
{
    Text   tsv = { 0 }, note = { 0 };
    bool  *used = ARENA_NEW(&s->arena, bool, s->classes);
    memset(used, 0, (size_t)s->classes * sizeof *used);
    list_objects(s, &tsv, used);
    text_add(&note, "Test images with the objects that were found: mask, box, class and score; "
                    "only those of a score of %.1f or more. %s", LEAST, text_get(&f->footer));
    Mosaic m = { .title = "Objects found", .note = text_get(&note), .rows = s->n + 1,
                 .shown = used, .colour = object_colour };
    Status bad = figure_tsv(f, "objects", &tsv, err);
    if (!bad) bad = shown_draw(f, s, &m, "objects", fill, err);
    text_free(&tsv);
    text_free(&note);
    return bad;
}

Status figure_objects(const Figures *f, Err *err)
{
    ShownRows s;
    Status    bad = shown_rows(&s, f->r, STAGE_DETECT, err);
    if (!bad && s.n) bad = draw(f, &s, err);
    shown_rows_close(&s);
    return bad;
}
