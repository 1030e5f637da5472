/* A comparison for eyes. */
#include "experiments/stats/compare.h"

#include "experiments/table/tabular.h"

#include <math.h>
#include <string.h>

enum { PAGE = 80 }; /* columns of prose */

static const Metric *metric_of(const Compare *c, const Comparison *one)
{
    return &c->r[0]->metrics[one->metric[0]].is;
}

/* Two strategies go by their names, two recipes by theirs. */
static bool of_recipes(const Compare *c) { return c->r[0] != c->r[1]; }

/* --- in words ---------------------------------------------------------------- */

static const char *unit(const Metric *m)
{
    return !strcmp(m->units, "percent") ? " points" : "";
}

/* "better", or what it is where nothing says which way is better. */
static const char *direction(const Metric *m, double difference)
{
    if (m->better == NEITHER) return difference > 0 ? "higher" : "lower";
    return (difference > 0) == (m->better == HIGHER) ? "better" : "worse";
}

/* How far, and the interval along the way that is named: below 0 it is the other way. */
static void add_measured(const Metric *m, const Summary *d, Text *out)
{
    const double size = fabs(d->mean), least = table_least(m);
    if (size < least) text_add(out, "less than %g", least);
    else table_number(m, false, size, out);
    text_add(out, "%s (", unit(m));
    if (d->n > 1) {
        text_add(out, "95 %%: ");
        table_number(m, false, size - d->half, out);
        text_add(out, " to ");
        table_number(m, false, size + d->half, out);
        text_add(out, "; ");
    }
    text_add(out, d->n == 1 ? "1 pair)" : "%d pairs)", d->n);
}

static void add_verdict(const Comparison *one, Text *out)
{
    const char *why = one->flip_p > 0.05 ? "the sign of the difference changes too often"
                      : one->t_p <= 0.05 ? "among so many comparisons that may be chance"
                                         : "other seeds could turn it round";
    if (one->clear) text_add(out, ", clearly");
    else if (one->difference.n < STATS_PAIRS_LEAST)
        text_add(out, ": too few seeds to judge by, %d are the least", STATS_PAIRS_LEAST);
    else text_add(out, ", which is not clear: %s", why);
    if (!one->n_images) return;
    bool holds = one->images.low > 0 || one->images.high < 0;
    text_add(out, holds ? "; other test images would not change it"
                        : "; other test images could change it, too");
}

/* The side by which one comparison is told from another: what is not trained has no ratio. */
static int telling_side(const Compare *c, const Comparison *one)
{
    Text settings = { 0 };
    results_settings(c->r[0], one->row[0], &settings);
    const bool none = !settings.length;
    text_free(&settings);
    return none && !of_recipes(c);
}

void compare_words(const Compare *c, const Comparison *one, Text *out)
{
    const Metric  *m = metric_of(c, one);
    const Summary *d = &one->difference;
    Text           where = { 0 };
    if (of_recipes(c)) results_label(c->r[0], one->row[0], &where);
    else results_settings(c->r[0], one->row[telling_side(c, one)], &where);
    text_add(out, "%s%s%s: %s ", table_head(m), where.length ? ", " : "", text_get(&where),
             c->of[0]);
    text_free(&where);
    if (!d->n) text_add(out, "and %s have no seed in common.", c->of[1]);
    else if (d->mean == 0 && !(d->sd > 0))
        text_add(out, "and %s are the same in each of %d seeds.", c->of[1], d->n);
    else if (fabs(d->mean) <= 1e-9 * d->sd)
        text_add(out, "and %s are equal on the average of %d seeds.", c->of[1], d->n);
    else {
        text_add(out, "is %s than %s by ", direction(m, d->mean), c->of[1]);
        add_measured(m, d, out);
        add_verdict(one, out);
        text_add(out, ".");
    }
}

/* --- in columns ---------------------------------------------------------------- */

static void add_p(double p, Text *out)
{
    if (isnan(p)) text_add(out, "-");
    else text_add(out, p < 0.0001 ? "<0.0001" : "%.4f", p);
}

static void add_interval(const Metric *m, const Interval *in, Text *out)
{
    if (isnan(in->low)) {
        text_add(out, "-");
        return;
    }
    table_number(m, true, in->low, out);
    text_add(out, " .. ");
    table_number(m, true, in->high, out);
}

static void add_value(const Metric *m, const Summary *s, Text *out)
{
    if (!s->n) text_add(out, "-");
    else table_number(m, false, s->mean, out);
    if (s->n < 2) return;
    text_add(out, " ± ");
    table_number(m, false, s->sd, out);
}

/* Which rows: not needed where there is only one pair of them, by their names alone. */
static bool needs_rows(const Compare *c)
{
    for (int i = 1; i < c->n; i++)
        if (c->c[i].row[0] != c->c[0].row[0] || c->c[i].row[1] != c->c[0].row[1]) return true;
    return of_recipes(c);
}

static void fill_row(const Compare *c, Tabular *t, int row, int words)
{
    const Comparison *one = &c->c[row - 1];
    const Metric     *m = metric_of(c, one);
    const Summary    *d = &one->difference;
    const Interval    seeds = { d->mean - d->half, d->mean + d->half };
    Text             *cell = tabular_cell(t, row, 0);
    text_add(&cell[0], "%s", table_head(m));
    if (words > 1) results_label(c->r[0], one->row[telling_side(c, one)], &cell[1]);
    cell += words;
    add_value(m, &one->of[0], &cell[0]);
    add_value(m, &one->of[1], &cell[1]);
    if (d->n) table_number(m, true, d->mean, &cell[2]);
    add_interval(m, &seeds, &cell[3]);
    add_interval(m, &one->images, &cell[4]);
    add_p(one->flip_p, &cell[5]);
    add_p(one->t_p, &cell[6]);
    add_p(one->holm_p, &cell[7]);
}

