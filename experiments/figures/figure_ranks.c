/* Critical differences: mean ranks of strategies over seeds, averaged over the settings of
 * each, and which of them are not told apart. */
#include "experiments/figures/figure.h"
#include "experiments/stats/ranks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const Figures *f;
    int            metric;
    int           *row;   /* [n] of each strategy the first row               */
    double        *x;     /* [n, settings, seeds]                             */
    double        *mean;  /* [n] ranks                                        */
    int           *order; /* [n] by mean rank                                 */
    int            n, settings, whole; /* whole: seeds that all strategies have */
} Ranks;

/* The row of the same strategy as `row` with the settings of `like`; -1: none. */
static int row_like(const Results *r, int row, int like)
{
    for (int i = 0; i < r->n_rows; i++) {
        bool same = !strcmp(r->rows[i].strategy, r->rows[row].strategy);
        for (int k = 0; k < r->n_settings && same; k++)
            same = !strcmp(r->rows[i].settings[k], r->rows[like].settings[k]);
        if (same && !r->rows[i].untrained) return i;
    }
    return -1;
}

static void list_strategies(Ranks *s)
{
    const Results *r = s->f->r;
    for (int row = 0; row < r->n_rows; row++) {
        bool known = r->rows[row].untrained ||
                     !stats_moments(results_values(r, s->metric, row), NULL, r->n_seeds).n;
        for (int k = 0; k < s->n && !known; k++)
            known = !strcmp(r->rows[s->row[k]].strategy, r->rows[row].strategy);
        if (!known) s->row[s->n++] = row;
    }
}

/* Settings are those that all strategies have. */
static bool all_have(const Ranks *s, int like)
{
    bool all = true;
    for (int i = 0; i < s->n && all; i++) all = row_like(s->f->r, s->row[i], like) >= 0;
    return all;
}

static void list_values(Ranks *s, Arena *a)
{
    const Results *r = s->f->r;
    const char    *first = r->rows[s->row[0]].strategy;
    int           *like = ARENA_NEW(a, int, r->n_rows);
    for (int row = 0; row < r->n_rows; row++)
        if (!r->rows[row].untrained && !strcmp(r->rows[row].strategy, first) && all_have(s, row))
            like[s->settings++] = row;
    double *x = s->x = ARENA_NEW(a, double, s->n * s->settings * r->n_seeds + 1);
    for (int i = 0; i < s->n; i++)
        for (int k = 0; k < s->settings; k++, x += r->n_seeds)
            memcpy(x, results_values(r, s->metric, row_like(r, s->row[i], like[k])),
                   (size_t)r->n_seeds * sizeof *x);
}

static void rank(Ranks *s)
{
    bool higher = s->f->r->metrics[s->metric].is.better != LOWER;
    s->whole = stats_mean_ranks(s->mean, s->x, s->n, s->settings, s->f->r->n_seeds, higher);
    for (int i = 0; i < s->n; i++) {
        int k = i;
        for (; k && s->mean[s->order[k - 1]] > s->mean[i]; k--) s->order[k] = s->order[k - 1];
        s->order[k] = i;
    }
}

/* Bars join neighbours that are closer than the critical difference; none lies within
 * another, and those that overlap stand on levels of their own.  Returns the levels. */
static int list_bars(const Ranks *s, double critical, Text *out)
{
    int end = 0, level = 0, levels = 0;
    for (int i = 0; i < s->n; i++) {
        int k = i;
        while (k + 1 < s->n && s->mean[s->order[k + 1]] - s->mean[s->order[i]] < critical) k++;
        if (k == i || k <= end) continue;
        level = i <= end && levels ? level + 1 : 0;
        if (level + 1 > levels) levels = level + 1;
        text_add(out, "%.6g\t%.6g\t%d\n", s->mean[s->order[i]], s->mean[s->order[k]], level);
        end = k;
    }
    if (!levels) text_add(out, "nan\tnan\t0\n"); /* gnuplot wants a line in each block */
    return levels;
}

static void caption_of(const Ranks *s, Text *out)
{
    const Results *r = s->f->r;
    Text           line = { 0 };
    text_add(&line, "%s: over %d seeds, ", r->metrics[s->metric].is.long_name, s->whole);
    if (s->settings > 1) text_add(&line, "each averaged over %d settings, ", s->settings);
    text_add(&line, "1 is best");
    figure_caption(out, line.s);
    text_free(&line);
}

static Status draw(const Ranks *s, const char *name, Err *err)
{
    const Results *r = s->f->r;
    const Metric  *m = &r->metrics[s->metric].is;
    Text           tsv = { 0 }, bars = { 0 }, caption = { 0 };
    char           rows[16], far[32], levels[16], widest[16], title[256];
    double         critical = stats_critical_difference(s->n, s->whole);
    int            longest = 6;
    for (int i = 0; i < s->n; i++) {
        const int row = s->row[s->order[i]];
        int       letters = text_width(r->rows[row].strategy);
        if (letters > longest) longest = letters;
        text_add(&tsv, "%d\t%s\t%d\t%.6g\n", i, r->rows[row].strategy,
                 figure_shade(s->f, row) % 10, s->mean[s->order[i]]);
    }
    snprintf(levels, sizeof levels, "%d", list_bars(s, critical, &bars));
    text_add(&tsv, "\n\n%s", text_get(&bars));
    snprintf(rows, sizeof rows, "%d", s->n);
    snprintf(far, sizeof far, "%.6g", critical);
    snprintf(widest, sizeof widest, "%d", longest);
    snprintf(title, sizeof title, "%s: critical differences", m->long_name);
    caption_of(s, &caption);
    Status bad = figure_draw(s->f, &(Drawing){
        .name = name, .title = title, .script = "ranks", .tsv = &tsv, .widest = widest,
        .columns = { "row\tlabel\tstyle\tmean rank", "from rank\tto rank\tlevel of the bar" },
        .about = "Mean ranks over seeds; those of several settings are averaged within a seed.  "
                 "Strategies under one bar differ by less than the critical difference of the "
                 "seeds (Nemenyi, 5 %): they are not told apart.",
        .arguments = { rows, far, levels, caption.s } }, err);
    text_free(&caption);
    text_free(&tsv);
    text_free(&bars);
    return bad;
}

Status figure_ranks(const Figures *f, int metric, Err *err)
{
    Arena  a;
    Ranks  s = { .f = f, .metric = metric };
    char   name[FIGURE_NAME];
    Status bad = STATUS_OK;
    if (!figure_part(name, f, metric, FIGURE_RANKS, "")) return STATUS_OK;
    arena_open(&a, "ranks", NULL, NULL);
    s.row = ARENA_NEW(&a, int, f->r->n_rows + 1);
    list_strategies(&s);
    if (s.n >= 3) {
        s.mean = ARENA_NEW(&a, double, s.n);
        s.order = ARENA_NEW(&a, int, s.n);
        list_values(&s, &a);
        rank(&s);
    }
    if (s.n < 3) figure_left(f, name, "ranks need three strategies");
    else if (s.whole < 2) figure_left(f, name, "ranks need two seeds that all strategies have");
    else bad = draw(&s, name, err);
    arena_close(&a);
    return bad;
}
