/* What encoders see after they have learned from labels: objects, and classes of pixels. */
#include "experiments/figures/dense_figure.h"
#include "experiments/report/section.h"

#include <stdio.h>
#include <string.h>

enum { IMAGES = 4 };

static int images_of(const ShownRows *s)
{
    return s->row[0].shown.n < IMAGES ? s->row[0].shown.n : IMAGES;
}

static void open_strip(Text *out, const char *name)
{
    text_add(out, "<article class=\"strip\">\n<h3>");
    html_text(out, name);
    text_add(out, "</h3>\n<div class=\"tiles large\">\n");
}

static void close_strip(Text *out) { text_add(out, "</div>\n</article>\n"); }

/* Which colours are which classes. */
static void add_legend(Text *out, const ShownRows *s, const bool *used,
                       uint32_t (*colour)(int class))
{
    text_add(out, "<ul class=\"legend\">\n");
    for (int c = 0; c < s->classes; c++) {
        if (!used[c]) continue;
        text_add(out, "<li><i style=\"background:#%06x\"></i>", (unsigned)colour(c));
        html_text(out, s->class_name[c]);
        text_add(out, "</li>\n");
    }
    text_add(out, "</ul>\n");
}

/* --- objects ------------------------------------------------------------------- */

static void add_objects(Text *out, const ShownRows *s, const Shown *shown, const char *name,
                        bool truth)
{
    open_strip(out, name);
    for (int i = 0; i < images_of(s); i++) {
        Image  tile = { 0 };
        Canvas c;
        Text   alt = { 0 };
        shown_enlarged(s, i, &tile);
        canvas_open(&c, tile.width, tile.height, WHITE);
        objects_draw(&c, 0, 0, s, shown, i, truth);
        memcpy(tile.pixels, c.rgb, 3 * (size_t)tile.width * (size_t)tile.height);
        canvas_close(&c);
        text_add(&alt, "%s, picture %d: ", name, i + 1);
        objects_words(s, shown, i, truth, &alt);
        html_image(out, &tile, text_get(&alt));
        text_add(out, "\n");
        text_free(&alt);
        image_free(&tile);
    }
    close_strip(out);
}

static void all_objects(Text *out, ShownRows *s)
{
    Text  about = { 0 };
    bool *used = ARENA_NEW(&s->arena, bool, s->classes);
    text_add(out, "<h3 class=\"group\">Objects</h3>\n");
    objects_about(s, &about);
    html_paragraph(out, text_get(&about));
    text_free(&about);
    objects_used(s, images_of(s), used);
    add_legend(out, s, used, object_colour);
    text_add(out, "<div class=\"step\">\n");
    add_objects(out, s, &s->row[0].shown, "truth", true);
    for (int k = 0; k < s->n; k++)
        add_objects(out, s, &s->row[k].shown, s->row[k].label, false);
    text_add(out, "</div>\n");
}

/* --- classes of pixels ------------------------------------------------------------ */

static void add_labels(Text *out, const ShownRows *s, const int32_t *labels, const char *name)
{
    open_strip(out, name);
    for (int i = 0; i < images_of(s); i++) {
        Image tile = { 0 };
        char  alt[256];
        labels_draw(&tile, s, labels, i);
        snprintf(alt, sizeof alt, "%.150s: classes of pixels of picture %d", name, i + 1);
        html_image(out, &tile, alt);
        text_add(out, "\n");
        image_free(&tile);
    }
    close_strip(out);
}

/* Which classes occur. */
static void labels_used(const ShownRows *s, bool *used)
{
    const Shown *first = &s->row[0].shown;
    const size_t n = (size_t)images_of(s) * (size_t)first->side * (size_t)first->side;
    for (int c = 0; c < s->classes; c++) {
        used[c] = false;
        for (size_t i = 0; i < n && !used[c]; i++) {
            used[c] = first->truth[i] == c;
            for (int k = 0; k < s->n && !used[c]; k++)
                used[c] = s->row[k].shown.predicted[i] == c;
        }
    }
}

static void all_labels(Text *out, ShownRows *s)
{
    bool *used = ARENA_NEW(&s->arena, bool, s->classes);
    text_add(out, "<h3 class=\"group\">Classes of pixels</h3>\n");
    labels_used(s, used);
    add_legend(out, s, used, label_colour);
    text_add(out, "<div class=\"step\">\n");
    add_labels(out, s, s->row[0].shown.truth, "truth");
    for (int k = 0; k < s->n; k++)
        add_labels(out, s, s->row[k].shown.predicted, s->row[k].label);
    text_add(out, "</div>\n");
}

Status section_found(Text *out, const ReportPlan *p, Err *err)
{
    ShownRows objects, labels = { .n = 0 };
    bool      any;
    html_section(out, "found", "What was found");
    Status bad = shown_rows(&objects, p->results, STAGE_DETECT, err);
    if (!bad && objects.n) all_objects(out, &objects);
    any = objects.n > 0;
    shown_rows_close(&objects);
    if (bad) return bad;
    bad = shown_rows(&labels, p->results, STAGE_SEGMENT, err);
    if (!bad && labels.n && labels.row[0].shown.truth) all_labels(out, &labels);
    any = any || labels.n > 0;
    shown_rows_close(&labels);
    if (!bad && !any)
        html_paragraph(out, "Nobody has looked: evaluate: [detect, segment] in the recipe "
                            "asks for it.");
    text_add(out, "</section>\n");
    return bad;
}
