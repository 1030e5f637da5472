/* The table for programs: CSV, one line per row and metric, and JSON. */
#include "experiments/table/table.h"

#include <jansson.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

void table_csv(const Table *t, Text *out)
{
    static const PointState absent[] = { POINT_MISSING, POINT_FAILED, POINT_DAMAGED };
    const Results          *r = t->r;
    text_add(out, "recipe,strategy");
    for (int i = 0; i < r->n_settings; i++)
        text_add(out, ",%s", schema_key(r->settings[i])->name);
    text_add(out,
             ",metric,units,better,n,mean,sd,low95,high95,baseline,pairs,difference,"
             "difference_sd,difference_low95,difference_high95,missing,failed,damaged\n");
    for (int row = 0; row < r->n_rows; row++)
        for (int c = 0; c < t->n_metrics; c++) {
            const ResultMetric *m = table_metric(t, c);
            Summary s = table_value(t, row, c), d = table_difference(t, row, c);
            quoted(r->recipe->name, out);
            text_add(out, ",");
            quoted(r->rows[row].strategy, out);
            for (int i = 0; i < r->n_settings; i++) {
                text_add(out, ",");
                quoted(r->rows[row].settings[i], out);
            }
            text_add(out, ",%s,%s,%s", m->is.name, m->is.units,
                     m->is.better == HIGHER  ? "higher"
                     : m->is.better == LOWER ? "lower"
                                             : "");
            summary(&s, out);
            text_add(out, ",");
            quoted(t->baseline, out);
            summary(&d, out);
            for (int i = 0; i < 3; i++)
                text_add(out, ",%d", results_count(r, m->stage, row, absent[i]));
            text_add(out, "\n");
        }
}

/* --- JSON ----------------------------------------------------------------- */

static json_t *json_number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *json_summary(const Summary *s)
{
    return json_pack("{s:i, s:o, s:o, s:[o, o]}", "n", s->n, "mean", json_number(s->mean),
                     "sd", json_number(s->sd), "interval95",
                     json_number(s->mean - s->half), json_number(s->mean + s->half));
}

static json_t *json_cell(const Table *t, int row, int column)
{
    const Results      *r = t->r;
    const ResultMetric *m = table_metric(t, column);
    const double       *x = results_values(r, t->metrics[column], row);
    Summary s = table_value(t, row, column), d = table_difference(t, row, column);
    int                 base = results_baseline(r, row, t->baseline);
    json_t             *values = json_array(), *cell = json_summary(&s);
    for (int k = 0; k < r->n_seeds; k++) json_array_append_new(values, json_number(x[k]));
    json_object_set_new(cell, "values", values);
    json_object_set_new(cell, "missing",
                        json_integer(results_count(r, m->stage, row, POINT_MISSING)));
    json_object_set_new(cell, "failed",
                        json_integer(results_count(r, m->stage, row, POINT_FAILED)));
    json_object_set_new(cell, "damaged",
                        json_integer(results_count(r, m->stage, row, POINT_DAMAGED)));
    if (d.n) {
        json_t       *difference = json_summary(&d);
        const double *other = results_values(r, t->metrics[column], base);
        json_object_set_new(difference, "sign_flip_p",
                            json_number(stats_sign_flip(x, other, r->n_seeds)));
        json_object_set_new(cell, "difference", difference);
    }
    return cell;
}

/* The records a row was made from: a table follows from them, or is stale. */
static json_t *json_records(const Results *r, int row)
{
    static const char *const words[] = { "none", "done", "missing", "failed", "damaged" };
    json_t                  *all = json_array();
    for (int k = 0; k < r->n_seeds; k++)
        for (int s = 0; s < STAGE_KINDS; s++) {
            PointState state = results_state(r, (StageKind)s, row, k);
            if (state == POINT_NONE) continue;
            json_array_append_new(
                all, json_pack("{s:s, s:s, s:I, s:s}", "id",
                               r->rows[row].cells[k]->stage[s].id, "stage",
                               stage_word((StageKind)s), "seed", (json_int_t)r->seeds[k],
                               "state", words[state]));
        }
    return all;
}

static json_t *json_row(const Table *t, int row)
{
    const Results *r = t->r;
    json_t        *settings = json_object(), *metrics = json_object();
    for (int i = 0; i < r->n_settings; i++)
        json_object_set_new(settings, schema_key(r->settings[i])->name,
                            json_string(r->rows[row].settings[i]));
    for (int c = 0; c < t->n_metrics; c++)
        json_object_set_new(metrics, table_metric(t, c)->is.name, json_cell(t, row, c));
    return json_pack("{s:s, s:b, s:o, s:o, s:o}", "strategy", r->rows[row].strategy,
                     "untrained", r->rows[row].untrained, "settings", settings, "metrics",
                     metrics, "records", json_records(r, row));
}

void table_json(const Table *t, Text *out)
{
    const Results *r = t->r;
    Text           caption = { 0 };
    json_t        *seeds = json_array(), *rows = json_array(), *metrics = json_array();
    for (int k = 0; k < r->n_seeds; k++)
        json_array_append_new(seeds, json_integer((json_int_t)r->seeds[k]));
    for (int c = 0; c < t->n_metrics; c++) {
        const ResultMetric *m = table_metric(t, c);
        json_array_append_new(metrics,
                              json_pack("{s:s, s:s, s:s, s:s, s:s?}", "name", m->is.name,
                                        "stage", stage_word(m->stage), "long_name",
                                        m->is.long_name, "units", m->is.units, "better",
                                        m->is.better == HIGHER  ? "higher"
                                        : m->is.better == LOWER ? "lower"
                                                                : NULL));
    }
    for (int i = 0; i < r->n_rows; i++) json_array_append_new(rows, json_row(t, i));
    table_caption(t, &caption);
    json_t *all = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "recipe", r->recipe->name,
                            "scale", text_get(&caption), "baseline", t->baseline, "seeds",
                            seeds, "metrics", metrics, "rows", rows);
    char *text = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    CHECK(text, "a table that is no JSON");
    text_add(out, "%s\n", text);
    free(text);
    json_decref(all);
    text_free(&caption);
}
