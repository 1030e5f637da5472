#include "experiments/stats/compare.h"

#include "experiments/stats/aggregate.h"
#include "experiments/stats/leaders.h"
#include "experiments/stats/resample.h"

#include <math.h>
#include <string.h>

/* --- which rows ------------------------------------------------------------- */

/* What a row has for a key: as the grid varies it, else as all its cells have it. */
static void value_of(const Results *r, int row, int key, Text *out)
{
    text_clear(out);
    for (int i = 0; i < r->n_settings; i++)
        if (r->settings[i] == key) {
            text_add(out, "%s", r->rows[row].settings[i]);
            return;
        }
    for (int k = 0; k < r->n_seeds; k++)
        if (r->rows[row].cells[k]) {
            schema_get(&r->rows[row].cells[k]->config, key, out);
            return;
        }
}

/* Are they of the same strategy, and of the same value of all that `by` varies?  An empty
 * value has no say. */
static bool alike(const Results *by, const Results *a, int row_a, const Results *b, int row_b)
{
    Text x = { 0 }, y = { 0 };
    bool same = !strcmp(a->rows[row_a].strategy, b->rows[row_b].strategy);
    for (int i = 0; i < by->n_settings && same; i++) {
        value_of(a, row_a, by->settings[i], &x);
        value_of(b, row_b, by->settings[i], &y);
        same = !x.length || !y.length || !strcmp(text_get(&x), text_get(&y));
    }
    text_free(&x);
    text_free(&y);
    return same;
}

/* The only row of b like that one of a; -1: there is none, or several. */
static int partner(const Results *a, int row, const Results *b)
{
    int found = -1;
    for (int i = 0; i < b->n_rows; i++) {
        if (!alike(a, a, row, b, i) || !alike(b, a, row, b, i)) continue;
        if (found >= 0) return -1;
        found = i;
    }
    return found;
}

/* --- one comparison --------------------------------------------------------- */

/* x [seeds of the first]: the values of a side in the order of the first's seeds. */
static void align(double *x, const Compare *c, const Comparison *one, int side)
{
    const Results *first = c->r[0], *r = c->r[side];
    const double  *own = results_values(r, one->metric[side], one->row[side]);
    for (int i = 0; i < first->n_seeds; i++) {
        x[i] = NAN;
        for (int k = 0; k < r->n_seeds; k++)
            if (r->seeds[k] == first->seeds[i]) x[i] = own[k];
    }
}

static StageKind stage_at(const Compare *c, const Comparison *one, int side)
{
    return c->r[side]->metrics[one->metric[side]].stage;
}

/* Which images that stage was tested on; *n: how many, of objects. */
static const char *tested_on(const Cell *c, StageKind stage, int *n)
{
    const DenseFacts *dense = cell_dense(c, stage);
    *n = dense ? dense->test_count : c->data->test_count;
    return dense ? dense->test : c->data->test;
}

/* What side 0 or 1 keeps of a seed of the first; false if it keeps nothing. */
static bool keeps(Evidence *e, const Compare *c, const Comparison *one, int side, int seed,
                  const char **images, Arena *a)
{
    const Results *r = c->r[side];
    StageKind      stage = stage_at(c, one, side);
    int            k = 0, n;
    H5            *f;
    Err            err;
    while (k < r->n_seeds && r->seeds[k] != c->r[0]->seeds[seed]) k++;
    if (k == r->n_seeds || results_state(r, stage, one->row[side], k) != POINT_DONE ||
        results_record(r, stage, one->row[side], k, &f, &err))
        return false;
    *images = tested_on(r->rows[one->row[side]].cells[k], stage, &n);
    Status bad = evidence_read(e, f, r->metrics[one->metric[side]].is.name, n, a, &err);
    h5_close(f);
    return !bad;
}

/* All pairs of seeds, or none: the interval is to be that of the difference shown. */
static void look_at_images(const Compare *c, Comparison *one, const double *x, const double *y)
{
    Arena a;
    int   n = 0, seeds = c->r[0]->n_seeds;
    bool  all = true;
    arena_open(&a, "what was found in images", NULL, NULL);
    Evidence *of[2] = { ARENA_NEW(&a, Evidence, seeds), ARENA_NEW(&a, Evidence, seeds) };
    for (int k = 0; k < seeds && all; k++) {
        const char *images[2];
        if (!isfinite(x[k] - y[k])) continue;
        for (int side = 0; side < 2 && all; side++)
            all = keeps(&of[side][n], c, one, side, k, &images[side], &a);
        all = all && !strcmp(images[0], images[1]) && of[0][n].images == of[0][0].images &&
              of[1][n].images == of[0][0].images;
        n++;
    }
    if (all && n) {
        one->images = resample_images(of[0], of[1], n, RESAMPLES);
        one->n_images = of[0][0].images;
    }
    arena_close(&a);
}

