/* What can be looked at of the training: masks of each strategy, and reconstructions. */
#include "experiments/figures/pictures.h"
#include "experiments/figures/sketch.h"
#include "experiments/report/section.h"
#include "experiments/report/steps.h"
#include "strategies/registry.h"

#include <stdio.h>
#include <string.h>

enum { MASKS = 8, IMAGES = 6 };

static void put(Image *m, int at, uint32_t colour)
{
    m->pixels[3 * at] = (uint8_t)(colour >> 16);
    m->pixels[3 * at + 1] = (uint8_t)(colour >> 8);
    m->pixels[3 * at + 2] = (uint8_t)colour;
}

/* --- masks ------------------------------------------------------------------- */

/* A pixel a patch; the page enlarges it. */
static void add_mask(Text *out, const Pictures *p, size_t i, const char *label)
{
    const int L = p->rows * p->cols;
    Image     m = { 0 };
    char      alt[256];
    image_size(&m, p->rows, p->cols, 3);
    for (int k = 0; k < L; k++) put(&m, k, p->hidden[i * (size_t)L + (size_t)k] ? PALE : INK);
    snprintf(alt, sizeof alt, "%.150s, mask of test image %zu", label, i + 1);
    html_image(out, &m, alt);
    image_free(&m);
}

static Status add_shares(Text *out, const Results *r, int row, Arena *a, const char *label,
                         Err *err)
{
    double *share, least = 1, most = 0;
    int     rows, cols;
    Image   m = { 0 };
    char    words[256];
    if (shares_of_row(&share, &rows, &cols, r, row, a, err)) return err->code;
    if (!share) return STATUS_OK;
    image_size(&m, rows, cols, 3);
    for (int k = 0; k < rows * cols; k++) {
        if (share[k] < least) least = share[k];
        if (share[k] > most) most = share[k];
        put(&m, k, sketch_shade(share[k]));
    }
    text_add(out, "<figure class=\"shares\">");
    snprintf(words, sizeof words, "%.150s, how often each patch is visible", label);
    html_image(out, &m, words);
    snprintf(words, sizeof words, "a patch is visible in %.0f to %.0f %% of the images",
             100 * least, 100 * most);
    text_add(out, "<figcaption>");
    html_text(out, words);
    text_add(out, "</figcaption></figure>\n");
    image_free(&m);
    return STATUS_OK;
}

static void add_about(Text *out, const char *spec)
{
    const StrategyEntry *found;
    Err                  err;
    if (strategy_find(&found, spec, &err)) return; /* an expression, or a plug-in that is gone */
    text_add(out, "<p class=\"about\">");
    html_text(out, found->strategy->about);
    if (found->strategy->source) {
        text_add(out, " <cite>");
        html_text(out, found->strategy->source);
        text_add(out, "</cite>");
    }
    text_add(out, "</p>\n");
}

static Status add_masks(Text *out, const Steps *s, int row, Err *err)
{
    Arena    a;
    Pictures p;
    Text     label = { 0 };
    arena_open(&a, "masks", NULL, NULL);
    Status bad = pictures_of_row(&p, s->r, row, &a, err);
    if (!bad && p.n) {
        results_label(s->r, row, &label);
        text_add(out, "<article class=\"masks\">\n<h3>");
        html_text(out, text_get(&label));
        text_add(out, "</h3>\n");
        add_about(out, s->r->rows[row].strategy);
        text_add(out, "<div class=\"tiles\">\n");
        for (size_t i = 0; i < p.n && i < MASKS; i++) add_mask(out, &p, i, text_get(&label));
        text_add(out, "</div>\n");
        bad = add_shares(out, s->r, row, &a, text_get(&label), err);
        text_add(out, "</article>\n");
        text_free(&label);
    }
    arena_close(&a);
    return bad;
}

/* --- reconstructions ------------------------------------------------------------ */

