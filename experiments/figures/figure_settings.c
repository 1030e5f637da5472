/* One metric over each number that the grid varies: a line per strategy, and strategies by
 * values as a table of squares. */
#include "experiments/figures/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MOST = 64 };

typedef struct {
    const Figures *f;
    int            metric, setting;
    char           key[FIGURE_KEY];     /* "ratio" */
    double         value[VALUES_MOST];  /* that the setting has, ascending */
    int            n;
    int           *line;                /* [n_rows] which one a row is a point of; -1: none */
    int            lines;
} Over;

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool value_of(const Over *o, int row, double *x)
{
    return !o->f->r->rows[row].untrained &&
           text_to_double(o->f->r->rows[row].settings[o->setting], x);
}

/* False unless there are two numbers and more. */
static bool find_values(Over *o)
{
    double x;
    for (int row = 0; row < o->f->r->n_rows; row++) {
        int k = 0;
        if (!value_of(o, row, &x)) continue;
        while (k < o->n && o->value[k] != x) k++;
        if (k == o->n && o->n < VALUES_MOST) o->value[o->n++] = x;
    }
    qsort(o->value, (size_t)o->n, sizeof *o->value, ascending);
    return o->n > 1;
}

/* Rows that differ in this setting alone. */
static bool same_line(const Over *o, int a, int b)
{
    const Results *r = o->f->r;
    bool           same = !strcmp(r->rows[a].strategy, r->rows[b].strategy);
    for (int k = 0; k < r->n_settings && same; k++)
        same = k == o->setting || !strcmp(r->rows[a].settings[k], r->rows[b].settings[k]);
    return same;
}

static void find_lines(Over *o, Arena *a)
{
    double x;
    o->line = ARENA_NEW(a, int, o->f->r->n_rows);
    for (int row = 0; row < o->f->r->n_rows; row++) {
        o->line[row] = -1;
        if (!value_of(o, row, &x)) continue;
        for (int k = 0; k < row && o->line[row] < 0; k++)
            if (o->line[k] >= 0 && same_line(o, k, row)) o->line[row] = o->line[k];
        if (o->line[row] < 0) o->line[row] = o->lines++;
    }
}

/* The row of a line with this value, or -1; its label, without the setting. */
static int row_at(const Over *o, int line, double value)
{
    double x;
    for (int row = 0; row < o->f->r->n_rows; row++)
        if (o->line[row] == line && value_of(o, row, &x) && x == value) return row;
    return -1;
}

static int first_of(const Over *o, int line)
{
    int row = 0;
    while (o->line[row] != line) row++;
    return row;
}

static void label_line(const Over *o, int line, Text *out)
{
    const Results *r = o->f->r;
    int            row = first_of(o, line);
    char           key[64];
    text_add(out, "%s", r->rows[row].strategy);
    for (int k = 0; k < r->n_settings; k++) {
        if (k == o->setting || !*r->rows[row].settings[k]) continue;
        results_key(r, k, key);
        text_add(out, ", %s %s", key, r->rows[row].settings[k]);
    }
}

static Summary summary_at(const Over *o, int row)
{
    const Results *r = o->f->r;
    return row < 0 ? (Summary){ .n = 0 }
                   : stats_summary(results_values(r, o->metric, row), r->n_seeds);
}

/* Lines of one strategy share its colour, as in all figures, and differ in dashes. */
static int shade_of(const Over *o, int line)
{
    const ResultRow *rows = o->f->r->rows;
    int              before = 0, row = first_of(o, line);
    for (int k = 0; k < line; k++)
        before += !strcmp(rows[first_of(o, k)].strategy, rows[row].strategy);
    return figure_shade(o->f, row) % 10 + 10 * before;
}

static int list_lines(const Over *o, Text *tsv, Text *shades)
{
    int n = 0;
    for (int line = 0; line < o->lines; line++) {
        bool any = false;
        for (int i = 0; i < o->n; i++) {
            Summary s = summary_at(o, row_at(o, line, o->value[i]));
            double  half = s.n > 1 ? s.half : 0;
            if (!s.n) continue;
            if (!any) {
                text_add(tsv, "%s", n++ ? "\n\n" : "");
                label_line(o, line, tsv);
                text_add(tsv, "\n");
                text_add(shades, "%d ", shade_of(o, line));
            }
            any = true;
            text_add(tsv, "%g\t%.8g\t%.8g\t%.8g\n", o->value[i], s.mean, s.mean - half,
                     s.mean + half);
        }
    }
    return n;
}

/* How many of them have a value. */
static int list_squares(const Over *o, Text *tsv)
{
    int n = 0;
    for (int line = 0; line < o->lines; line++)
        for (int i = 0; i < o->n; i++) {
            Summary s = summary_at(o, row_at(o, line, o->value[i]));
            text_add(tsv, "%d\t%d\t", line, i);
            label_line(o, line, tsv);
            text_add(tsv, "\t%g", o->value[i]);
            figure_add(tsv, s.n ? s.mean : (double)NAN);
            text_add(tsv, "\n");
            n += s.n > 0;
        }
    return n;
}

