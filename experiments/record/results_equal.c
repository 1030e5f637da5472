/* Of trainings of different lengths those that took as much. */
#include "experiments/record/results.h"

#include <math.h>
#include <string.h>

static bool same_settings(const Results *r, int a, int b)
{
    bool same = r->rows[a].untrained == r->rows[b].untrained;
    for (int k = 0; k < r->n_settings && same; k++)
        same = k == r->free_setting || !strcmp(r->rows[a].settings[k], r->rows[b].settings[k]);
    return same;
}

static double length_of(const Results *r, int row)
{
    double epochs = 0;
    text_to_double(r->rows[row].settings[r->free_setting], &epochs);
    return epochs;
}

static double mean_of(const Results *r, int metric, int row)
{
    return stats_summary(results_values(r, metric, row), r->n_seeds).mean;
}

/* What the longest training of the baseline took, with the other settings of `row`. */
static double budget_of(const Results *r, int metric, int row, const char *baseline)
{
    int longest = -1;
    for (int i = 0; i < r->n_rows; i++)
        if (!strcmp(r->rows[i].strategy, baseline) && same_settings(r, row, i) &&
            (longest < 0 || length_of(r, i) > length_of(r, longest)))
            longest = i;
    return longest < 0 ? (double)NAN : mean_of(r, metric, longest);
}

/* How far row is from the budget, as a ratio; infinite where it is not known. */
static double distance(const Results *r, int metric, int row, double budget)
{
    double far = fabs(log(mean_of(r, metric, row) / budget));
    return isfinite(far) ? far : INFINITY;
}

static bool is_nearest(const Results *r, int metric, int row, const char *baseline)
{
    double budget = budget_of(r, metric, row, baseline);
    double own = distance(r, metric, row, budget);
    for (int i = 0; i < r->n_rows; i++) {
        if (i == row || strcmp(r->rows[i].strategy, r->rows[row].strategy) ||
            !same_settings(r, row, i))
            continue;
        double other = distance(r, metric, i, budget);
        if (other < own || (other == own && length_of(r, i) > length_of(r, row))) return false;
    }
    return true;
}

/* x: blocks of rows of `size` bytes; those that are not kept are closed up. */
static void close_up(void *x, size_t size, int blocks, const bool *kept, int rows)
{
    char       *to = x;
    const char *from = x;
    for (int i = 0; i < blocks * rows; i++, from += size)
        if (kept[i % rows]) {
            memmove(to, from, size);
            to += size;
        }
}

Status results_equal(Results *r, const char *metric, const char *baseline, Err *err)
{
    int epochs = schema_find("pretrain.epochs"), m = results_find(r, metric);
    for (int k = 0; k < r->n_settings; k++)
        if (r->settings[k] == epochs) r->free_setting = k;
    if (r->free_setting < 0)
        return err_set(err, STATUS_CONFIG, "--equal chooses among trainings of different "
                       "lengths: vary pretrain.epochs, as with -s grid.pretrain.epochs=2..8");
    if (m < 0) return err_set(err, STATUS_CONFIG, "no record has a metric %s", metric);
    bool  *kept = ARENA_NEW(&r->arena, bool, r->n_rows);
    int    n = 0, rows = r->n_rows;
    size_t seeds = (size_t)r->n_seeds;
    for (int row = 0; row < rows; row++) {
        kept[row] = r->rows[row].untrained || is_nearest(r, m, row, baseline);
        n += kept[row];
    }
    close_up(r->x, seeds * sizeof *r->x, METRICS_MOST, kept, rows);
    close_up(r->state, seeds * sizeof *r->state, STAGE_KINDS, kept, rows);
    close_up(r->rows, sizeof *r->rows, 1, kept, rows);
    r->n_rows = n;
    return STATUS_OK;
}
