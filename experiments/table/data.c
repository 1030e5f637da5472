/* The table for programs: CSV, one line per row and metric, and JSON.  Both tell of whole
 * rows, whatever rows and columns the eye is shown: programs pivot for themselves. */
#include "experiments/table/table.h"

#include <jansson.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- rows ----------------------------------------------------------------- */

/* A row of the results, and where it is seen first. */
typedef struct { int row, line, group; } Seen;

/* In the order of the table; seen [r->n_rows]. */
static int list_rows(const Table *t, Seen *seen)
{
    int n = 0;
    for (int line = 0; line < t->n_lines; line++)
        for (int group = 0; group < t->n_groups; group++) {
            const int row = t->at[line * t->n_groups + group];
            int       i = 0;
            while (i < n && seen[i].row != row) i++;
            if (row >= 0 && i == n) seen[n++] = (Seen){ row, line, group };
        }
    return n;
}

static Seen *all_rows(const Table *t, int *n)
{
    Seen *seen = calloc((size_t)t->r->n_rows + 1, sizeof *seen);
    CHECK(seen, "no memory for %d rows", t->r->n_rows);
    *n = list_rows(t, seen);
    return seen;
}

static const double *values(const Table *t, int row, int metric)
{
    return results_values(t->r, t->metrics[metric], row);
}

static Summary value_of(const Table *t, int row, int metric)
{
    return stats_summary(values(t, row, metric), t->r->n_seeds);
}

static Summary difference_of(const Table *t, int row, int metric)
{
    const int base = results_baseline(t->r, row, t->baseline);
    if (base < 0 || base == row) return (Summary){ .mean = NAN, .sd = NAN, .half = NAN };
    return stats_paired(values(t, row, metric), values(t, base, metric), t->r->n_seeds);
}

static bool leads(const Table *t, const Seen *at, int metric)
{
    return table_leads(t, at->line, metric * t->n_groups + at->group);
}

static const char *better_word(const Metric *m)
{
    return m->better == HIGHER ? "higher" : m->better == LOWER ? "lower" : NULL;
}

/* --- CSV ------------------------------------------------------------------ */

static void quoted(const char *s, Text *out)
{
    if (!s[strcspn(s, ",\"\n")]) {
        text_add(out, "%s", s);
        return;
    }
    text_add(out, "\"");
    for (; *s; s++) text_add(out, *s == '"' ? "\"\"" : "%c", *s);
    text_add(out, "\"");
}

/* Nothing between two commas is what pandas reads as missing. */
static void value(double x, Text *out)
{
    text_add(out, ",");
    if (isfinite(x)) text_add(out, "%.10g", x);
}

static void summary(const Summary *s, Text *out)
{
    text_add(out, ",%d", s->n);
    value(s->mean, out);
    value(s->sd, out);
    value(s->mean - s->half, out);
    value(s->mean + s->half, out);
}

static void csv_line(const Table *t, const Seen *at, int metric, Text *out)
{
    const Results          *r = t->r;
    const ResultMetric     *m = &r->metrics[t->metrics[metric]];
    const char             *better = better_word(&m->is);
    Summary s = value_of(t, at->row, metric), d = difference_of(t, at->row, metric);
    quoted(r->recipe->name, out);
    text_add(out, ",");
    quoted(r->rows[at->row].strategy, out);
    for (int i = 0; i < r->n_settings; i++) {
        text_add(out, ",");
        quoted(r->rows[at->row].settings[i], out);
    }
    text_add(out, ",%s,%s,%s", m->is.name, m->is.units, better ? better : "");
    summary(&s, out);
    text_add(out, ",%d,", leads(t, at, metric));
    quoted(t->baseline, out);
    summary(&d, out);
    for (PointState state = POINT_MISSING; state <= POINT_NEWER; state++)
        text_add(out, ",%d", results_count(r, m->stage, at->row, state));
    text_add(out, "\n");
}

void table_csv(const Table *t, Text *out)
{
    int   n;
    Seen *seen = all_rows(t, &n);
    text_add(out, "recipe,strategy");
    for (int i = 0; i < t->r->n_settings; i++)
        text_add(out, ",%s", schema_key(t->r->settings[i])->name);
    text_add(out, ",metric,units,better,n,mean,sd,low95,high95,leads,baseline,pairs,difference,"
                  "difference_sd,difference_low95,difference_high95,missing,failed,damaged,"
                  "newer\n");
    for (int i = 0; i < n; i++)
        for (int metric = 0; metric < t->n_metrics; metric++) csv_line(t, &seen[i], metric, out);
    free(seen);
}

/* --- JSON ----------------------------------------------------------------- */

json_t *table_json_number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

json_t *table_json_summary(const Summary *s)
{
    return json_pack("{s:i, s:o, s:o, s:[o, o]}", "n", s->n, "mean", table_json_number(s->mean),
                     "sd", table_json_number(s->sd), "interval95",
                     table_json_number(s->mean - s->half), table_json_number(s->mean + s->half));
}

