/* What a table says in words: its cells and heads, its caption, the notes below it. */
#include "experiments/table/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LISTED_MOST = 8 };

/* --- cells ---------------------------------------------------------------- */

double table_least(const Metric *m) { return strcmp(m->units, "percent") ? 0 : 0.005; }

/* Per cent to the hundredth: no test set here resolves more.  What is 0 then has no sign. */
void table_number(const Metric *m, bool sign, double x, Text *out)
{
    bool percent = !strcmp(m->units, "percent");
    if (x == 0 || fabs(x) < table_least(m)) x = 0, sign = false;
    text_add(out, percent ? (sign ? "%+.2f" : "%.2f") : (sign ? "%+.4g" : "%.4g"), x);
}

static const char *absence(const Table *t, StageKind stage, int row)
{
    if (row < 0) return "-"; /* the grid has no such cell */
    static const PointState order[] = { POINT_FAILED, POINT_DAMAGED, POINT_NEWER,
                                        POINT_MISSING };
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (results_count(t->r, stage, row, order[i])) return results_state_word(order[i]);
    return "-";
}

/* With fewer seeds than the grid asks for, the cell says of how many. */
void table_value_text(const Table *t, int line, int column, Text *out)
{
    const ResultMetric *m = table_metric(t, column);
    const int           row = table_row(t, line, column);
    Summary             s = table_value(t, line, column);
    if (!s.n) {
        text_add(out, "%s", absence(t, m->stage, row));
        return;
    }
    table_number(&m->is, false, s.mean, out);
    if (s.n > 1) {
        text_add(out, " ± ");
        table_number(&m->is, false, s.sd, out);
    }
    int seeds;
    table_seeds(t, row, line, column, &seeds);
    int asked = t->r->n_seeds - results_count(t->r, m->stage, row, POINT_NONE);
    if (seeds == t->r->n_seeds)
        text_add(out, s.n < asked ? " (%d of %d)" : " (%d)", s.n, asked);
}

void table_difference_text(const Table *t, int line, int column, Text *out)
{
    const Metric *m = &table_metric(t, column)->is;
    Summary       d = table_difference(t, line, column);
    if (!d.n) return;
    table_number(m, true, d.mean, out);
    if (d.n < 2) return;
    text_add(out, " ± ");
    table_number(m, false, d.half, out);
}

void table_choice(const Table *t, const TableKeys *keys, const TableChoice *c, Text *out)
{
    const char *separator = "";
    char        key[64];
    for (int i = 0; i < keys->n; i++) {
        if (!*c->word[i]) continue;
        table_key(t, keys->key[i], key);
        text_add(out, "%s", separator);
        if (keys->key[i] != BY_STRATEGY) text_add(out, "%s ", key);
        text_add(out, "%s", c->word[i]);
        separator = ", ";
    }
}

static void metric_head(const Metric *m, Text *out)
{
    text_add(out, strcmp(m->units, "percent") ? "%s" : "%s (%%)", table_head(m));
}

void table_column(const Table *t, int column, Text *out)
{
    const bool grouped = t->column_keys.n, several = t->n_metrics > 1;
    if (several || !grouped) metric_head(&table_metric(t, column)->is, out);
    text_add(out, several && grouped ? ", " : "");
    table_choice(t, &t->column_keys, table_group(t, column), out);
}

/* --- notes ---------------------------------------------------------------- */

void table_caption(const Table *t, Text *out)
{
    char key[64];
    text_add(out, "%s: ", t->r->recipe->name);
    if (t->column_keys.n && t->n_metrics == 1) metric_head(&table_metric(t, 0)->is, out);
    else if (t->column_keys.n) text_add(out, "all metrics");
    for (int i = 0; i < t->column_keys.n; i++) {
        table_key(t, t->column_keys.key[i], key);
        text_add(out, "%s%s", i ? ", " : " by ", key);
    }
    text_add(out, t->column_keys.n ? "; " : "");
    results_scale(t->r, out);
    text_add(out, ".");
}

