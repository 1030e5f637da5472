#include "experiments/figures/gallery.h"

#include "core/base/text.h"
#include "experiments/figures/sketch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COUNTED = 2000, /* masks behind a visibility map */
    COLUMNS = 6,    /* at most                       */
    MARGIN = 56, GUTTER = 80, GAP = 18, BETWEEN = 28, LABEL = 390,
    TITLE = 34, HEADING = 22, NAME = 20, SMALL = 14,
    NARROWEST = 120, /* a panel, so that what stands above it fits */
    AMBER = 0x8a4b08
};

static const double PAGE = 1.3; /* height by width, about that of paper */

typedef struct {
    const Gallery *g;
    Canvas        *c;
    bool           walks, looks, throws; /* one of them at least */
    int           *ids;   /* [L] */
    double        *share; /* [L] */

    /* Families in order, each [first, first + n) of `order`. */
    int order[GALLERY_MOST], first[GALLERY_MOST], members[GALLERY_MOST], families;
    int column[GALLERY_MOST], columns; /* of each family */
} Page;

Status gallery_add(Gallery *g, const Mask *m, const Sight *sight, const char *family,
                   const char *about, const char *source, Err *err)
{
    if (g->n == GALLERY_MOST)
        return err_set(err, STATUS_CONFIG, "at most %d strategies", GALLERY_MOST);
    g->entry[g->n++] = (GalleryEntry){ m, sight, family, about, source };
    return STATUS_OK;
}

/* --- what is said of a strategy ---------------------------------------------- */

static bool drawn(const GalleryEntry *e) { return sight_meets(e->sight, e->mask); }

/* What it sees, and of whom; empty if it looks at nothing. */
static void seen(const GalleryEntry *e, Text *out)
{
    unsigned needs = mask_needs(e->mask);
    if (!needs) return;
    text_add(out, drawn(e) ? "sees " : "not drawn: needs ");
    mask_needs_text(out, needs);
    if (!drawn(e))
        text_add(out, "; drawn after `maskgrid run guided` by `gallery --recipe guided`");
    else if (needs & SIGHT_TAUGHT) text_add(out, " of its own training");
    else if (needs & ~(unsigned)MASK_NEEDS_PIXELS)
        text_add(out, e->sight->trained ? " of a trained encoder" : " of an untrained encoder");
}

/* Draw the label at x, y, or only measure it; returns its height. */
static int put_label(Canvas *c, const GalleryEntry *e, int x, int y)
{
    Text look = { 0 };
    int  top = y, wide = drawn(e) ? LABEL - GAP : 2 * LABEL;
    bool gray = !drawn(e);
    seen(e, &look);
    y += canvas_paragraph(c, x, y, NAME, wide, gray ? GRAY : BLACK, mask_spec(e->mask));
    y += canvas_paragraph(c, x, y, SMALL, wide, gray ? GRAY : BLACK, e->about);
    y += 3;
    y += canvas_paragraph(c, x, y, SMALL, wide, GRAY, e->source);
    if (look.length) {
        y += 3;
        y += canvas_paragraph(c, x, y, SMALL, wide, gray ? GRAY : AMBER, look.s);
    }
    text_free(&look);
    return y - top;
}

/* --- where things stand ------------------------------------------------------ */

static int panel_width(const Gallery *g)
{
    int wide = g->cols * g->cell;
    return wide > NARROWEST ? wide : NARROWEST;
}

/* The left edge of panel i: the masks, the walk, the map. */
static int panel(const Page *p, int i)
{
    int apart = i >= p->g->draws ? GAP : 0;
    if (i > p->g->draws) apart += GAP;
    return LABEL + i * (panel_width(p->g) + GAP) + apart;
}

static int map_panel(const Page *p) { return p->g->draws + (p->walks || p->looks); }

static int column_width(const Page *p)
{
    return panel(p, map_panel(p)) + panel_width(p->g);
}

static int entry_height(const Page *p, const GalleryEntry *e)
{
    int label = put_label(NULL, e, 0, 0);
    int masks = drawn(e) ? p->g->rows * p->g->cell : 0;
    return (label > masks ? label : masks) + BETWEEN;
}

enum { HEADING_HEIGHT = HEADING + 30 };

static int family_height(const Page *p, int f)
{
    int y = HEADING_HEIGHT;
    for (int i = 0; i < p->members[f]; i++)
        y += entry_height(p, &p->g->entry[p->order[p->first[f] + i]]);
    return y + GAP;
}

