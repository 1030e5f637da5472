/* Performance profiles: how many of each strategy's runs are better than a value, for all
 * values.  A strategy that is always above another is better at every quantile, not on
 * average alone.
 *
 * Source: Agarwal et al. 2021, arXiv:2108.13264, section 4.2. */
#include "experiments/figures/figure.h"

#include "experiments/stats/aggregate.h"

#include <math.h>
#include <stdio.h>

enum { POINTS = 49, RUNS_LEAST = 2 };

typedef struct {
    double least, most; /* of all runs that are shown */
    int    rows;
    bool   lower;       /* is better */
} Profile;

static bool is_known(const Results *r, int metric, int row)
{
    return stats_moments(results_values(r, metric, row), NULL, r->n_seeds).n >= RUNS_LEAST;
}

static Profile range_of(const Results *r, int metric)
{
    Profile p = { INFINITY, -INFINITY, 0, r->metrics[metric].is.better == LOWER };
    for (int row = 0; row < r->n_rows; row++) {
        const double *x = results_values(r, metric, row);
        if (!is_known(r, metric, row)) continue;
        p.rows++;
        for (int k = 0; k < r->n_seeds; k++)
            if (isfinite(x[k])) p.least = fmin(p.least, x[k]), p.most = fmax(p.most, x[k]);
    }
    return p;
}

/* What is better is higher: values and thresholds of a loss change their signs. */
static void add_row(const Figures *f, const Profile *p, int metric, int row, Text *out)
{
    const Results *r = f->r;
    const double  *x = results_values(r, metric, row), sign = p->lower ? -1 : 1;
    const double   room = 0.04 * (p->most - p->least);
    double         at[POINTS], better[POINTS], share[POINTS];
    Interval       band[POINTS];
    Arena          a;
    arena_open(&a, "a profile", NULL, NULL);
    double *own = ARENA_NEW(&a, double, r->n_seeds);
    for (int k = 0; k < r->n_seeds; k++) own[k] = sign * x[k];
    for (int i = 0; i < POINTS; i++) {
        at[i] = p->least - room + i * (p->most - p->least + 2 * room) / (POINTS - 1);
        better[i] = sign * at[i];
    }
    aggregate_profile(share, band, &(Runs){ own, 1, r->n_seeds }, better, POINTS);
    text_add(out, "%s", out->length ? "\n\n" : "");
    results_label(r, row, out);
    text_add(out, "\n");
    for (int i = 0; i < POINTS; i++)
        text_add(out, "%.6g\t%.6g\t%.6g\t%.6g\n", at[i], share[i], band[i].low, band[i].high);
    arena_close(&a);
}

static Status draw(const Figures *f, const Profile *p, int metric, const char *name, Err *err)
{
    const Metric *m = &f->r->metrics[metric].is;
    Text          tsv = { 0 }, shades = { 0 }, label = { 0 };
    char          title[256], columns[FIGURE_NAME];
    for (int row = 0; row < f->r->n_rows; row++) {
        if (!is_known(f->r, metric, row)) continue;
        add_row(f, p, metric, row, &tsv);
        text_add(&shades, "%d ", figure_shade(f, row));
    }
    figure_metric_label(&label, m);
    snprintf(columns, sizeof columns, FIGURE_BLOCK "%.80s\tshare\tlow95\thigh95", m->name);
    snprintf(title, sizeof title, "%s: performance profiles", m->long_name);
    Status bad = figure_draw(f, &(Drawing){
        .name = name, .title = title, .script = "lines", .tsv = &tsv, .columns = { columns },
        .about = "Which share of a strategy's runs is better than each value, with 95 % intervals "
                 "by the bootstrap over runs.  Lines that cross: which is better depends on luck.",
        .arguments = { text_get(&shades), text_get(&label),
                       p->lower ? "share of runs below" : "share of runs above", "share" } }, err);
    text_free(&tsv);
    text_free(&shades);
    text_free(&label);
    return bad;
}

Status figure_profile(const Figures *f, int metric, Err *err)
{
    char name[FIGURE_NAME];
    if (!figure_part(name, f, metric, FIGURE_PROFILE, "")) return STATUS_OK;
    Profile p = range_of(f->r, metric);
    if (p.rows > 1 && p.most > p.least) return draw(f, &p, metric, name, err);
    figure_left(f, name, p.rows > 1 ? "all runs are the same"
                                    : "it needs two strategies with two seeds each");
    return STATUS_OK;
}
