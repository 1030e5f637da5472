#include "experiments/recipe/grid.h"

#include <string.h>

/* --- settings ------------------------------------------------------------ */

/* Takes a key out; what is left empty goes too. */
static void drop(GridPart *p, int key)
{
    for (Factor **at = &p->factors; *at;) {
        Factor *f = *at;
        for (GridPart *part = f->parts; part; part = part->next) drop(part, key);
        int n = 0;
        for (int i = 0; i < f->n; i++)
            if (f->axis[i].key != key) f->axis[n++] = f->axis[i];
        f->n = n;
        if (n || f->parts) at = &f->next;
        else *at = f->next;
    }
}

void grid_drop(Grid *g, int key) { drop(&g->all, key); }

/* A key that is varied alone keeps its place; any other becomes the last. */
Status grid_vary(Grid *g, Arena *a, int key, const Yaml *values, Origin origin, Err *err)
{
    Factor **at = &g->all.factors, *f = ARENA_NEW(a, Factor, 1);
    *f = (Factor){ .n = 1 };
    if (axis_read(&f->axis[0], a, key, values, origin, err)) return err->code;
    while (*at && !((*at)->n == 1 && (*at)->axis[0].key == key)) at = &(*at)->next;
    if (*at) {
        f->next = (*at)->next;
        *at = f;
        return STATUS_OK;
    }
    grid_drop(g, key);
    for (at = &g->all.factors; *at;) at = &(*at)->next;
    *at = f;
    return STATUS_OK;
}

/* --- all axes ------------------------------------------------------------ */

typedef struct {
    Grid         *grid;
    Arena        *arena;
    const Config *base;
    const char   *file;
    Err          *err;
} Maker;

static Status varied_twice(Maker *m, const Axis *x)
{
    err_set(m->err, STATUS_CONFIG, "is varied twice in the same cells");
    return origin_in(m->err, &x->values[0].origin, schema_key(x->key)->name);
}

/* The grid's axis of that key, with room for the values of x, too; NULL if there are too
 * many. */
static Axis *axis_for(Maker *m, const Axis *x)
{
    Grid *g = m->grid;
    int   i = 0;
    while (i < g->n && g->axis[i].key != x->key) i++;
    if (i == GRID_MOST_AXES) {
        err_set(m->err, STATUS_CONFIG, "more than %d keys are varied", GRID_MOST_AXES);
        origin_in(m->err, &x->values[0].origin, schema_key(x->key)->name);
        return NULL;
    }
    if (i == g->n) g->axis[g->n++] = (Axis){ .key = x->key };
    Axis      *all = &g->axis[i];
    AxisValue *values = ARENA_NEW(m->arena, AxisValue, all->n + x->n);
    if (all->n) memcpy(values, all->values, (size_t)all->n * sizeof *values);
    all->values = values;
    return all;
}

static Status gather_axis(Maker *m, Axis *x)
{
    Axis *all = axis_for(m, x);
    if (!all) return m->err->code;
    const Axis before = *all;
    x->place = ARENA_NEW(m->arena, int, x->n);
    for (int i = 0; i < x->n; i++) {
        x->place[i] = axis_find(&before, x->values[i].text);
        if (x->place[i] >= 0) continue;
        x->place[i] = all->n;
        all->values[all->n++] = x->values[i];
    }
    return STATUS_OK;
}

/* The axes of a product become the grid's.  keys: those that are varied in it; or, before
 * that, around it. */
static Status gather(Maker *m, const GridPart *p, bool *keys)
{
    for (Factor *f = p->factors; f; f = f->next) {
        bool within[MOST_KEYS] = { false };
        for (int i = 0; i < f->n; i++) {
            if (keys[f->axis[i].key]) return varied_twice(m, &f->axis[i]);
            keys[f->axis[i].key] = true;
            if (gather_axis(m, &f->axis[i])) return m->err->code;
        }
        for (const GridPart *part = f->parts; part; part = part->next) {
            bool of_part[MOST_KEYS];
            memcpy(of_part, keys, sizeof of_part);
            if (gather(m, part, of_part)) return m->err->code;
            for (int k = 0; k < MOST_KEYS; k++) within[k] = within[k] || of_part[k];
        }
        for (int k = 0; k < MOST_KEYS; k++) keys[k] = keys[k] || within[k];
    }
    return STATUS_OK;
}

/* --- points -------------------------------------------------------------- */

/* [n, GRID_MOST_AXES] */
typedef struct { int *at, n; } Rows;

