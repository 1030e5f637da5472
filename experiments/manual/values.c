#define _POSIX_C_SOURCE 200809L /* opendir */
#include "experiments/manual/values.h"

#include "core/data/data.h"
#include "core/model/mae.h"
#include "experiments/manual/manual.h"
#include "experiments/recipe/find.h"
#include "experiments/recipe/schema.h"
#include "strategies/registry.h"

#include <dirent.h>
#include <string.h>

static const char *rest(const Typed *t) { return t->word + t->head; }

void values_add(Typed *t, const char *name, const char *end, const char *about)
{
    if (!text_starts(name, rest(t))) return;
    text_add(t->out, "%.*s%s%s\t", (int)t->head, t->word, name, end);
    text_add_tame(t->out, about);
    text_add(t->out, "\n");
}

void values_choice(Typed *t, const char *choices)
{
    while (*choices) {
        int  n = (int)strcspn(choices, "|");
        Text one = { 0 };
        text_add(&one, "%.*s", n, choices);
        values_add(t, text_get(&one), "", "");
        text_free(&one);
        choices += n + (choices[n] == '|');
    }
}

/* Words that are names of something or, where no name begins so, paths. */
static void or_files(Typed *t, size_t before)
{
    if (t->out->length == before) text_add(t->out, ":files\n");
}

static void files(Typed *t) { text_add(t->out, ":files\n"); }
static void folders(Typed *t) { text_add(t->out, ":folders\n"); }

static void recipes(Typed *t)
{
    const char *names[RECIPE_NAMES];
    Arena       arena;
    size_t      before = t->out->length;
    arena_open(&arena, "recipes", NULL, NULL);
    for (int i = 0, n = recipe_names(names, &arena); i < n; i++)
        values_add(t, names[i], "", "a recipe");
    arena_close(&arena);
    or_files(t, before);
}

static void sets(Typed *t)
{
    for (int i = 0; data_kinds[i]; i++)
        values_add(t, data_kinds[i]->name, "", data_kinds[i]->about);
}

static void data(Typed *t)
{
    size_t before = t->out->length;
    sets(t);
    or_files(t, before);
}

static void pages(Typed *t)
{
    ManualPage p;
    for (int i = 0; manual_page(&p, i); i++) values_add(t, manual_bare(&p), "", p.about);
}

/* --- strategies ---------------------------------------------------------- */

static void param_values(Typed *t, const MaskParam *table, const char *key, size_t n)
{
    for (const MaskParam *row = table; row && row->key; row++)
        if (strlen(row->key) == n && !memcmp(row->key, key, n) && row->kind == MASK_CHOICE)
            for (int i = 0; row->choices[i]; i++)
                values_add(t, row->choices[i], "", row->about);
}

static void param_keys(Typed *t, const MaskParam *table)
{
    for (const MaskParam *row = table; row && row->key; row++)
        values_add(t, row->key, "=", row->about);
}

/* Of the strategy named by the bytes from `from` to `colon`.  No code of files is run for a
 * completion, unless they are found by their names. */
static void params(Typed *t, size_t from, size_t colon)
{
    const StrategyEntry *e;
    Err                  err;
    Text                 name = { 0 };
    const char          *part = t->word + colon + 1, *comma = strrchr(part, ',');
    text_add(&name, "%.*s", (int)(colon - from), t->word + from);
    bool known = !plugin_is_path(text_get(&name), colon - from) &&
                 !strategy_find(&e, text_get(&name), &err);
    text_free(&name);
    if (!known) return;
    if (comma) part = comma + 1;
    size_t n = strcspn(part, "=");
    Typed  own = { .out = t->out, .word = t->word,
                   .head = (size_t)(part - t->word) + (part[n] ? n + 1 : 0) };
    if (part[n]) {
        param_values(&own, e->strategy->params, part, n);
        param_values(&own, mask_common, part, n);
    } else {
        param_keys(&own, e->strategy->params);
        param_keys(&own, mask_common);
    }
}

static void strategy_names_of(Typed *t)
{
    Text names = { 0 };
    for (const StrategyEntry *e = strategies; e->name; e++)
        values_add(t, e->name, "", e->strategy->about);
    plugin_names(&names);
    for (char *at = names.s; at && *at;) {
        size_t n = strcspn(at, "\n");
        at[n] = '\0';
        values_add(t, at, "", "a plug-in");
        at += n + 1;
    }
    text_free(&names);
}

/* The last of an expression and, of a list, of its elements; in one, `sym=1` in
 * "random,spiral:jitter=1,sym=1" is a parameter of the strategy before it. */
static void strategy_of(Typed *t, bool listed)
{
    size_t from = t->head, name = t->head, colon = 0, before = t->out->length;
    for (size_t i = t->head; t->word[i]; i++) {
        char c = t->word[i];
        if (strchr(" (|[", c)) from = name = i + 1, colon = 0;
        if (c == ',' && (listed || !colon)) name = i + 1;
        if (c == ':' && (!colon || name > from)) from = name, colon = i;
    }
    if (colon) params(t, from, colon);
    if (colon && name == from) return;
    strategy_names_of(&(Typed){ .out = t->out, .word = t->word, .head = name });
    if (!listed) or_files(t, before);
}

