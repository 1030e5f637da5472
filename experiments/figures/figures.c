#include "experiments/figures/figure.h"

#include "core/base/file.h"
#include "experiments/figures/gnuplot.h"
#include "experiments/table/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the list ---------------------------------------------------------------- */

void figures_open(FigureList *l)
{
    *l = (FigureList){ .n = 0 };
    arena_open(&l->arena, "figures", NULL, NULL);
}

void figures_close(FigureList *l)
{
    arena_close(&l->arena);
    text_free(&l->paths);
    text_free(&l->shown);
}

static const char *keep(FigureList *l, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(arena_take(&l->arena, n), s, n);
}

static void add(const Figures *f, const char *name, const char *title, const char *about,
                bool drawn)
{
    FigureList *l = f->made;
    CHECK(l->n < FIGURES_MOST, "more than %d figures", FIGURES_MOST);
    l->figure[l->n++] = (Figure){ keep(l, name), keep(l, title), keep(l, about), drawn };
}

void figure_done(const Figures *f, const char *name, const char *title, const char *about)
{
    add(f, name, title, about, true);
}

void figure_left(const Figures *f, const char *name, const char *why)
{
    add(f, name, "", why, false);
}

void figure_made(const Figures *f, const char *path) { text_add(&f->made->paths, "%s\n", path); }

/* --- colours and words --------------------------------------------------------- */

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

/* Broken into lines that fit below a figure. */
static void write_footer(Figures *f)
{
    enum { COLUMNS = 84 };
    const Results *r = f->r;
    Text           line = { 0 };
    text_add(&line, "%s: ", r->recipe->name);
    results_scale(r, &line);
    text_add(&line, "; %d seed%s", r->n_seeds, text_s(r->n_seeds));
    if (*r->source) text_add(&line, "; %s", r->source);
    text_wrap(&f->footer, text_get(&line), COLUMNS);
    text_free(&line);
    f->footer.s[--f->footer.length] = '\0'; /* the last line's end */
}

static void break_lines(Text *out, const char *text, int columns)
{
    text_wrap(out, text, columns);
    out->s[--out->length] = '\0'; /* the last line's end */
}

void figure_label(Text *out, const char *text) { break_lines(out, text, 30); }
void figure_caption(Text *out, const char *text) { break_lines(out, text, 66); }

void figure_metric_label(Text *out, const Metric *m)
{
    Text words = { 0 };
    text_add(&words, "%s", m->long_name);
    if (strcmp(m->units, "1"))
        text_add(&words, " [%s]", strcmp(m->units, "percent") ? m->units : "%");
    figure_label(out, words.s);
    const char *second = strchr(out->s, '\n');
    if (second && strchr(second + 1, '\n')) { /* more than stands beside a frame */
        const char *unit = strrchr(words.s, '[');
        text_clear(out);
        text_add(out, "%s%s%s", table_head(m), unit ? " " : "", unit ? unit : "");
    }
    text_free(&words);
}

void figure_add(Text *out, double x)
{
    if (isfinite(x)) text_add(out, "\t%.8g", x);
    else text_add(out, "\tnan");
}

/* --- files ----------------------------------------------------------------------- */

void figure_path(char out[FIGURE_PATH], const Figures *f, const char *name, const char *ending)
{
    int n = snprintf(out, FIGURE_PATH, "%s/%s%s", f->folder, name, ending);
    CHECK(n > 0 && n < FIGURE_PATH, "path too long: %s", f->folder);
}

Status figure_tsv(const Figures *f, const char *name, const Text *tsv, Err *err)
{
    char path[FIGURE_PATH];
    figure_path(path, f, name, ".tsv");
    if (file_write(path, tsv->s, tsv->length, err)) return err->code;
    figure_made(f, path);
    return STATUS_OK;
}

/* Blocks are two blank lines apart. */
static Status named_tsv(const Figures *f, const Drawing *d, Err *err)
{
    static const char apart[] = "\n\n\n";
    const char       *columns = d->columns[0], *block = text_get(d->tsv), *next;
    Text              named = { 0 };
    CHECK(columns, "%s: columns without names", d->name);
    while (true) {
        next = strstr(block, apart);
        text_add(&named, "# %s\n", columns);
        if (!next) break;
        text_add_bytes(&named, block, (size_t)(next - block) + strlen(apart));
        block = next + strlen(apart);
        if (d->columns[1]) columns = d->columns[1];
    }
    text_add(&named, "%s", block);
    Status bad = figure_tsv(f, d->name, &named, err);
    text_free(&named);
    return bad;
}

/* Above a figure in a terminal, which says no more: there are no bands, and few letters. */
static void show_heading(const Figures *f, const Drawing *d)
{
    Text       *shown = &f->made->shown, words = { 0 };
    const char *columns = f->plan->terminal + strcspn(f->plan->terminal, "0123456789");
    text_add(shown, shown->length ? "\n\n" : "");
    text_add(&words, "%s: %s\n", d->name, d->title);
    text_wrap(shown, text_get(&words), (int)strtol(columns, NULL, 10));
    text_add(shown, "\n");
    text_free(&words);
}

Status figure_draw(const Figures *f, const Drawing *d, Err *err)
{
    const char *all[GNUPLOT_ARGUMENTS + 1];
    char        out[FIGURE_PATH], path[FIGURE_PATH];
    int         k = 3;
    if (named_tsv(f, d, err)) return err->code;
    figure_path(out, f, d->name, "");
    figure_path(path, f, d->name, ".tsv");
    all[0] = path, all[1] = d->widest ? d->widest : f->widest, all[2] = text_get(&f->footer);
    for (int i = 0; i < 5 && d->arguments[i]; i++) all[k++] = d->arguments[i];
    all[k] = NULL;
    Text *paths = &f->made->paths;
    if (f->plan->terminal) show_heading(f, d);
    Status bad = f->plan->terminal
                     ? gnuplot_show(d->script, f->plan->terminal, out, all, &f->made->shown, err)
                     : gnuplot_run(d->script, f->plan->only, out, all, paths, err);
    if (bad) return bad;
    figure_done(f, d->name, d->title, d->about);
    return STATUS_OK;
}

