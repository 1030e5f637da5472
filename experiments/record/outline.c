#include "experiments/record/outline.h"

#include "experiments/record/fields.h"
#include "experiments/record/record.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 80, NAME_MOST = 256 };

static const char *optional(H5 *f, const char *object, const char *key, Arena *a)
{
    const char *text;
    Err         none;
    return h5_get_text(f, object, key, a, &text, &none) ? "" : text;
}

/* A line that ends where the terminal does; it is UTF-8. */
static void add_line(Text *out, const char *line)
{
    Text   cut = { 0 };
    size_t n = 0;
    bool   fits = text_width(line) <= COLUMNS;
    while (!fits && text_width(text_get(&cut)) < COLUMNS - 1) {
        size_t next = n + 1;
        while (((unsigned char)line[next] & 0xc0) == 0x80) next++;
        text_add_bytes(&cut, line + n, next - n);
        n = next;
    }
    text_add(out, "%s%s\n", fits ? line : text_get(&cut), fits ? "" : "…");
    text_free(&cut);
}

static void add_head(Text *out, H5 *f, Arena *a)
{
    static const char *const keys[] = { "title", "stage", "strategy", "config_hash", "created",
                                        "source", NULL };
    int64_t schema;
    Err     none;
    for (int i = 0; keys[i]; i++) { /* a score has no strategy */
        Text        line = { 0 };
        const char *text = optional(f, "/", keys[i], a);
        text_add(&line, "%s: %s", keys[i], text);
        if (*text) add_line(out, text_get(&line));
        text_free(&line);
    }
    if (!h5_get_whole(f, "/", "schema_version", &schema, &none))
        text_add(out, "schema: %lld\n", (long long)schema);
}

static Status add_metrics(Text *out, H5 *f, Arena *a, Err *err)
{
    Metric *m;
    int     n;
    if (record_metrics(f, a, &m, &n, err)) return err->code;
    if (n) text_add(out, "\n");
    for (int i = 0; i < n; i++) {
        Text line = { 0 };
        text_add(&line, "%-24s %10.6g %-8s %s", m[i].name, m[i].x, m[i].units ? m[i].units : "",
                 m[i].long_name);
        add_line(out, text_get(&line));
        text_free(&line);
    }
    return STATUS_OK;
}

static const char *type_of(const H5Look *l)
{
    return l->what == H5_NUMBERS ? field_type(FIELD_NUMBERS, l->kind)
           : l->what == H5_TEXTS ? "text"
           : l->what == H5_TABLE ? "table"
                                 : "?";
}

static void add_array(Text *out, H5 *f, const char *name, const H5Look *l, Arena *a)
{
    Text        line = { 0 }, shape = { 0 };
    const char *units = optional(f, name, "units", a);
    for (int i = 0; i < l->rank; i++) text_add(&shape, "%s%zu", i ? " x " : "", l->dim[i]);
    text_add(&line, "%-28s %-7s %-16s %s%s%s", name, type_of(l), text_get(&shape),
             strcmp(units, "1") ? units : "", *units && strcmp(units, "1") ? ", " : "",
             optional(f, name, "long_name", a));
    add_line(out, text_get(&line));
    text_free(&line);
    text_free(&shape);
}

/* Those that are not one number: numbers alone are metrics and costs. */
static Status add_arrays(Text *out, H5 *f, Arena *a, Err *err)
{
    const char *const *groups, *const *names;
    char               name[NAME_MOST];
    H5Look             look;
    text_add(out, "\n");
    if (h5_list(f, "/", a, &groups, err)) return err->code;
    for (; *groups; groups++) {
        if (h5_look(f, *groups, &look, err)) return err->code;
        if (look.what != H5_GROUP || !strcmp(*groups, "entry")) continue;
        if (h5_list(f, *groups, a, &names, err)) return err->code;
        for (; *names; names++) {
            int n = snprintf(name, sizeof name, "%s/%s", *groups, *names);
            if (n >= NAME_MOST || h5_look(f, name, &look, err)) continue;
            if (look.what != H5_GROUP && look.rank) add_array(out, f, name, &look, a);
        }
    }
    return STATUS_OK;
}

Status record_outline(Text *out, H5 *f, Err *err)
{
    Arena a;
    arena_open(&a, "outline", NULL, NULL);
    add_head(out, f, &a);
    Status bad = add_metrics(out, f, &a, err);
    if (!bad) bad = add_arrays(out, f, &a, err);
    arena_close(&a);
    return bad;
}