static void find_families(Page *p)
{
    const Gallery *g = p->g;
    int            n = 0;
    for (int i = 0; i < g->n; i++) {
        const char *name = g->entry[i].family;
        int         before = 0;
        while (strcmp(g->entry[before].family, name)) before++;
        if (before < i) continue;
        p->first[p->families] = n;
        for (int k = i; k < g->n; k++)
            if (!strcmp(g->entry[k].family, name)) p->order[n++] = k;
        p->members[p->families] = n - p->first[p->families];
        p->families++;
    }
}

/* Families in as few columns as their heights allow, none higher than `most`; returns
 * how many. */
static int fill(Page *p, const int *height, int most)
{
    int column = 0, y = 0;
    for (int f = 0; f < p->families; f++) {
        if (y && y + height[f] > most) column++, y = 0;
        p->column[f] = column;
        y += height[f];
    }
    return column + 1;
}

/* The least height at which families fit into so many columns. */
static int level(Page *p, const int *height, int columns)
{
    int lo = 0, hi = 0;
    for (int f = 0; f < p->families; f++) {
        hi += height[f];
        if (height[f] > lo) lo = height[f];
    }
    while (lo < hi) {
        int middle = lo + (hi - lo) / 2;
        if (fill(p, height, middle) <= columns) hi = middle;
        else lo = middle + 1;
    }
    return lo;
}

/* As many columns as make a page of the shape of paper; returns their height. */
static int arrange(Page *p)
{
    int    height[GALLERY_MOST], best = 1, high = 0;
    double worst = INFINITY;
    for (int f = 0; f < p->families; f++) height[f] = family_height(p, f);
    for (int columns = 1; columns <= COLUMNS; columns++) {
        int    h = level(p, height, columns);
        double shape = (double)h / (columns * (column_width(p) + GUTTER));
        if (fabs(log(shape / PAGE)) >= worst) continue;
        worst = fabs(log(shape / PAGE));
        best = columns, high = h;
    }
    p->columns = fill(p, height, level(p, height, best));
    return high;
}

/* --- drawing ----------------------------------------------------------------- */

static void draw(const Page *p, const GalleryEntry *e, uint64_t epoch, int image)
{
    const Gallery *g = p->g;
    MaskView       view = sight_view(e->sight, e->mask, image, g->progress);
    mask_draw(e->mask, p->ids, &view, g->seed, epoch, (uint64_t)image, g->K);
}

static void put_entry(const Page *p, const GalleryEntry *e, int x, int y)
{
    const Gallery *g = p->g;
    const Mask    *m = e->mask;
    Canvas        *c = p->c;
    int            L = g->rows * g->cols;
    put_label(c, e, x, y);
    if (!drawn(e)) return;

    for (int n = 0; n < g->draws; n++) {
        draw(p, e, 0, n);
        sketch_patches(c, x + panel(p, n), y, g->cell, p->ids, g->rows, g->cols, g->K,
                       mask_needs(m) ? &e->sight->pictures[n % e->sight->N] : NULL);
        sketch_thrown(c, x + panel(p, n), y, g->cell, p->ids, g->rows, g->cols,
                      mask_thrown(m, g->K));
    }
    if (mask_needs(m))
        canvas_image(c, x + panel(p, g->draws), y, g->cols * g->cell, g->rows * g->cell,
                     &e->sight->pictures[0]);
    if (mask_order(m))
        sketch_path(c, x + panel(p, g->draws), y, g->cell, mask_order(m), g->rows, g->cols);
    for (int i = 0; i < L; i++) p->share[i] = 0;
    for (int n = 0; n < COUNTED; n++) {
        draw(p, e, (uint64_t)(1 + n / e->sight->N), n % e->sight->N);
        for (int t = 0; t < g->K; t++) p->share[p->ids[t]] += 1.0 / COUNTED;
    }
    sketch_shares(c, x + panel(p, map_panel(p)), y, g->cell, p->share, g->rows, g->cols);
}

static void put_family(const Page *p, int f, int x, int y)
{
    const GalleryEntry *all = p->g->entry;
    canvas_text(p->c, x, y, HEADING, INK, all[p->order[p->first[f]]].family);
    canvas_box(p->c, x, y + HEADING + 10, column_width(p), 2, INK);
    y += HEADING_HEIGHT;
    for (int i = 0; i < p->members[f]; i++) {
        const GalleryEntry *e = &all[p->order[p->first[f] + i]];
        put_entry(p, e, x, y);
        y += entry_height(p, e);
    }
}

