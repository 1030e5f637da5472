/* What a record has beside its numbers, so that others see them well: dimension scales,
 * tables for pandas, and what viewers of NeXus files draw first.  All of it follows from the
 * numbers and from fields.h; record.c notes what it writes, and asks for it at the end.
 *
 *   metrics/table   a row each
 *   epochs/table    curves, a row an epoch
 *   entry           NXentry; its default is another name of the group with the curve to draw
 */
#ifndef EXPERIMENTS_RECORD_VIEWS_H
#define EXPERIMENTS_RECORD_VIEWS_H

#include "core/base/arena.h"
#include "core/base/h5.h"

typedef struct Noted      Noted;
typedef struct NotedCurve NotedCurve;

typedef struct {
    Arena       arena;
    const char *stage;
    const char *primary;          /* names of metrics; NULL: none yet */
    Noted      *arrays, *metrics; /* as they were written */
    NotedCurve *curves;
} Views;

void views_open(Views *v, const char *stage);
void views_close(Views *v);

/* Texts and numbers are copied. */
void views_primary(Views *v, const char *names);
void views_array(Views *v, const char *name);
void views_metric(Views *v, const char *name, double x, const char *units, const char *better);

/* An axis is over itself. */
void views_curve(Views *v, const char *name, const char *axis, const double *y, size_t n);

/* The tables as they will be written, columns of `rows` rows; returns how many, 0: there is
 * none.  They live as long as v. */
enum { VIEW_COLUMNS = 16 };
int views_metrics(Views *v, H5Column columns[VIEW_COLUMNS], size_t *rows);
int views_epochs(Views *v, H5Column columns[VIEW_COLUMNS], size_t *rows);

MUST_USE Status views_write(Views *v, H5 *f, Err *err);

#endif
