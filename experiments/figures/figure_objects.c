/* What was found in a few images, strategy below strategy: boxes, masks, classes and
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

/* Where a picture lies, how wide, and how much it is enlarged. */
typedef struct {
    int    left, top, width;
    double by;
} Place;

static void draw_boxes(Canvas *c, const Place *at, const Shown *shown, int i, bool truth)
{
    for (int k = shown->objects; k-- > 0;) {
        const Object *o = &shown->object[k];
        if (o->image != i || !is_drawn(o, truth)) continue;
        overlay_box(c, at->left + (int)lround(at->by * o->box[0]),
                    at->top + (int)lround(at->by * o->box[1]), (int)lround(at->by * o->box[2]),
                    (int)lround(at->by * o->box[3]), object_colour(o->category));
    }
}

/* Words at a box that is too small for them would hide what they tell of: its colour does. */
static bool has_room(const Tag *t, const Object *o, double by, const Tag *others, int n)
{
    if (!(t->width <= 1.5 * by * o->box[2]) || !(t->height <= by * o->box[3])) return false;
    for (int k = 0; k < n; k++)
        if (overlay_tags_meet(t, &others[k])) return false;
    return true;
}

/* The best first. */
static void draw_words(Canvas *c, const Place *at, const ShownRows *s, const Shown *shown, int i,
                       bool truth)
{
    Arena a;
    int   n = 0;
    arena_open(&a, "words over a picture", NULL, NULL);
    Tag *tags = ARENA_NEW(&a, Tag, shown->objects + 1);
    for (int k = 0; k < shown->objects; k++) {
        const Object *o = &shown->object[k];
        char          words[64];
        if (o->image != i || !is_drawn(o, truth)) continue;
        const char *name = o->category < s->classes ? s->class_name[o->category] : "?";
        snprintf(words, sizeof words, truth ? "%.40s" : "%.40s %.2f", name, o->score);
        tags[n] = overlay_tag(at->left + (int)lround(at->by * o->box[0]),
                              at->top + (int)lround(at->by * o->box[1]), at->left + at->width,
                              at->top, words);
        if (!has_room(&tags[n], o, at->by, tags, n)) continue;
        overlay_words(c, &tags[n++], object_colour(o->category), words);
    }
    arena_close(&a);
}

void objects_draw(Canvas *c, int left, int top, const ShownRows *s, const Shown *shown, int i,
                  bool truth)
{
    Image  tile = { 0 };
    double by = shown_enlarged(s, i, &tile);
    for (int k = shown->objects; k-- > 0;) { /* the best last, on top */
        const Object *o = &shown->object[k];
        if (o->image == i && is_drawn(o, truth) && o->mask.n)
            overlay_mask(&tile, &o->mask, by, object_colour(o->category));
    }
    canvas_image(c, left, top, tile.width, tile.height, &tile);
    Place at = { .left = left, .top = top, .width = tile.width, .by = by };
    draw_boxes(c, &at, shown, i, truth);
    draw_words(c, &at, s, shown, i, truth);
    image_free(&tile);
}

void objects_words(const ShownRows *s, const Shown *shown, int i, bool truth, Text *out)
{
    const char *separator = "";
    for (int k = 0; k < shown->objects; k++) {
        const Object *o = &shown->object[k];
        if (o->image != i || !is_drawn(o, truth) || o->category >= s->classes) continue;
        text_add(out, truth ? "%s%s" : "%s%s %.2f", separator, s->class_name[o->category],
                 o->score);
        separator = ", ";
    }
    if (!*separator) text_add(out, "nothing");
}

void objects_about(const ShownRows *s, Text *out)
{
    text_add(out, "Objects that were found in %s images: mask, box, class and score; only those of "
                  "a score of %.1f or more. Words that have no room at their box, or would cover "
                  "others, are left out: colours say the classes.", shown_of(s),
             LEAST);
}

void objects_used(const ShownRows *s, int images, bool *used)
{
    memset(used, 0, (size_t)s->classes * sizeof *used);
    for (int row = 0; row < s->n; row++)
        for (int k = 0; k < s->row[row].shown.objects; k++) {
            const Object *o = &s->row[row].shown.object[k];
            if (o->image < images && o->category < s->classes && is_drawn(o, isnan(o->score)))
                used[o->category] = true;
        }
}

static void put_objects(Mosaic *m, const ShownRows *s, const Shown *shown, int row, int i,
                        bool truth)
{
    objects_draw(&m->c, mosaic_x(m, i), mosaic_y(m, row), s, shown, i, truth);
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

static void list_objects(const ShownRows *s, Text *out)
{
    text_add(out, "# row\tpicture\tclass\tscore (nan: true)\tx\ty\twidth\theight [pixels]\n");
    for (int row = 0; row < s->n; row++) {
        const Shown *shown = &s->row[row].shown;
        for (int k = 0; k < shown->objects; k++) {
            const Object *o = &shown->object[k];
            bool          truth = isnan(o->score);
            if (!is_drawn(o, truth) || (truth && row) || o->category >= s->classes) continue;
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
    Text   tsv = { 0 }, note = { 0 }, about = { 0 };
    bool  *used = ARENA_NEW(&s->arena, bool, s->classes);
    objects_used(s, s->row[0].shown.n, used);
    list_objects(s, &tsv);
    objects_about(s, &note);
    text_add(&note, " %s", text_get(&f->footer));
    Mosaic m = { .title = "Objects found", .rows = s->n + 1,
                 .shown = used, .colour = object_colour };
    Status bad = figure_tsv(f, "objects", &tsv, err);
    if (!bad) bad = shown_draw(f, s, &m, &note, "objects", fill, err);
    text_add(&about, "What was found in some %s images, and what is there.", shown_of(s));
    if (!bad) figure_done(f, "objects", m.title, text_get(&about));
    text_free(&tsv);
    text_free(&note);
    text_free(&about);
    return bad;
}

Status figure_objects(const Figures *f, Err *err)
{
    ShownRows s;
    Status    bad = shown_rows(&s, f->r, STAGE_DETECT, err);
    bool   any = s.n;
    if (!bad && any && !f->plan->terminal) bad = draw(f, &s, err);
    else if (!bad)
        figure_left(f, "objects", any ? "a terminal has no room for it"
                                    : "no detect is done; evaluate: [detect] asks for it");
    shown_rows_close(&s);
    return bad;
}
