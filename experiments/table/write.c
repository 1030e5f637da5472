/* The table for eyes: aligned text, Markdown, LaTeX. */
#include "experiments/table/table.h"

#include "experiments/table/tabular.h"

#include <string.h>

enum { PAGE = 80 }; /* columns of prose */

static void fill(Tabular *s, const Table *t)
{
    const Results *r = t->r;
    int            words = 1 + r->n_settings;
    tabular_open(s, r->n_rows + 1, words + 2 * t->n_metrics, words);
    text_add(tabular_cell(s, 0, 0), "strategy");
    for (int i = 0; i < r->n_settings; i++) {
        char key[64];
        results_key(r, i, key);
        text_add(tabular_cell(s, 0, 1 + i), "%s", key);
    }
    for (int m = 0; m < t->n_metrics; m++) {
        const Metric *is = &table_metric(t, m)->is;
        text_add(tabular_cell(s, 0, words + 2 * m),
                 strcmp(is->units, "percent") ? "%s" : "%s (%%)", table_head(is));
        text_add(tabular_cell(s, 0, words + 2 * m + 1), "vs %s", t->baseline);
    }
    for (int row = 0; row < r->n_rows; row++) {
        text_add(tabular_cell(s, row + 1, 0), "%s", r->rows[row].strategy);
        for (int i = 0; i < r->n_settings; i++)
            text_add(tabular_cell(s, row + 1, 1 + i), "%s", r->rows[row].settings[i]);
        for (int m = 0; m < t->n_metrics; m++) {
            table_value_text(t, row, m, tabular_cell(s, row + 1, words + 2 * m));
            table_difference_text(t, row, m, tabular_cell(s, row + 1, words + 2 * m + 1));
        }
    }
}

static void as_text(const Table *t, const Tabular *s, Text *out)
{
    Text caption = { 0 }, notes = { 0 };
    table_caption(t, &caption);
    table_notes(t, &notes);
    text_wrap(out, text_get(&caption), PAGE);
    text_add(out, "\n");
    tabular_text(s, out);
    text_add(out, "\n");
    text_wrap(out, text_get(&notes), PAGE);
    text_free(&caption);
    text_free(&notes);
}

static void as_markdown(const Table *t, const Tabular *s, Text *out)
{
    Text notes = { 0 };
    table_caption(t, out);
    text_add(out, "\n\n");
    tabular_markdown(s, out);
    table_notes(t, &notes);
    for (const char *line = text_get(&notes); *line; line += strcspn(line, "\n") + 1)
        text_add(out, "\n%.*s\n", (int)strcspn(line, "\n"), line);
    text_free(&notes);
}

static void as_latex(const Table *t, const Tabular *s, Text *out)
{
    Text caption = { 0 }, notes = { 0 };
    table_caption(t, &caption);
    table_notes(t, &notes);
    text_add(out, "\\begin{table}\n\\centering\n\\caption{");
    tabular_escape(text_get(&caption), out);
    text_add(out, "}\n");
    tabular_latex(s, out);
    text_add(out, "\n\\footnotesize\n");
    tabular_escape(text_get(&notes), out);
    text_add(out, "\\end{table}\n");
    text_free(&caption);
    text_free(&notes);
}

void table_write(const Table *t, const char *format, Text *out)
{
    if (!strcmp(format, "csv")) {
        table_csv(t, out);
        return;
    }
    if (!strcmp(format, "json")) {
        table_json(t, out);
        return;
    }
    Tabular s;
    fill(&s, t);
    if (!strcmp(format, "md")) as_markdown(t, &s, out);
    else if (!strcmp(format, "latex")) as_latex(t, &s, out);
    else as_text(t, &s, out);
    tabular_close(&s);
}
