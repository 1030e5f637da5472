/* The table for eyes: aligned text, Markdown, LaTeX, HTML. */
#include "experiments/table/table.h"

#include "experiments/table/tabular.h"

#include <string.h>

enum { PAGE = 80 }; /* columns of prose */

typedef void CellText(const Table *t, int line, int column, Text *out);

/* What a column of the table shows, beside and behind its values. */
static const struct {
    const char *head; /* NULL: "vs random" */
    CellText   *text;
} beside[] = { { NULL, table_difference_text }, { "published", table_published_text } };
enum { BESIDE = sizeof beside / sizeof *beside };

/* A column with nothing in it is left out, such as the baseline's difference to itself. */
static bool is_empty(const Table *t, int column, CellText *text)
{
    Text word = { 0 };
    for (int line = 0; line < t->n_lines && !word.length; line++) text(t, line, column, &word);
    bool empty = !word.length;
    text_free(&word);
    return empty;
}

static void fill_words(Tabular *s, const Table *t)
{
    for (int i = 0; i < t->row_keys.n; i++) {
        char key[64];
        table_key(t, t->row_keys.key[i], key);
        text_add(tabular_cell(s, 0, i), "%s", key);
        for (int line = 0; line < t->n_lines; line++)
            text_add(tabular_cell(s, line + 1, i), "%s", t->lines[line].word[i]);
    }
}

static void fill_column(Tabular *s, const Table *t, int column, CellText *text, int at)
{
    for (int line = 0; line < t->n_lines; line++)
        text(t, line, column, tabular_cell(s, line + 1, at));
}

static void fill(Tabular *s, const Table *t)
{
    const int columns = table_columns(t), words = t->row_keys.n;
    int       n = words;
    for (int c = 0; c < columns; c++) {
        n++;
        for (int i = 0; i < BESIDE; i++) n += !is_empty(t, c, beside[i].text);
    }
    tabular_open(s, t->n_lines + 1, n, words);
    fill_words(s, t);
    n = words;
    for (int c = 0; c < columns; c++) {
        table_column(t, c, tabular_cell(s, 0, n));
        for (int line = 0; line < t->n_lines; line++)
            if (table_leads(t, line, c)) tabular_bold(s, line + 1, n);
        fill_column(s, t, c, table_value_text, n++);
        for (int i = 0; i < BESIDE; i++) {
            if (is_empty(t, c, beside[i].text)) continue;
            if (beside[i].head) text_add(tabular_cell(s, 0, n), "%s", beside[i].head);
            else text_add(tabular_cell(s, 0, n), "vs %s", t->baseline);
            tabular_goes_on(s, n);
            fill_column(s, t, c, beside[i].text, n++);
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
    text_add(out, "\n");
    tabular_paragraphs(text_get(&notes), out);
    text_free(&notes);
}

static void as_latex(const Table *t, const Tabular *s, Text *out)
{
    Text caption = { 0 }, notes = { 0 };
    table_caption(t, &caption);
    table_notes(t, &notes);
    text_add(out, "\\begin{table}\n\\centering\n\\caption{");
    tabular_escape(text_get(&caption), out);
    text_add(out, "}\n\\medskip\n\\small\\setlength{\\tabcolsep}{4pt}\n");
    tabular_latex(s, out);
    text_add(out, "\n\\medskip\n\\raggedright\\footnotesize\n");
    tabular_escape(text_get(&notes), out);
    text_add(out, "\\end{table}\n");
    text_free(&caption);
    text_free(&notes);
}

static void html_paragraphs(const char *lines, Text *out)
{
    Text line = { 0 };
    for (; *lines; lines += strcspn(lines, "\n") + 1) {
        text_clear(&line);
        text_add_bytes(&line, lines, strcspn(lines, "\n"));
        text_add(out, "<p>");
        tabular_escape_html(text_get(&line), out);
        text_add(out, "</p>\n");
    }
    text_free(&line);
}

void table_html(const Table *t, Text *out)
{
    Tabular s;
    Text    caption = { 0 }, notes = { 0 };
    fill(&s, t);
    table_caption(t, &caption);
    table_notes(t, &notes);
    text_add(&caption, "\n");
    text_add(out, "<figure class=\"table\">\n<figcaption>\n");
    html_paragraphs(text_get(&caption), out);
    text_add(out, "</figcaption>\n");
    tabular_html(&s, out);
    text_add(out, "<div class=\"notes\">\n");
    html_paragraphs(text_get(&notes), out);
    text_add(out, "</div>\n</figure>\n");
    tabular_close(&s);
    text_free(&caption);
    text_free(&notes);
}

static void as_page(const Table *t, Text *out)
{
    text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    tabular_escape_html(t->r->recipe->name, out);
    text_add(out, "</title>\n<style>\nbody { font-family: sans-serif; color-scheme: light dark; }\n"
                  "table { border-collapse: collapse; }\nfigure { margin: 0; overflow-x: auto; }\n"
                  "td { text-align: right; }\nth { text-align: left; font-weight: normal; }\n"
                  "td, th { padding: 0.2em 0.8em; white-space: nowrap; }\n"
                  "thead th { border-bottom: 1px solid; }\n"
                  ".notes { font-size: smaller; max-width: 45em; }\n"
                  "</style>\n</head>\n<body>\n");
    table_html(t, out);
    text_add(out, "</body>\n</html>\n");
}

void table_write(const Table *t, const char *format, int width, Text *out)
{
    Tabular s;
    if (!strcmp(format, "csv")) table_csv(t, out);
    else if (!strcmp(format, "json")) table_json(t, out);
    else if (!strcmp(format, "html")) as_page(t, out);
    else {
        fill(&s, t);
        s.width = width;
        if (!strcmp(format, "md")) as_markdown(t, &s, out);
        else if (!strcmp(format, "latex")) as_latex(t, &s, out);
        else as_text(t, &s, out);
        tabular_close(&s);
    }
}
