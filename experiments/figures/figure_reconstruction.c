/* Original, visible and reconstruction of a few test images, strategy below
 * strategy.  The tiles go into one PNG; gnuplot writes the names around it. */
#include "experiments/figures/figure.h"

#include "experiments/figures/pictures.h"
#include "experiments/figures/png.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHOWN_MOST = 4,   /* images, each a pair of tiles              */
    TILE = 84,        /* pixels that a small image is enlarged to  */
    INSIDE = 2, BESIDE = 14, BELOW = 5, /* gaps between tiles      */
    HEIGHT_MOST = 30000
};

typedef struct {
    uint8_t *rgb;
    int      width, height, zoom;
} Canvas;

/* --- drawing ---------------------------------------------------------------- */

/* Image i at (left, top). */
static void draw_tile(Canvas *c, const Pictures *p, PictureKind kind, size_t i, int left, int top)
{
    Image m = { 0 };
    picture_draw(&m, p, kind, i, c->zoom);
    for (int y = 0; y < m.height; y++)
        memcpy(c->rgb + 3 * ((size_t)(top + y) * (size_t)c->width + (size_t)left),
               m.pixels + 3 * (size_t)y * (size_t)m.width, 3 * (size_t)m.width);
    image_free(&m);
}

/* The original stands once, above the pairs of all strategies. */
static Canvas draw(const Pictures *all, int n)
{
    int    shown = all->n < SHOWN_MOST ? (int)all->n : SHOWN_MOST;
    Canvas c = { .zoom = all->W < TILE ? TILE / (int)all->W : 1 };
    int    w = (int)all->W * c.zoom, h = (int)all->H * c.zoom, pair = 2 * w + INSIDE;
    while (n > 1 && (n + 1) * (h + BELOW) > HEIGHT_MOST) n--;
    c.width = shown * (pair + BESIDE) - BESIDE;
    c.height = (n + 1) * (h + BELOW) - BELOW;
    c.rgb = malloc(3 * (size_t)c.width * (size_t)c.height);
    CHECK(c.rgb, "no memory for a picture of %d x %d", c.width, c.height);
    memset(c.rgb, 255, 3 * (size_t)c.width * (size_t)c.height);
    for (int i = 0; i < shown; i++) {
        int left = i * (pair + BESIDE);
        draw_tile(&c, all, PICTURE_ORIGINAL, (size_t)i, left + (w + INSIDE) / 2, 0);
        for (int k = 0; k < n; k++) {
            int top = (k + 1) * (h + BELOW);
            draw_tile(&c, &all[k], PICTURE_VISIBLE, (size_t)i, left, top);
            draw_tile(&c, &all[k], PICTURE_COMPLETED, (size_t)i, left + w + INSIDE, top);
        }
    }
    return c;
}

/* Rows whose pictures are those of the first row; `names` gets a line for each. */
static Status collect(const Figures *f, Arena *a, Pictures *all, int *n, Text *names,
                      Err *err)
{
    *n = 0;
    for (int row = 0; row < f->r->n_rows; row++) {
        Pictures p;
        if (f->r->rows[row].untrained) continue;
        if (pictures_of_row(&p, f->r, row, a, err)) return err->code;
        bool same = p.n && (!*n || (p.n == all->n && p.H == all->H && p.W == all->W &&
                                    p.C == all->C));
        if (!same) continue;
        all[(*n)++] = p;
        text_add(names, "%d\t", *n);
        results_label(f->r, row, names);
        text_add(names, "\n");
    }
    return STATUS_OK;
}

static Status save(const Figures *f, const Pictures *all, int n, const Text *names,
                   Err *err)
{
    char   tiles[FIGURE_PATH], size[3][16];
    Canvas c = draw(all, n);
    figure_path(tiles, f, "reconstruction-tiles", ".png");
    Status bad = png_write(tiles, c.rgb, c.width, c.height, err);
    free(c.rgb);
    if (bad) return bad;
    figure_made(f, tiles);
    snprintf(size[0], sizeof *size, "%d", c.width);
    snprintf(size[1], sizeof *size, "%d", c.height);
    snprintf(size[2], sizeof *size, "%d", (int)all->H * c.zoom + BELOW);
    return figure_draw(f, &(Drawing){
        .name = "reconstruction", .title = "Reconstructions", .script = "reconstruction",
        .about = "Test images: their visible patches, and the image completed by the autoencoder.",
        .tsv = names, .columns = { "row\tlabel" },
        .arguments = { tiles, size[0], size[1], size[2] } }, err);
}

Status figure_reconstruction(const Figures *f, Err *err)
{
    Text  names = { 0 };
    Arena a;
    int   n;
    arena_open(&a, "reconstructions", NULL, NULL);
    Pictures *all = ARENA_NEW(&a, Pictures, f->r->n_rows + 1);
    text_add(&names, "0\toriginal\n");
    Status bad = collect(f, &a, all, &n, &names, err);
    if (!bad && n && !f->plan->terminal) bad = save(f, all, n, &names, err);
    else if (!bad)
        figure_left(f, "reconstruction", n ? "a terminal has no room for it"
                                           : "no pre-training is done yet");
    arena_close(&a);
    text_free(&names);
    return bad;
}
