#include "experiments/lint/atlas.h"

#include "experiments/figures/canvas.h"
#include "experiments/lint/known.h"
#include "experiments/record/provenance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDE = 126,      /* pixels of a mask              */
    LABEL = 232, PLOT = 214, GAP = 14, MARGIN = 28, HEAD = 92, FOOT = 40,
    APART = 20,      /* from one strategy to the next */
    BIG = 14, SMALL = 9,
    BLOCK = LABEL + EXAMPLES * (SIDE + GAP) + SIDE + GAP + 2 * (PLOT + 2 * GAP),
    DEEP = 16 * (SIDE + APART), /* a block, about     */
    SELDOM = 0xd55e00, OFTEN = 0x0072b2, EVEN = 0xf3f4f6, LINE = 0xd1d5db
};

/* Where the columns of a block begin. */
static int mask_at(int i) { return LABEL + i * (SIDE + GAP); }
static int share_at(void) { return mask_at(EXAMPLES); }
static int spectrum_at(void) { return share_at() + SIDE + 3 * GAP; }
static int pairs_at(void) { return spectrum_at() + PLOT + 2 * GAP; }

static int by_neighbours(const void *a, const void *b)
{
    const Found *x = *(Found *const *)a, *y = *(Found *const *)b;
    if (x->measured != y->measured) return y->measured - x->measured;
    double dx = x->measures.neighbours, dy = y->measures.neighbours;
    return (dx > dy) - (dx < dy);
}

static void line(Canvas *c, double x0, double y0, double x1, double y1, double pen,
                 uint32_t colour)
{
    canvas_line(c, (double[]){ x0, y0 }, (double[]){ x1, y1 }, pen, colour);
}

/* --- patches ---------------------------------------------------------------- */

static int cell_of(const Found *f)
{
    int longer = f->rows > f->cols ? f->rows : f->cols;
    return longer < SIDE ? SIDE / longer : 1;
}

static void patch(Canvas *c, const Found *f, int x, int y, int i, uint32_t colour)
{
    int cell = cell_of(f), inside = cell >= 5 ? cell - 1 : cell;
    if (f->rows * cell > SIDE || f->cols * cell > SIDE) return; /* more than pixels */
    canvas_box(c, x + i % f->cols * cell, y + i / f->cols * cell, inside, inside, colour);
}

/* Twice as often as evenly, or half as often, is half of the way to the colour. */
static uint32_t colour_of(double over_even)
{
    double way = over_even > 0 ? log2(over_even) / 2 : -1;
    return colour_between(EVEN, way < 0 ? SELDOM : OFTEN, fabs(way));
}

static void put_patches(Canvas *c, const Found *f, int x, int y)
{
    const Measures *m = &f->measures;
    int             L = f->rows * f->cols;
    for (int e = 0; e < EXAMPLES; e++)
        for (int i = 0; i < L; i++)
            patch(c, f, x + mask_at(e), y, i, m->example[e][i] ? INK : PALE);
    for (int i = 0; i < L; i++)
        patch(c, f, x + share_at(), y, i, colour_of(m->share[i] * L / m->K));
}

/* --- plots ------------------------------------------------------------------ */

static const double LEAST = 0.05, MOST = 20; /* power */

static double height_of(double power)
{
    double share = log(fmin(fmax(power, LEAST), MOST) / LEAST) / log(MOST / LEAST);
    return (1 - share) * (SIDE - 1);
}

static void put_spectrum(Canvas *c, const Found *f, int x, int y)
{
    const Measures *m = &f->measures;
    for (int p = -1; p <= 1; p++) {
        char   text[24];
        double at = y + height_of(pow(10, p));
        snprintf(text, sizeof text, "%g", pow(10, p));
        canvas_box(c, x, (int)at, PLOT, 1, p ? PALE : LINE);
        canvas_text(c, x - 4 - canvas_text_width(SMALL, text), (int)at - SMALL / 2, SMALL,
                    GRAY, text);
    }
    canvas_box(c, x, y, 1, SIDE, LINE);
    double was[2] = { 0 };
    for (int b = 0; b < m->side / 2; b++) {
        double now[2] = { x + 2 * PLOT * (b + 1.0) / m->side,
                          y + height_of(m->spectrum[b]) };
        if (isnan(m->spectrum[b])) continue;
        if (was[0] > 0) canvas_line(c, was, now, 1.2, INK);
        line(c, now[0], now[1], now[0], now[1], 2.6, INK);
        was[0] = now[0], was[1] = now[1];
    }
}

