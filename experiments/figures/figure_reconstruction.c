/* Original, visible and reconstruction of a few test images, strategy below
 * strategy.  The tiles go into one PNG; gnuplot writes the names around it. */
#include "experiments/figures/figures.h"

#include "core/base/file.h"
#include "experiments/figures/png.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHOWN_MOST = 6,   /* images, each a pair of tiles              */
    TILE = 84,        /* pixels that a small image is enlarged to  */
    INSIDE = 2, BESIDE = 14, BELOW = 5, /* gaps between tiles      */
    HEIGHT_MOST = 30000
};

/* No picture has it, so that nobody takes a hidden patch for a grey one. */
static const uint8_t HIDDEN_COLOUR[3] = { 188, 200, 220 };

/* What the record of one cell has to show. */
typedef struct {
    const uint8_t *original, *hidden, *pasted;
    size_t         n, H, W, C;
    int            rows, cols; /* of the patch grid */
} Pictures;

typedef struct {
    uint8_t *rgb;
    int      width, height, zoom;
} Canvas;

/* --- reading ---------------------------------------------------------------- */

static Status read_arrays(H5 *f, const Cell *c, Arena *a, Pictures *p, Err *err)
{
    H5Set original = { .name = "reconstruction/original",
                       .kind = NUMBER_UINT8,
                       .rank = 4 };
    H5Set pasted = { .name = "reconstruction/reconstruction",
                     .kind = NUMBER_UINT8,
                     .rank = 4 };
    H5Set hidden = { .name = "reconstruction/hidden", .kind = NUMBER_UINT8, .rank = 2 };
    void *x, *y, *z;
    if (h5_get(f, &original, a, &x, err) || h5_get(f, &pasted, a, &y, err) ||
        h5_get(f, &hidden, a, &z, err))
        return err->code;
    const size_t *dim = original.dim;
    if (memcmp(dim, pasted.dim, 4 * sizeof *dim) || hidden.dim[0] != dim[0] ||
        hidden.dim[1] != (size_t)(c->rows * c->cols) || dim[1] % (size_t)c->rows ||
        dim[2] % (size_t)c->cols || (dim[3] != 1 && dim[3] != 3) || dim[1] > 2048 ||
        dim[2] > 2048)
        return err_set(err, STATUS_FORMAT, "%s: sizes in reconstruction disagree",
                       c->stage[STAGE_PRETRAIN].id);
    *p = (Pictures){ x, z, y, dim[0], dim[1], dim[2], dim[3], c->rows, c->cols };
    return STATUS_OK;
}

/* Of the first seed that has them; n 0 if none has. */
static Status read_pictures(const Results *r, int row, Arena *a, Pictures *p, Err *err)
{
    *p = (Pictures){ .n = 0 };
    for (int k = 0; k < r->n_seeds && !p->n; k++) {
        H5 *f;
        if (results_state(r, STAGE_PRETRAIN, row, k) != POINT_DONE) continue;
        if (results_record(r, STAGE_PRETRAIN, row, k, &f, err)) return err->code;
        Status bad = h5_has(f, "reconstruction")
                         ? read_arrays(f, r->rows[row].cells[k], a, p, err) : STATUS_OK;
        h5_close(f);
        if (bad) return bad;
    }
    return STATUS_OK;
}

/* --- drawing ---------------------------------------------------------------- */

/* Image i of x at (left, top), hidden patches painted over if `hide`. */
static void draw_tile(Canvas *c, const Pictures *p, const uint8_t *x, size_t i, bool hide,
                      int left, int top)
{
    const uint8_t *image = x + i * p->H * p->W * p->C;
    const uint8_t *hidden = p->hidden + i * (size_t)(p->rows * p->cols);
    size_t         down = p->H / (size_t)p->rows, across = p->W / (size_t)p->cols;
    for (size_t v = 0; v < p->H * (size_t)c->zoom; v++)
        for (size_t u = 0; u < p->W * (size_t)c->zoom; u++) {
            size_t         py = v / (size_t)c->zoom, px = u / (size_t)c->zoom;
            const uint8_t *from = image + (py * p->W + px) * p->C;
            uint8_t *to = c->rgb + 3 * ((size_t)top + v) * (size_t)c->width +
                          3 * ((size_t)left + u);
            if (hide && hidden[py / down * (size_t)p->cols + px / across])
                from = HIDDEN_COLOUR;
            else if (p->C == 1) {
                to[0] = to[1] = to[2] = *from;
                continue;
            }
            memcpy(to, from, 3);
        }
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
        draw_tile(&c, all, all->original, (size_t)i, false, left + (w + INSIDE) / 2, 0);
        for (int k = 0; k < n; k++) {
            int top = (k + 1) * (h + BELOW);
            draw_tile(&c, &all[k], all[k].original, (size_t)i, true, left, top);
            draw_tile(&c, &all[k], all[k].pasted, (size_t)i, false, left + w + INSIDE,
                      top);
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
        if (read_pictures(f->r, row, a, &p, err)) return err->code;
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
    int    k = snprintf(tiles, sizeof tiles, "%s/reconstruction-tiles.png", f->folder);
    CHECK(k > 0 && k < (int)sizeof tiles, "path too long: %s", f->folder);
    Status bad = png_write(tiles, c.rgb, c.width, c.height, err);
    free(c.rgb);
    if (bad) return bad;
    text_add(f->made, "%s\n", tiles);
    snprintf(size[0], sizeof *size, "%d", c.width);
    snprintf(size[1], sizeof *size, "%d", c.height);
    snprintf(size[2], sizeof *size, "%d", (int)all->H * c.zoom + BELOW);
    return figure_draw(f, "reconstruction", "reconstruction", names,
                       (const char *const[]){ tiles, size[0], size[1], size[2], f->widest,
                                              text_get(&f->footer), NULL },
                       err);
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
    if (!bad && n) bad = save(f, all, n, &names, err);
    arena_close(&a);
    text_free(&names);
    return bad;
}
