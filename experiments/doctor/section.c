#include "experiments/doctor/section.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void section_open(Section *s, const char *part, const char *subject)
{
    *s = (Section){ .part = part, .subject = subject, .facts = json_object(),
                    .complaints = json_array() };
}

void section_close(Section *s)
{
    text_free(&s->page);
    json_decref(s->facts);
    json_decref(s->complaints);
}

json_t *section_string(const char *s)
{
    json_t *exact = json_string(s);
    if (exact) return exact;
    Text ascii = { 0 };
    for (; *s; s++) text_add(&ascii, "%c", (unsigned char)*s < 128 ? *s : '?');
    json_t *near = json_string(text_get(&ascii));
    text_free(&ascii);
    return near;
}

void section_complain(Section *s, const char *kind, const char *fmt, ...)
{
    char    text[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    text_tame(text, false);
    json_array_append_new(s->complaints, json_pack("{s:s, s:o}", "kind", kind, "text",
                                                   section_string(text)));
    s->n++;
}

/* Lines of at most 80 columns, to the right of what stands in the first one. */
static void add_beside(Text *page, const char *text)
{
    enum { LEFT = 24 };
    Text lines = { 0 };
    text_wrap(&lines, text, 79 - LEFT);
    for (const char *line = text_get(&lines); *line;) {
        int n = (int)strcspn(line, "\n");
        text_add(page, "%*s%.*s\n", line == lines.s ? 0 : LEFT, "", n, line);
        line += n + (line[n] == '\n');
    }
    text_free(&lines);
}

void section_note(Section *s, NoteLevel level, const char *about, const char *advice,
                  const char *fmt, ...)
{
    static const char *const levels[] = { "ok", "warn", "fail" };
    char    found[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(found, sizeof found, fmt, args);
    va_end(args);
    text_tame(found, false);
    if (level == NOTE_OK) advice = NULL;
    json_t *note = json_pack("{s:s, s:s, s:o, s:s?}", "about", about, "level", levels[level],
                             "found", section_string(found), "advice", advice);
    if (!json_object_get(s->facts, "notes"))
        json_object_set_new(s->facts, "notes", json_array());
    json_array_append_new(json_object_get(s->facts, "notes"), note);
    text_add(&s->page, "  %-4s  %-15s ", levels[level], about);
    add_beside(&s->page, found);
    if (advice) {
        text_add(&s->page, "%24s", "");
        add_beside(&s->page, advice);
    }
    s->n += level == NOTE_FAIL;
    s->warnings += level == NOTE_WARN;
}

static const char *of(const json_t *complaint, const char *key)
{
    return json_string_value(json_object_get(complaint, key));
}

void section_print(const Section *s, int most, Text *out)
{
    const char *kind = "";
    int         of_kind = 0;
    text_add(out, "%s  ", s->part);
    text_add_tame(out, s->subject);
    text_add(out, "\n%s", text_get(&s->page));
    for (size_t i = 0; i <= json_array_size(s->complaints); i++) {
        const json_t *c = json_array_get(s->complaints, i);
        if (!c || strcmp(of(c, "kind"), kind)) {
            if (most && of_kind > most) text_add(out, "    and %d more\n", of_kind - most);
            if (!c) break;
            kind = of(c, "kind"), of_kind = 0;
            text_add(out, "  %s\n", kind);
        }
        if (!most || of_kind++ < most) text_add(out, "    %s\n", of(c, "text"));
    }
    if (s->n) text_add(out, "  %d %s wrong", s->n, s->n > 1 ? "things are" : "thing is");
    else text_add(out, "  nothing is wrong");
    if (s->warnings)
        text_add(out, ", %d %s", s->warnings, s->warnings > 1 ? "warnings" : "warning");
    text_add(out, "\n");
}

void sections_json(const Section *s, int n, Text *out)
{
    json_t *all = json_array();
    bool    ok = true;
    for (int i = 0; i < n; i++) {
        ok = ok && !s[i].n;
        json_array_append_new(all, json_pack("{s:s, s:o, s:b, s:O, s:O}", "part", s[i].part,
                                             "subject", section_string(s[i].subject), "ok",
                                             !s[i].n, "facts", s[i].facts, "complaints",
                                             s[i].complaints));
    }
    json_t *root = json_pack("{s:b, s:o}", "ok", ok, "sections", all);
    char   *text = json_dumps(root, JSON_INDENT(2));
    CHECK(text, "no memory for JSON");
    text_add(out, "%s\n", text);
    free(text);
    json_decref(root);
}
