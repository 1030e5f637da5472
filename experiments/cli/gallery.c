/* maskgrid gallery: every strategy side by side, one PNG. */
#include "experiments/cli/cli.h"

#include "experiments/record/sight.h"
#include "experiments/record/sketch.h"
#include "strategies/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *grid, *out;
    double      ratio, progress;
    long        seed, draws, cell;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, out, "FILE.png", "gallery.png", "where to draw"),
    OPTION_TEXT(Options, grid, "RxC", "14x14", "rows and columns of patches"),
    OPTION_NUMBER(Options, ratio, "R", "0.75", 0.0001, 0.9999, "share of hidden patches"),
    OPTION_INT(Options, draws, "N", "4", 1, 16, "masks of each strategy"),
    OPTION_INT(Options, cell, "N", "8", 1, 64, "pixels a patch"),
    OPTION_INT(Options, seed, "N", "0", 0, 1L << 53, "seed of all chance"),
    OPTION_NUMBER(Options, progress, "P", "1", 0, 1,
                  "share of training done, for start, anneal"),
    { 0 }
};

enum {
    MOST = 64,      /* strategies                                  */
    IMAGES = 16,    /* that the strategies which look may look at  */
    COUNTED = 2000, /* masks behind a visibility map               */
    ROWS = 10,      /* of strategies above each other              */
    MARGIN = 24, GAP = 12, LABEL = 250, BIG = 14, SMALL = 9
};

typedef struct {
    const Options *o;
    Mask          *mask[MOST];
    const char    *about[MOST], *source[MOST];
    int            n, rows, cols, L, K;
    Sight          sight;
    bool           looks, walks; /* one of them at least */
} Gallery;

static Status add(Gallery *g, const char *spec, Err *err)
{
    const StrategyEntry *e = NULL;
    if (g->n == MOST) return err_set(err, STATUS_CONFIG, "at most %d strategies", MOST);
    if (strategy_open(&g->mask[g->n], spec, g->rows, g->cols, err)) return err->code;
    if (strategy_find(&e, spec, err)) return err->code;
    g->looks |= mask_needs(g->mask[g->n]) != 0;
    g->walks |= mask_order(g->mask[g->n]) != NULL;
    g->about[g->n] = e->strategy->about;
    g->source[g->n++] = e->strategy->source;
    return STATUS_OK;
}

static void draw(const Gallery *g, int *ids, int which, uint64_t epoch, int image)
{
    MaskView view = sight_view(&g->sight, g->mask[which], image, g->o->progress);
    mask_draw(g->mask[which], ids, &view, (uint64_t)g->o->seed, epoch, (uint64_t)image,
              g->K);
}

/* Columns of panels: the masks, the walk if there is one, the map. */
static int panel(const Gallery *g, int column)
{
    return LABEL + column * (g->cols * (int)g->o->cell + GAP) +
           (column >= g->o->draws ? GAP : 0);
}

static int walk_column(const Gallery *g) { return (int)g->o->draws; }
static int map_column(const Gallery *g) { return (int)g->o->draws + g->walks; }
static int block_width(const Gallery *g) { return panel(g, map_column(g) + 1); }

static int row_height(const Gallery *g)
{
    int masks = g->rows * (int)g->o->cell, label = BIG * 2 + SMALL * 10;
    return (masks > label ? masks : label) + GAP;
}

static void put_row(const Gallery *g, Canvas *c, int which, int x, int y, int *ids,
                    double *share)
{
    const Mask *m = g->mask[which];
    int         cell = (int)g->o->cell, top = y;
    top += canvas_paragraph(c, x, top, BIG, LABEL - GAP, BLACK, mask_spec(m));
    top += canvas_paragraph(c, x, top, SMALL, LABEL - 2 * GAP, BLACK, g->about[which]);
    canvas_paragraph(c, x, top + 4, SMALL, LABEL - 2 * GAP, GRAY, g->source[which]);

    for (int n = 0; n < g->o->draws; n++) {
        draw(g, ids, which, 0, n);
        sketch_patches(c, x + panel(g, n), y, cell, ids, g->rows, g->cols, g->K,
                       mask_needs(m) ? &g->sight.pictures[n % IMAGES] : NULL);
    }
    if (mask_order(m))
        sketch_path(c, x + panel(g, walk_column(g)), y, cell, mask_order(m), g->rows,
                    g->cols);

    for (int i = 0; i < g->L; i++) share[i] = 0;
    for (int n = 0; n < COUNTED; n++) {
        draw(g, ids, which, (uint64_t)(1 + n / IMAGES), n % IMAGES);
        for (int t = 0; t < g->K; t++) share[ids[t]] += 1.0 / COUNTED;
    }
    sketch_shares(c, x + panel(g, map_column(g)), y, cell, share, g->rows, g->cols);
}

