#include "experiments/table/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LISTED_MOST = 8 };

static Status no_metric(const Results *r, const char *name, Err *err)
{
    const char *names[METRICS_MOST + 1];
    for (int i = 0; i < r->n_metrics; i++) names[i] = r->metrics[i].is.name;
    names[r->n_metrics] = NULL;
    const char *near = text_nearest(name, names);
    return near ? err_set(err, STATUS_CONFIG,
                          "no record has a metric %s; did you mean %s?", name, near)
                : err_set(err, STATUS_CONFIG, "no record has a metric %s", name);
}

Status table_choose(Table *t, const Results *r, const char *baseline,
                    const char *const *names, int n_names, Err *err)
{
    *t = (Table){ .r = r, .baseline = baseline };
    for (int i = 0; i < r->n_metrics && !n_names; i++)
        if (r->metrics[i].stage != STAGE_PRETRAIN && r->metrics[i].is.primary)
            t->metrics[t->n_metrics++] = i;
    for (int i = 0; i < n_names; i++)
        if (table_add(t, names[i], err)) return err->code;
    return STATUS_OK;
}

Status table_add(Table *t, const char *name, Err *err)
{
    int m = results_find(t->r, name);
    if (m < 0) return no_metric(t->r, name, err);
    for (int i = 0; i < t->n_metrics; i++)
        if (t->metrics[i] == m) return STATUS_OK;
    if (t->n_metrics < METRICS_MOST) t->metrics[t->n_metrics++] = m;
    return STATUS_OK;
}

const ResultMetric *table_metric(const Table *t, int column)
{
    return &t->r->metrics[t->metrics[column]];
}

/* As papers head their columns; else as records have it. */
const char *table_head(const Metric *m)
{
    static const char *const of[][2] = { { "box_AP", "AP(box)" }, { "mask_AP", "AP(mask)" },
                                         { "pixel_mIoU", "mIoU" } };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (!strcmp(m->name, of[i][0])) return of[i][1];
    return m->name;
}

Summary table_value(const Table *t, int row, int column)
{
    return stats_summary(results_values(t->r, t->metrics[column], row), t->r->n_seeds);
}

Summary table_difference(const Table *t, int row, int column)
{
    int base = results_baseline(t->r, row, t->baseline);
    if (base < 0 || base == row) return (Summary){ .mean = NAN, .sd = NAN, .half = NAN };
    return stats_paired(results_values(t->r, t->metrics[column], row),
                        results_values(t->r, t->metrics[column], base), t->r->n_seeds);
}

/* --- cells ---------------------------------------------------------------- */

/* Per cent to the hundredth: no test set here resolves more. */
void table_number(const Metric *m, bool sign, double x, Text *out)
{
    bool percent = !strcmp(m->units, "percent");
    text_add(out, percent ? (sign ? "%+.2f" : "%.2f") : (sign ? "%+.4g" : "%.4g"), x);
}

static const char *absence(const Table *t, StageKind stage, int row)
{
    if (results_count(t->r, stage, row, POINT_FAILED)) return "failed";
    if (results_count(t->r, stage, row, POINT_DAMAGED)) return "damaged";
    return results_count(t->r, stage, row, POINT_MISSING) ? "missing" : "-";
}

/* With fewer seeds than the grid asks for, the cell says of how many. */
void table_value_text(const Table *t, int row, int column, Text *out)
{
    const ResultMetric *m = table_metric(t, column);
    Summary             s = table_value(t, row, column);
    int                 unasked = results_count(t->r, m->stage, row, POINT_NONE);
    int                 asked = t->r->n_seeds - unasked;
    if (!s.n) {
        text_add(out, "%s", absence(t, m->stage, row));
        return;
    }
    table_number(&m->is, false, s.mean, out);
    if (s.n > 1) {
        text_add(out, " ± ");
        table_number(&m->is, false, s.sd, out);
    }
    text_add(out, s.n < asked ? " (%d of %d)" : " (%d)", s.n, asked);
}

void table_difference_text(const Table *t, int row, int column, Text *out)
{
    const ResultMetric *m = table_metric(t, column);
    Summary             d = table_difference(t, row, column);
    if (!d.n) return;
    table_number(&m->is, true, d.mean, out);
    if (d.n < 2) return;
    text_add(out, " ± ");
    table_number(&m->is, false, d.half, out);
}

