#include "experiments/record/check_inside.h"
#include "experiments/record/record.h"
#include "experiments/record/views.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- ranges ---------------------------------------------------------------- */

static bool is_in(const Range *r, double x)
{
    return isnan(x) ? r->gaps : x >= r->lo && x <= r->hi;
}

/* As doubles; NULL: they cannot be read. */
static double *read_values(Check *c, const char *name, const Field *row, Arena *a, size_t *n)
{
    void    *x;
    double  *values;
    Err      none;
    H5Set    set = { .name = name, .kind = row->kind, .rank = field_rank(row) };
    const bool real = row->kind == NUMBER_FLOAT || row->kind == NUMBER_DOUBLE;
    if (real) set.kind = NUMBER_DOUBLE;
    else if (row->kind == NUMBER_INT32) set.kind = NUMBER_INT64;
    if (h5_get(c->f, &set, a, &x, &none)) return NULL;
    *n = 1;
    for (int i = 0; i < set.rank; i++) *n *= set.dim[i];
    if (real) return x;
    values = ARENA_NEW(a, double, *n + 1);
    for (size_t i = 0; i < *n; i++)
        values[i] = set.kind == NUMBER_INT64 ? (double)((int64_t *)x)[i] : ((uint8_t *)x)[i];
    return values;
}

static void tell_value(Check *c, const char *name, size_t i, size_t n, double x, const Range *r)
{
    char at[64] = "";
    Text expected = { 0 };
    range_describe(r, &expected);
    if (n > 1) snprintf(at, sizeof at, " is value %zu of %zu", i + 1, n);
    check_departs(c, name, "%g%s, expected %s", x, at,
                  expected.length ? text_get(&expected) : "a finite number");
    text_free(&expected);
}

/* The first that is not is told of: the others are likely to be so for the same reason. */
void check_values(Check *c, const char *name, const Field *row)
{
    const Range r = field_range(row);
    const bool  real = row->kind == NUMBER_FLOAT || row->kind == NUMBER_DOUBLE;
    size_t      n = 0, i = 0;
    Arena       a;
    if (row->kind == NUMBER_BOOL || (!real && r.lo < -1)) return; /* any number will do */
    arena_open(&a, "values of a record", NULL, NULL);
    double *x = read_values(c, name, row, &a, &n);
    while (x && i < n && is_in(&r, x[i])) i++;
    if (!x) check_departs(c, name, "its values cannot be read");
    else if (i < n) tell_value(c, name, i, n, x[i], &r);
    arena_close(&a);
}

/* --- tables ---------------------------------------------------------------- */

static void note_metrics(Check *c, Views *v)
{
    static const char *const words[] = { [HIGHER] = "higher", [LOWER] = "lower" };
    const char *primary = check_text(c, "metrics", "primary");
    views_primary(v, primary ? primary : "");
    for (int i = 0; i < c->n_metrics; i++) {
        const Metric *m = &c->metrics[i];
        views_metric(v, m->name, m->x, m->units ? m->units : "", words[m->better]);
    }
}

/* A curve is over the dimension of its row. */
static void note_curves(Check *c, Views *v)
{
    const char *const *names;
    char               path[PATH_MOST];
    Err                none;
    if (!h5_has(c->f, "curves") || h5_list(c->f, "curves", &v->arena, &names, &none)) return;
    for (; *names; names++) {
        void *y;
        H5Set set = { .name = path, .kind = NUMBER_DOUBLE, .rank = 1 };
        snprintf(path, sizeof path, "curves/%.200s", *names);
        const Field *row = field_find(c->stage, path);
        if (row && !h5_get(c->f, &set, &v->arena, &y, &none))
            views_curve(v, *names, row->shape, y, set.dim[0]);
    }
}

static bool is_same_value(const H5Column *is, const H5Column *expected, size_t i, size_t k)
{
    if (expected->texts) return !strcmp(is->texts[i], expected->texts[k]);
    if (expected->kind == NUMBER_BOOL)
        return ((const uint8_t *)is->x)[i] == ((const uint8_t *)expected->x)[k];
    const double x = ((const double *)is->x)[i], y = ((const double *)expected->x)[k];
    return x == y || (isnan(x) && isnan(y));
}

/* The column of a table, of as many rows as are expected; x and texts NULL: told why not. */
static H5Column read_table(Check *c, const char *table, const H5Column *expected, size_t rows,
                           Arena *a)
{
    H5Column is = *expected;
    size_t   n;
    Err      none;
    if (h5_get_column(c->f, table, &is, a, &n, &none))
        check_departs(c, table, "no column %s of %s", expected->name,
                      expected->texts ? "text" : field_type(FIELD_NUMBERS, expected->kind));
    else if (n != rows) check_departs(c, table, "%zu rows, expected %zu", n, rows);
    else return is;
    return (H5Column){ .name = NULL };
}

