#include "experiments/record/check.h"

#include "core/base/file.h"
#include "experiments/recipe/confirm.h"

#include <stdlib.h>
#include <string.h>

static void count(Checked *c, size_t said)
{
    c->files++;
    c->bad += c->where.length > said;
}

/* A file that is no record is a fault too: the others are still looked at. */
void check_record(Checked *c, const char *path)
{
    size_t said = c->where.length;
    int    departures;
    Err    err;
    if (record_check(path, &c->where, &departures, &err)) text_add(&c->where, "%s\n", err.text);
    count(c, said);
}

static void check_model(Checked *c, const char *path, const char *cell)
{
    size_t said = c->where.length;
    Err    err;
    if (cell_check_model(path, cell, &err)) text_add(&c->where, "%s\n", err.text);
    count(c, said);
}

static Status confirm_stage(const char *path, const Cell *cell, StageKind kind, Err *err)
{
    Text canonical = { 0 };
    cell_canonical(cell, kind, &canonical);
    Status bad = confirm_config(path, kind, text_get(&canonical), err);
    text_free(&canonical);
    return bad;
}

/* An evaluation's has what is evaluated too. */
static void check_config(Checked *c, const char *path, const Cell *cell, StageKind kind)
{
    size_t said = c->where.length;
    Err    err;
    if (file_check_regular(path, &err)) text_add(&c->where, "%s\n", err.text);
    else if (confirm_stage(path, cell, kind, &err) ||
             confirm_stage(path, cell, STAGE_PRETRAIN, &err))
        text_add(&c->where, "%s: %s\n", path, err.text);
    count(c, said);
}

/* --- the files of a recipe --------------------------------------------------- */

typedef enum { FOUND_MODEL, FOUND_RECORD, FOUND_CONFIG } FoundKind;

typedef struct {
    const char *path;
    const Cell *cell;
    FoundKind   is;
    StageKind   stage;
} Found;

typedef struct {
    Arena  arena;
    Found *all;
    int    n, room;
} List;

static void add(List *l, FoundKind is, const char *path, const Cell *cell, StageKind stage)
{
    size_t n = strlen(path) + 1;
    if (!file_lies_at(path)) return;
    if (l->n == l->room) {
        l->room = 2 * l->room + 64;
        l->all = realloc(l->all, (size_t)l->room * sizeof *l->all);
        CHECK(l->all, "no memory for %d files", l->room);
    }
    l->all[l->n++] = (Found){ memcpy(arena_take(&l->arena, n), path, n), cell, is, stage };
}

static void add_cell(List *l, const Cell *c, const char *results)
{
    char path[CELL_PATH];
    for (int i = 0; i < cell_models(c); i++) {
        cell_model(path, results, c, i);
        add(l, FOUND_MODEL, path, c, STAGE_PRETRAIN);
    }
    for (int s = 0; s < STAGE_KINDS; s++) {
        if (!cell_wants(c, s)) continue;
        cell_record(path, results, c, s);
        add(l, FOUND_RECORD, path, c, s);
        cell_config(path, results, c, s);
        add(l, FOUND_CONFIG, path, c, s);
    }
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const Found *)a)->path, ((const Found *)b)->path);
}

static void check_found(Checked *c, const Found *f)
{
    switch (f->is) {
    case FOUND_MODEL: check_model(c, f->path, f->cell->stage[STAGE_PRETRAIN].id); break;
    case FOUND_RECORD: check_record(c, f->path); break;
    case FOUND_CONFIG: check_config(c, f->path, f->cell, f->stage); break;
    }
}

/* Cells share what they have in common: each file is looked at once. */
void check_cells(Checked *c, const Recipe *r, const char *results)
{
    List l = { .n = 0 };
    arena_open(&l.arena, "files of cells", NULL, NULL);
    for (int i = 0; i < r->n_cells; i++) add_cell(&l, &r->cells[i], results);
    if (l.n) qsort(l.all, (size_t)l.n, sizeof *l.all, by_path);
    for (int i = 0; i < l.n; i++) {
        if (i && !by_path(&l.all[i - 1], &l.all[i])) continue;
        check_found(c, &l.all[i]);
    }
    free(l.all);
    arena_close(&l.arena);
}
