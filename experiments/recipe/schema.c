#define _POSIX_C_SOURCE 200809L /* strtok_r */
#include "experiments/recipe/schema.h"

#include <stdio.h>
#include <string.h>

int schema_find(const char *name)
{
    for (int i = 0; i < schema_count(); i++)
        if (!strcmp(schema_key(i)->name, name)) return i;
    return -1;
}

bool schema_section(const char *name)
{
    size_t n = strlen(name);
    for (int i = 0; i < schema_count(); i++) {
        const char *key = schema_key(i)->name;
        if (!strncmp(key, name, n) && key[n] == '.') return true;
    }
    return false;
}

/* The right word, its section left out. */
static const char *find_last_word(const char *word)
{
    for (int i = 0; i < schema_count(); i++) {
        const char *last = strrchr(schema_key(i)->name, '.');
        if (last && !strcmp(last + 1, word)) return schema_key(i)->name;
    }
    return NULL;
}

bool schema_of_all(int key) { return schema_key(key)->of & (OF_RECIPE | OF_MEANS); }

/* A misspelt section is as likely as a misspelt key. */
Status schema_unknown(const char *name, Err *err)
{
    static const char *const sections[] = { "data", "data.scenes", "model", "pretrain", "knn",
                                            "linear-cached", "linear", "partial", "finetune",
                                            "detect", "segment", "reconstruct", "represent",
                                            "run", "grid" };
    enum { N_SECTIONS = sizeof sections / sizeof *sections };
    const char *words[MOST_KEYS + N_SECTIONS + 1];
    int         n = 0;
    if (schema_section(name) || !strcmp(name, "grid"))
        return err_set(err, STATUS_CONFIG, "%s: is a section; name one of its keys", name);
    for (int i = 0; i < schema_count(); i++) words[n++] = schema_key(i)->name;
    for (int i = 0; i < N_SECTIONS; i++) words[n++] = sections[i];
    words[n] = NULL;
    const char *near = text_nearest(name, words);
    if (!near) near = find_last_word(name);
    if (near)
        return err_set(err, STATUS_CONFIG, "%s: no such key; did you mean %s?", name, near);
    return err_set(err, STATUS_CONFIG, "%s: no such key; see maskgrid plan --keys", name);
}

void schema_defaults(Config *c)
{
    *c = (Config){ .data = data_defaults(), .knn = knn_defaults(),
                   .linear = linear_defaults() };
    c->finetune.drop_path = c->partial.drop_path = NOT_GIVEN;
    c->detect.drop_path = c->segment.drop_path = NOT_GIVEN;
    for (int i = 0; i < schema_count(); i++) {
        const Key *k = schema_key(i);
        Err        err;
        if (k->initial && schema_set(c, i, k->initial, &err))
            CHECK(false, "default of %s: %s", k->name, err.text);
    }
}

/* --- texts to fields and back -------------------------------------------- */

