/* What was found in a few test images, strategy below strategy: boxes, masks, classes and
 * scores; above, what is true. */
#include "experiments/figures/dense_figure.h"
#include "experiments/figures/overlay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LEAST = 0.3; /* score of what is drawn: that of mmdetection */

static bool is_drawn(const Object *o, bool truth)
{
    return truth ? isnan(o->score) : o->score >= LEAST;
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
            overlay_mask(&tile, &o->mask, by, m->colour(o->category));
    }
    mosaic_tile(m, row, i, &tile);
    for (int k = shown->objects; k-- > 0;) {
        const Object *o = &shown->object[k];
        char          words[64];
        if (o->image != i || !is_drawn(o, truth)) continue;
        const char *name = o->category < s->classes ? s->class_name[o->category] : "?";
        snprintf(words, sizeof words, truth ? "%.40s" : "%.40s %.2f", name, o->score);
        int x = left + (int)lround(by * o->box[0]), y = top + (int)lround(by * o->box[1]);
        overlay_box(&m->c, x, y, (int)lround(by * o->box[2]), (int)lround(by * o->box[3]),
                    m->colour(o->category));
        overlay_words(&m->c, x, y, left + tile.width, top, m->colour(o->category), words);
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
    Mosaic m = { .title = "Objects found", .rows = s->n + 1,
                 .shown = used, .colour = object_colour };
    Status bad = figure_tsv(f, "objects", &tsv, err);
    if (!bad) bad = shown_draw(f, s, &m, &note, "objects", fill, err);
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
