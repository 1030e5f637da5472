/* The table for eyes: aligned text, Markdown, LaTeX. */
#include "experiments/record/table.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 80 }; /* columns of prose */

/* All cells as texts, row 0 the heads; the formats differ in what stands between. */
typedef struct {
    int   rows, cols;
    Text *cell; /* [rows, cols] */
    int   words; /* columns from the left that are words; the others are numbers */
} Sheet;

static Text *cell(const Sheet *s, int row, int col)
{
    return &s->cell[row * s->cols + col];
}

static Sheet sheet_open(const Table *t)
{
    const Results *r = t->r;
    Sheet          s = { .rows = r->n_rows + 1, .words = 1 + r->n_settings };
    s.cols = s.words + 2 * t->n_metrics;
    s.cell = calloc((size_t)s.rows * (size_t)s.cols, sizeof *s.cell);
    CHECK(s.cell, "no memory for a table of %d x %d", s.rows, s.cols);
    text_add(cell(&s, 0, 0), "strategy");
    for (int i = 0; i < r->n_settings; i++) {
        char key[64];
        results_key(r, i, key);
        text_add(cell(&s, 0, 1 + i), "%s", key);
    }
    for (int m = 0; m < t->n_metrics; m++) {
        const Metric *is = &table_metric(t, m)->is;
        text_add(cell(&s, 0, s.words + 2 * m),
                 strcmp(is->units, "percent") ? "%s" : "%s (%%)", is->name);
        text_add(cell(&s, 0, s.words + 2 * m + 1), "vs %s", t->baseline);
    }
    for (int row = 0; row < r->n_rows; row++) {
        text_add(cell(&s, row + 1, 0), "%s", r->rows[row].strategy);
        for (int i = 0; i < r->n_settings; i++)
            text_add(cell(&s, row + 1, 1 + i), "%s", r->rows[row].settings[i]);
        for (int m = 0; m < t->n_metrics; m++) {
            table_value_text(t, row, m, cell(&s, row + 1, s.words + 2 * m));
            table_difference_text(t, row, m, cell(&s, row + 1, s.words + 2 * m + 1));
        }
    }
    return s;
}

static void sheet_close(Sheet *s)
{
    for (int i = 0; i < s->rows * s->cols; i++) text_free(&s->cell[i]);
    free(s->cell);
}

static int column_width(const Sheet *s, int col)
{
    int most = 0;
    for (int row = 0; row < s->rows; row++) {
        int n = text_width(text_get(cell(s, row, col)));
        if (n > most) most = n;
    }
    return most;
}

static void padded(const char *s, int to, Text *out)
{
    text_add(out, "%s%*s", s, to - text_width(s), "");
}

static void as_text(const Table *t, const Sheet *s, Text *out)
{
    Text caption = { 0 }, notes = { 0 };
    table_caption(t, &caption);
    table_notes(t, &notes);
    text_wrap(out, text_get(&caption), PAGE);
    text_add(out, "\n");
    for (int row = 0; row < s->rows; row++) {
        Text line = { 0 };
        for (int col = 0; col < s->cols; col++)
            padded(text_get(cell(s, row, col)), column_width(s, col) + 2, &line);
        while (line.length && line.s[line.length - 1] == ' ')
            line.s[--line.length] = '\0';
        text_add(out, "%s\n", text_get(&line));
        text_free(&line);
    }
    text_add(out, "\n");
    text_wrap(out, text_get(&notes), PAGE);
    text_free(&caption);
    text_free(&notes);
}

/* A bar, the sign of a union, would end the cell. */
static void without_bars(const char *s, Text *out)
{
    for (; *s; s++) text_add(out, *s == '|' ? "\\|" : "%c", *s);
}

static void as_markdown(const Table *t, const Sheet *s, Text *out)
{
    Text notes = { 0 }, word = { 0 };
    table_caption(t, out);
    text_add(out, "\n\n");
    for (int row = 0; row < s->rows; row++) {
        for (int col = 0; col < s->cols; col++) {
            text_clear(&word);
            without_bars(text_get(cell(s, row, col)), &word);
            text_add(out, "| ");
            padded(text_get(&word), column_width(s, col) + 1, out);
        }
        text_add(out, "|\n");
        for (int col = 0; col < s->cols && !row; col++) {
            text_add(out, "|-");
            for (int i = 0; i < column_width(s, col); i++) text_add(out, "-");
            text_add(out, col < s->words ? "-" : ":");
        }
        if (!row) text_add(out, "|\n");
    }
    table_notes(t, &notes);
    for (const char *line = text_get(&notes); *line; line += strcspn(line, "\n") + 1)
        text_add(out, "\n%.*s\n", (int)strcspn(line, "\n"), line);
    text_free(&notes);
    text_free(&word);
}

static void escaped(const char *s, Text *out)
{
    for (; *s; s++)
        if (!strncmp(s, "±", strlen("±"))) {
            text_add(out, "$\\pm$");
            s += strlen("±") - 1;
        } else if (*s == '|' || ((*s == '-' || *s == '+') && s[1] >= '0' && s[1] <= '9'))
            text_add(out, "$%c$", *s);
        else text_add(out, strchr("_%&#$", *s) ? "\\%c" : "%c", *s);
}

/* For \usepackage{booktabs}. */
static void as_latex(const Table *t, const Sheet *s, Text *out)
{
    Text notes = { 0 };
    table_notes(t, &notes);
    text_add(out, "\\begin{table}\n\\centering\n\\caption{");
    Text caption = { 0 };
    table_caption(t, &caption);
    escaped(text_get(&caption), out);
    text_add(out, "}\n\\begin{tabular}{");
    for (int col = 0; col < s->cols; col++) text_add(out, col < s->words ? "l" : "r");
    text_add(out, "}\n\\toprule\n");
    for (int row = 0; row < s->rows; row++) {
        for (int col = 0; col < s->cols; col++) {
            text_add(out, col ? " & " : "");
            escaped(text_get(cell(s, row, col)), out);
        }
        text_add(out, row ? " \\\\\n" : " \\\\\n\\midrule\n");
    }
    text_add(out, "\\bottomrule\n\\end{tabular}\n\n\\footnotesize\n");
    escaped(text_get(&notes), out);
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
    Sheet s = sheet_open(t);
    if (!strcmp(format, "md")) as_markdown(t, &s, out);
    else if (!strcmp(format, "latex")) as_latex(t, &s, out);
    else as_text(t, &s, out);
    sheet_close(&s);
}