static void strategy(Typed *t) { strategy_of(t, false); }
static void strategy_list(Typed *t) { strategy_of(t, true); }

/* --- keys of a recipe ---------------------------------------------------- */

static void stages(Typed *t)
{
    for (StageKind k = 0; k < STAGE_KINDS; k++)
        if (k != STAGE_PRETRAIN) values_add(t, stage_word(k), "", "an evaluation");
}

static void presets(Typed *t)
{
    for (int i = 0; mae_presets[i]; i++) values_add(t, mae_presets[i], "", "sizes of a model");
}

/* Keys whose values are known by more than the table of keys. */
static const struct { const char *key; void (*offer)(Typed *t); } known_keys[] = {
    { "data.set", sets }, { "data.fallback", sets }, { "data.folder", folders },
    { "data.list", files }, { "detect.folder", folders }, { "segment.folder", folders },
    { "pretrain.from", files }, { "model.preset", presets }, { "evaluate", stages },
    { "pretrain.strategy", strategy }, { "reconstruct.strategy", strategy },
};
enum { N_KNOWN = sizeof known_keys / sizeof *known_keys };

/* Also of "[a, b". */
void values_last(Typed *t)
{
    for (size_t i = t->head; t->word[i]; i++)
        if (strchr(",[ ", t->word[i])) t->head = i + 1;
}

static void key_values(Typed *t, const char *name, bool varied)
{
    int key = schema_find(name), known = 0;
    if (key < 0) return;
    while (known < N_KNOWN && strcmp(known_keys[known].key, name)) known++;
    void (*offer)(Typed *t) = known < N_KNOWN ? known_keys[known].offer : NULL;
    if (varied && offer == strategy) {
        strategy_list(t);
        return;
    }
    if (varied || offer == stages) values_last(t);
    if (offer) offer(t);
    if (schema_key(key)->choices) values_choice(t, schema_key(key)->choices);
    if (schema_key(key)->kind == KEY_IS_FLAG) values_choice(t, "yes|no");
}

static void settings(Typed *t)
{
    const char *equals = strchr(rest(t), '=');
    bool        varied = text_starts(rest(t), "grid.");
    if (!varied) values_add(t, "grid.", "", "vary a key");
    else t->head += strlen("grid.");
    if (equals) {
        Text name = { 0 };
        text_add(&name, "%.*s", (int)(equals - rest(t)), rest(t));
        t->head = (size_t)(equals + 1 - t->word);
        key_values(t, text_get(&name), varied);
        text_free(&name);
        return;
    }
    for (int i = 0; i < schema_count(); i++)
        if (!varied || !schema_of_all(i))
            values_add(t, schema_key(i)->name, "=", schema_key(i)->about);
}

static void folders_of_cells(Typed *t)
{
    Text path = { 0 };
    text_add(&path, "%s/cells", t->results ? t->results : "");
    DIR *d = t->results ? opendir(text_get(&path)) : NULL;
    for (struct dirent *e; d && (e = readdir(d));)
        if (*e->d_name != '.') values_add(t, e->d_name, "", "a cell");
    if (d) closedir(d);
    text_free(&path);
}

/* By name, or by what tells it from others, where the last word of a key is enough. */
static void cells(Typed *t)
{
    const char *equals = strchr(rest(t), '=');
    if (equals) {
        Text name = { 0 };
        text_add(&name, "%.*s", (int)(equals - rest(t)), rest(t));
        if (schema_find(text_get(&name)) < 0) {
            text_clear(&name);
            text_add(&name, "pretrain.%.*s", (int)(equals - rest(t)), rest(t));
        }
        t->head = (size_t)(equals + 1 - t->word);
        key_values(t, text_get(&name), true);
        text_free(&name);
        return;
    }
    folders_of_cells(t);
    for (int i = 0; i < schema_count(); i++)
        if (!schema_of_all(i)) values_add(t, schema_key(i)->name, "=", schema_key(i)->about);
}

static void keys(Typed *t)
{
    values_last(t);
    for (int i = 0; i < schema_count(); i++)
        values_add(t, schema_key(i)->name, "", schema_key(i)->about);
}

/* --- by what help calls them ---------------------------------------------- */

static const struct { const char *what; void (*offer)(Typed *t); } kinds[] = {
    { "RECIPE", recipes }, { "STRATEGY", strategy }, { "KEY=VALUE", settings },
    { "KEYS", keys }, { "SET", sets }, { "DATA", data }, { "PAGE", pages }, { "CELL", cells },
    { "FILE", files }, { "PATH", files }, { "IMAGE", files }, { "CHECKPOINT", files },
    { "COMMAND", files }, { "FOLDER", folders }, { "DIR", folders },
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

void values_offer(Typed *t, const char *what)
{
    size_t n = strcspn(what, "."); /* of FILE.png */
    for (int i = 0; i < N_KINDS; i++)
        if (strlen(kinds[i].what) == n && !memcmp(kinds[i].what, what, n)) kinds[i].offer(t);
}
