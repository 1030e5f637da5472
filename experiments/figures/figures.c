#include "experiments/figures/figures.h"

#include "core/base/file.h"
#include "experiments/figures/gnuplot.h"

#include <stdio.h>
#include <string.h>

/* Rows of one strategy share its colour and differ in their dashes. */
int figure_shade(const Figures *f, int row)
{
    enum { SHADES = 10 }; /* as many as style.gp has colours */
    const ResultRow *all = f->r->rows;
    const char      *mine = all[row].strategy;
    int              others = 0, before = 0;
    if (all[row].untrained) return -1;
    for (int i = 0; i < row; i++) before += !strcmp(all[i].strategy, mine);
    for (int i = 0; i < f->r->n_rows && strcmp(all[i].strategy, mine); i++) {
        bool seen = !strcmp(all[i].strategy, f->baseline) || all[i].untrained;
        for (int k = 0; k < i && !seen; k++)
            seen = !strcmp(all[k].strategy, all[i].strategy);
        others += !seen;
    }
    return SHADES * before + (strcmp(mine, f->baseline) ? 1 + others : 0);
}

/* The scripts leave room for it. */
static void find_widest(Figures *f)
{
    int widest = 8;
    for (int row = 0; row < f->r->n_rows; row++) {
        Text label = { 0 };
        results_label(f->r, row, &label);
        if (text_width(label.s) > widest) widest = text_width(label.s);
        text_free(&label);
    }
    snprintf(f->widest, sizeof f->widest, "%d", widest);
}

static void path_of(char out[FIGURE_PATH], const Figures *f, const char *name, const char *end)
{
    int n = snprintf(out, FIGURE_PATH, "%s/%s%s", f->folder, name, end);
    CHECK(n > 0 && n < FIGURE_PATH, "path too long: %s", f->folder);
}

Status figure_tsv(const Figures *f, const char *name, const Text *tsv, Err *err)
{
    char path[FIGURE_PATH];
    path_of(path, f, name, ".tsv");
    if (file_write(path, tsv->s, tsv->length, err)) return err->code;
    text_add(f->made, "%s\n", path);
    return STATUS_OK;
}

Status figure_draw(const Figures *f, const char *script, const char *name,
                   const Text *tsv, const char *const *arguments, Err *err)
{
    const char *all[GNUPLOT_ARGUMENTS + 1];
    char        out[FIGURE_PATH], path[FIGURE_PATH];
    int         k = 1;
    if (figure_tsv(f, name, tsv, err)) return err->code;
    path_of(out, f, name, "");
    path_of(path, f, name, ".tsv");

    all[0] = path;
    while (*arguments && k < GNUPLOT_ARGUMENTS) all[k++] = *arguments++;
    all[k] = NULL;
    return gnuplot_run(script, out, all, f->made, err);
}

/* Broken into lines that fit below the narrowest figure. */
static void write_footer(Figures *f)
{
    enum { COLUMNS = 125 };
    const Results *r = f->r;
    Text           line = { 0 };
    text_add(&line, "%s: ", r->recipe->name);
    results_scale(r, &line);
    text_add(&line, "; %d seed%s", r->n_seeds, r->n_seeds == 1 ? "" : "s");
    if (*r->source) text_add(&line, "; %s", r->source);
    text_wrap(&f->footer, text_get(&line), COLUMNS);
    text_free(&line);
}

void figure_label(Text *out, const char *text)
{
    enum { COLUMNS = 46 };
    text_wrap(out, text, COLUMNS);
    out->s[--out->length] = '\0'; /* the last line's end */
}

/* --- which ------------------------------------------------------------------ */

static const struct {
    const char *name;
    Status    (*draw)(const Figures *f, Err *err);
} plain[] = {
    { "loss", figure_loss },
    { "visibility", figure_visibility },
    { "reconstruction", figure_reconstruction },
};
enum { N_PLAIN = sizeof plain / sizeof *plain };

bool figure_wanted(const Figures *f, const char *name)
{
    for (int i = 0; i < f->n_names; i++)
        if (!strcmp(f->names[i], name)) return true;
    return !f->n_names;
}

/* Diagnostics have no metric that would stand for the others. */
static bool is_shown(const Figures *f, const ResultMetric *m)
{
    if (f->n_names) return figure_wanted(f, m->is.name);
    if (m->stage == STAGE_RECONSTRUCT || m->stage == STAGE_REPRESENT) return true;
    return m->is.primary && m->stage != STAGE_PRETRAIN;
}

static Status check_names(const Figures *f, Err *err)
{
    const char *known[METRICS_MOST + 128] = { NULL }, *figure, *curve;
    int         n = 0, m = f->r->n_metrics;
    for (int i = 0; i < m; i++) known[n++] = f->r->metrics[i].is.name;
    for (int i = 0; i < N_PLAIN; i++) known[n++] = plain[i].name;
    for (int i = 0; figure_represent_name(i, &figure, &curve); i++)
        known[n++] = figure, known[n++] = curve;
    for (int i = 0; i < f->n_names; i++) {
        int k = 0;
        while (k < n && strcmp(known[k], f->names[i])) k++;
        if (k < n) continue;
        const char *near = text_nearest(f->names[i], known);
        return err_set(err, STATUS_CONFIG, "no record has a metric %s%s%s%s", f->names[i],
                       near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    return STATUS_OK;
}

Status figures_write(const Results *r, const char *baseline, const char *const *names,
                     int n, const char *folder, Text *made, Err *err)
{
    Figures f = { .r = r, .baseline = baseline, .folder = folder, .made = made,
                  .names = names, .n_names = n };
    if (check_names(&f, err) || file_make_folders(folder, err)) return err->code;
    write_footer(&f);
    find_widest(&f);
    Status bad = STATUS_OK;
    for (int i = 0; i < N_PLAIN && !bad; i++)
        if (figure_wanted(&f, plain[i].name)) bad = plain[i].draw(&f, err);
    for (int i = 0; i < r->n_metrics && !bad; i++)
        if (is_shown(&f, &r->metrics[i])) bad = figure_metric(&f, i, err);
    if (!bad) bad = figure_represent(&f, err);
    if (!bad) bad = figure_objects(&f, err);
    if (!bad) bad = figure_labels(&f, err);
    text_free(&f.footer);
    return bad;
}
