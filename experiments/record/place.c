#include "experiments/record/place.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

enum { CELL_DIGITS = 16, STAGE_DIGITS = 8 };

static bool are_digits(const char *s, size_t n)
{
    return strlen(s) == n && strspn(s, "0123456789abcdef") == n;
}

bool place_names_cell(const char *name) { return are_digits(name, CELL_DIGITS); }

bool place_in(Place *p, const char *cell, const char *name)
{
    size_t n = strlen(name);
    if (!place_names_cell(cell)) return false;
    if (n < 4 || n - 3 >= STAGE_NAME || strcmp(name + n - 3, ".h5")) return false;
    strcpy(p->cell, cell);
    snprintf(p->stage, sizeof p->stage, "%.*s", (int)(n - 3), name);
    if (!stage_of(&p->kind, p->stage)) return false;
    const char *rest = p->stage + strlen(stage_word(p->kind));
    if (p->kind == STAGE_PRETRAIN) return !*rest;
    return *rest == '-' && are_digits(rest + 1, STAGE_DIGITS);
}

bool place_of(Place *p, const char *path)
{
    char        cell[CELL_DIGITS + 1];
    const char *slash = strrchr(path, '/'), *folder = slash;
    while (folder && folder > path && folder[-1] != '/') folder--;
    if (!slash || slash - folder != CELL_DIGITS) return false;
    snprintf(cell, sizeof cell, "%s", folder);
    return place_in(p, cell, slash + 1);
}

/* --- what it says ----------------------------------------------------------- */

static Status refuse(Err *err, const char *path, const char *of, const char *said)
{
    Text tame = { 0 };
    text_add_tame(&tame, said);
    err_set(err, STATUS_FORMAT, "%s: of another %s, %.40s", path, of, text_get(&tame));
    text_free(&tame);
    return err->code;
}

static Status check(const Place *p, H5 *f, const char *path, Arena *a, Err *err)
{
    const char *word = stage_word(p->kind), *is, *id, *on;
    if (h5_get_text(f, "/", "stage", a, &is, err) ||
        h5_get_text(f, "/", "config_hash", a, &id, err))
        return err->code;
    if (strcmp(is, word)) return refuse(err, path, "stage", is);
    on = id;
    if (p->kind != STAGE_PRETRAIN && h5_get_text(f, "/", "builds_on", a, &on, err))
        return err->code;
    if (!text_starts(on, p->cell)) return refuse(err, path, "cell", on);
    if (p->kind != STAGE_PRETRAIN && !text_starts(id, p->stage + strlen(word) + 1))
        return refuse(err, path, word, id);
    return STATUS_OK;
}

Status place_check(const Place *p, H5 *f, const char *path, Err *err)
{
    Arena a;
    arena_open(&a, "place of a record", NULL, NULL);
    Status bad = check(p, f, path, &a, err);
    arena_close(&a);
    return bad;
}
