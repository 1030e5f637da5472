#include "experiments/record/fields.h"
#include "experiments/record/fields_inside.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool field_of(const char *of, const char *stage)
{
    const size_t n = strlen(stage);
    if (!strcmp(of, "*")) return true;
    for (const char *at = of; (at = strstr(at, stage)); at += n)
        if ((at == of || at[-1] == ' ') && (!at[n] || at[n] == ' ')) return true;
    return false;
}

/* Does the name begin with the stage's, as names write it? */
static bool skip_stage(const char **name, const char *stage)
{
    const char *at = *name;
    for (; *stage; stage++, at++)
        if (*at != (*stage == '-' ? '_' : *stage)) return false;
    *name = at;
    return true;
}

/* '*' is any letters but "/", or none. */
static bool matches(const char *row, const char *name, const char *stage)
{
    static const char any[] = "STAGE";
    for (; *row && *row != '*'; row++, name++) {
        if (text_starts(row, any) && skip_stage(&name, stage)) row += sizeof any - 1;
        if (*row != *name) return false;
        if (!*row) return true;
    }
    if (!*row) return !*name;
    for (;; name++) {
        if (matches(row + 1, name, stage)) return true;
        if (!*name || *name == '/') return false;
    }
}

bool field_matches(const Field *row, const char *stage, const char *name)
{
    return field_of(row->of, stage) && matches(row->name, name, stage);
}

const Field *field_find(const char *stage, const char *name)
{
    for (const Field *row = record_fields; row->name; row++)
        if (field_matches(row, stage, name)) return row;
    return NULL;
}

const Attribute *attribute_find(const char *stage, const char *object, const char *key)
{
    for (const Attribute *row = record_attributes; row->key; row++)
        if (!strcmp(row->object, object) && !strcmp(row->key, key) && field_of(row->of, stage))
            return row;
    return NULL;
}

/* Rows of ranges name groups with their arrays, or "*": all. */
static bool is_ranged(const Range *r, const Field *row)
{
    const bool named = !strcmp(r->name, "*") || matches(r->name, row->name, "");
    return named && (!r->units || (row->units && !strcmp(r->units, row->units)));
}

Range field_range(const Field *row)
{
    for (const Range *r = record_ranges; r->name; r++)
        if (is_ranged(r, row)) return *r;
    return (Range){ .lo = -DBL_MAX, .hi = DBL_MAX };
}

void range_describe(const Range *r, Text *out)
{
    const bool below = r->lo > -DBL_MAX, above = r->hi < DBL_MAX;
    const char *or = below || above ? ", or " : "any, or ";
    if (below && above) text_add(out, "%g to %g", r->lo, r->hi);
    else if (below) text_add(out, "%g or more", r->lo);
    if (r->gaps) text_add(out, "%sNaN", or);
}

int field_rank(const Field *row)
{
    int n = *row->shape != '\0';
    for (const char *s = row->shape; *s; s++) n += *s == ' ';
    return n;
}

void field_dimension(char out[DIMENSION_NAME], const Field *row, int i)
{
    const char *s = row->shape;
    for (; i > 0; i--) s = strchr(s, ' ') + 1;
    snprintf(out, DIMENSION_NAME, "%.*s", (int)strcspn(s, " "), s);
}

const Dimension *dimension_find(const char *name)
{
    for (const Dimension *row = record_dimensions; row->name; row++)
        if (!strcmp(row->name, name)) return row;
    return NULL;
}

const char *field_type(FieldType type, NumberKind kind)
{
    static const char *const kinds[] = { "float32", "float64", "int32", "int64", "uint8", "bool" };
    return type == FIELD_TEXTS ? "text" : type == FIELD_TABLE ? "table" : kinds[kind];
}

/* --- described ------------------------------------------------------------ */

static void add_of(Text *out, const char *of)
{
    static const struct { const char *of, *word; } sets[] = {
        { "*", "all" }, { STAGES, "stages" }, { MASKS, "stages masks" },
        { EVALUATE, "evaluations" },
    };
    const char *word = of;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (!strcmp(of, sets[i].of)) word = sets[i].word;
    text_add(out, "%s", word);
}

/* "float64 [step]" */
static void add_type(Text *out, const Field *row)
{
    text_add(out, "%s", field_type(row->type, row->kind));
    if (!*row->shape) return;
    text_add(out, " [");
    for (const char *s = row->shape; *s; s++)
        if (*s == ' ') text_add(out, ", ");
        else text_add_bytes(out, s, 1);
    text_add(out, "]");
}

static const char *need_word(FieldNeed need)
{
    static const char *const words[] = { [FIELD_MAY] = "", [FIELD_GROUP] = "group",
                                         [FIELD_TRAINED] = "trained", [FIELD_MUST] = "yes" };
    return words[need];
}

static void add_range(Text *out, const Field *row)
{
    const Range r = field_range(row);
    if (row->type == FIELD_NUMBERS && row->kind != NUMBER_BOOL) range_describe(&r, out);
}

static void describe_fields(Text *out)
{
    text_add(out, "| name | type | units | range | needed | of | what |\n"
                  "|---|---|---|---|---|---|---|\n");
    for (const Field *row = record_fields; row->name; row++) {
        text_add(out, "| `/%s` | ", row->name);
        add_type(out, row);
        text_add(out, " | %s%s%s | ", row->units ? row->units : "", row->better ? ", " : "",
                 row->better ? row->better : "");
        add_range(out, row);
        text_add(out, " | %s | ", need_word(row->need));
        add_of(out, row->of);
        text_add(out, " | %s |\n", row->about);
    }
}

static void describe_dimensions(Text *out)
{
    text_add(out, "| dimension | numbered by | what |\n|---|---|---|\n");
    for (const Dimension *row = record_dimensions; row->name; row++)
        text_add(out, "| `%s` | %s | %s |\n", row->name,
                 row->scales ? row->scales : row->attribute ? "the attribute" : "", row->about);
}

static void describe_attributes(Text *out)
{
    static const char *const types[] = { "text", "int64", "float64" };
    text_add(out, "| object | attribute | type | needed | of | what |\n"
                  "|---|---|---|---|---|---|\n");
    for (const Attribute *row = record_attributes; row->key; row++) {
        text_add(out, "| `%s` | `%s` | %s | %s | ", row->object, row->key, types[row->type],
                 need_word(row->need));
        add_of(out, row->of);
        text_add(out, " | %s |\n", row->about);
    }
}

static void describe_plots(Text *out)
{
    text_add(out, "| stage | viewers draw | over |\n|---|---|---|\n");
    for (const Plot *row = record_plots; row->of; row++)
        text_add(out, "| %s | `/%s/%s` | %s |\n", row->of, row->group, row->signal,
                 *row->axis ? row->axis : "images");
}

void fields_describe(Text *out)
{
    text_add(out, "## Arrays of records\n\n");
    describe_fields(out);
    text_add(out, "\n## Dimensions of arrays\n\n");
    describe_dimensions(out);
    text_add(out, "\n## Attributes of records\n\n");
    describe_attributes(out);
    text_add(out, "\n## What viewers draw\n\n");
    describe_plots(out);
}