/* The bar that tells what the colours of the maps mean. */
static void put_scale(Canvas *c, int x, int y, int width)
{
    for (int i = 0; i < width; i++)
        for (int k = 0; k < 5; k++) {
            double share = (i + 0.5) / width;
            sketch_shares(c, x + i, y + SMALL + 4 + k, 1, &share, 1, 1);
        }
    canvas_text(c, x, y, SMALL, GRAY, "0");
    canvas_text(c, x + width - canvas_text_width(SMALL, "1"), y, SMALL, GRAY, "1");
}

static Status picture(const Gallery *g, Err *err)
{
    int    blocks = (g->n + ROWS - 1) / ROWS, deep = (g->n + blocks - 1) / blocks;
    int    width = blocks * (block_width(g) + MARGIN) + MARGIN, head = MARGIN + 3 * BIG;
    int    height = head + deep * row_height(g) + 4 * SMALL + MARGIN;
    char   title[160];
    Canvas c;
    if (width >= 1 << 15 || height >= 1 << 15)
        return err_set(err, STATUS_CONFIG,
                       "a gallery of %d x %d pixels; give a smaller --cell, "
                       "--draws or --grid",
                       width, height);
    int    *ids = malloc((size_t)g->L * sizeof *ids);
    double *share = malloc((size_t)g->L * sizeof *share);
    CHECK(ids && share, "no memory for a mask");
    canvas_open(&c, width, height, WHITE);
    for (int b = 0; b < blocks; b++) {
        int x = MARGIN + b * (block_width(g) + MARGIN);
        int map = x + panel(g, map_column(g));
        snprintf(title, sizeof title, "%d x %d patches, %d visible", g->rows, g->cols,
                 g->K);
        canvas_text(&c, x, MARGIN + 4, SMALL, GRAY, title);
        canvas_text(&c, x + LABEL, MARGIN + 4, SMALL, GRAY, "masks of different images");
        if (g->walks)
            canvas_text(&c, x + panel(g, walk_column(g)), MARGIN + 4, SMALL, GRAY,
                        "order");
        canvas_text(&c, map, MARGIN - SMALL - 4, SMALL, GRAY, "visible: share");
        put_scale(&c, map, MARGIN + 4, g->cols * (int)g->o->cell);
    }
    for (int i = 0; i < g->n; i++)
        put_row(g, &c, i, MARGIN + i / deep * (block_width(g) + MARGIN),
                head + i % deep * row_height(g), ids, share);
    if (g->looks) {
        snprintf(title, sizeof title, "Where pictures show through: %s.",
                 g->sight.caption);
        canvas_text(&c, MARGIN, height - MARGIN - SMALL, SMALL, GRAY, title);
    }
    Status bad = canvas_write(&c, g->o->out, err);
    canvas_close(&c);
    free(ids);
    free(share);
    return bad;
}

static Status make(Gallery *g, char *const *specs, int n, Err *err)
{
    if (grid_read(&g->rows, &g->cols, g->o->grid, err)) return err->code;
    g->L = g->rows * g->cols, g->K = mask_visible(g->L, g->o->ratio);
    for (int i = 0; i < n; i++)
        if (add(g, specs[i], err)) return err->code;
    for (const StrategyEntry *e = strategies; e->name && !n; e++)
        if (add(g, e->name, err)) return err->code;
    unsigned needs = 0;
    for (int i = 0; i < g->n; i++) needs |= mask_needs(g->mask[i]);
    if (sight_open(&g->sight, needs, g->rows, g->cols, NULL, IMAGES, (uint64_t)g->o->seed,
                   err))
        return err->code;
    return picture(g, err);
}

static int run(const void *opt, char *const *arguments, int n)
{
    Gallery g = { .o = opt };
    Err     err;
    Status  bad = make(&g, arguments, n, &err);
    if (!bad) printf("%s\n", g.o->out);
    for (int i = 0; i < g.n; i++) mask_close(g.mask[i]);
    sight_close(&g.sight);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(gallery) = {
    .place = 30,
    .arguments = "[STRATEGY ...]",
    .most = MOST,
    .about = "strategies side by side, with how often each patch is visible; one PNG",
    .details = "Without arguments every strategy there is. Strategies that look at the "
               "image look at drawn scenes through the first layer of an untrained "
               "encoder.",
    .examples = "  maskgrid gallery\n"
                "  maskgrid gallery random spiral spiral:select=window --out g.png\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