static void judge(const Compare *c, Comparison *one)
{
    const Metric *m = &c->r[0]->metrics[one->metric[0]].is;
    int           seeds = c->r[0]->n_seeds;
    Arena         a;
    arena_open(&a, "seeds", NULL, NULL);
    double *x[2] = { ARENA_NEW(&a, double, seeds), ARENA_NEW(&a, double, seeds) };
    one->images = (Interval){ NAN, NAN };
    for (int side = 0; side < 2; side++) {
        const Results *r = c->r[side];
        Runs own = { results_values(r, one->metric[side], one->row[side]), 1, r->n_seeds };
        one->of[side] = stats_summary(own.x, own.runs);
        one->iqm[side] = aggregate_iqm(&own);
        one->iqm_in[side] = aggregate_iqm_interval(&own);
        align(x[side], c, one, side);
    }
    one->difference = stats_paired(x[0], x[1], seeds);
    one->t_p = stats_t_test(&one->difference);
    one->flip_p = stats_sign_flip(x[0], x[1], seeds);
    look_at_images(c, one, x[0], x[1]);
    for (int i = 0; i < seeds && m->better == LOWER; i++) x[0][i] = -x[0][i], x[1][i] = -x[1][i];
    Runs first = { x[0], 1, seeds }, second = { x[1], 1, seeds };
    one->improvement = aggregate_improvement(&first, &second);
    one->improvement_in = aggregate_improvement_interval(&first, &second);
    arena_close(&a);
}

/* --- all ---------------------------------------------------------------------- */

static Status judge_all(Compare *c, Err *err)
{
    if (!c->n)
        return err_set(err, STATUS_MISSING, "%.200s and %.200s: there is no record yet of both",
                       c->of[0], c->of[1]);
    double *p = ARENA_NEW(&c->arena, double, c->n);
    for (int i = 0; i < c->n; i++) {
        judge(c, &c->c[i]);
        p[i] = c->c[i].t_p;
    }
    stats_holm(p, p, c->n);
    for (int i = 0; i < c->n; i++) {
        Comparison *one = &c->c[i];
        one->holm_p = p[i];
        one->clear = one->difference.n >= STATS_PAIRS_LEAST && !(one->flip_p > 0.05) &&
                     one->holm_p <= 0.05;
    }
    return STATUS_OK;
}

/* The metrics are those of the first; the second must know all that are asked for. */
static Status begin(Compare *c, const Results *a, const Results *b, const char *const *names,
                    int n_names, Err *err)
{
    int others[METRICS_MOST], n;
    *c = (Compare){ .r = { a, b } };
    arena_open(&c->arena, "comparisons", NULL, NULL);
    c->c = ARENA_NEW(&c->arena, Comparison, a->n_rows * METRICS_MOST);
    if (table_choose(others, &n, b, names, n_names, err)) return err->code;
    return table_choose(c->metrics, &c->n_metrics, a, names, n_names, err);
}

/* Each metric of this pair of rows that both sides have. */
static void pair_rows(Compare *c, int row_a, int row_b)
{
    for (int i = 0; i < c->n_metrics; i++) {
        int m = c->metrics[i], other = results_find(c->r[1], c->r[0]->metrics[m].is.name);
        if (other >= 0)
            c->c[c->n++] = (Comparison){ .metric = { m, other }, .row = { row_a, row_b } };
    }
}

Status compare_strategies(Compare *c, const Results *r, const char *a, const char *b,
                          const char *const *names, int n_names, Err *err)
{
    if (begin(c, r, r, names, n_names, err)) return err->code;
    c->of[0] = a, c->of[1] = b;
    if (results_strategy(r, a, err) || results_strategy(r, b, err)) return err->code;
    if (!strcmp(a, b))
        return err_set(err, STATUS_CONFIG, "%.200s is compared with itself: name two strategies",
                       a);
    for (int i = 0; i < r->n_rows; i++) {
        const bool is_b = !strcmp(r->rows[i].strategy, b);
        const int  other = is_b || !strcmp(r->rows[i].strategy, a)
                               ? results_baseline(r, i, is_b ? a : b) : -1;
        if (other < 0) continue;
        if (!is_b) pair_rows(c, i, other);
        else if (results_baseline(r, other, b) != i) pair_rows(c, other, i);
    }
    return judge_all(c, err);
}

Status compare_recipes(Compare *c, const Results *a, const Results *b,
                       const char *const *names, int n_names, Err *err)
{
    bool common = false;
    if (begin(c, a, b, names, n_names, err)) return err->code;
    c->of[0] = a->recipe->name, c->of[1] = b->recipe->name;
    for (int i = 0; i < a->n_rows; i++) {
        int other = partner(a, i, b);
        if (other >= 0) pair_rows(c, i, other);
        common = common || other >= 0;
    }
    if (!common)
        return err_set(err, STATUS_CONFIG, "%s and %s have no strategy in common, with the same "
                       "settings", a->recipe->name, b->recipe->name);
    return judge_all(c, err);
}

void compare_close(Compare *c) { arena_close(&c->arena); }
