#include "experiments/recipe/walk.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    Origin             where;
    const char *const *words;
    KeySeen           *seen;
    void              *self;
} Walk;

Origin origin_at(Origin where, int line)
{
    if (where.kind == FROM_FILE) where.line = line;
    return where;
}

Status key_unknown(Origin origin, const char *name, Err *err)
{
    Text where = { 0 };
    origin_text(&origin, &where);
    if (!schema_unknown(name, err)) CHECK(false, "%s is a key", name);
    err_in(err, "%s", text_get(&where));
    text_free(&where);
    return err->code;
}

static bool is_word(const Walk *w, const char *name)
{
    const char *const *word = w->words;
    while (*word && strcmp(*word, name)) word++;
    return *word;
}

static Status unknown(const Walk *w, Origin origin, const char *name, Err *err)
{
    const char *near = text_nearest(name, w->words);
    if (!near) return key_unknown(origin, name, err);
    err_set(err, STATUS_CONFIG, "no such key; did you mean %s?", near);
    return origin_in(err, &origin, name);
}

/* The keys of a map, whose names go on from `prefix`. */
static Status walk(const Walk *w, const Yaml *map, const char *prefix, Err *err)
{
    for (const Yaml *y = map->first; y; y = y->next) {
        char   name[256];
        Origin origin = origin_at(w->where, y->line);
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", y->key);
        int  key = schema_find(name);
        bool word = !*prefix && is_word(w, name), section = !word && schema_section(name);
        if (key < 0 && !section && !word) return unknown(w, origin, name, err);
        if (section != (y->kind == YAML_IS_MAP) && !word) {
            err_set(err, STATUS_CONFIG, section ? "expected keys below it, not a value"
                                                : "expected a value, not keys below it");
            return origin_in(err, &origin, name);
        }
        if (section ? walk(w, y, name, err)
                    : w->seen(w->self, word ? NO_KEY : key, y, origin, err))
            return err->code;
    }
    return STATUS_OK;
}

Status keys_walk(const Yaml *map, Origin where, const char *const *words, KeySeen *seen,
                 void *self, Err *err)
{
    return walk(&(Walk){ where, words, seen, self }, map, "", err);
}