static void add_tiles(Text *out, const Pictures *p, PictureKind kind, const char *what,
                      const char *label)
{
    Image m = { 0 };
    text_add(out, "<div class=\"tiles\">\n");
    for (size_t i = 0; i < p->n && i < IMAGES; i++) {
        char alt[256];
        snprintf(alt, sizeof alt, "%.150s%stest image %zu, %s", label, *label ? ": " : "", i + 1,
                 what);
        picture_draw(&m, p, kind, i, 1);
        html_image(out, &m, alt);
        text_add(out, "\n");
    }
    text_add(out, "</div>\n");
    image_free(&m);
}

/* The originals stand once, above all strategies. */
static Status add_reconstructions(Text *out, const Steps *s, int row, bool *any, Err *err)
{
    Arena    a;
    Pictures p;
    Text     label = { 0 };
    arena_open(&a, "reconstructions", NULL, NULL);
    Status bad = pictures_of_row(&p, s->r, row, &a, err);
    if (!bad && p.n) {
        if (!*any) {
            text_add(out, "<article class=\"strip\">\n<h3>original</h3>\n");
            add_tiles(out, &p, PICTURE_ORIGINAL, "as it is", "");
            text_add(out, "</article>\n");
        }
        *any = true;
        steps_label(s, row, &label);
        text_add(out, "<article class=\"strip\">\n<h3>");
        html_text(out, text_get(&label));
        text_add(out, "</h3>\n");
        add_tiles(out, &p, PICTURE_VISIBLE, "visible patches", text_get(&label));
        add_tiles(out, &p, PICTURE_COMPLETED, "completed by the autoencoder", text_get(&label));
        text_add(out, "</article>\n");
        text_free(&label);
    }
    arena_close(&a);
    return bad;
}

/* --- sections ---------------------------------------------------------------------- */

static Status add_steps(Text *out, const Results *r, bool masks, Err *err)
{
    Steps  s;
    bool   any = false;
    Status bad = STATUS_OK;
    steps_find(&s, r);
    steps_open(out, &s, masks ? "mask-step" : "step");
    for (int step = 0; step < s.n && !bad; step++) {
        bool begun = false; /* each step has the originals above it */
        text_add(out, "<div class=\"step\">\n");
        if (s.setting >= 0) text_add(out, "<p class=\"said\">%s %g</p>\n", s.key, s.value[step]);
        for (int row = 0; row < r->n_rows && !bad; row++) {
            if (!steps_has(&s, step, row)) continue;
            bad = masks ? add_masks(out, &s, row, err)
                        : add_reconstructions(out, &s, row, &begun, err);
        }
        any = any || begun;
        text_add(out, "</div>\n");
    }
    steps_close(out);
    if (!masks && !any) html_paragraph(out, "No pre-training is done yet.");
    return bad;
}

/* Encoders that were not trained here have no masks. */
static bool pretrains(const Results *r)
{
    for (int i = 0; i < r->n_rows; i++)
        if (!r->rows[i].untrained && strcmp(r->rows[i].strategy, IMPORTED)) return true;
    return false;
}

static Status section(Text *out, const ReportPlan *p, bool masks, const char *id,
                      const char *title, const char *words, Err *err)
{
    html_section(out, id, title);
    const bool some = pretrains(p->results);
    html_paragraph(out, some ? words : "None: this recipe pre-trains nothing.");
    Status bad = some ? add_steps(out, p->results, masks, err) : STATUS_OK;
    text_add(out, "</section>\n");
    return bad;
}

Status section_masks(Text *out, const ReportPlan *p, Err *err)
{
    return section(out, p, true, "masks", "Masks",
                   "Masks drawn for test images after the training, dark: visible; and how often "
                   "each patch was visible in training, dark: always.", err);
}

Status section_reconstructions(Text *out, const ReportPlan *p, Err *err)
{
    return section(out, p, false, "reconstructions", "Reconstructions",
                   "Test images: above the patches that are visible, below the image as the "
                   "autoencoder completes it.", err);
}
