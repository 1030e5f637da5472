#include "experiments/record/views.h"

#include "experiments/record/fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 256 };

struct Noted {
    const char *name, *units, *better;
    double      x;
    Noted      *next;
};

struct NotedCurve {
    const char   *name, *axis;
    const double *y;
    size_t        n;
    NotedCurve   *next;
};

/* --- what was written ----------------------------------------------------- */

static const char *keep(Arena *a, const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(arena_take(a, n), text, n);
}

void views_open(Views *v, const char *stage)
{
    *v = (Views){ .stage = NULL };
    arena_open(&v->arena, "views", NULL, NULL);
    v->stage = keep(&v->arena, stage);
}

void views_close(Views *v) { arena_close(&v->arena); }

void views_primary(Views *v, const char *names) { v->primary = keep(&v->arena, names); }

static void note(Views *v, Noted **list, Noted what)
{
    while (*list) list = &(*list)->next;
    *list = ARENA_NEW(&v->arena, Noted, 1);
    **list = what;
}

void views_array(Views *v, const char *name)
{
    note(v, &v->arrays, (Noted){ .name = keep(&v->arena, name) });
}

void views_metric(Views *v, const char *name, double x, const char *units, const char *better)
{
    Arena *a = &v->arena;
    note(v, &v->metrics, (Noted){ .name = keep(a, name), .x = x, .units = keep(a, units),
                                  .better = better ? better : "" });
}

void views_curve(Views *v, const char *name, const char *axis, const double *y, size_t n)
{
    NotedCurve **list = &v->curves;
    double      *copy = ARENA_NEW(&v->arena, double, n);
    if (n) memcpy(copy, y, n * sizeof *y);
    while (*list) list = &(*list)->next;
    *list = ARENA_NEW(&v->arena, NotedCurve, 1);
    **list = (NotedCurve){ keep(&v->arena, name), keep(&v->arena, axis), copy, n, NULL };
}

static const NotedCurve *find_curve(const Views *v, const char *name, const char *axis)
{
    for (const NotedCurve *c = v->curves; c; c = c->next)
        if (!strcmp(c->name, name) && !strcmp(c->axis, axis)) return c;
    return NULL;
}

/* --- dimension scales ----------------------------------------------------- */

/* The array that numbers a dimension of one of that name; NULL: none that is there. */
static const char *scale_of(const Views *v, const char *dimension, char out[NAME_MOST])
{
    const Dimension *row = dimension_find(dimension);
    for (const char *s = row && row->scales ? row->scales : ""; *s; s += strspn(s, " ")) {
        snprintf(out, NAME_MOST, "%.*s", (int)strcspn(s, " "), s);
        const Field *scale = field_find(v->stage, out);
        for (const Noted *n = v->arrays; n; n = n->next)
            if (scale && !strcmp(scale->shape, dimension) && !strcmp(n->name, out)) return out;
        s += strcspn(s, " ");
    }
    return NULL;
}

static Status put_scales(const Views *v, H5 *f, Err *err)
{
    char dimension[DIMENSION_NAME], room[NAME_MOST];
    for (const Noted *n = v->arrays; n; n = n->next) {
        const Field *row = field_find(v->stage, n->name);
        H5Look       look;
        if (!row) continue;
        if (h5_look(f, n->name, &look, err)) return err->code;
        for (int i = 0; i < look.rank && i < field_rank(row); i++) {
            field_dimension(dimension, row, i);
            const char *scale = scale_of(v, dimension, room);
            if (scale && strcmp(scale, n->name) && h5_attach(f, n->name, i, scale, err))
                return err->code;
        }
    }
    return STATUS_OK;
}

/* --- tables --------------------------------------------------------------- */

int views_metrics(Views *v, H5Column columns[VIEW_COLUMNS], size_t *rows)
{
    Arena *a = &v->arena;
    size_t n = 0, i = 0;
    for (const Noted *m = v->metrics; m; m = m->next) n++;
    *rows = n;
    if (!n) return 0;
    const char **name = ARENA_NEW(a, const char *, n), **units = ARENA_NEW(a, const char *, n);
    const char **better = ARENA_NEW(a, const char *, n);
    double      *x = ARENA_NEW(a, double, n);
    uint8_t     *primary = ARENA_NEW(a, uint8_t, n);
    for (const Noted *m = v->metrics; m; m = m->next, i++) {
        name[i] = m->name, units[i] = m->units, better[i] = m->better, x[i] = m->x;
        primary[i] = field_of(v->primary, m->name);
    }
    columns[0] = (H5Column){ .name = "name", .texts = name };
    columns[1] = (H5Column){ .name = "value", .kind = NUMBER_DOUBLE, .x = x };
    columns[2] = (H5Column){ .name = "units", .texts = units };
    columns[3] = (H5Column){ .name = "better", .texts = better };
    columns[4] = (H5Column){ .name = "primary", .kind = NUMBER_BOOL, .x = primary };
    return 5;
}

static Status put_metrics(Views *v, H5 *f, Err *err)
{
    H5Column columns[VIEW_COLUMNS];
    size_t   rows;
    int      n = views_metrics(v, columns, &rows);
    return n ? h5_put_table(f, "metrics/table", columns, n, rows, "the metrics, a row each", err)
             : STATUS_OK;
}

typedef struct {
    H5Column *column;
    int       n;
} Columns;

