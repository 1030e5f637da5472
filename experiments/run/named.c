#define _POSIX_C_SOURCE 200809L /* scandir */
#include "experiments/run/named.h"

#include "core/base/file.h"
#include "experiments/recipe/schema.h"
#include "experiments/recipe/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_DIGITS = 4, DIGITS = 16, TERMS = 32, LISTED = 4 };

static const char digits[] = "0123456789abcdef";

typedef struct {
    const char *key;
    char        value[512];
} Term;

/* --- terms --------------------------------------------------------------- */

/* The whole name of what stands before the equals sign: itself, or of pretrain, or the first
 * key whose last word it is; NULL: there is none. */
static const char *key_of(const char *term)
{
    char name[160], of_pretrain[200];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(term, "="), term);
    snprintf(of_pretrain, sizeof of_pretrain, "pretrain.%s", name);
    int key = schema_find(name);
    if (key < 0) key = schema_find(of_pretrain);
    for (int i = 0; key < 0 && i < schema_count(); i++) {
        const char *dot = strrchr(schema_key(i)->name, '.');
        if (dot && !strcmp(dot + 1, name)) key = i;
    }
    return key < 0 ? NULL : schema_key(key)->name;
}

static bool begins_term(const char *s) { return strchr(s, '=') && key_of(s); }

/* A strategy has commas and equals too: "sgmae:first=0.3,again=0.3". */
static size_t length_of(const char *term)
{
    const char *comma = term;
    while ((comma = strchr(comma, ',')) && !begins_term(comma + 1)) comma++;
    return comma ? (size_t)(comma - term) : strlen(term);
}

static Status read_terms(Term terms[TERMS], int *n, const char *name, Err *err)
{
    *n = 0;
    do {
        size_t length = length_of(name);
        if (!begins_term(name) || *n == TERMS)
            return err_set(err, STATUS_CONFIG, "\"%.*s\": expected the first digits of a cell, at "
                           "least %d, or KEY=VALUE; `maskgrid plan --keys` lists the keys",
                           (int)length, name, LEAST_DIGITS);
        size_t equals = strcspn(name, "=");
        Term  *t = &terms[(*n)++];
        t->key = key_of(name);
        snprintf(t->value, sizeof t->value, "%.*s", (int)(length - equals - 1), name + equals + 1);
        name += length + (name[length] == ',');
    } while (*name);
    return STATUS_OK;
}

/* --- cells --------------------------------------------------------------- */

static Yaml *read_config(Arena *a, const char *folder)
{
    char   path[CELL_PATH + 16], *bytes;
    size_t n;
    Yaml  *root;
    Err    err;
    snprintf(path, sizeof path, "%s/config.yaml", folder);
    if (file_read(path, YAML_MOST_BYTES, &bytes, &n, &err)) return NULL;
    if (yaml_tree(&root, a, path, bytes, n, &err)) root = NULL;
    free(bytes);
    return root;
}

static bool is_so(const char *folder, const Term *terms, int n)
{
    Arena a;
    int   met = 0;
    arena_open(&a, "config", NULL, NULL);
    const Yaml *root = read_config(&a, folder);
    for (int i = 0; i < n; i++) {
        bool one = false;
        for (const Yaml *y = root ? root->first : NULL; y && !one; y = y->next)
            one = y->key && y->text && !strcmp(y->key, terms[i].key) &&
                  !strcmp(y->text, terms[i].value);
        met += one;
    }
    arena_close(&a);
    return met == n;
}

static int is_cell(const struct dirent *e)
{
    return strlen(e->d_name) == DIGITS && strspn(e->d_name, digits) == DIGITS;
}

static Status choose(char folder[CELL_PATH], const char *cells, struct dirent *const *entry,
                     int count, const char *name, Err *err)
{
    Term terms[TERMS];
    Text listed = { 0 };
    char path[CELL_PATH];
    int  n = 0, found = 0;
    bool begins = !name[strspn(name, digits)] && strlen(name) >= LEAST_DIGITS;
    if (!begins && read_terms(terms, &n, name, err)) return err->code;
    for (int i = 0; i < count; i++) {
        if (snprintf(path, sizeof path, "%s/%s", cells, entry[i]->d_name) >= CELL_PATH) continue;
        if (begins ? !text_starts(entry[i]->d_name, name) : !is_so(path, terms, n)) continue;
        if (!found++) strcpy(folder, path);
        if (found <= LISTED) text_add(&listed, " %s", entry[i]->d_name);
    }
    if (found > 1)
        err_set(err, STATUS_CONFIG, "%s: %d cells are so called:%s%s", name, found,
                text_get(&listed), found > LISTED ? ", ..." : "");
    else if (!found)
        err_set(err, STATUS_CONFIG, "%s: none of the %d cells in %s is so called", name, count,
                cells);
    text_free(&listed);
    return found == 1 ? STATUS_OK : err->code;
}

Status named_cell(char folder[CELL_PATH], const char *results, const char *name, Err *err)
{
    char            cells[CELL_PATH];
    struct dirent **entry;
    int             n = snprintf(cells, sizeof cells, "%s/cells", results);
    CHECK(n > 0 && n < CELL_PATH, "path too long: %.200s", results);
    n = scandir(cells, &entry, is_cell, alphasort);
    if (n < 0) return err_set(err, STATUS_MISSING, "%s: %s", cells, strerror(errno));
    Status bad = choose(folder, cells, entry, n, name, err);
    while (n > 0) free(entry[--n]);
    free(entry);
    return bad;
}
