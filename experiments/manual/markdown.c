#include "experiments/manual/markdown.h"

#include "experiments/manual/roff.h"

#include <string.h>

static const char *trimmed(const char *line) { return line + strspn(line, " "); }

static bool blank(const char *line) { return !*trimmed(line); }

static bool is_table(const char *line) { return *trimmed(line) == '|'; }

static bool is_fence(const char *line) { return text_starts(trimmed(line), "```"); }

static bool is_heading(const char *line) { return *line == '#'; }

static bool is_bullet(const char *line)
{
    return text_starts(line, "- ") || text_starts(line, "* ");
}

static bool is_code(const char *line) { return text_starts(line, "    ") && !blank(line); }

static bool begins_block(const char *line)
{
    return blank(line) || is_table(line) || is_fence(line) || is_heading(line) ||
           is_bullet(line);
}

/* A cell of a row, in which "\|" is a bar; returns what is behind it. */
static const char *cell_of(Text *t, const char *at)
{
    at = trimmed(at);
    for (; *at && *at != '|'; at++) {
        if (text_starts(at, "\\|")) at++;
        text_add_bytes(t, at, 1);
    }
    while (t->length && t->s[t->length - 1] == ' ') t->s[--t->length] = '\0';
    return *at ? at + 1 : at;
}

static void add_row(Text *t, const char *line)
{
    Text        tag = { 0 }, rest = { 0 };
    const char *at = cell_of(&tag, trimmed(line) + 1);
    while (*at) {
        Text cell = { 0 };
        at = cell_of(&cell, at);
        if (cell.length) text_add(&rest, "%s%s", rest.length ? ": " : "", text_get(&cell));
        text_free(&cell);
    }
    roff_item(t, text_get(&tag), text_get(&rest));
    text_free(&tag);
    text_free(&rest);
}

/* The first two lines are names of columns and a rule. */
static const char *const *add_table(Text *t, const char *const *at)
{
    for (int row = 0; *at && is_table(*at); at++, row++)
        if (row > 1) add_row(t, *at);
    return at;
}

static const char *const *add_fenced(Text *t, const char *const *at)
{
    Text code = { 0 };
    for (at++; *at && !is_fence(*at); at++) text_add(&code, "%s\n", *at);
    roff_code(t, text_get(&code));
    text_free(&code);
    return *at ? at + 1 : at;
}

static const char *const *add_indented(Text *t, const char *const *at)
{
    Text code = { 0 };
    for (; *at && is_code(*at); at++) text_add(&code, "%s\n", *at + 4);
    roff_code(t, text_get(&code));
    text_free(&code);
    return at;
}

static const char *const *add_prose(Text *t, const char *const *at)
{
    Text prose = { 0 };
    bool bullet = is_bullet(*at);
    text_add(&prose, "%s", trimmed(bullet ? *at + 2 : *at));
    for (at++; *at && !begins_block(*at); at++) text_add(&prose, " %s", trimmed(*at));
    if (bullet) roff_bullet(t, text_get(&prose));
    else roff_paragraph(t, text_get(&prose));
    text_free(&prose);
    return at;
}

/* The next block that is no heading. */
static const char *const *add_block(Text *t, const char *const *at)
{
    if (blank(*at)) return at + 1;
    if (is_fence(*at)) return add_fenced(t, at);
    if (is_table(*at)) return add_table(t, at);
    if (is_code(*at)) return add_indented(t, at);
    return add_prose(t, at);
}

void markdown_page(Text *t, const char *const *lines)
{
    roff_section(t, "Description");
    while (*lines) {
        if (text_starts(*lines, "## ")) roff_section(t, *lines + 3);
        if (is_heading(*lines)) lines++;
        else lines = add_block(t, lines);
    }
}

void markdown_section(Text *t, const char *const *lines, const char *heading)
{
    while (*lines && !(text_starts(*lines, "## ") && !strcmp(*lines + 3, heading))) lines++;
    if (*lines) lines++;
    while (*lines && !is_heading(*lines)) lines = add_block(t, lines);
}
