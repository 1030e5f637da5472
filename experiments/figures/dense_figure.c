#include "experiments/figures/dense_figure.h"

#include "experiments/figures/gnuplot.h"
#include "experiments/figures/overlay.h"

#include <stdio.h>
#include <string.h>

enum { TILE_LEAST = 224, TILE_MOST = 448 };

const char *shown_of(const ShownRows *s) { return s->by_heart ? "training" : "test"; }

static bool is_by_heart(const Cell *c, StageKind stage)
{
    const DenseTask d = config_dense(&c->config, stage);
    return !strcmp(d.on, "train");
}

static Status read_row(ShownRows *s, const Results *r, StageKind stage, int row, Err *err)
{
    Shown shown = { .n = 0 };
    Text  label = { 0 };
    bool  by_heart = false;
    for (int k = 0; k < r->n_seeds && !shown.n; k++) {
        H5    *f;
        size_t classes = 0;
        if (results_state(r, stage, row, k) != POINT_DONE) continue;
        if (results_record(r, stage, row, k, &f, err)) return err->code;
        Status bad = shown_read(&shown, f, &s->arena, err);
        if (!bad && shown.n && !s->n)
            bad = h5_get_texts(f, "classes/name", &s->arena, &s->class_name, &classes, err);
        h5_close(f);
        if (bad) return bad;
        if (classes) s->classes = (int)classes;
        by_heart = is_by_heart(r->rows[row].cells[k], stage);
    }
    const Shown *first = &s->row[0].shown;
    if (!shown.n || (s->n && (shown.n != first->n || shown.side != first->side ||
                              shown.channels != first->channels || by_heart != s->by_heart)))
        return STATUS_OK;
    s->by_heart = by_heart;
    results_label(r, row, &label);
    char *kept = ARENA_NEW(&s->arena, char, label.length + 1);
    memcpy(kept, text_get(&label), label.length + 1);
    text_free(&label);
    s->row[s->n++] = (ShownRow){ shown, kept };
    return STATUS_OK;
}

Status shown_rows(ShownRows *s, const Results *r, StageKind stage, Err *err)
{
    *s = (ShownRows){ .n = 0 };
    arena_open(&s->arena, "shown rows", NULL, NULL);
    s->row = ARENA_NEW(&s->arena, ShownRow, r->n_rows);
    for (int row = 0; row < r->n_rows; row++)
        if (read_row(s, r, stage, row, err)) return err->code;
    if (!s->n) return STATUS_OK;
    int side = s->row[0].shown.side;
    s->tile = side < TILE_LEAST ? TILE_LEAST : side < TILE_MOST ? side : TILE_MOST;
    return STATUS_OK;
}

void shown_rows_close(ShownRows *s) { arena_close(&s->arena); }

double shown_enlarged(const ShownRows *s, int i, Image *m)
{
    Image small = { 0 };
    shown_picture(&s->row[0].shown, i, &small);
    int    longest = small.height > small.width ? small.height : small.width;
    double by = (double)s->tile / longest;
    overlay_enlarge(m, &small, by);
    image_free(&small);
    return by;
}

/* The PNG on a page: what a canvas cannot write itself. */
static Status write_pdf(const Figures *f, const int size[2], const char *name, Err *err)
{
    char        png[FIGURE_PATH], out[FIGURE_PATH], width[16], height[16];
    const char *arguments[] = { png, width, height, NULL };
    figure_path(png, f, name, ".png");
    figure_path(out, f, name, "");
    snprintf(width, sizeof width, "%d", size[0]);
    snprintf(height, sizeof height, "%d", size[1]);
    return gnuplot_run("picture", "pdf", out, arguments, &f->made->paths, err);
}

/* size: its width and height. */
static Status draw_as(const Figures *f, const ShownRows *s, Mosaic *m, const char *path,
                      int size[2], void (*fill)(Mosaic *m, const ShownRows *s), Err *err)
{
    mosaic_open(m, path);
    fill(m, s);
    size[0] = m->c.width, size[1] = m->c.height;
    Status bad = mosaic_write(m, path, err);
    mosaic_close(m);
    if (!bad) figure_made(f, path);
    return bad;
}

static bool wants(const Figures *f, const char *format)
{
    return !f->plan->only || !strcmp(f->plan->only, format);
}

Status shown_draw(const Figures *f, const ShownRows *s, Mosaic *m, Text *note, const char *name,
                  void (*fill)(Mosaic *m, const ShownRows *s), Err *err)
{
    for (char *c = note->s; c && *c; c++)
        if (*c == '\n') *c = ' '; /* the footer's lines are those of wider figures */
    m->note = text_get(note);
    m->cols = s->row[0].shown.n, m->tile = s->tile;
    m->classes = s->classes, m->class_name = s->class_name;
    const bool pdf = wants(f, "pdf");
    char       svg[FIGURE_PATH], png[FIGURE_PATH];
    int        size[2];
    figure_path(svg, f, name, ".svg");
    figure_path(png, f, name, ".png");
    if (wants(f, "svg") && draw_as(f, s, m, svg, size, fill, err)) return err->code;
    if ((pdf || wants(f, "png")) && draw_as(f, s, m, png, size, fill, err)) return err->code;
    return pdf ? write_pdf(f, size, name, err) : STATUS_OK;
}
