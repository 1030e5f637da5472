#include "experiments/recipe/only.h"

#include "experiments/recipe/walk.h"

#include <stdio.h>
#include <string.h>

enum { LEAST_DIGITS = 4, MOST_DIGITS = 16, FOLDER = -1 };

typedef struct {
    int         key; /* or FOLDER */
    const char *folder;
    Axis        values;
} Term;

/* --- reading -------------------------------------------------------------- */

/* The key of that name; or the one that is varied and ends so, or of pretrain; or -1. */
static int key_of(const Recipe *r, const char *name)
{
    char long_name[160];
    int  key = schema_find(name);
    for (int i = 0; i < r->grid.n && key < 0; i++) {
        const char *dot = strrchr(schema_key(r->grid.axis[i].key)->name, '.');
        if (dot && !strcmp(dot + 1, name)) key = r->grid.axis[i].key;
    }
    snprintf(long_name, sizeof long_name, "pretrain.%s", name);
    return key < 0 ? schema_find(long_name) : key;
}

static Status read_term(Term *t, Recipe *r, const char *text, Err *err)
{
    const size_t digits = strspn(text, "0123456789abcdef");
    const char  *equals = strchr(text, '=');
    const Origin origin = { FROM_ONLY, text, 0 };
    char         name[128];
    Yaml        *values;
    *t = (Term){ .key = FOLDER, .folder = text };
    if (!text[digits] && digits >= LEAST_DIGITS && digits <= MOST_DIGITS) return STATUS_OK;
    if (!equals)
        return err_set(err, STATUS_CONFIG, "--only %.60s: expected KEY=VALUE or the first digits "
                       "of a cell, at least %d", text, LEAST_DIGITS);
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    t->key = key_of(r, name);
    if (t->key < 0) return key_unknown(origin, name, err);
    if (schema_of_all(t->key)) {
        err_set(err, STATUS_CONFIG, "is the same for all cells and tells none apart");
        return origin_in(err, &origin, schema_key(t->key)->name);
    }
    if (axis_parse(&values, &r->arena, equals + 1, err))
        return origin_in(err, &origin, schema_key(t->key)->name);
    return axis_read(&t->values, &r->arena, t->key, values, origin, err);
}

/* --- choosing ------------------------------------------------------------- */

/* A strategy may be called as the recipe writes it, or as it is stored.  What is not trained
 * is not trained in any way. */
static bool has_value(const Recipe *r, const Cell *c, const Term *t)
{
    const char *name = schema_key(t->key)->name;
    Text        value = { 0 };
    if (cell_untrained(c) && text_starts(name, "pretrain.") && strcmp(name, "pretrain.strategy"))
        return false;
    schema_get(&c->config, t->key, &value);
    bool found = axis_find(&t->values, text_get(&value)) >= 0;
    text_free(&value);
    for (int x = 0; x < r->grid.n && !found && !cell_untrained(c); x++) {
        const Axis *axis = &r->grid.axis[x];
        if (axis->key == t->key && c->at[x] != GRID_BASE)
            found = axis_find(&t->values, axis->values[c->at[x]].text) >= 0;
    }
    return found;
}

static bool holds(const Recipe *r, const Cell *c, const Term *t)
{
    return t->key == FOLDER
               ? !strncmp(c->stage[STAGE_PRETRAIN].id, t->folder, strlen(t->folder))
               : has_value(r, c, t);
}

/* Does one of the terms of each key hold? */
static bool chosen(const Recipe *r, const Cell *c, const Term *terms, int n)
{
    for (int i = 0; i < n; i++) {
        bool one = false;
        for (int k = 0; k < n && !one; k++)
            one = terms[k].key == terms[i].key && holds(r, c, &terms[k]);
        if (!one) return false;
    }
    return true;
}

static bool holds_somewhere(const Recipe *r, const Term *t)
{
    int i = 0;
    while (i < r->n_cells && !holds(r, &r->cells[i], t)) i++;
    return i < r->n_cells;
}

/* No cell is as this term has it: is one like it? */
static Status nobody(Recipe *r, const Term *t, const char *text, Err *err)
{
    const Axis *axis = NULL;
    const char *near = NULL;
    for (int x = 0; x < r->grid.n; x++)
        if (r->grid.axis[x].key == t->key) axis = &r->grid.axis[x];
    if (axis) {
        const char **words = ARENA_NEW(&r->arena, const char *, axis->n + 1);
        for (int i = 0; i < axis->n; i++) words[i] = axis->values[i].text;
        words[axis->n] = NULL;
        near = text_nearest(t->values.values[0].text, words);
    }
    return err_set(err, STATUS_CONFIG, "--only %s: no cell of %s is so%s%s%s", text, r->name,
                   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

Status recipe_only(Recipe *r, const char *const *text, int n, Err *err)
{
    Term *terms = ARENA_NEW(&r->arena, Term, n + 1);
    int   left = 0;
    for (int i = 0; i < n; i++)
        if (read_term(&terms[i], r, text[i], err)) return err->code;
    for (int i = 0; i < n; i++)
        if (!holds_somewhere(r, &terms[i])) return nobody(r, &terms[i], text[i], err);
    for (int i = 0; i < r->n_cells; i++)
        if (chosen(r, &r->cells[i], terms, n)) r->cells[left++] = r->cells[i];
    r->n_cells = left;
    if (left) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "--only: no cell of %s is all of that", r->name);
}

Status recipe_open_only(Recipe **r, const char *word, const char *const *settings,
                        int n_settings, const char *const *terms, int n, Err *err)
{
    if (recipe_open(r, word, settings, n_settings, err)) return err->code;
    if (!recipe_only(*r, terms, n, err)) return STATUS_OK;
    recipe_close(*r);
    return err->code;
}
