#include "experiments/table/tabular.h"

#include <stdlib.h>
#include <string.h>

void tabular_open(Tabular *t, int rows, int cols, int words)
{
    *t = (Tabular){ .rows = rows, .cols = cols, .words = words };
    t->cell = calloc((size_t)rows * (size_t)cols, sizeof *t->cell);
    CHECK(t->cell, "no memory for a table of %d x %d", rows, cols);
}

Text *tabular_cell(const Tabular *t, int row, int col) { return &t->cell[row * t->cols + col]; }

void tabular_close(Tabular *t)
{
    for (int i = 0; i < t->rows * t->cols; i++) text_free(&t->cell[i]);
    free(t->cell);
}

static const char *word_at(const Tabular *t, int row, int col)
{
    return text_get(tabular_cell(t, row, col));
}

static int column_width(const Tabular *t, int col)
{
    int most = 0;
    for (int row = 0; row < t->rows; row++) {
        int n = text_width(word_at(t, row, col));
        if (n > most) most = n;
    }
    return most;
}

static void padded(const char *s, int to, Text *out)
{
    text_add(out, "%s%*s", s, to - text_width(s), "");
}

void tabular_text(const Tabular *t, Text *out)
{
    Text line = { 0 };
    for (int row = 0; row < t->rows; row++) {
        text_clear(&line);
        for (int col = 0; col < t->cols; col++)
            padded(word_at(t, row, col), column_width(t, col) + 2, &line);
        while (line.length && line.s[line.length - 1] == ' ')
            line.s[--line.length] = '\0';
        text_add(out, "%s\n", text_get(&line));
    }
    text_free(&line);
}

/* A bar, the sign of a union, would end the cell. */
static void without_bars(const char *s, Text *out)
{
    for (; *s; s++) text_add(out, *s == '|' ? "\\|" : "%c", *s);
}

void tabular_markdown(const Tabular *t, Text *out)
{
    Text word = { 0 };
    for (int row = 0; row < t->rows; row++) {
        for (int col = 0; col < t->cols; col++) {
            text_clear(&word);
            without_bars(word_at(t, row, col), &word);
            text_add(out, "| ");
            padded(text_get(&word), column_width(t, col) + 1, out);
        }
        text_add(out, "|\n");
        for (int col = 0; col < t->cols && !row; col++) {
            text_add(out, "|-");
            for (int i = 0; i < column_width(t, col); i++) text_add(out, "-");
            text_add(out, col < t->words ? "-" : ":");
        }
        if (!row) text_add(out, "|\n");
    }
    text_free(&word);
}

void tabular_escape(const char *s, Text *out)
{
    for (; *s; s++)
        if (!strncmp(s, "±", strlen("±"))) {
            text_add(out, "$\\pm$");
            s += strlen("±") - 1;
        } else if (*s == '|' || ((*s == '-' || *s == '+') && s[1] >= '0' && s[1] <= '9'))
            text_add(out, "$%c$", *s);
        else if (*s == '\\') text_add(out, "\\textbackslash{}");
        else if (*s == '^' || *s == '~') text_add(out, "\\%c{}", *s);
        else text_add(out, strchr("_%&#${}", *s) ? "\\%c" : "%c", *s);
}

void tabular_latex(const Tabular *t, Text *out)
{
    text_add(out, "\\begin{tabular}{");
    for (int col = 0; col < t->cols; col++) text_add(out, col < t->words ? "l" : "r");
    text_add(out, "}\n\\toprule\n");
    for (int row = 0; row < t->rows; row++) {
        for (int col = 0; col < t->cols; col++) {
            text_add(out, col ? " & " : "");
            tabular_escape(word_at(t, row, col), out);
        }
        text_add(out, row ? " \\\\\n" : " \\\\\n\\midrule\n");
    }
    text_add(out, "\\bottomrule\n\\end{tabular}\n");
}
