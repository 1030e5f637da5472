#include "experiments/record/check.h"

#include "core/base/file.h"

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

/* --- the files of a recipe --------------------------------------------------- */

typedef struct { const char *path, *cell; } Found; /* cell: of a model; NULL: a record */

typedef struct {
    Arena  arena;
    Found *all;
    int    n, room;
} List;

static void add(List *l, const char *path, const char *cell)
{
    size_t n = strlen(path) + 1;
    if (!file_lies_at(path)) return;
    if (l->n == l->room) {
        l->room = 2 * l->room + 64;
        l->all = realloc(l->all, (size_t)l->room * sizeof *l->all);
        CHECK(l->all, "no memory for %d files", l->room);
    }
    l->all[l->n++] = (Found){ memcpy(arena_take(&l->arena, n), path, n), cell };
}

static void add_cell(List *l, const Cell *c, const char *results)
{
    char path[CELL_PATH];
    for (int i = 0; i < cell_models(c); i++) {
        cell_model(path, results, c, i);
        add(l, path, c->stage[STAGE_PRETRAIN].id);
    }
    for (int s = 0; s < STAGE_KINDS; s++) {
        if (!cell_wants(c, s)) continue;
        cell_record(path, results, c, s);
        add(l, path, NULL);
    }
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const Found *)a)->path, ((const Found *)b)->path);
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
        if (l.all[i].cell) check_model(c, l.all[i].path, l.all[i].cell);
        else check_record(c, l.all[i].path);
    }
    free(l.all);
    arena_close(&l.arena);
}