static Status not_among(const Key *k, const char *text, Err *err)
{
    char        list[256], *words[16], *rest = list;
    const char *near;
    int         n = 0;
    CHECK(strlen(k->choices) < sizeof list, "choices of %s", k->name);
    memcpy(list, k->choices, strlen(k->choices) + 1);
    for (char *w; (w = strtok_r(rest, "|", &rest)) && n < 15;) {
        if (!strcmp(w, text)) return STATUS_OK;
        words[n++] = w;
    }
    words[n] = NULL;
    near = text_nearest(text, (const char *const *)words);
    return err_set(err, STATUS_CONFIG, "%.60s is not one of %s%s%s%s", text, k->choices,
                   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static Status add_stage(unsigned *set, const char *word, Err *err)
{
    const char *words[STAGE_KINDS + 1] = { NULL };
    for (int s = STAGE_PRETRAIN + 1; s < STAGE_KINDS; s++) {
        words[s - 1] = stage_word(s);
        if (strcmp(word, words[s - 1])) continue;
        *set |= 1U << s;
        return STATUS_OK;
    }
    const char *near = text_nearest(word, words);
    if (near)
        return err_set(err, STATUS_CONFIG, "no evaluation %.60s; did you mean %s?", word, near);
    Text all = { 0 };
    for (int i = 0; words[i]; i++) text_add(&all, "%s%s", i ? ", " : "", words[i]);
    err_set(err, STATUS_CONFIG, "no evaluation %.60s; there are %s", word, text_get(&all));
    text_free(&all);
    return err->code;
}

/* "knn,linear-cached"; "none" for pre-training alone. */
static Status set_stages(unsigned *set, const char *text, Err *err)
{
    *set = 0;
    if (!strcmp(text, "none")) return STATUS_OK;
    for (size_t n; *text; text += n + (text[n] == ',')) {
        char word[64];
        n = strcspn(text, ",");
        snprintf(word, sizeof word, "%.*s", (int)n, text + strspn(text, " "));
        if (add_stage(set, word, err)) return err->code;
    }
    return STATUS_OK;
}

static Status out_of_range(const Key *k, const char *text, Err *err)
{
    if (k->open)
        return err_set(err, STATUS_CONFIG, "%.60s is out of range, expected more than %.15g "
                       "and less than %.15g", text, k->lo, k->hi);
    return err_set(err, STATUS_CONFIG, "%.60s is out of range, expected %.15g to %.15g", text,
                   k->lo, k->hi);
}

Status schema_set(Config *c, int key, const char *text, Err *err)
{
    const Key *k = schema_key(key);
    void      *field = (char *)c + k->offset;
    int64_t    whole;
    double     number;
    if (!*text && k->of != OF_RECIPE) return err_set(err, STATUS_CONFIG, "has no value");
    switch (k->kind) {
    case KEY_IS_STAGES: return set_stages(field, text, err);
    case KEY_IS_TEXT:
        if (k->choices && not_among(k, text, err)) return err->code;
        *(const char **)field = k->none && !strcmp(text, "none") ? NULL : text;
        return STATUS_OK;
    case KEY_IS_FLAG:
        if (text_to_bool(text, field)) return STATUS_OK;
        return err_set(err, STATUS_CONFIG, "%.60s is neither yes nor no", text);
    case KEY_IS_INT:
    case KEY_IS_WHOLE:
        if (!text_to_int64(text, &whole))
            return err_set(err, STATUS_CONFIG, "%.60s is not a whole number", text);
        if (!((double)whole >= k->lo && (double)whole <= k->hi))
            return out_of_range(k, text, err);
        if (k->kind == KEY_IS_INT) *(int *)field = (int)whole;
        else *(uint64_t *)field = (uint64_t)whole;
        return STATUS_OK;
    case KEY_IS_NUMBER:
        if (!text_to_double(text, &number))
            return err_set(err, STATUS_CONFIG, "%.60s is not a number", text);
        if (!(number >= k->lo && number <= k->hi) ||
            (k->open && (number == k->lo || number == k->hi)))
            return out_of_range(k, text, err);
        *(double *)field = number + 0.0; /* -0 is 0 */
        return STATUS_OK;
    }
    return STATUS_OK;
}

static void get_stages(unsigned set, Text *out)
{
    const char *gap = "";
    for (int s = 0; s < STAGE_KINDS; s++)
        if (set & 1U << s) {
            text_add(out, "%s%s", gap, stage_word(s));
            gap = ",";
        }
    if (!set) text_add(out, "none");
}

void schema_get(const Config *c, int key, Text *out)
{
    const Key  *k = schema_key(key);
    const void *field = (const char *)c + k->offset;
    char        number[32];
    const char *text;
    switch (k->kind) {
    case KEY_IS_STAGES: get_stages(*(const unsigned *)field, out); break;
    case KEY_IS_TEXT:
        text = *(const char *const *)field;
        text_add(out, "%s", text ? text : "none");
        break;
    case KEY_IS_FLAG: text_add(out, "%s", *(const bool *)field ? "yes" : "no"); break;
    case KEY_IS_INT: text_add(out, "%d", *(const int *)field); break;
    case KEY_IS_WHOLE:
        text_add(out, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case KEY_IS_NUMBER:
        text_from_double(number, *(const double *)field);
        text_add(out, "%s", number);
        break;
    }
}

void schema_default(int key, Text *out)
{
    const Key *k = schema_key(key);
    Config     c;
    schema_defaults(&c);
    if (k->from) text_add(out, "from %s", k->from);
    else schema_get(&c, key, out);
}

void schema_range(int key, Text *out)
{
    const Key *k = schema_key(key);
    if (k->choices) text_add(out, "%s", k->choices);
    else if (k->kind == KEY_IS_FLAG) text_add(out, "yes|no");
    else if (k->kind == KEY_IS_STAGES) text_add(out, "a list");
    else if (k->kind == KEY_IS_TEXT) text_add(out, "text");
    else text_add(out, k->open ? "]%.6g, %.6g[" : "[%.6g, %.6g]", k->lo, k->hi);
    if (k->unit) text_add(out, " %s", k->unit);
}

/* --- where a value comes from -------------------------------------------- */

void origin_text(const Origin *o, Text *out)
{
    switch (o->kind) {
    case FROM_DEFAULT: text_add(out, "default"); break;
    case FROM_KEYS: text_add(out, "from %s", o->file); break;
    case FROM_FILE: text_add(out, "%s:%d", o->file, o->line); break;
    case FROM_SETTING: text_add(out, "-s %s", o->file); break;
    case FROM_ONLY: text_add(out, "--only %s", o->file); break;
    case FROM_FALLBACK: text_add(out, "data.fallback"); break;
    }
}

Status origin_in(Err *err, const Origin *o, const char *key)
{
    Text where = { 0 };
    origin_text(o, &where);
    err_in(err, "%s: %s", text_get(&where), key);
    text_free(&where);
    return err->code;
}
