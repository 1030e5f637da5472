#include "experiments/table/tabular.h"

#include <stdlib.h>
#include <string.h>

void tabular_open(Tabular *t, int rows, int cols, int words)
{
    size_t n = (size_t)rows * (size_t)cols;
    *t = (Tabular){ .rows = rows, .cols = cols, .words = words };
    t->cell = calloc(n, sizeof *t->cell);
    t->bold = calloc(n, sizeof *t->bold);
    t->goes_on = calloc((size_t)cols, sizeof *t->goes_on);
    CHECK(t->cell && t->bold && t->goes_on, "no memory for a table of %d x %d", rows, cols);
}

Text *tabular_cell(const Tabular *t, int row, int col) { return &t->cell[row * t->cols + col]; }

void tabular_bold(Tabular *t, int row, int col) { t->bold[row * t->cols + col] = true; }

void tabular_goes_on(Tabular *t, int col) { t->goes_on[col] = true; }

void tabular_close(Tabular *t)
{
    for (int i = 0; i < t->rows * t->cols; i++) text_free(&t->cell[i]);
    free(t->cell);
    free(t->bold);
    free(t->goes_on);
}

static const char *word_at(const Tabular *t, int row, int col)
{
    return text_get(tabular_cell(t, row, col));
}

static bool is_bold(const Tabular *t, int row, int col) { return t->bold[row * t->cols + col]; }

static void padded(const char *s, int to, Text *out)
{
    int blanks = to - text_width(s);
    text_add(out, "%s%*s", s, blanks > 0 ? blanks : 0, "");
}

/* --- for a terminal ------------------------------------------------------- */

enum { WORD_WIDEST = 32 }; /* a longer word goes on below where there is no room */

/* Bytes of s that fit: up to a sign that parts what is written there, if there is one. */
static size_t piece(const char *s, int most)
{
    size_t n = 0, good = 0;
    if (text_width(s) <= most) return strlen(s);
    for (int width = 0; s[n] && width < most; width++) {
        do n++;
        while (((unsigned char)s[n] & 0xC0) == 0x80); /* a character is whole */
        if (strchr(" ,:+(/@", s[n - 1])) good = n;
    }
    return good ? good : n;
}

/* The line-th piece of a word; "" behind the last. */
static void piece_at(const char *s, int most, int line, Text *out)
{
    while (line-- > 0) s += piece(s, most);
    text_add_bytes(out, s, piece(s, most));
}

static int pieces(const char *s, int most)
{
    int n = 1;
    for (s += piece(s, most); *s; s += piece(s, most)) n++;
    return n;
}

static int column_width(const Tabular *t, int col)
{
    int most = 0;
    for (int row = 0; row < t->rows; row++) {
        int n = text_width(word_at(t, row, col)) + (is_bold(t, row, col) ? 2 : 0);
        if (n > most) most = n;
    }
    return most;
}

typedef struct {
    const Tabular *t;
    const int     *width; /* [cols] */
} Page;

static void add_line(const Page *p, int row, int line, int first, int last, Text *out)
{
    const Tabular *t = p->t;
    Text           all = { 0 }, part = { 0 };
    for (int col = 0; col < last; col++) {
        if (col >= t->words && col < first) continue;
        text_clear(&part);
        if (col < t->words) piece_at(word_at(t, row, col), p->width[col], line, &part);
        else if (!line)
            text_add(&part, "%s%s", word_at(t, row, col), is_bold(t, row, col) ? " *" : "");
        padded(text_get(&part), p->width[col] + 2, &all);
    }
    while (all.length && all.s[all.length - 1] == ' ') all.s[--all.length] = '\0';
    text_add(out, "%s\n", text_get(&all));
    text_free(&all);
    text_free(&part);
}

static void add_block(const Page *p, int first, int last, Text *out)
{
    for (int row = 0; row < p->t->rows; row++) {
        int lines = 1;
        for (int col = 0; col < p->t->words; col++) {
            int n = pieces(word_at(p->t, row, col), p->width[col]);
            if (n > lines) lines = n;
        }
        for (int line = 0; line < lines; line++) add_line(p, row, line, first, last, out);
    }
}

void tabular_text(const Tabular *t, Text *out)
{
    int *width = calloc((size_t)t->cols, sizeof *width), words = 0, all = 0;
    CHECK(width, "no memory for %d columns", t->cols);
    for (int col = 0; col < t->cols; col++) all += (width[col] = column_width(t, col)) + 2;
    const int most = t->width ? t->width : all;
    for (int col = 0; col < t->words; col++) {
        if (all - 2 > most && width[col] > WORD_WIDEST) width[col] = WORD_WIDEST;
        words += width[col] + 2;
    }
    const Page p = { t, width };
    for (int first = t->words; first < t->cols || first == t->words;) {
        int last = first, used = words;
        while (last < t->cols) {
            int more = 0, next = last;
            do more += width[next++] + 2;
            while (next < t->cols && t->goes_on[next]);
            if (last > first && used + more - 2 > most) break;
            used += more;
            last = next;
        }
        if (first > t->words) text_add(out, "\n");
        add_block(&p, first, last, out);
        if (last == first) break; /* words alone */
        first = last;
    }
    free(width);
}