static size_t row_bytes(int n) { return (size_t)n * GRID_MOST_AXES * sizeof(int); }

static int *row(const Rows *r, int i) { return r->at + (size_t)i * GRID_MOST_AXES; }

static Status rows_new(Maker *m, Rows *r, long n)
{
    if (n > GRID_MOST_CELLS)
        return err_set(m->err, STATUS_CONFIG, "%s: the grid has more than %d cells",
                       m->file, GRID_MOST_CELLS);
    *r = (Rows){ arena_take(m->arena, row_bytes((int)n)), (int)n };
    for (int i = 0; i < r->n * GRID_MOST_AXES; i++) r->at[i] = GRID_BASE;
    return STATUS_OK;
}

/* Every row of a with every row of b. */
static Status cross(Maker *m, Rows *a, const Rows *b)
{
    Rows all;
    if (rows_new(m, &all, (long)a->n * b->n)) return m->err->code;
    for (int i = 0; i < all.n; i++) {
        const int *first = row(a, i / b->n), *second = row(b, i % b->n);
        for (int x = 0; x < m->grid->n; x++)
            row(&all, i)[x] = second[x] == GRID_BASE ? first[x] : second[x];
    }
    *a = all;
    return STATUS_OK;
}

static int place_of(const Grid *g, int key)
{
    int x = 0;
    while (x < g->n && g->axis[x].key != key) x++;
    return x < g->n ? x : -1;
}

static Status rows_of(Maker *m, const GridPart *p, Rows *rows);

static Status rows_of_union(Maker *m, const GridPart *parts, Rows *rows)
{
    *rows = (Rows){ NULL, 0 };
    for (const GridPart *p = parts; p; p = p->next) {
        Rows before = *rows, more = { NULL, 0 };
        if (rows_of(m, p, &more) || rows_new(m, rows, (long)before.n + more.n))
            return m->err->code;
        if (before.n) memcpy(rows->at, before.at, row_bytes(before.n));
        if (more.n) memcpy(row(rows, before.n), more.at, row_bytes(more.n));
    }
    return STATUS_OK;
}

static Status rows_of_factor(Maker *m, const Factor *f, Rows *rows)
{
    if (!f->n) return rows_of_union(m, f->parts, rows);
    if (rows_new(m, rows, f->axis[0].n)) return m->err->code;
    for (int i = 0; i < rows->n; i++)
        for (int k = 0; k < f->n; k++)
            row(rows, i)[place_of(m->grid, f->axis[k].key)] = f->axis[k].place[i];
    return STATUS_OK;
}

/* Has the point one of the values of x? */
static bool has(const Maker *m, const int *at, const Axis *x)
{
    int  place = place_of(m->grid, x->key);
    bool varied = place >= 0 && at[place] != GRID_BASE;
    Text base = { 0 };
    if (!varied) schema_get(m->base, x->key, &base);
    bool found = axis_find(x, varied ? m->grid->axis[place].values[at[place]].text
                                     : text_get(&base)) >= 0;
    text_free(&base);
    return found;
}

static bool excluded(const Maker *m, const int *at, const GridPart *p)
{
    for (const Exclusion *e = p->exclusions; e; e = e->next) {
        int i = 0;
        while (i < e->n && has(m, at, &e->axis[i])) i++;
        if (i == e->n) return true;
    }
    return false;
}

static Status rows_of(Maker *m, const GridPart *p, Rows *rows)
{
    int n = 0;
    if (rows_new(m, rows, 1)) return m->err->code;
    for (const Factor *f = p->factors; f; f = f->next) {
        Rows more = { NULL, 0 };
        if (rows_of_factor(m, f, &more) || cross(m, rows, &more)) return m->err->code;
    }
    for (int i = 0; i < rows->n; i++)
        if (!excluded(m, row(rows, i), p)) memmove(row(rows, n++), row(rows, i), row_bytes(1));
    rows->n = n;
    return STATUS_OK;
}

Status grid_points(Grid *g, Arena *a, const Config *base, const char *file, Err *err)
{
    Maker m = { g, a, base, file, err };
    bool  keys[MOST_KEYS] = { false };
    Rows  rows;
    g->n = 0;
    if (gather(&m, &g->all, keys) || rows_of(&m, &g->all, &rows)) return err->code;
    if (!rows.n)
        return err_set(err, STATUS_CONFIG, "%s: every cell of the grid is excluded", file);
    g->points = rows.at, g->n_points = rows.n;
    return STATUS_OK;
}