static void note_metrics(const Table *t, Text *out)
{
    for (int i = 0; i < t->n_metrics; i++) {
        const Metric *m = &t->r->metrics[t->metrics[i]].is;
        const bool    renamed = strcmp(table_head(m), m->name);
        text_add(out, "%s%s%s: %s [%s]%s.\n", table_head(m), renamed ? ", " : "",
                 renamed ? m->name : "", m->long_name, m->units,
                 m->better == HIGHER  ? ", higher is better"
                 : m->better == LOWER ? ", lower is better"
                                      : "");
    }
}

static void note_leaders(const Table *t, Text *out)
{
    int told = 0, n = 0;
    for (int c = 0; c < table_columns(t); c++) {
        n += t->compared[c];
        told += t->told[c];
    }
    if (told)
        text_add(out, "Bold, or with a *: the leading group, all that paired t tests, adjusted for "
                      "all rows, trained or not, do not tell from the best of the column.\n");
    if (told && told < n) text_add(out, "A column without it tells nothing from its best.\n");
    if (!told && n) text_add(out, "No leading group: no column tells anything from its best.\n");
}

static bool has_baseline(const Table *t)
{
    Err unused;
    return !results_strategy(t->r, t->baseline, &unused);
}

/* Why it is not known which difference can be found; NULL of what is known. */
static const char *why_unknown(double sd, int pairs)
{
    return !pairs                      ? "no other strategy has two seeds in common with it"
           : pairs < STATS_PAIRS_LEAST ? "too few seeds are in common"
           : !(sd > 0)                 ? "the differences do not deviate from seed to seed"
                                       : NULL;
}

static void note_certainty(const Table *t, Text *out)
{
    int most = 0, any_short = 0;
    if (!t->n_metrics || !has_baseline(t)) return;
    text_add(out, "Smallest difference to %s that a single t test of these seeds finds in 80 %% "
                  "of cases (two-sided 5 %%, unadjusted; deviation pooled over the strategies): ",
             t->baseline);
    for (int i = 0; i < t->n_metrics; i++) {
        const Metric *m = &t->r->metrics[t->metrics[i]].is;
        Deviation     d = results_deviation(t->r, t->metrics[i], t->baseline);
        const char   *why = why_unknown(d.sd, d.pairs);
        text_add(out, "%s%s ", i ? ", " : "", table_head(m));
        if (why) text_add(out, "unknown (%s)", why);
        else table_number(m, false, stats_findable(d.sd, d.pairs), out);
        if (d.pairs > most) most = d.pairs;
        if (d.rows_short > any_short) any_short = d.rows_short;
    }
    text_add(out, ".\n");
    if (most && most < STATS_PAIRS_LEAST)
        text_add(out, "With %d common seed%s no difference can pass an exact sign-flip test at "
                      "5 %%; that takes %d.\n", most, text_s(most), STATS_PAIRS_LEAST);
    else if (any_short)
        text_add(out, "That is not of %d row%s with fewer than %d seeds in common with it: such "
                      "differences pass no exact sign-flip test at 5 %%.\n", any_short,
                 text_s(any_short), STATS_PAIRS_LEAST);
}

static bool is_published(const Table *t, int metric)
{
    Text word = { 0 };
    for (int line = 0; line < t->n_lines; line++)
        for (int group = 0; group < t->n_groups; group++)
            table_published_text(t, line, metric * t->n_groups + group, &word);
    const bool is = word.length;
    text_free(&word);
    return is;
}

/* Each metric once, in the order of the files. */
static void add_published_metrics(const Published *all, Text *out)
{
    for (const PublishedNumber *x = all->numbers; x; x = x->next) {
        const PublishedNumber *y = all->numbers;
        while (y != x && strcmp(y->metric, x->metric)) y = y->next;
        if (y == x) text_add(out, "%s%s", x == all->numbers ? "" : ", ", x->metric);
    }
}