static void fill(const Compare *c, Tabular *t)
{
    static const char *const heads[] = { "difference", "95 % of seeds", "95 % of images",
                                         "p flips", "p t", "p Holm" };
    int words = needs_rows(c) ? 2 : 1;
    tabular_open(t, c->n + 1, words + 8, words);
    text_add(tabular_cell(t, 0, 0), "metric");
    if (words > 1) text_add(tabular_cell(t, 0, 1), "of");
    for (int side = 0; side < 2; side++)
        text_add(tabular_cell(t, 0, words + side), "%s", c->of[side]);
    for (int i = 0; i < 6; i++) {
        text_add(tabular_cell(t, 0, words + 2 + i), "%s", heads[i]);
        if (i != 0 && i != 3) tabular_goes_on(t, words + 2 + i); /* intervals; tests */
    }
    for (int row = 1; row <= c->n; row++) fill_row(c, t, row, words);
}

static void add_iqm(const Compare *c, const Comparison *one, int side, Text *out)
{
    const Metric *m = metric_of(c, one);
    if (isnan(one->iqm[side])) {
        text_add(out, "-");
        return;
    }
    table_number(m, false, one->iqm[side], out);
    text_add(out, " (");
    table_number(m, false, one->iqm_in[side].low, out);
    text_add(out, " .. ");
    table_number(m, false, one->iqm_in[side].high, out);
    text_add(out, ")");
}

/* What does not hang on means. */
static void fill_robust(const Compare *c, Tabular *t)
{
    int words = needs_rows(c) ? 2 : 1;
    tabular_open(t, c->n + 1, words + 4, words);
    text_add(tabular_cell(t, 0, 0), "metric");
    if (words > 1) text_add(tabular_cell(t, 0, 1), "of");
    for (int side = 0; side < 2; side++)
        text_add(tabular_cell(t, 0, words + side), "IQM %s", c->of[side]);
    text_add(tabular_cell(t, 0, words + 2), "P(better)");
    text_add(tabular_cell(t, 0, words + 3), "its 95 %%");
    tabular_goes_on(t, words + 1);
    tabular_goes_on(t, words + 3);
    for (int row = 1; row <= c->n; row++) {
        const Comparison *one = &c->c[row - 1];
        Text             *cell = tabular_cell(t, row, 0);
        text_add(&cell[0], "%s", table_head(metric_of(c, one)));
        if (words > 1) results_label(c->r[0], one->row[telling_side(c, one)], &cell[1]);
        for (int side = 0; side < 2; side++) add_iqm(c, one, side, &cell[words + side]);
        if (isnan(one->improvement)) continue;
        text_add(&cell[words + 2], "%.2f", one->improvement);
        text_add(&cell[words + 3], "%.2f .. %.2f", one->improvement_in.low,
                 one->improvement_in.high);
    }
}

static void notes(const Compare *c, Text *out)
{
    text_add(out,
             "Values: mean ± standard deviation.  difference: of %s to %s, over common seeds.  "
             "95 %% of seeds: its interval by Student's t, for other seeds on the same test "
             "images.  95 %% of images: by the bootstrap over test images, the metric computed "
             "anew, for other images with the same trainings; - where the records do not keep "
             "that.  p flips: exact sign-flip test; p t: t test; p Holm: that, adjusted for the "
             "%d comparison%s here.\n", c->of[0], c->of[1], c->n, text_s(c->n));
    text_add(out, "IQM: mean of the middle half of seeds.  P(better): the chance that a run of "
                  "%s beats a run of %s, ties counting half.  Both with 95 %% by the bootstrap "
                  "over runs, which is too narrow below ten of them.\n",
             c->of[0], c->of[1]);
    text_add(out, "Clear: %d pairs or more, p flips and p Holm at most 0.05.  Fewer comparisons "
                  "cost less: what is clear here need not be where all strategies are compared, "
                  "as a table does, and who compares pair after pair looks more often than "
                  "p Holm counts.\n", STATS_PAIRS_LEAST);
}

static void add_prose(const Text *prose, const char *format, Text *out)
{
    if (strcmp(format, "latex")) text_wrap(out, text_get(prose), PAGE);
    else tabular_escape(text_get(prose), out);
}

void compare_write(const Compare *c, const char *format, int width, Text *out)
{
    void (*const fills[])(const Compare *, Tabular *) = { fill, fill_robust };
    void (*columns)(const Tabular *, Text *) = !strcmp(format, "md")      ? tabular_markdown
                                               : !strcmp(format, "latex") ? tabular_latex
                                                                          : tabular_text;
    Tabular t;
    Text    prose = { 0 };
    if (!strcmp(format, "json")) {
        compare_json(c, out);
        return;
    }
    for (int i = 0; i < c->n; i++) {
        compare_words(c, &c->c[i], &prose);
        text_add(&prose, "\n");
    }
    add_prose(&prose, format, out);
    for (int i = 0; i < 2; i++) {
        text_add(out, "\n");
        fills[i](c, &t);
        t.width = width;
        columns(&t, out);
        tabular_close(&t);
    }
    text_add(out, "\n");
    text_clear(&prose);
    notes(c, &prose);
    add_prose(&prose, format, out);
    text_free(&prose);
}
