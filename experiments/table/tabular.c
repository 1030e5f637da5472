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

/* Where there is no room a longer word goes on below; no column is folded to less. */
enum { WORD_WIDEST = 32, WORD_LEAST = 16 };

/* Signs behind which a word may be parted: names of metrics have none. */
static const char parting[] = " ,:+(/@";

/* Bytes of s that fit: up to a sign that parts what is written there, if there is one. */
static size_t piece(const char *s, int most)
{
    size_t n = 0, good = 0;
    if (text_width(s) <= most) return strlen(s);
    for (int width = 0; s[n] && width < most; width++) {
        do n++;
        while (((unsigned char)s[n] & 0xC0) == 0x80); /* a character is whole */
        if (strchr(parting, s[n - 1])) good = n;
    }
    if (good) n = good;
    while (s[n] == ' ') n++; /* the next piece begins with a word */
    return n;
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

/* What a cell shows: what is bold has a star. */
static const char *shown(const Tabular *t, int row, int col, Text *room)
{
    if (!is_bold(t, row, col)) return word_at(t, row, col);
    text_clear(room);
    text_add(room, "%s *", word_at(t, row, col));
    return text_get(room);
}

static int column_width(const Tabular *t, int col)
{
    int  most = 0;
    Text room = { 0 };
    for (int row = 0; row < t->rows; row++) {
        int n = text_width(shown(t, row, col, &room));
        if (n > most) most = n;
    }
    text_free(&room);
    return most;
}

/* What the longest part of a column takes that cannot be parted. */
static int solid_width(const Tabular *t, int col)
{
    int most = 0;
    for (int row = 0; row < t->rows; row++)
        for (const char *s = word_at(t, row, col); *s;) {
            Text part = { 0 };
            const size_t n = strcspn(s, parting), signs = strspn(s + n, parting);
            text_add_bytes(&part, s, n + (signs && s[n] != ' '));
            const int width = text_width(text_get(&part));
            if (width > most) most = width;
            text_free(&part);
            s += n + signs;
        }
    return most;
}

typedef struct {
    const Tabular *t;
    int           *width; /* [cols] */
    int            words; /* columns that all of them take */
} Page;

static void add_line(const Page *p, int row, int line, int first, int last, Text *out)
{
    Text all = { 0 }, part = { 0 }, room = { 0 };
    for (int col = 0; col < last; col++) {
        if (col >= p->t->words && col < first) continue;
        text_clear(&part);
        piece_at(shown(p->t, row, col, &room), p->width[col], line, &part);
        padded(text_get(&part), p->width[col] + 2, &all);
    }
    while (all.length && all.s[all.length - 1] == ' ') all.s[--all.length] = '\0';
    text_add(out, "%s\n", text_get(&all));
    text_free(&all);
    text_free(&part);
    text_free(&room);
}

static void add_block(const Page *p, int first, int last, Text *out)
{
    Text room = { 0 };
    for (int row = 0; row < p->t->rows; row++) {
        int lines = 1;
        for (int col = 0; col < last; col++) {
            if (col >= p->t->words && col < first) continue;
            int n = pieces(shown(p->t, row, col, &room), p->width[col]);
            if (n > lines) lines = n;
        }
        for (int line = 0; line < lines; line++) add_line(p, row, line, first, last, out);
    }
    text_free(&room);
}

/* The columns from `first` that are not parted: behind the last of them; *wide: what they
 * take.  Where that is more than there is, the widest is folded. */
static int group_end(const Page *p, int first, int most, int *wide)
{
    int last = first, widest = first;
    *wide = 0;
    do {
        if (p->width[last] > p->width[widest]) widest = last;
        *wide += p->width[last++] + 2;
    } while (last < p->t->cols && p->t->goes_on[last]);
    const int over = p->words + *wide - 2 - most;
    if (over > 0 && p->width[widest] - over >= WORD_LEAST) {
        p->width[widest] -= over;
        *wide -= over;
    }
    return last;
}

/* What the widest of the numbers take that are not parted; several of them can be folded. */
static int widest_group(const Page *p)
{
    int most = 0;
    for (int col = p->t->words; col < p->t->cols;) {
        const int first = col;
        int       wide = 0, widest = 0;
        do {
            if (p->width[col] > widest) widest = p->width[col];
            wide += p->width[col++] + 2;
        } while (col < p->t->cols && p->t->goes_on[col]);
        if (col > first + 1 && widest > WORD_LEAST) wide -= widest - WORD_LEAST;
        if (wide > most) most = wide;
    }
    return most;
}

/* Words are folded to no less than `least` [words], what has most to spare first, so that any
 * numbers fit beside them, if they can; false: they cannot. */
static bool fold_words(Page *p, int over, const int *least)
{
    const int words = p->t->words;
    int       slack = 0;
    for (int col = 0; col < words; col++)
        if (p->width[col] > least[col]) slack += p->width[col] - least[col];
    if (over > slack) return false;
    for (; over > 0; over--) {
        int widest = 0;
        for (int col = 1; col < words; col++)
            if (p->width[col] - least[col] > p->width[widest] - least[widest]) widest = col;
        p->width[widest]--;
        p->words--;
    }
    return true;
}

/* Names are broken only where numbers had no room otherwise. */
static void make_room(Page *p, int most)
{
    const int over = p->words + widest_group(p) - 2 - most, words = p->t->words;
    int      *least = calloc((size_t)words + 1, sizeof *least);
    CHECK(least, "no memory for %d columns", words);
    for (int col = 0; col < words && over > 0; col++) {
        least[col] = solid_width(p->t, col);
        if (least[col] < WORD_LEAST) least[col] = WORD_LEAST;
    }
    if (over > 0 && !fold_words(p, over, least)) {
        for (int col = 0; col < words; col++) least[col] = WORD_LEAST;
        fold_words(p, over, least);
    }
    free(least);
}

void tabular_text(const Tabular *t, Text *out)
{
    Page p = { .t = t, .width = calloc((size_t)t->cols, sizeof *p.width) };
    int  all = 0;
    CHECK(p.width, "no memory for %d columns", t->cols);
    for (int col = 0; col < t->cols; col++) all += (p.width[col] = column_width(t, col)) + 2;
    const int most = t->width ? t->width : all;
    for (int col = 0; col < t->words; col++) {
        if (all - 2 > most && p.width[col] > WORD_WIDEST) p.width[col] = WORD_WIDEST;
        p.words += p.width[col] + 2;
    }
    make_room(&p, most);
    for (int first = t->words; first < t->cols || first == t->words;) {
        int last = first, used = p.words;
        while (last < t->cols) {
            int       wide;
            const int next = group_end(&p, last, most, &wide);
            if (last > first && used + wide - 2 > most) break;
            used += wide;
            last = next;
        }
        if (first > t->words) text_add(out, "\n");
        add_block(&p, first, last, out);
        if (last == first) break; /* words alone */
        first = last;
    }
    free(p.width);
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
