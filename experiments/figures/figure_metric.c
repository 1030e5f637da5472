/* One metric of each strategy: seeds, means and intervals; and what it differs from the
 * baseline by. */
#include "experiments/figures/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A value with as many digits as its interval makes sense of. */
static int digits_for(double spread)
{
    int n = spread > 0 ? (int)ceil(-log10(spread)) + 1 : 2;
    return n < 0 ? 0 : n > 6 ? 6 : n;
}

/* --- means ------------------------------------------------------------------- */

/* Two blocks: means, then single seeds; returns how many rows. */
static int means_tsv(const Figures *f, int metric, Text *out, double *untrained)
{
    const Results *r = f->r;
    Text           seeds = { 0 };
    int            n = 0;
    for (int row = 0; row < r->n_rows; row++) {
        const double *x = results_values(r, metric, row);
        Summary       s = stats_summary(x, r->n_seeds);
        if (!s.n) continue;
        if (r->rows[row].untrained) {
            *untrained = s.mean;
            continue;
        }
        text_add(out, "%d\t", n);
        results_label(r, row, out);
        text_add(out, "\t%d", figure_shade(f, row));
        figure_add(out, s.mean);
        figure_add(out, s.mean - (s.n > 1 ? s.half : 0));
        figure_add(out, s.mean + (s.n > 1 ? s.half : 0));
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

static Status draw_means(const Figures *f, int metric, Err *err)
{
    const Metric *m = &f->r->metrics[metric].is;
    Text          tsv = { 0 }, label = { 0 };
    char          name[FIGURE_NAME], rows[16], line[32] = "nan";
    double        untrained = NAN;
    Status        bad = STATUS_OK;
    if (!figure_part(name, f, metric, FIGURE_MEANS, "")) return STATUS_OK;
    int n = means_tsv(f, metric, &tsv, &untrained);
    snprintf(rows, sizeof rows, "%d", n);
    if (isfinite(untrained)) snprintf(line, sizeof line, "%.8g", untrained);
    figure_metric_label(&label, m);
    if (n)
        bad = figure_draw(f, &(Drawing){
            .name = name, .title = m->long_name, .script = "dots", .tsv = &tsv,
            .columns = { "row\tlabel\tstyle\tmean\tlow95\thigh95", "row\tstyle\tvalue of a seed" },
            .about = "Each strategy's mean with its 95 % interval, single seeds below it.",
            .arguments = { rows, text_get(&label), line } }, err);
    else
        figure_left(f, name, "no strategy that was trained has this metric");
    text_free(&tsv);
    text_free(&label);
    return bad;
}

/* --- differences --------------------------------------------------------------- */

static int differences_tsv(const Figures *f, int metric, Text *out)
{
    const Results *r = f->r;
    int            n = 0;
    for (int row = 0; row < r->n_rows; row++) {
        int base = results_baseline(r, row, f->baseline);
        if (base < 0 || base == row) continue;
        Summary d = stats_paired(results_values(r, metric, row), results_values(r, metric, base),
                                 r->n_seeds);
        if (!d.n) continue;
        double half = d.n > 1 ? d.half : 0;
        int    digits = digits_for(d.n > 1 ? d.half : fabs(d.mean));
        text_add(out, "%d\t", n++);
        results_label(r, row, out);
        text_add(out, "\t%d", figure_shade(f, row));
        figure_add(out, d.mean);
        figure_add(out, d.mean - half);
        figure_add(out, d.mean + half);
        text_add(out, "\t%+.*f", digits, d.mean);
        if (d.n > 1)
            text_add(out, " (%+.*f to %+.*f)", digits, d.mean - half, digits, d.mean + half);
        text_add(out, "\n");
    }
    return n;
}

static Status draw_differences(const Figures *f, int metric, Err *err)
{
    const Metric *m = &f->r->metrics[metric].is;
    Text          tsv = { 0 }, words = { 0 }, label = { 0 };
    char          rows[16], name[FIGURE_NAME], title[256];
    Status        bad = STATUS_OK;
    if (!figure_part(name, f, metric, FIGURE_DIFFERENCES, "")) return STATUS_OK;
    int n = differences_tsv(f, metric, &tsv);
    snprintf(rows, sizeof rows, "%d", n);
    snprintf(title, sizeof title, "%s: differences to %s", m->long_name, f->baseline);
    text_add(&words, "%s: difference to %s%s", m->long_name, f->baseline,
             strcmp(m->units, "percent") ? "" : " [points]");
    figure_label(&label, words.s);
    if (n)
        bad = figure_draw(f, &(Drawing){
            .name = name, .title = title, .script = "forest", .tsv = &tsv,
            .columns = { "row\tlabel\tstyle\tdifference\tlow95\thigh95\tin words" },
            .about = "Differences between runs of the same seed, which share all but the masks, "
                     "with 95 % intervals; one that holds zero leaves open which is better.",
            .arguments = { rows, text_get(&label) } }, err);
    else
        figure_left(f, name, "no seed has both the baseline and another strategy");
    text_free(&tsv);
    text_free(&words);
    text_free(&label);
    return bad;
}

Status figure_metric(const Figures *f, int metric, Err *err)
{
    Status bad = draw_means(f, metric, err);
    return bad ? bad : draw_differences(f, metric, err);
}