/* Axis to the most pairs that K patches can have, those of a square. */
static double most_pairs(const Measures *m) { return 2 * (m->K - sqrt(m->K)); }

static double random_pairs(const Measures *m)
{
    double L = m->rows * m->cols, pairs = 2 * L - m->rows - m->cols;
    return pairs * m->K * (m->K - 1) / (L * (L - 1));
}

static void put_pairs(Canvas *c, const Found *f, int x, int y)
{
    const Measures *m = &f->measures;
    const Known    *k = known_find(f->spec, m);
    double scale = PLOT / fmax(most_pairs(m), 1), middle = y + SIDE / 2.0;
    double at = x + scale * m->neighbours, sd = scale * m->neighbours_sd;
    char   text[64];
    canvas_box(c, x, (int)middle, PLOT, 1, PALE);
    canvas_box(c, x + (int)(scale * random_pairs(m)), y, 1, SIDE, LINE);
    line(c, at - sd, middle, at + sd, middle, 1.5, INK);
    line(c, at, middle, at, middle, 5, INK);
    if (k && !isnan(k->neighbours))
        line(c, x + scale * k->neighbours, middle - 12, x + scale * k->neighbours,
             middle + 12, 1, SELDOM);
    snprintf(text, sizeof text, "%.1f +- %.1f", m->neighbours, m->neighbours_sd);
    canvas_text(c, x, y + SIDE - 2 * SMALL, SMALL, GRAY, text);
    snprintf(text, sizeof text, "%.1f regions", m->parts);
    canvas_text(c, x + PLOT - canvas_text_width(SMALL, text), y + SIDE - 2 * SMALL, SMALL,
                GRAY, text);
}

/* --- a row ------------------------------------------------------------------ */

/* Draw the label at x, y, or only measure it; returns its height. */
static int put_label(Canvas *c, const Found *f, int x, int y)
{
    const Measures *m = &f->measures;
    char            text[128];
    int             width = LABEL - GAP, top = y;
    top += canvas_paragraph(c, x, top, BIG, width, BLACK, f->spec) + 4;
    for (int i = 0; i < LAWS; i++)
        if (f->verdict[i].kept == BROKEN) {
            snprintf(text, sizeof text, "breaks `%s`", laws[i].name);
            top += canvas_paragraph(c, x, top, SMALL, width, SELDOM, text);
            top += canvas_paragraph(c, x, top, SMALL, width, GRAY, f->verdict[i].text);
        }
    if (!f->measured) return top - y;
    snprintf(text, sizeof text, "%d x %d, %d visible", f->rows, f->cols, m->K);
    top += canvas_paragraph(c, x, top, SMALL, width, GRAY, text);
    if (f->fixed) snprintf(text, sizeof text, "always the same mask");
    else if (isnan(m->even)) snprintf(text, sizeof text, "too few masks to call even");
    else if (m->even < 1e-5) snprintf(text, sizeof text, "uneven, p < 0.00001");
    else snprintf(text, sizeof text, "even, p %.2g", m->even);
    top += canvas_paragraph(c, x, top, SMALL, width, GRAY, text);
    snprintf(text, sizeof text, "middle %.2f, nearest %.2f", m->centre, m->nearest);
    return top + canvas_paragraph(c, x, top, SMALL, width, GRAY, text) - y;
}

static int row_height(const Found *f)
{
    int label = put_label(NULL, f, 0, 0);
    return (label > SIDE ? label : SIDE) + APART;
}

static void put_row(Canvas *c, const Found *f, int x, int y)
{
    put_label(c, f, x, y);
    if (!f->measured) return;
    put_patches(c, f, x, y);
    put_spectrum(c, f, x + spectrum_at(), y);
    put_pairs(c, f, x + pairs_at(), y);
}