/* The bar that tells what the colours of the maps mean. */
static void put_scale(Canvas *c, int x, int y, int width)
{
    for (int i = 0; i < 50; i++) {
        int    left = i * width / 50, right = (i + 1) * width / 50;
        double share = (i + 0.5) / 50;
        canvas_box(c, x + left, y, right - left, SMALL, sketch_shade(share));
    }
    canvas_text(c, x, y + 2 * SMALL - 4, SMALL, GRAY, "0");
    canvas_text(c, x + width - canvas_text_width(SMALL, "1"), y + 2 * SMALL - 4, SMALL, GRAY,
                "1");
}

enum { LINE = SMALL * 2 + 4, HEAD = 2 * TITLE + 4 * LINE + GAP, ABOVE = 5 * SMALL };

/* Above each column what stands in its panels. */
static void put_above(const Page *p, int x, int y)
{
    const Gallery    *g = p->g;
    static const char share[] = "share visible";
    const char *middle = !p->looks ? "walk" : p->walks ? "walk, image" : "first image";
    int         wide = g->cols * g->cell, map = x + panel(p, map_panel(p));
    int         over = canvas_text_width(SMALL, share) - wide;
    canvas_text(p->c, x + panel(p, 0), y, SMALL, GRAY,
                g->draws > 1 ? "masks of different images" : "mask of an image");
    if (p->walks || p->looks) canvas_text(p->c, x + panel(p, g->draws), y, SMALL, GRAY, middle);
    canvas_text(p->c, over > 0 ? map - over : map, y - 3 * SMALL, SMALL, GRAY, share);
    put_scale(p->c, map, y - SMALL, wide);
}

static void put_head(const Page *p)
{
    const Gallery *g = p->g;
    char           line[300], ratio[32];
    int            y = MARGIN;
    text_from_double(ratio, g->ratio);
    canvas_text(p->c, MARGIN, y, TITLE, BLACK, "Masking strategies");
    y += 2 * TITLE;
    snprintf(line, sizeof line, "%d x %d patches, ratio %s: %d visible, %d hidden",
             g->rows, g->cols, ratio, g->K, g->rows * g->cols - g->K);
    canvas_text(p->c, MARGIN, y, SMALL + 2, GRAY, line);
    y += LINE;
    sketch_legend(p->c, MARGIN, y, SMALL + 2, p->throws);
    y += LINE;
    snprintf(line, sizeof line, "Guided masks: %s", g->eyes);
    if (p->looks) canvas_text(p->c, MARGIN, y, SMALL + 2, AMBER, line);
    for (int k = 0; k < p->columns; k++)
        put_above(p, MARGIN + k * (column_width(p) + GUTTER), MARGIN + HEAD);
}

static Status put_all(Page *p, int height, const char *path, Err *err)
{
    Canvas c;
    int    y[COLUMNS] = { 0 };
    int    wide = 2 * MARGIN + p->columns * (column_width(p) + GUTTER) - GUTTER;
    int    high = 2 * MARGIN + HEAD + ABOVE + height;
    if (wide > CANVAS_SIDE || high > CANVAS_SIDE)
        return err_set(err, STATUS_CONFIG, "a gallery of %d x %d pixels; give a smaller --cell, "
                       "--draws or --grid", wide, high);
    canvas_open_for(&c, wide, high, WHITE, path);
    p->c = &c;
    put_head(p);
    for (int f = 0; f < p->families; f++) {
        int k = p->column[f];
        put_family(p, f, MARGIN + k * (column_width(p) + GUTTER),
                   MARGIN + HEAD + ABOVE + y[k]);
        y[k] += family_height(p, f);
    }
    Status bad = canvas_write(&c, path, err);
    canvas_close(&c);
    return bad;
}

Status gallery_write(const Gallery *g, const char *path, Err *err)
{
    Page p = { .g = g };
    CHECK(g->n > 0 && g->draws <= GALLERY_DRAWS, "%d strategies, %d masks of each", g->n,
          g->draws);
    size_t L = (size_t)(g->rows * g->cols);
    for (int i = 0; i < g->n; i++) {
        p.walks |= mask_order(g->entry[i].mask) != NULL;
        p.throws |= drawn(&g->entry[i]) && mask_thrown(g->entry[i].mask, g->K) > 0;
        p.looks |= mask_needs(g->entry[i].mask) && drawn(&g->entry[i]);
    }
    find_families(&p);
    p.ids = malloc(L * sizeof *p.ids);
    p.share = malloc(L * sizeof *p.share);
    CHECK(p.ids && p.share, "no memory for a mask");
    Status bad = put_all(&p, arrange(&p), path, err);
    free(p.ids);
    free(p.share);
    return bad;
}