/* Columns that are not expected, which would pass for numbers of the record. */
static void check_columns(Check *c, const char *table, const H5Column *expected, int n, Arena *a)
{
    const char *const *names;
    Err                none;
    if (h5_columns(c->f, table, a, &names, &none)) return;
    for (; *names; names++) {
        int i = 0;
        while (i < n && strcmp(*names, expected[i].name)) i++;
        if (i == n) check_departs(c, table, "column %.100s, which nothing here gives", *names);
    }
}

/* Rows of metrics stand in the order in which they were written: `at` finds them by name. */
static bool find_rows(Check *c, const H5Column *name, size_t rows, size_t *at, Arena *a)
{
    const H5Column is = read_table(c, "metrics/table", name, rows, a);
    for (size_t k = 0; is.name && k < rows; k++) {
        at[k] = 0;
        while (at[k] < rows && strcmp(is.texts[at[k]], name->texts[k])) at[k]++;
        if (at[k] < rows) continue;
        check_departs(c, "metrics/table", "no row %.100s, expected one of each metric",
                      name->texts[k]);
        return false;
    }
    return is.name;
}

static void check_column(Check *c, const char *table, const H5Column *expected, size_t rows,
                         const size_t *at, const char *const *names, Arena *a)
{
    const H5Column is = read_table(c, table, expected, rows, a);
    for (size_t k = 0; is.name && k < rows; k++) {
        if (is_same_value(&is, expected, at ? at[k] : k, k)) continue;
        if (names)
            check_departs(c, table, "%s of %.100s is not that of /metrics/%.100s", expected->name,
                          names[k], names[k]);
        else
            check_departs(c, table, "%g is %s in row %zu, but the curves give %g",
                          ((const double *)is.x)[k], expected->name, k + 1,
                          ((const double *)expected->x)[k]);
        return;
    }
}

/* What is not there, where it is needed, check.c has told. */
static bool is_table(Check *c, const char *name)
{
    H5Look look;
    Err    none;
    return h5_has(c->f, name) && !h5_look(c->f, name, &look, &none) && look.what == H5_TABLE;
}

static void check_metrics(Check *c, Views *v)
{
    H5Column expected[VIEW_COLUMNS];
    size_t   rows;
    int      n = views_metrics(v, expected, &rows);
    size_t  *at = ARENA_NEW(&v->arena, size_t, rows + 1);
    if (!n || !is_table(c, "metrics/table")) return;
    if (!find_rows(c, &expected[0], rows, at, &v->arena)) return;
    for (int i = 1; i < n; i++)
        check_column(c, "metrics/table", &expected[i], rows, at, expected[0].texts, &v->arena);
    check_columns(c, "metrics/table", expected, n, &v->arena);
}

/* STAGE_loss is that of the last epoch. */
static void check_loss(Check *c, const H5Column *of, int n, size_t rows)
{
    char   name[PATH_MOST];
    double is;
    snprintf(name, sizeof name, "metrics/%.100s_loss", c->stage);
    if (!rows || !check_number(c, name, &is)) return;
    for (int i = 0; i < n; i++) {
        if (strcmp(of[i].name, "loss")) continue;
        const double last = ((const double *)of[i].x)[rows - 1];
        if (!(fabs(is - last) <= 1e-6 * (1 + fabs(last))))
            check_departs(c, name, "%g, expected %g, which the curves give", is, last);
    }
}

static void check_epochs(Check *c, Views *v)
{
    static const char table[] = "epochs/table";
    H5Column expected[VIEW_COLUMNS];
    size_t   rows;
    int      n = views_epochs(v, expected, &rows);
    if (!is_table(c, table)) {
        if (n && c->schema >= 2) check_departs(c, table, "missing, expected a row an epoch");
        return;
    }
    check_loss(c, expected, n, rows);
    for (int i = 0; i < n; i++)
        check_column(c, table, &expected[i], rows, NULL, NULL, &v->arena);
    check_columns(c, table, expected, n, &v->arena);
}

void check_tables(Check *c)
{
    Views v;
    views_open(&v, c->stage);
    note_metrics(c, &v);
    note_curves(c, &v);
    check_metrics(c, &v);
    check_epochs(c, &v);
    views_close(&v);
}
