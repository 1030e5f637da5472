#include "experiments/table/table.h"

#include "experiments/stats/leaders.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const costs[] = { "train_gflop", "guide_gflop", "train_s", "guide_s" };

/* --- metrics -------------------------------------------------------------- */

int table_names(const Results *r, const char *names[TABLE_NAMES])
{
    int n = 0;
    for (int i = 0; i < r->n_metrics; i++) {
        names[n++] = r->metrics[i].is.name;
        if (strcmp(table_head(&r->metrics[i].is), r->metrics[i].is.name))
            names[n++] = table_head(&r->metrics[i].is);
        if (!i || r->metrics[i].stage != r->metrics[i - 1].stage)
            names[n++] = stage_word(r->metrics[i].stage);
    }
    names[n] = NULL;
    return n;
}

static Status no_metric(const Results *r, const char *word, Err *err)
{
    const char *names[TABLE_NAMES];
    table_names(r, names);
    const char *near = text_nearest(word, names);
    return near ? err_set(err, STATUS_CONFIG,
                          "no record has a metric %s; did you mean %s?", word, near)
                : err_set(err, STATUS_CONFIG, "no record has a metric %s", word);
}

Status table_find(const Results *r, const char *word, int *metric, Err *err)
{
    *metric = results_find(r, word);
    for (int i = 0; i < r->n_metrics && *metric < 0; i++)
        if (r->metrics[i].is.primary && !strcmp(stage_word(r->metrics[i].stage), word))
            *metric = i;
    for (int i = 0; i < r->n_metrics && *metric < 0; i++)
        if (!strcmp(table_head(&r->metrics[i].is), word)) *metric = i;
    return *metric < 0 ? no_metric(r, word, err) : STATUS_OK;
}

static Status add_metric(int *metrics, int *n, const Results *r, const char *word, Err *err)
{
    int m;
    if (table_find(r, word, &m, err)) return err->code;
    for (int i = 0; i < *n; i++)
        if (metrics[i] == m) return STATUS_OK;
    if (*n < METRICS_MOST) metrics[(*n)++] = m;
    return STATUS_OK;
}

Status table_choose(int *metrics, int *n, const Results *r, const char *const *words,
                    int n_words, Err *err)
{
    *n = 0;
    for (int i = 0; i < r->n_metrics && !n_words; i++)
        if (r->metrics[i].stage != STAGE_PRETRAIN && r->metrics[i].is.primary)
            metrics[(*n)++] = i;
    for (int i = 0; i < n_words; i++)
        if (add_metric(metrics, n, r, words[i], err)) return err->code;
    return STATUS_OK;
}

static Status choose_metrics(Table *t, const TableAsk *ask, Err *err)
{
    int *m = t->metrics, *n = &t->n_metrics;
    if (table_choose(m, n, t->r, ask->metrics, ask->n_metrics, err)) return err->code;
    if (ask->equal && add_metric(m, n, t->r, ask->equal, err)) return err->code;
    for (size_t i = 0; ask->cost && i < sizeof costs / sizeof *costs; i++)
        if (add_metric(m, n, t->r, costs[i], err)) return err->code;
    return STATUS_OK;
}