/* --- for Markdown, LaTeX and HTML ------------------------------------------ */

/* A bar, the sign of a union, would end the cell. */
static void for_markdown(const Tabular *t, int row, int col, Text *out)
{
    const char *mark = is_bold(t, row, col) ? "**" : "";
    text_clear(out);
    text_add(out, "%s", mark);
    for (const char *s = word_at(t, row, col); *s; s++)
        text_add(out, *s == '|' ? "\\|" : "%c", *s);
    text_add(out, "%s", mark);
}

void tabular_markdown(const Tabular *t, Text *out)
{
    Text word = { 0 };
    int *width = calloc((size_t)t->cols, sizeof *width);
    CHECK(width, "no memory for %d columns", t->cols);
    for (int i = 0; i < t->rows * t->cols; i++) {
        for_markdown(t, i / t->cols, i % t->cols, &word);
        int n = text_width(text_get(&word));
        if (n > width[i % t->cols]) width[i % t->cols] = n;
    }
    for (int row = 0; row < t->rows; row++) {
        for (int col = 0; col < t->cols; col++) {
            for_markdown(t, row, col, &word);
            text_add(out, "| ");
            padded(text_get(&word), width[col] + 1, out);
        }
        text_add(out, "|\n");
        for (int col = 0; col < t->cols && !row; col++) {
            text_add(out, "|-");
            for (int i = 0; i < width[col]; i++) text_add(out, "-");
            text_add(out, col < t->words ? "-" : ":");
        }
        if (!row) text_add(out, "|\n");
    }
    free(width);
    text_free(&word);
}

void tabular_paragraphs(const char *lines, Text *out)
{
    for (const char *line = lines; *line; line += strcspn(line, "\n") + 1)
        text_add(out, "%s%.*s\n", line > lines ? "\n" : "", (int)strcspn(line, "\n"), line);
}

/* Of a number, and not the hyphen of top-1. */
static bool is_sign(const char *s)
{
    return (*s == '-' || *s == '+') && s[1] >= '0' && s[1] <= '9';
}

void tabular_escape(const char *s, Text *out)
{
    for (const char *start = s; *s; s++)
        if (!strncmp(s, "±", strlen("±"))) {
            text_add(out, "$\\pm$");
            s += strlen("±") - 1;
        } else if (*s == '|' || (is_sign(s) && (s == start || strchr(" (", s[-1]))))
            text_add(out, "$%c$", *s);
        else if (*s == '\\') text_add(out, "\\textbackslash{}");
        else if (*s == '^' || *s == '~') text_add(out, "\\%c{}", *s);
        else text_add(out, strchr("_%&#${}", *s) ? "\\%c" : "%c", *s);
}

void tabular_latex(const Tabular *t, Text *out)
{
    text_add(out, "\\begin{tabular}{@{}");
    for (int col = 0; col < t->cols; col++) text_add(out, col < t->words ? "l" : "r");
    text_add(out, "@{}}\n\\toprule\n");
    for (int row = 0; row < t->rows; row++) {
        for (int col = 0; col < t->cols; col++) {
            const bool bold = is_bold(t, row, col);
            text_add(out, "%s%s", col ? " & " : "", bold ? "\\textbf{" : "");
            tabular_escape(word_at(t, row, col), out);
            text_add(out, bold ? "}" : "");
        }
        text_add(out, row ? " \\\\\n" : " \\\\\n\\midrule\n");
    }
    text_add(out, "\\bottomrule\n\\end{tabular}\n");
}

void tabular_escape_html(const char *s, Text *out)
{
    for (; *s; s++)
        if (*s == '<') text_add(out, "&lt;");
        else if (*s == '>') text_add(out, "&gt;");
        else if (*s == '&') text_add(out, "&amp;");
        else if (*s == '"') text_add(out, "&quot;");
        else text_add_bytes(out, s, 1);
}

void tabular_html(const Tabular *t, Text *out)
{
    text_add(out, "<table>\n<thead>\n");
    for (int row = 0; row < t->rows; row++) {
        text_add(out, "<tr>");
        for (int col = 0; col < t->cols; col++) {
            const bool word = col < t->words, bold = is_bold(t, row, col);
            text_add(out, !row   ? "<th scope=\"col\">"
                          : word ? "<th scope=\"row\">"
                                 : "<td>");
            text_add(out, bold ? "<strong>" : "");
            tabular_escape_html(word_at(t, row, col), out);
            text_add(out, "%s%s", bold ? "</strong>" : "", !row || word ? "</th>" : "</td>");
        }
        text_add(out, row ? "</tr>\n" : "</tr>\n</thead>\n<tbody>\n");
    }
    text_add(out, "</tbody>\n</table>\n");
}
