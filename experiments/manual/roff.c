#include "experiments/manual/roff.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    SOURCE = 72, /* columns of a line of the source                          */
    CODE = 72    /* of a line that is printed as it stands, indented, in 80 */
};

/* One character, whatever roff would make of it. */
static void add_plain(Text *t, char c)
{
    switch (c) {
    case '\\': text_add(t, "\\e"); break;
    case '-': text_add(t, "\\-"); break;
    case '\'': text_add(t, "\\(aq"); break;
    case '`': text_add(t, "\\(ga"); break;
    case '"': text_add(t, "\\(dq"); break;
    case '^': text_add(t, "\\(ha"); break;
    case '~': text_add(t, "\\(ti"); break;
    default: text_add_bytes(t, &c, 1);
    }
}

/* Where a line could be taken for a request. */
static void add_guard(Text *t, const char *line)
{
    if (*line == '.' || *line == '\'') text_add(t, "\\&");
}

/* Does a star open or close italics here?  2 * 3 and train* do not. */
static bool marks_italics(const char *text, const char *at, bool open)
{
    const char *end = strchr(at + 1, '*');
    if (open) return true;
    return (at == text || strchr(" \n([", at[-1])) && isalpha((unsigned char)at[1]) && end &&
           !memchr(at, '`', (size_t)(end - at));
}

static void add_marked(Text *t, const char *text)
{
    Text wrapped = { 0 };
    bool bold = false, italics = false;
    text_wrap(&wrapped, text, SOURCE);
    const char *s = text_get(&wrapped);
    for (const char *at = s; *at; at++) {
        if (at == s || at[-1] == '\n') add_guard(t, at);
        if (*at == '`') {
            text_add(t, (bold = !bold) ? "\\fB" : "\\fR");
        } else if (*at == '*' && !bold && marks_italics(s, at, italics)) {
            text_add(t, (italics = !italics) ? "\\fI" : "\\fR");
        } else {
            add_plain(t, *at);
        }
    }
    text_free(&wrapped);
}

void roff_begin(Text *t, const char *name, int section, const char *about)
{
    text_add(t, ".TH \"");
    for (const char *c = name; *c; c++) add_plain(t, (char)toupper((unsigned char)*c));
    text_add(t, "\" \"%d\" \"%s\" \"maskgrid %s\" \"maskgrid manual\"\n", section,
             MASKGRID_DATED, MASKGRID_VERSION);
    text_add(t, ".nh\n.ad l\n.SH NAME\n");
    for (const char *c = name; *c; c++) add_plain(t, *c);
    text_add(t, " \\-\n");
    add_marked(t, about);
}

static void add_heading(Text *t, const char *request, const char *title, bool capitals)
{
    text_add(t, ".%s \"", request);
    for (const char *c = title; *c; c++)
        if (*c != '`') add_plain(t, capitals ? (char)toupper((unsigned char)*c) : *c);
    text_add(t, "\"\n");
}

void roff_section(Text *t, const char *title) { add_heading(t, "SH", title, true); }

void roff_part(Text *t, const char *title) { add_heading(t, "SS", title, false); }

/* A paragraph begins by itself behind a heading. */
static void add_break(Text *t)
{
    size_t at = t->length ? t->length - 1 : 0;
    while (at && t->s[at - 1] != '\n') at--;
    if (!t->length || !text_starts(t->s + at, ".S")) text_add(t, ".PP\n");
}

void roff_paragraph(Text *t, const char *text)
{
    add_break(t);
    add_marked(t, text);
}

void roff_item(Text *t, const char *tag, const char *text)
{
    Text line = { 0 };
    text_add(t, ".TP\n");
    add_marked(&line, tag);
    for (size_t i = 0; i + 1 < line.length; i++)
        if (line.s[i] == '\n') line.s[i] = ' '; /* a tag is one line */
    text_add(t, "%s", text_get(&line));
    add_marked(t, *text ? text : "\n");
    text_free(&line);
}

void roff_bullet(Text *t, const char *text)
{
    text_add(t, ".IP \\(bu 2\n");
    add_marked(t, text);
}

/* The columns of a line that fit: all of it, or those up to a blank. */
static size_t fitting(const char *line, size_t n)
{
    if (n <= CODE) return n;
    size_t cut = CODE - 2;
    while (cut > CODE / 2 && line[cut] != ' ') cut--;
    return line[cut] == ' ' ? cut : n;
}

void roff_code(Text *t, const char *lines)
{
    add_break(t);
    text_add(t, ".nf\n");
    while (*lines) {
        size_t n = strcspn(lines, "\n"), cut = fitting(lines, n);
        add_guard(t, lines);
        for (size_t i = 0; i < n; i++) {
            if (i == cut) text_add(t, " \\e\n   "); /* the blank at the cut follows */
            add_plain(t, lines[i]);
        }
        text_add(t, "\n");
        lines += n + (lines[n] != '\0');
    }
    text_add(t, ".fi\n");
}