static void put_heads(Canvas *c, int x, int y)
{
    int bar = SIDE / 2;
    canvas_text(c, x + mask_at(0), y, SMALL, GRAY, "masks of three images");
    canvas_text(c, x + share_at(), y, SMALL, GRAY, "visible, over even");
    for (int i = 0; i < 2 * bar; i++)
        canvas_box(c, x + share_at() + i, y + 2 * SMALL, 1, 5,
                   colour_of(pow(4, (i + 0.5) / bar - 1)));
    canvas_text(c, x + share_at(), y + 3 * SMALL, SMALL, GRAY, "1/4");
    canvas_text(c, x + share_at() + bar - 3, y + 3 * SMALL, SMALL, GRAY, "1");
    canvas_text(c, x + share_at() + 2 * bar - 8, y + 3 * SMALL, SMALL, GRAY, "4");
    canvas_text(c, x + spectrum_at(), y, SMALL, GRAY, "power, over that of random");
    canvas_text(c, x + spectrum_at(), y + 2 * SMALL, SMALL, GRAY,
                "0 to 1/2 cycles a patch");
    canvas_text(c, x + pairs_at(), y, SMALL, GRAY, "visible neighbours");
    canvas_text(c, x + pairs_at(), y + 2 * SMALL, SMALL, GRAY,
                "gray: random; red: known");
}

static void put_foot(Canvas *c, const Found *f, bool looks)
{
    char text[PROVENANCE_TEXT + 200], source[PROVENANCE_TEXT];
    provenance_source(source);
    snprintf(text, sizeof text, "%s; %d masks of each%s", source, f->measures.draws,
             looks ? "; strategies that look see invented images" : "");
    canvas_text(c, MARGIN, c->height - MARGIN, SMALL, GRAY, text);
}

/* --- all of them ------------------------------------------------------------ */

typedef struct {
    Found **found; /* sorted */
    int     n, blocks, high; /* pixels of the highest block */
    int    *block, *top;     /* of each row                 */
} Page;

/* Rows in blocks of about the same height. */
static void arrange(Page *p)
{
    double total = 0, above = 0;
    int    before = -1, y = 0;
    for (int i = 0; i < p->n; i++) total += row_height(p->found[i]);
    p->blocks = (int)ceil(total / DEEP);
    for (int i = 0; i < p->n; i++) {
        int h = row_height(p->found[i]);
        p->block[i] = (int)((above + h / 2.0) * p->blocks / total);
        if (p->block[i] != before) before = p->block[i], y = 0;
        p->top[i] = y;
        y += h, above += h;
        if (y > p->high) p->high = y;
    }
}

static Status put_page(const Page *p, const char *path, Err *err)
{
    Canvas c;
    bool   looks = false;
    int    width = p->blocks * (BLOCK + MARGIN) + MARGIN, height = HEAD + p->high + FOOT;
    if (width > CANVAS_SIDE)
        return err_set(err, STATUS_CONFIG, "%s: %d strategies are too many for a picture",
                       path, p->n);
    canvas_open_for(&c, width, height, WHITE, path);
    for (int b = 0; b < p->blocks; b++)
        put_heads(&c, MARGIN + b * (BLOCK + MARGIN), MARGIN);
    for (int i = 0; i < p->n; i++) {
        put_row(&c, p->found[i], MARGIN + p->block[i] * (BLOCK + MARGIN), HEAD + p->top[i]);
        looks |= p->found[i]->needs != 0;
    }
    put_foot(&c, p->found[0], looks);
    Status bad = canvas_write(&c, path, err);
    canvas_close(&c);
    return bad;
}

Status atlas_write(const char *path, Found *const *found, int n, Err *err)
{
    Page p = { .n = n };
    p.found = malloc((size_t)n * sizeof *p.found);
    p.block = malloc((size_t)n * sizeof *p.block);
    p.top = malloc((size_t)n * sizeof *p.top);
    CHECK(p.found && p.block && p.top, "no memory for %d strategies", n);
    memcpy(p.found, found, (size_t)n * sizeof *p.found);
    qsort(p.found, (size_t)n, sizeof *p.found, by_neighbours);
    arrange(&p);
    Status bad = put_page(&p, path, err);
    free(p.found);
    free(p.block);
    free(p.top);
    return bad;
}