static json_t *json_cell(const Table *t, const Seen *at, int metric)
{
    const Results      *r = t->r;
    const ResultMetric *m = &r->metrics[t->metrics[metric]];
    const double       *x = values(t, at->row, metric);
    Summary v = value_of(t, at->row, metric), d = difference_of(t, at->row, metric);
    json_t *all = json_array(), *cell = table_json_summary(&v);
    for (int k = 0; k < r->n_seeds; k++) json_array_append_new(all, table_json_number(x[k]));
    json_object_set_new(cell, "values", all);
    json_object_set_new(cell, "leads", json_boolean(leads(t, at, metric)));
    for (PointState s = POINT_MISSING; s <= POINT_NEWER; s++)
        json_object_set_new(cell, results_state_word(s),
                            json_integer(results_count(r, m->stage, at->row, s)));
    if (d.n) {
        json_t       *difference = table_json_summary(&d);
        const double *other = values(t, results_baseline(r, at->row, t->baseline), metric);
        json_object_set_new(difference, "sign_flip_p",
                            table_json_number(stats_sign_flip(x, other, r->n_seeds)));
        json_object_set_new(cell, "difference", difference);
    }
    return cell;
}

/* The records a row was made from: a table follows from them, or is stale. */
static json_t *json_records(const Results *r, int row)
{
    json_t *all = json_array();
    for (int k = 0; k < r->n_seeds; k++)
        for (int s = 0; s < STAGE_KINDS; s++) {
            PointState state = results_state(r, (StageKind)s, row, k);
            if (state == POINT_NONE) continue;
            json_array_append_new(
                all, json_pack("{s:s, s:s, s:I, s:s}", "id",
                               r->rows[row].cells[k]->stage[s].id, "stage",
                               stage_word((StageKind)s), "seed", (json_int_t)r->seeds[k],
                               "state", results_state_word(state)));
        }
    return all;
}

static json_t *json_row(const Table *t, const Seen *at)
{
    const Results   *r = t->r;
    const ResultRow *row = &r->rows[at->row];
    json_t          *settings = json_object(), *metrics = json_object();
    for (int i = 0; i < r->n_settings; i++)
        json_object_set_new(settings, schema_key(r->settings[i])->name,
                            json_string(row->settings[i]));
    for (int m = 0; m < t->n_metrics; m++)
        json_object_set_new(metrics, r->metrics[t->metrics[m]].is.name, json_cell(t, at, m));
    return json_pack("{s:s, s:b, s:o, s:o, s:o}", "strategy", row->strategy, "untrained",
                     row->untrained, "settings", settings, "metrics", metrics, "records",
                     json_records(r, at->row));
}

static json_t *json_published(const Table *t)
{
    json_t *all = json_array();
    for (const PublishedNumber *p = t->published ? t->published->numbers : NULL; p; p = p->next) {
        const PublishedTable *from = &t->published->table[p->table];
        if (!t->note[p->table]) continue;
        json_array_append_new(
            all, json_pack("{s:s?, s:s, s:o, s:s, s:f, s:s, s:s, s:s, s:i, s:s, s:s, s:s}",
                           "strategy", p->strategy, "method", p->method, "ratio",
                           table_json_number(p->ratio), "metric", p->metric, "value", p->value,
                           "table", from->name, "model", from->model, "data", from->data,
                           "epochs", p->epochs, "source", from->source, "evidence",
                           from->evidence, "doubts", *p->doubts ? p->doubts : from->doubts));
    }
    return all;
}

static json_t *json_metric(const ResultMetric *m)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s?}", "name", m->is.name, "stage",
                     stage_word(m->stage), "long_name", m->is.long_name, "units", m->is.units,
                     "better", better_word(&m->is));
}

void table_json(const Table *t, Text *out)
{
    const Results *r = t->r;
    Text           caption = { 0 };
    json_t        *seeds = json_array(), *rows = json_array(), *metrics = json_array();
    int            n;
    Seen          *seen = all_rows(t, &n);
    for (int k = 0; k < r->n_seeds; k++)
        json_array_append_new(seeds, json_integer((json_int_t)r->seeds[k]));
    for (int m = 0; m < t->n_metrics; m++)
        json_array_append_new(metrics, json_metric(&r->metrics[t->metrics[m]]));
    for (int i = 0; i < n; i++) json_array_append_new(rows, json_row(t, &seen[i]));
    free(seen);
    table_caption(t, &caption);
    json_t *all = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:o}", "recipe",
                            r->recipe->name, "scale", text_get(&caption), "baseline",
                            t->baseline, "seeds", seeds, "metrics", metrics, "rows", rows,
                            "records_of", r->source, "published", json_published(t));
    char *text = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    CHECK(text, "a table that is no JSON");
    text_add(out, "%s\n", text);
    free(text);
    json_decref(all);
    text_free(&caption);
}