static double *add_column(Views *v, Columns *c, const char *name, size_t rows)
{
    double *x = ARENA_NEW(&v->arena, double, rows);
    if (c->n < VIEW_COLUMNS)
        c->column[c->n++] = (H5Column){ .name = name, .kind = NUMBER_DOUBLE, .x = x };
    return x;
}

/* The epoch that a step is of, from 0: `done` counts those that are done after it. */
static size_t epoch_of(double done)
{
    return (size_t)fmin(1e9, fmax(0, ceil(done - 1e-9) - 1));
}

/* Means over the steps of each epoch; `step` and `lr` are as they are at its end. */
static void add_steps(Views *v, Columns *c, const NotedCurve *y, const NotedCurve *epoch,
                      size_t rows)
{
    double *x = add_column(v, c, y->name, rows), *count = ARENA_NEW(&v->arena, double, rows);
    bool    last = !strcmp(y->name, "step") || !strcmp(y->name, "lr");
    for (size_t i = 0; i < rows; i++) x[i] = count[i] = 0;
    for (size_t i = 0; i < y->n && i < epoch->n; i++) {
        size_t row = epoch_of(epoch->y[i]);
        if (row >= rows) continue;
        x[row] = last ? y->y[i] : x[row] + y->y[i], count[row]++;
    }
    for (size_t i = 0; i < rows; i++)
        x[i] = !count[i] ? (double)NAN : last ? x[i] : x[i] / count[i];
}

/* Of those that are measured after some epochs. */
static void add_ends(Views *v, Columns *c, const NotedCurve *y, size_t rows)
{
    const NotedCurve *end = find_curve(v, y->axis, y->axis);
    double           *x = add_column(v, c, y->name, rows);
    for (size_t i = 0; i < rows; i++) x[i] = NAN;
    for (size_t i = 0; end && i < y->n && i < end->n; i++)
        if (epoch_of(end->y[i]) < rows) x[epoch_of(end->y[i])] = y->y[i];
}

/* Curves over epochs themselves, and over steps that say of which epoch they are. */
static size_t fill_epochs(Views *v, Columns *c)
{
    const NotedCurve *epoch = find_curve(v, "epoch", "step");
    const NotedCurve *own = find_curve(v, "epoch", "epoch");
    size_t            rows = own ? own->n : 0;
    if (epoch && epoch->n) rows = epoch_of(epoch->y[epoch->n - 1]) + 1;
    if (epoch && rows > epoch->n) return 0;
    double *number = add_column(v, c, "epoch", rows);
    for (size_t i = 0; i < rows; i++) number[i] = epoch ? (double)i + 1 : own->y[i];
    for (const NotedCurve *y = v->curves; y; y = y->next) {
        if (epoch && y != epoch && !strcmp(y->axis, "step")) add_steps(v, c, y, epoch, rows);
        else if (epoch && !strcmp(y->axis, "epoch_end") && strcmp(y->name, y->axis))
            add_ends(v, c, y, rows);
        else if (own && y != own && !strcmp(y->axis, "epoch") && y->n == rows)
            memcpy(add_column(v, c, y->name, rows), y->y, rows * sizeof *y->y);
    }
    return rows;
}

int views_epochs(Views *v, H5Column columns[VIEW_COLUMNS], size_t *rows)
{
    Columns c = { columns, 0 };
    *rows = fill_epochs(v, &c);
    return *rows && c.n > 1 ? c.n : 0;
}

static Status put_epochs(Views *v, H5 *f, Err *err)
{
    H5Column columns[VIEW_COLUMNS];
    size_t   rows;
    int      n = views_epochs(v, columns, &rows);
    return n ? h5_put_table(f, "epochs/table", columns, n, rows,
                            "curves, a row an epoch: means over its steps", err)
             : STATUS_OK;
}

/* --- what viewers draw ---------------------------------------------------- */

static Status put_signal(H5 *f, const Plot *p, Err *err)
{
    char indices[NAME_MOST];
    snprintf(indices, sizeof indices, "%s_indices", p->axis);
    if (h5_put_text(f, p->group, "NX_class", "NXdata", err) ||
        h5_put_text(f, p->group, "signal", p->signal, err) ||
        h5_put_text(f, p->group, "axes", *p->axis ? p->axis : ".", err))
        return err->code;
    return *p->axis ? h5_put_whole(f, p->group, indices, 0, err) : STATUS_OK;
}

static Status put_plot(const Views *v, H5 *f, Err *err)
{
    char signal[NAME_MOST], link[NAME_MOST];
    for (const Plot *p = record_plots; p->of; p++) {
        snprintf(signal, sizeof signal, "%s/%s", p->group, p->signal);
        if (!field_of(p->of, v->stage) || !h5_has(f, signal)) continue;
        snprintf(link, sizeof link, "entry/%s", p->group);
        if (put_signal(f, p, err) || h5_put_text(f, "/", "default", "entry", err) ||
            h5_put_text(f, "entry", "NX_class", "NXentry", err) ||
            h5_put_text(f, "entry", "default", p->group, err))
            return err->code;
        return h5_link(f, link, p->group, err);
    }
    return STATUS_OK;
}

Status views_write(Views *v, H5 *f, Err *err)
{
    if (put_scales(v, f, err) || put_metrics(v, f, err) || put_epochs(v, f, err))
        return err->code;
    return put_plot(v, f, err);
}