/* An empty column is left out, so that it is empty is said. */
static void note_unpublished(const Table *t, Text *out)
{
    bool any = false;
    for (int i = 0; t->published && i < t->n_metrics; i++) {
        if (is_published(t, i)) continue;
        text_add(out, "%s%s", any ? ", " : "published: nothing of ",
                 table_head(&t->r->metrics[t->metrics[i]].is));
        any = true;
    }
    if (!any) return;
    text_add(out, " for these strategies at these ratios; papers' numbers are of ");
    add_published_metrics(t->published, out);
    text_add(out, ".\n");
}

static void note_published(const Table *t, Text *out)
{
    bool first = true;
    for (int i = 0; t->published && i < t->published->n_tables; i++) {
        const PublishedTable *p = &t->published->table[i];
        if (!t->note[i]) continue;
        if (first)
            text_add(out, "published: at another scale, of other models, data and trainings; "
                          "not to be compared number by number.\n");
        first = false;
        text_add(out, "[%d] %s, %s: %s on %s", t->note[i], p->file, p->name, p->model, p->data);
        if (p->epochs) text_add(out, ", %d epochs", p->epochs);
        text_add(out, "; %s (%s).%s%s\n", p->source, p->evidence, *p->doubts ? "  Doubts: " : "",
                 p->doubts);
    }
}

/* "Seeds 0 to 5." */
static void note_seeds(const Results *r, Text *out)
{
    text_add(out, r->n_seeds == 1 ? "Seed " : "Seeds ");
    for (int k = 0; k < r->n_seeds;) {
        int last = k;
        while (last + 1 < r->n_seeds && r->seeds[last + 1] == r->seeds[last] + 1) last++;
        text_add(out, "%s%llu", k ? ", " : "", (unsigned long long)r->seeds[k]);
        if (last > k + 1) text_add(out, " to %llu", (unsigned long long)r->seeds[last]);
        k = last > k + 1 ? last + 1 : k + 1;
    }
    text_add(out, ".\n");
}

/* Encoders that were trained elsewhere, by the name of their file and its hash. */
static void note_imported(const Results *r, Text *out)
{
    for (int row = 0; row < r->n_rows; row++) {
        const Cell *c = NULL;
        for (int k = 0; k < r->n_seeds && !c; k++) c = r->rows[row].cells[k];
        if (!c || !c->config.pretrain.from) continue;
        const char *path = c->config.pretrain.from, *slash = strrchr(path, '/');
        Text        label = { 0 };
        results_label(r, row, &label);
        text_add(out, "%s: not trained here, but the encoder %s (%.12s); its seeds "
                      "are those of its evaluation.\n", text_get(&label),
                 slash ? slash + 1 : path, c->config.pretrain.from_id);
        text_free(&label);
    }
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

static void note_newer(const Table *t, Text *out)
{
    char what[96];
    snprintf(what, sizeof what, "Written by a newer program (schema %lld; this one knows %d):",
             (long long)t->r->newest_schema, RECORD_SCHEMA);
    note_absent(t, POINT_NEWER, what, out);
}

void table_notes(const Table *t, Text *out)
{
    const Results *r = t->r;
    text_add(out, "Values: mean ± standard deviation (number of seeds).  ");
    if (has_baseline(t))
        text_add(out, "vs %s: mean of the differences over common seeds ± half of its 95 %% "
                      "interval (Student's t).\n", t->baseline);
    else
        text_add(out, "Differences: to none, for there is no %s here; --baseline names "
                      "another.\n", t->baseline);
    note_metrics(t, out);
    note_leaders(t, out);
    if (t->equal)
        text_add(out, "At equal cost: of each strategy the training whose %s is nearest to "
                      "that of %s's longest.\n", t->equal, t->baseline);
    if (r->n_rows && r->rows[r->n_rows - 1].untrained)
        text_add(out, "untrained: the encoder as it was initialised.\n");
    note_imported(r, out);
    note_certainty(t, out);
    note_published(t, out);
    note_unpublished(t, out);
    note_seeds(r, out);
    if (*r->source) text_add(out, "Records of %s.\n", r->source);
    note_absent(t, POINT_MISSING, "Not run:", out);
    note_absent(t, POINT_FAILED, "Failed:", out);
    note_absent(t, POINT_DAMAGED, "Damaged:", out);
    note_newer(t, out);
}