/* --- which ------------------------------------------------------------------ */

static const struct {
    const char *name;
    Status    (*draw)(const Figures *f, Err *err);
} plain[] = {
    { "loss", figure_loss },
    { "distance", figure_distance },
    { "visibility", figure_visibility },
    { "reconstruction", figure_reconstruction },
    { "objects", figure_objects },
    { "labels", figure_labels },
};
enum { N_PLAIN = sizeof plain / sizeof *plain };

bool figure_wanted(const Figures *f, const char *name)
{
    for (int i = 0; i < f->plan->n; i++)
        if (!strcmp(f->plan->names[i], name)) return true;
    return !f->plan->n;
}

bool figure_part(char name[FIGURE_NAME], const Figures *f, int metric, FigurePart part,
                 const char *key)
{
    static const char *const endings[FIGURE_PARTS] = { "", "_differences", "_ranks", "_profile",
                                                       "_by_visibility", "_by_time", "_by_",
                                                       "_map_of_" };
    const ResultMetric *m = &f->r->metrics[metric];
    snprintf(name, FIGURE_NAME, "%s%s%s", m->is.name, endings[part], key);
    for (char *c = name; *c; c++) *c = *c == ' ' ? '_' : *c;
    if (f->plan->n)
        return figure_wanted(f, m->is.name) || figure_wanted(f, table_head(&m->is)) ||
               figure_wanted(f, name);
    if (m->is.primary) return m->stage != STAGE_PRETRAIN;
    return part == FIGURE_MEANS && (m->stage == STAGE_RECONSTRUCT || m->stage == STAGE_REPRESENT);
}

/* Those from `first` to before `last`, of all metrics. */
static int add_parts(const Figures *f, const char **all, int n, FigurePart first,
                     FigurePart last, const char *key)
{
    char name[FIGURE_NAME];
    for (int i = 0; i < f->r->n_metrics; i++)
        for (FigurePart part = first; part < last; part++) {
            figure_part(name, f, i, part, key);
            all[n++] = keep(f->made, name);
        }
    return n;
}

/* All that may be asked for; NULL behind the last. */
static const char **list_names(const Figures *f)
{
    const Results *r = f->r;
    const char    *figure, *curve;
    char           key[FIGURE_KEY];
    bool           varies = false;
    const int      parts = FIGURE_PARTS + 1 + 2 * r->n_settings;
    int            n = 0, most = r->n_metrics * parts + N_PLAIN + 1;
    for (int i = 0; figure_represent_name(i, &figure, &curve); i++) most += 2;
    const char **all = ARENA_NEW(&f->made->arena, const char *, most);
    n = add_parts(f, all, n, FIGURE_MEANS, FIGURE_BY_KEY, "");
    for (int i = 0; i < r->n_metrics; i++) all[n++] = table_head(&r->metrics[i].is);
    for (int k = 0; k < r->n_settings; k++) {
        if (!figure_key(key, f, k)) continue;
        n = add_parts(f, all, n, FIGURE_BY_KEY, FIGURE_PARTS, key);
        varies = true;
    }
    if (!varies) n = add_parts(f, all, n, FIGURE_BY_KEY, FIGURE_MAP_OF_KEY, FIGURE_USUAL_KEY);
    for (int i = 0; i < N_PLAIN; i++) all[n++] = plain[i].name;
    for (int i = 0; figure_represent_name(i, &figure, &curve); i++)
        all[n++] = figure, all[n++] = curve;
    all[n] = NULL;
    return all;
}

static Status check_names(const Figures *f, Err *err)
{
    const FigurePlan  *p = f->plan;
    const char *const *known = p->n ? list_names(f) : NULL;
    for (int i = 0; i < p->n; i++) {
        int k = 0;
        while (known[k] && strcmp(known[k], p->names[i])) k++;
        if (known[k]) continue;
        const char *near = text_nearest(p->names[i], known);
        return err_set(err, STATUS_CONFIG, "no metric, curve or figure is called %s%s%s%s",
                       p->names[i], near ? "; did you mean " : "", near ? near : "",
                       near ? "?" : "");
    }
    return STATUS_OK;
}

static Status draw_metric(const Figures *f, int metric, Err *err)
{
    Status bad = figure_metric(f, metric, err);
    if (!bad) bad = figure_ranks(f, metric, err);
    if (!bad) bad = figure_profile(f, metric, err);
    if (!bad) bad = figure_settings(f, metric, err);
    if (!bad) bad = figure_against(f, metric, err);
    return bad;
}

Status figures_write(FigureList *made, const FigurePlan *p, Err *err)
{
    Figures f = { .r = p->results, .baseline = p->baseline, .folder = p->folder, .plan = p,
                  .made = made };
    if (results_check_baseline(f.r, f.baseline, err) || check_names(&f, err) ||
        file_make_folders(p->folder, err))
        return err->code;
    write_footer(&f);
    find_widest(&f);
    Status bad = STATUS_OK;
    for (int i = 0; i < f.r->n_metrics && !bad; i++) bad = draw_metric(&f, i, err);
    for (int i = 0; i < N_PLAIN && !bad; i++)
        if (figure_wanted(&f, plain[i].name)) bad = plain[i].draw(&f, err);
    if (!bad) bad = figure_represent(&f, err);
    text_free(&f.footer);
    return bad;
}
