/* What the pixels of a few images were taken for, strategy below strategy; above, the
 * images and what is true. */
#include "experiments/figures/dense_figure.h"
#include "experiments/figures/overlay.h"

#include <stdio.h>
#include <string.h>

void labels_draw(Image *tile, const ShownRows *s, const int32_t *labels, int i)
{
    const int    side = s->row[0].shown.side;
    const double by = shown_enlarged(s, i, tile);
    labels += (size_t)i * (size_t)side * (size_t)side;
    overlay_classes(tile, labels, side, side, by, label_colour);
}

static void put_labels(Mosaic *m, const ShownRows *s, const int32_t *labels, int row, int i)
{
    Image tile = { 0 };
    labels_draw(&tile, s, labels, i);
    mosaic_tile(m, row, i, &tile);
    image_free(&tile);
}

static void fill(Mosaic *m, const ShownRows *s)
{
    mosaic_name(m, 0, "image");
    mosaic_name(m, 1, "truth");
    for (int i = 0; i < m->cols; i++) {
        Image tile = { 0 };
        shown_enlarged(s, i, &tile);
        mosaic_tile(m, 0, i, &tile);
        image_free(&tile);
        put_labels(m, s, s->row[0].shown.truth, 1, i);
    }
    for (int row = 0; row < s->n; row++) {
        mosaic_name(m, row + 2, s->row[row].label);
        for (int i = 0; i < m->cols; i++)
            put_labels(m, s, s->row[row].shown.predicted, row + 2, i);
    }
}

/* Which classes there are; of each row and picture the share of labelled pixels that is
 * right. */
static void list_labels(const ShownRows *s, Text *out, bool *used)
{
    const Shown *first = &s->row[0].shown;
    const size_t n = (size_t)first->side * (size_t)first->side;
    text_add(out, "# row\tpicture\tshare of its pixels that is right\n");
    for (int row = 0; row < s->n; row++)
        for (int i = 0; i < first->n; i++) {
            const int32_t *truth = first->truth + (size_t)i * n;
            const int32_t *predicted = s->row[row].shown.predicted + (size_t)i * n;
            size_t         right = 0, all = 0;
            for (size_t k = 0; k < n; k++) {
                if (predicted[k] >= 0 && predicted[k] < s->classes) used[predicted[k]] = true;
                if (truth[k] < 0) continue;
                if (truth[k] < s->classes) used[truth[k]] = true;
                right += truth[k] == predicted[k], all++;
            }
            text_add(out, "%s\t%d\t%.4f\n", s->row[row].label, i + 1,
                     all ? (double)right / (double)all : 0);
        }
}

static Status draw(const Figures *f, ShownRows *s, Err *err)
{
    Text  tsv = { 0 }, note = { 0 }, about = { 0 };
    bool *used = ARENA_NEW(&s->arena, bool, s->classes);
    memset(used, 0, (size_t)s->classes * sizeof *used);
    list_labels(s, &tsv, used);
    text_add(&note, "The class of each pixel of %s images; white: it has none. %s", shown_of(s),
             text_get(&f->footer));
    Mosaic m = { .title = "Classes of pixels", .rows = s->n + 2,
                 .shown = used, .colour = label_colour };
    Status bad = figure_tsv(f, "labels", &tsv, err);
    if (!bad) bad = shown_draw(f, s, &m, &note, "labels", fill, err);
    text_add(&about, "What pixels of some %s images were taken for, and are.", shown_of(s));
    if (!bad) figure_done(f, "labels", m.title, text_get(&about));
    text_free(&tsv);
    text_free(&note);
    text_free(&about);
    return bad;
}

Status figure_labels(const Figures *f, Err *err)
{
    ShownRows s;
    Status    bad = shown_rows(&s, f->r, STAGE_SEGMENT, err);
    bool   any = s.n && s.row[0].shown.truth;
    if (!bad && any && !f->plan->terminal) bad = draw(f, &s, err);
    else if (!bad)
        figure_left(f, "labels", any ? "a terminal has no room for it"
                                    : "no segment is done; evaluate: [segment] asks for it");
    shown_rows_close(&s);
    return bad;
}
