#include "core/data/class_names.h"
#include "experiments/score/score.h"
#include "experiments/table/tabular.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 100 }; /* columns of a page: names that are so long that it is wider go on below */

static const double *row_of(const Scores *s, int row) /* 0: the whole */
{
    return row ? s->each + (size_t)(row - 1) * (size_t)s->numbers : s->total;
}

static void put_number(Text *out, const Scores *s, double x)
{
    if (x >= 0) text_add(out, "%.*f", s->digits, x);
    else text_add(out, "-");
}

static const char *column(const Scores *s, int i)
{
    return s->classes && s->class_column ? s->class_column[i] : s->name[i];
}

static void put_name(Text *out, const Scores *s, int row)
{
    if (!row) text_add(out, "all");
    else if (s->class_name) text_add(out, "%s", s->class_name[row - 1]);
    else text_add(out, "%lld", (long long)s->id[row - 1]);
}

static void fill(Tabular *t, const Scores *s, int numbers)
{
    tabular_open(t, 2 + s->classes, 1 + numbers, 1);
    text_add(tabular_cell(t, 0, 0), "class");
    for (int i = 0; i < numbers; i++)
        text_add(tabular_cell(t, 0, 1 + i), "%s", column(s, i));
    for (int row = 0; row <= s->classes; row++) {
        put_name(tabular_cell(t, 1 + row, 0), s, row);
        for (int i = 0; i < numbers; i++)
            put_number(tabular_cell(t, 1 + row, 1 + i), s, row_of(s, row)[i]);
    }
}

static void as_text(const Scores *s, Text *out)
{
    Tabular t;
    tabular_open(&t, s->numbers, 3, 1);
    for (int i = 0; i < s->numbers; i++) {
        text_add(tabular_cell(&t, i, 0), "%s", s->name[i]);
        put_number(tabular_cell(&t, i, 1), s, s->total[i]);
        text_add(tabular_cell(&t, i, 2), "%s", s->about[i]);
    }
    tabular_text(&t, out);
    tabular_close(&t);
    if (!s->classes) return;
    text_add(out, "\n");
    fill(&t, s, s->shown);
    t.width = WIDTH;
    tabular_text(&t, out);
    tabular_close(&t);
}

/* A name with commas, quotes or lines stands in quotes.  Ids are last. */
static void quoted(const char *name, Text *out)
{
    bool plain = !name[strcspn(name, ",\"\r\n")];
    if (!plain) text_add(out, "\"");
    for (; *name; name++) text_add(out, *name == '"' && !plain ? "\"\"" : "%c", *name);
    if (!plain) text_add(out, "\"");
}

static void as_csv(const Scores *s, Text *out)
{
    const bool named = s->classes && s->class_name;
    Text       name = { 0 };
    text_add(out, "class");
    for (int i = 0; i < s->numbers; i++) text_add(out, ",%s", column(s, i));
    text_add(out, named ? ",id\n" : "\n");
    for (int row = 0; row <= s->classes; row++) {
        text_clear(&name);
        put_name(&name, s, row);
        if (name.length) text_tame(name.s, true);
        quoted(text_get(&name), out);
        for (int i = 0; i < s->numbers; i++) {
            double x = row_of(s, row)[i];
            text_add(out, isnan(x) ? "," : ",%.17g", x);
        }
        if (named) text_add(out, ",");
        if (named && row) text_add(out, "%lld", (long long)s->id[row - 1]);
        text_add(out, "\n");
    }
    text_free(&name);
}

static void put_json(json_t *object, const Scores *s, int row)
{
    for (int i = 0; i < (row ? s->of_class : s->numbers); i++) {
        double x = row_of(s, row)[i];
        json_object_set_new(object, row ? column(s, i) : s->name[i],
                            isnan(x) ? json_null() : json_real(x));
    }
}

static void as_json(const Scores *s, Text *out)
{
    json_t *all = json_object(), *list = json_array();
    put_json(all, s, 0);
    for (int row = 1; row <= s->classes; row++) {
        json_t *one = json_object();
        json_object_set_new(one, "id", json_integer(s->id[row - 1]));
        if (s->class_name)
            json_object_set_new(one, "name", json_string(s->class_name[row - 1]));
        put_json(one, s, row);
        json_array_append_new(list, one);
    }
    if (s->classes) json_object_set(all, "per_class", list);
    char *text = json_dumps(all, JSON_INDENT(1));
    CHECK(text, "no memory for the scores of %d classes", s->classes);
    text_add(out, "%s\n", text);
    free(text);
    json_decref(list);
    json_decref(all);
}

/* For eyes: with names that can be told apart, also from the row of the whole. */
static void as_page(const Scores *s, const char *format, Text *out)
{
    Scores  named = *s;
    Tabular t;
    Arena   a;
    arena_open(&a, "names of classes", NULL, NULL);
    if (s->class_name)
        named.class_name = class_names_shown(&a, s->class_name, s->id, s->classes, "all");
    if (!strcmp(format, "table")) {
        as_text(&named, out);
    } else {
        fill(&t, &named, s->numbers);
        if (!strcmp(format, "md")) tabular_markdown(&t, out);
        else tabular_latex(&t, out);
        tabular_close(&t);
    }
    arena_close(&a);
}

void scores_print(const Scores *s, const char *format)
{
    Text out = { 0 };
    if (!strcmp(format, "json")) as_json(s, &out);
    else if (!strcmp(format, "csv")) as_csv(s, &out);
    else as_page(s, format, &out);
    fputs(text_get(&out), stdout);
    text_free(&out);
}