static void widest_of(const Over *o, char out[16])
{
    int widest = 6;
    for (int line = 0; line < o->lines; line++) {
        Text label = { 0 };
        label_line(o, line, &label);
        if (text_width(label.s) > widest) widest = text_width(label.s);
        text_free(&label);
    }
    snprintf(out, 16, "%d", widest);
}

static const char none[] = "no strategy that was trained has this metric";

static Status draw_lines(const Over *o, const char *title, Err *err)
{
    Text   tsv = { 0 }, shades = { 0 }, label = { 0 };
    char   name[FIGURE_NAME], widest[16], columns[FIGURE_NAME];
    Status bad = STATUS_OK;
    if (!figure_part(name, o->f, o->metric, FIGURE_BY_KEY, o->key)) return STATUS_OK;
    widest_of(o, widest);
    snprintf(columns, sizeof columns, FIGURE_BLOCK "%s\tmean\tlow95\thigh95", o->key);
    figure_metric_label(&label, &o->f->r->metrics[o->metric].is);
    if (!list_lines(o, &tsv, &shades)) figure_left(o->f, name, none);
    else
        bad = figure_draw(o->f, &(Drawing){
            .name = name, .title = title, .script = "lines", .tsv = &tsv, .widest = widest,
            .columns = { columns },
            .about = "Means over seeds, with the 95 % intervals of the means as bands.",
            .arguments = { text_get(&shades), o->key, text_get(&label), "interval" } }, err);
    text_free(&tsv);
    text_free(&shades);
    text_free(&label);
    return bad;
}

/* "k-NN accuracy [%], over ratio: means over seeds", broken anew. */
static void caption_of(const Over *o, Text *out)
{
    Text label = { 0 }, words = { 0 };
    figure_metric_label(&label, &o->f->r->metrics[o->metric].is);
    text_add(&words, "%s, over %s: means over seeds", text_get(&label), o->key);
    for (char *c = words.s; *c; c++) *c = *c == '\n' ? ' ' : *c;
    figure_caption(out, words.s);
    text_free(&label);
    text_free(&words);
}

static Status draw_map(const Over *o, const char *title, Err *err)
{
    Text   tsv = { 0 }, caption = { 0 };
    char   name[FIGURE_NAME], rows[16], across[16], widest[16], columns[FIGURE_NAME];
    Status bad = STATUS_OK;
    if (!figure_part(name, o->f, o->metric, FIGURE_MAP_OF_KEY, o->key)) return STATUS_OK;
    widest_of(o, widest);
    caption_of(o, &caption);
    snprintf(rows, sizeof rows, "%d", o->lines);
    snprintf(across, sizeof across, "%d", o->n);
    snprintf(columns, sizeof columns, "row\tcolumn\tlabel\t%s\tmean", o->key);
    if (!list_squares(o, &tsv)) figure_left(o->f, name, none);
    else
        bad = figure_draw(o->f, &(Drawing){
            .name = name, .title = title, .script = "heat", .tsv = &tsv, .widest = widest,
            .columns = { columns }, .about = "Means over seeds.",
            .arguments = { rows, across, text_get(&caption), "free" } }, err);
    text_free(&tsv);
    text_free(&caption);
    return bad;
}

static Status draw(const Over *o, Err *err)
{
    char title[256];
    snprintf(title, sizeof title, "%s over %s", o->f->r->metrics[o->metric].is.long_name, o->key);
    Status bad = draw_lines(o, title, err);
    return bad ? bad : draw_map(o, title, err);
}

bool figure_key(char key[FIGURE_KEY], const Figures *f, int setting)
{
    Over o = { .f = f, .setting = setting };
    results_key(f->r, setting, key);
    return find_values(&o);
}

Status figure_settings(const Figures *f, int metric, Err *err)
{
    Arena  a;
    Status bad = STATUS_OK;
    char   name[FIGURE_NAME];
    int    drawn = 0;
    arena_open(&a, "settings", NULL, NULL);
    for (int k = 0; k < f->r->n_settings && !bad; k++) {
        Over o = { .f = f, .metric = metric, .setting = k };
        if (!find_values(&o)) continue;
        results_key(f->r, k, o.key);
        find_lines(&o, &a);
        bad = draw(&o, err);
        drawn++;
    }
    if (!drawn && figure_part(name, f, metric, FIGURE_BY_KEY, FIGURE_USUAL_KEY))
        figure_left(f, name, "the grid varies no number; -s grid.pretrain.ratio=0.5,0.75 would");
    arena_close(&a);
    return bad;
}