/* --- notes ---------------------------------------------------------------- */

void table_caption(const Table *t, Text *out)
{
    text_add(out, "%s: ", t->r->recipe->name);
    results_scale(t->r, out);
    text_add(out, ".");
}

static void note_certainty(const Table *t, Text *out)
{
    int fewest = 0;
    for (int c = 0; c < t->n_metrics; c++) {
        int    pairs;
        double sd = results_deviation(t->r, t->metrics[c], t->baseline, &pairs);
        if (!pairs) continue;
        if (!fewest)
            text_add(out, "Smallest difference to %s that these seeds find in 80 %% of "
                          "cases (two-sided, 5 %%): ", t->baseline);
        else text_add(out, ", ");
        text_add(out, "%s ", table_head(&table_metric(t, c)->is));
        table_number(&table_metric(t, c)->is, false, stats_detectable(sd, pairs), out);
        fewest = fewest && fewest < pairs ? fewest : pairs;
    }
    if (!fewest) return;
    text_add(out, ".\n");
    if (fewest < STATS_PAIRS_LEAST)
        text_add(out, "With %d common seeds no difference can pass an exact sign-flip test at "
                      "5 %%; that takes %d.\n", fewest, STATS_PAIRS_LEAST);
}

/* "spiral ratio 0.5 seed 3", "... knn" if only that stage is not there. */
static void add_point(const Results *r, int row, int seed, int stage, Text *out)
{
    Text settings = { 0 };
    results_settings(r, row, &settings);
    text_add(out, " %s%s%s seed %llu", r->rows[row].strategy, settings.length ? " " : "",
             text_get(&settings), (unsigned long long)r->seeds[seed]);
    if (stage != STAGE_PRETRAIN) text_add(out, " %s", stage_word((StageKind)stage));
    text_free(&settings);
}

/* Without its pre-training no other stage of a cell can be there. */
static void note_absent(const Table *t, PointState state, const char *what, Text *out)
{
    const Results *r = t->r;
    int            n = 0;
    for (int row = 0; row < r->n_rows; row++)
        for (int k = 0; k < r->n_seeds; k++)
            for (int stage = 0; stage < STAGE_KINDS; stage++) {
                if (results_state(r, (StageKind)stage, row, k) != state) continue;
                if (n < LISTED_MOST) {
                    text_add(out, "%s", n ? "," : what);
                    add_point(r, row, k, stage, out);
                }
                n++;
                if (stage == STAGE_PRETRAIN) break;
            }
    if (n > LISTED_MOST) text_add(out, " and %d more", n - LISTED_MOST);
    if (n) text_add(out, ".\n");
}

void table_notes(const Table *t, Text *out)
{
    text_add(out, "Values: mean ± standard deviation (number of seeds).  vs %s: mean of "
                  "the differences over common seeds ± half of its 95 %% interval "
                  "(Student's t).\n", t->baseline);
    for (int c = 0; c < t->n_metrics; c++) {
        const Metric *m = &table_metric(t, c)->is;
        const bool    renamed = strcmp(table_head(m), m->name);
        text_add(out, "%s%s%s: %s [%s]%s.\n", table_head(m), renamed ? ", " : "",
                 renamed ? m->name : "", m->long_name, m->units,
                 m->better == HIGHER  ? ", higher is better"
                 : m->better == LOWER ? ", lower is better"
                                      : "");
    }
    if (t->equal)
        text_add(out, "At equal cost: of each strategy the training whose %s is nearest to "
                      "that of %s's longest.\n", t->equal, t->baseline);
    if (t->r->n_rows && t->r->rows[t->r->n_rows - 1].untrained)
        text_add(out, "untrained: the encoder as it was initialised.\n");
    note_certainty(t, out);
    if (*t->r->source) text_add(out, "Records of %s.\n", t->r->source);
    note_absent(t, POINT_MISSING, "Not run:", out);
    note_absent(t, POINT_FAILED, "Failed:", out);
    note_absent(t, POINT_DAMAGED, "Damaged:", out);
}
