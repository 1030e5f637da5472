/* One metric of each strategy: seeds, means, intervals, differences. */
#include "experiments/figures/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_value(double x, Text *out)
{
    if (isfinite(x)) text_add(out, "\t%.8g", x);
    else text_add(out, "\tnan");
}

/* Two blocks: means and differences, then single seeds; returns how many rows. */
static int metric_tsv(const Figures *f, int metric, Text *out, double *untrained)
{
    const Results *r = f->r;
    Text           seeds = { 0 };
    int            n = 0;
    for (int row = 0; row < r->n_rows; row++) {
        const double *x = results_values(r, metric, row);
        Summary       s = stats_summary(x, r->n_seeds), d = { .mean = NAN, .half = NAN };
        int           base = results_baseline(r, row, f->baseline);
        if (!s.n) continue;
        if (r->rows[row].untrained) {
            *untrained = s.mean;
            continue;
        }
        if (base >= 0 && base != row)
            d = stats_paired(x, results_values(r, metric, base), r->n_seeds);
        text_add(out, "%d\t", n);
        results_label(r, row, out);
        text_add(out, "\t%d", figure_shade(f, row));
        add_value(s.mean, out);
        add_value(s.mean - (s.n > 1 ? s.half : 0), out);
        add_value(s.mean + (s.n > 1 ? s.half : 0), out);
        add_value(d.mean, out);
        add_value(d.mean - (d.n > 1 ? d.half : 0), out);
        add_value(d.mean + (d.n > 1 ? d.half : 0), out);
        text_add(out, "\n");
        for (int k = 0; k < r->n_seeds; k++)
            if (isfinite(x[k]))
                text_add(&seeds, "%d\t%d\t%.8g\n", n, figure_shade(f, row), x[k]);
        n++;
    }
    text_add(out, "\n\n%s", text_get(&seeds));
    text_free(&seeds);
    return n;
}

Status figure_metric(const Figures *f, int metric, Err *err)
{
    const Metric *m = &f->r->metrics[metric].is;
    Text          tsv = { 0 }, words = { 0 }, label = { 0 };
    char          rows[16], line[32] = "nan";
    double        untrained = NAN;
    Status        bad = STATUS_OK;
    int           n = metric_tsv(f, metric, &tsv, &untrained);
    snprintf(rows, sizeof rows, "%d", n);
    if (isfinite(untrained)) snprintf(line, sizeof line, "%.8g", untrained);
    text_add(&words, "%s%s%s%s", m->long_name, strcmp(m->units, "1") ? " [" : "",
             strcmp(m->units, "percent") ? strcmp(m->units, "1") ? m->units : "" : "%",
             strcmp(m->units, "1") ? "]" : "");
    figure_label(&label, words.s);
    if (n)
        bad = figure_draw(f, "dots", m->name, &tsv,
                          (const char *const[]){ rows, text_get(&label), f->baseline,
                                                 line, f->widest, text_get(&f->footer),
                                                 NULL },
                          err);
    text_free(&tsv);
    text_free(&words);
    text_free(&label);
    return bad;
}