const ResultMetric *table_metric(const Table *t, int column)
{
    return &t->r->metrics[t->metrics[column / t->n_groups]];
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

/* --- values --------------------------------------------------------------- */

int table_columns(const Table *t) { return t->n_metrics * t->n_groups; }

const TableChoice *table_group(const Table *t, int column)
{
    return &t->groups[column % t->n_groups];
}

int table_row(const Table *t, int line, int column)
{
    return t->at[line * t->n_groups + column % t->n_groups];
}

const double *table_seeds(const Table *t, int row, int line, int column, int *n)
{
    const int     group = table_group(t, column)->seed, own = t->lines[line].seed;
    const int     seed = own >= 0 ? own : group;
    const double *x = results_values(t->r, t->metrics[column / t->n_groups], row);
    *n = seed < 0 ? t->r->n_seeds : 1;
    return seed < 0 ? x : x + seed;
}

Summary table_value(const Table *t, int line, int column)
{
    const int     row = table_row(t, line, column);
    int           n = 0;
    const double *x = row < 0 ? NULL : table_seeds(t, row, line, column, &n);
    return stats_summary(x, n);
}

/* The only row of the baseline in a column that is beside `row`; -1: none, or several. */
static int base_in_column(const Table *t, int row, int column)
{
    int found = -1;
    for (int i = 0; i < t->n_lines; i++) {
        const int at = table_row(t, i, column);
        if (at < 0 || at == found || strcmp(t->r->rows[at].strategy, t->baseline) ||
            !results_beside(t->r, row, at))
            continue;
        if (found >= 0) return -1;
        found = at;
    }
    return found;
}

int table_base(const Table *t, int line, int column)
{
    const int row = table_row(t, line, column);
    int       base = row < 0 ? -1 : results_baseline(t->r, row, t->baseline);
    if (row >= 0 && base < 0) base = base_in_column(t, row, column);
    return base == row ? -1 : base;
}

Summary table_difference(const Table *t, int line, int column)
{
    const int row = table_row(t, line, column), base = table_base(t, line, column);
    int       n;
    if (base < 0) return (Summary){ .mean = NAN, .sd = NAN, .half = NAN };
    const double *x = table_seeds(t, row, line, column, &n);
    const double *other = table_seeds(t, base, line, column, &n);
    return stats_paired(x, other, n);
}

/* --- the leading group ------------------------------------------------------ */

bool table_leads(const Table *t, int line, int column)
{
    return t->leads[line * table_columns(t) + column];
}

/* Of the rows of a column that have values: what was not trained, or not here, is tested like
 * the others.  Where nothing is told from the best nothing leads, and a column of single seeds
 * is no comparison. */
static void lead(Table *t, int column)
{
    const Results *r = t->r;
    const Better   better = table_metric(t, column)->is.better;
    double        *x = ARENA_NEW(&t->arena, double, t->n_lines * r->n_seeds + 1);
    bool          *leads = ARENA_NEW(&t->arena, bool, t->n_lines + 1);
    int           *line = ARENA_NEW(&t->arena, int, t->n_lines + 1), n = 0, seeds = 0, k = 0;
    bool           single = false;
    for (int i = 0; i < t->n_lines && better != NEITHER; i++) {
        const int row = table_row(t, i, column);
        if (row < 0 || !table_value(t, i, column).n) continue;
        const double *values = table_seeds(t, row, i, column, &seeds);
        if (seeds < r->n_seeds) single = true;
        else memcpy(x + n * r->n_seeds, values, (size_t)seeds * sizeof *x);
        line[n++] = i;
    }
    t->compared[column] = n > 1;
    if (n < 2 || single) return;
    stats_leaders(x, n, r->n_seeds, better == HIGHER, leads);
    for (int i = 0; i < n; i++) k += leads[i];
    t->told[column] = k < n;
    for (int i = 0; i < n && k < n; i++) t->leads[line[i] * table_columns(t) + column] = leads[i];
}

static void find_leaders(Table *t)
{
    const int columns = table_columns(t), n = t->n_lines * columns;
    t->leads = ARENA_NEW(&t->arena, bool, n + 1);
    t->told = ARENA_NEW(&t->arena, bool, columns + 1);
    t->compared = ARENA_NEW(&t->arena, bool, columns + 1);
    for (int i = 0; i < n; i++) t->leads[i] = false;
    for (int c = 0; c < columns; c++) {
        t->told[c] = t->compared[c] = false;
        lead(t, c);
    }
}

/* --- published numbers ------------------------------------------------------ */

static const PublishedNumber *next_beside(const Table *t, int line, int column,
                                          const PublishedNumber *after)
{
    const int row = table_row(t, line, column);
    if (!t->published || row < 0) return NULL;
    const Cell *const *cells = t->r->rows[row].cells;
    const Cell        *c = NULL;
    for (int k = 0; k < t->r->n_seeds && !c; k++) c = cells[k];
    return c ? published_next(t->published, after, table_metric(t, column)->is.name,
                              t->r->rows[row].strategy, c->config.pretrain.ratio)
             : NULL;
}

static void number_notes(Table *t)
{
    const int tables = t->published ? t->published->n_tables : 0;
    int       n = 0;
    t->note = ARENA_NEW(&t->arena, int, tables + 1);
    for (int i = 0; i < tables; i++) t->note[i] = 0;
    for (int line = 0; line < t->n_lines; line++)
        for (int c = 0; c < table_columns(t); c++)
            for (const PublishedNumber *p = NULL; (p = next_beside(t, line, c, p));)
                t->note[p->table] = 1;
    for (int i = 0; i < tables; i++)
        if (t->note[i]) t->note[i] = ++n;
}

/* "[8: 300, 800 epochs]": where they are from, and the epochs of each where their table does
 * not have one length. */
static void add_note(const Table *t, int line, int column, const PublishedNumber *first,
                     Text *out)
{
    const int table = first->table, epochs = t->published->table[table].epochs;
    bool      own = false;
    text_add(out, " [%d", t->note[table]);
    for (const PublishedNumber *p = first; p && p->table == table;
         p = next_beside(t, line, column, p))
        own = own || p->epochs != epochs;
    for (const PublishedNumber *p = first; p && own && p->table == table;
         p = next_beside(t, line, column, p))
        text_add(out, p->epochs ? "%s %d" : "%s ?", p == first ? ":" : ",", p->epochs);
    text_add(out, own ? " epochs]" : "]");
}

void table_published_text(const Table *t, int line, int column, Text *out)
{
    const PublishedNumber *first = NULL;
    for (const PublishedNumber *p = NULL, *next; (p = next_beside(t, line, column, p));) {
        const bool begins = !first || first->table != p->table;
        if (begins) first = p;
        text_add(out, "%s%g", out->length ? ", " : "", p->value);
        next = next_beside(t, line, column, p);
        if (!next || next->table != p->table) add_note(t, line, column, first, out);
    }
}

/* --- the table --------------------------------------------------------------- */

static Status keep_equal(Results *r, const TableAsk *ask, Err *err)
{
    int metric;
    if (table_find(r, ask->equal, &metric, err)) return err_in(err, "--equal");
    return results_equal(r, r->metrics[metric].is.name, ask->baseline, err);
}

Status table_open(Table *t, Results *r, const TableAsk *ask, Err *err)
{
    *t = (Table){ .r = r, .baseline = ask->baseline, .equal = ask->equal,
                  .published = ask->published };
    arena_open(&t->arena, "table", NULL, NULL);
    if (results_check_baseline(r, ask->baseline, err) ||
        (ask->equal && keep_equal(r, ask, err)) ||
        choose_metrics(t, ask, err) || table_lay_out(t, ask, err)) {
        table_close(t);
        return err->code;
    }
    find_leaders(t);
    number_notes(t);
    return STATUS_OK;
}

void table_close(Table *t) { arena_close(&t->arena); }
