/* One metric of each strategy against something else that the records say of it: how often
 * the middle of an image is visible, and what the training took. */
#include "experiments/figures/figure.h"
#include "experiments/figures/pictures.h"

#include <math.h>
#include <stdio.h>

/* The middle: half of the rows and half of the columns, a quarter of the patches. */
static double share_in_middle(const double *share, int rows, int cols)
{
    double sum = 0;
    int    n = 0;
    for (int y = rows / 4; y < rows - rows / 4; y++)
        for (int x = cols / 4; x < cols - cols / 4; x++) sum += share[y * cols + x], n++;
    return 100 * sum / n;
}

static Status read_middle(const Figures *f, int row, int seed, Arena *a, double *x, Err *err)
{
    double *share;
    int     rows, cols;
    if (shares_read(&share, &rows, &cols, f->r, row, seed, a, err)) return err->code;
    *x = share ? share_in_middle(share, rows, cols) : (double)NAN;
    return STATUS_OK;
}

static void add_row(const Figures *f, int metric, int row, const double *x, int *n, Text *out)
{
    const Results *r = f->r;
    Summary        across = stats_summary(x, r->n_seeds);
    Summary        up = stats_summary(results_values(r, metric, row), r->n_seeds);
    if (!across.n || !up.n) return;
    double wide = across.n > 1 ? across.half : 0, high = up.n > 1 ? up.half : 0;
    text_add(out, "%d\t", (*n)++);
    results_label(r, row, out);
    text_add(out, "\t%d", figure_shade(f, row));
    figure_add(out, across.mean);
    figure_add(out, across.mean - wide);
    figure_add(out, across.mean + wide);
    figure_add(out, up.mean);
    figure_add(out, up.mean - high);
    figure_add(out, up.mean + high);
    text_add(out, "\n");
}

typedef struct {
    const char *name, *title, *about, *across, *columns;
} Words;

#define COLUMNS(x) "row\tlabel\tstyle\t" x "\tits low95\tits high95\tmean\tlow95\thigh95"

static Status draw(const Figures *f, int metric, const Words *w, const Text *tsv, int n, Err *err)
{
    Text label = { 0 };
    char rows[16];
    figure_metric_label(&label, &f->r->metrics[metric].is);
    snprintf(rows, sizeof rows, "%d", n);
    Status bad = figure_draw(f, &(Drawing){
        .name = w->name, .title = w->title, .about = w->about, .script = "scatter", .tsv = tsv,
        .columns = { w->columns },
        .arguments = { rows, w->across, text_get(&label) } }, err);
    text_free(&label);
    return bad;
}

static Status against_visibility(const Figures *f, int metric, Err *err)
{
    const Results *r = f->r;
    const Metric  *m = &r->metrics[metric].is;
    Arena          a;
    Text           tsv = { 0 };
    char           name[FIGURE_NAME], title[256];
    int            n = 0;
    Status         bad = STATUS_OK;
    if (!figure_part(name, f, metric, FIGURE_BY_VISIBILITY, "")) return STATUS_OK;
    arena_open(&a, "visibility", NULL, NULL);
    double *x = ARENA_NEW(&a, double, r->n_seeds);
    for (int row = 0; row < r->n_rows && !bad; row++) {
        if (r->rows[row].untrained) continue;
        for (int k = 0; k < r->n_seeds && !bad; k++) bad = read_middle(f, row, k, &a, &x[k], err);
        if (!bad) add_row(f, metric, row, x, &n, &tsv);
    }
    snprintf(title, sizeof title, "%s over the visibility of the middle", m->long_name);
    const Words words = { name, title, "How often patches in the middle of the image (half its "
                          "height, half its width) are visible, and what was learned.",
                          "middle patches visible [% of images]", COLUMNS("visible percent") };
    if (!bad && n > 1) bad = draw(f, metric, &words, &tsv, n, err);
    else if (!bad) figure_left(f, name, "it needs two strategies whose masks were counted");
    arena_close(&a);
    text_free(&tsv);
    return bad;
}

static Status against_time(const Figures *f, int metric, Err *err)
{
    const Results *r = f->r;
    const Metric  *m = &r->metrics[metric].is;
    const int      time = results_find(r, "train_s");
    Text           tsv = { 0 };
    char           name[FIGURE_NAME], title[256];
    int            n = 0;
    Status         bad = STATUS_OK;
    if (!figure_part(name, f, metric, FIGURE_BY_TIME, "")) return STATUS_OK;
    for (int row = 0; row < r->n_rows && time >= 0; row++)
        if (!r->rows[row].untrained)
            add_row(f, metric, row, results_values(r, time, row), &n, &tsv);
    snprintf(title, sizeof title, "%s over the time of training", m->long_name);
    const Words words = { name, title, "What the pre-training took, and what was learned.  "
                          "Seconds by the clock of the machine, which may have done much "
                          "else meanwhile.", "pre-training [s by the clock]", COLUMNS("train_s") };
    if (!bad && n > 1) bad = draw(f, metric, &words, &tsv, n, err);
    else if (!bad) figure_left(f, name, "it needs two strategies whose time was recorded");
    text_free(&tsv);
    return bad;
}

Status figure_against(const Figures *f, int metric, Err *err)
{
    Status bad = against_visibility(f, metric, err);
    return bad ? bad : against_time(f, metric, err);
}
