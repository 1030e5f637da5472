#include "experiments/record/predictions.h"

#include "core/data/columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES_MOST = 1 << 17, ROWS_MOST = 1 << 28, WHERE = 4200 };
static const size_t SCORES_MOST = (size_t)1 << 30;

/* --- which row is which image -------------------------------------------- */

typedef struct {
    const char *id;
    size_t      row;
} Named;

static int by_id(const void *a, const void *b)
{
    return strcmp(((const Named *)a)->id, ((const Named *)b)->id);
}

static Status list_ids(Named **out, const Columns *c, Arena *a, Err *err)
{
    char   where[WHERE];
    Named *list = ARENA_NEW(a, Named, c->rows);
    for (size_t i = 0; i < c->rows; i++) list[i] = (Named){ c->ids[i], i };
    qsort(list, c->rows, sizeof *list, by_id);
    *out = list;
    for (size_t i = 1; i < c->rows; i++)
        if (!by_id(&list[i - 1], &list[i])) {
            size_t later = list[i].row > list[i - 1].row ? list[i].row : list[i - 1].row;
            columns_where(c, later, where, sizeof where);
            return err_set(err, STATUS_FORMAT, "%s: \"%.100s\" is there twice", where,
                           list[i].id);
        }
    return STATUS_OK;
}

static Status only_in(const Columns *c, size_t row, const Columns *other, Err *err)
{
    char where[WHERE];
    columns_where(c, row, where, sizeof where);
    return err_set(err, STATUS_FORMAT, "%s: \"%.100s\" is not in %s", where, c->ids[row],
                   other->path);
}

/* row [truth->rows]: of the predictions. */
static Status match(size_t *row, const Columns *truth, const Columns *p, Arena *a, Err *err)
{
    if (!truth->ids || !p->ids) {
        if (truth->rows != p->rows)
            return err_set(err, STATUS_FORMAT, "%s has %zu rows, but %s has %zu", p->path, p->rows,
                           truth->path, truth->rows);
        for (size_t i = 0; i < p->rows; i++) row[i] = i;
        return STATUS_OK;
    }
    Named *x, *y;
    if (list_ids(&x, truth, a, err) || list_ids(&y, p, a, err)) return err->code;
    for (size_t i = 0; i < truth->rows || i < p->rows; i++) {
        int d = i >= truth->rows ? 1 : i >= p->rows ? -1 : by_id(&x[i], &y[i]);
        if (d < 0) return only_in(truth, x[i].row, p, err);
        if (d > 0) return only_in(p, y[i].row, truth, err);
        row[x[i].row] = y[i].row;
    }
    return STATUS_OK;
}

/* --- classes and scores -------------------------------------------------- */

/* A class of column 0, and the largest so far. */
static Status take_class(int *out, const Columns *c, size_t row, int *most, Err *err)
{
    char   where[WHERE];
    double x = c->x[row * c->cols];
    if (!(x >= 0 && x < CLASSES_MOST) || x != floor(x)) {
        columns_where(c, row, where, sizeof where);
        return err_set(err, STATUS_FORMAT, "%s: %g is no class, expected a whole number from 0",
                       where, x);
    }
    *out = (int)x;
    if (*out > *most) *most = *out;
    return STATUS_OK;
}

/* One class of each image is a score of 1. */
static Status take_classes(Predictions *p, const Columns *c, const size_t *row, Arena *a,
                           int most, Err *err)
{
    int *class = ARENA_NEW(a, int, p->n);
    for (int i = 0; i < p->n; i++)
        if (take_class(&class[i], c, row[i], &most, err)) return err->code;
    p->classes = most + 1;
    if ((size_t)p->n > SCORES_MOST / (size_t)p->classes)
        return err_set(err, STATUS_FORMAT, "%s: %d images of %d classes are too many", c->path,
                       p->n, p->classes);
    size_t count = (size_t)p->n * (size_t)p->classes;
    p->scores = memset(ARENA_NEW(a, float, count), 0, count * sizeof(float));
    for (int i = 0; i < p->n; i++)
        p->scores[(size_t)i * (size_t)p->classes + (size_t)class[i]] = 1;
    return STATUS_OK;
}

typedef struct {
    double score;
    size_t class;
} Place;

static int by_score(const void *a, const void *b)
{
    const Place *x = a, *y = b;
    return (x->score > y->score) - (x->score < y->score);
}

/* Is every step up one of floats too?  place [n] is in order. */
static bool floats_differ(const Place *place, size_t n)
{
    for (size_t k = 1; k < n; k++)
        if (by_score(&place[k - 1], &place[k]) &&
            (float)place[k - 1].score >= (float)place[k].score)
            return false;
    return true;
}

/* Where floats would be equal or infinite the order is taken: how many scores of the row are
 * lower.  room [n] is scratch. */
static void take_row(float *out, const double *x, size_t n, Place *room)
{
    for (size_t k = 0; k < n; k++) room[k] = (Place){ x[k], k };
    qsort(room, n, sizeof *room, by_score);
    const bool as_they_are = floats_differ(room, n);
    for (size_t k = 0, lower = 0; k < n; k++) {
        if (k && by_score(&room[k - 1], &room[k])) lower = k;
        out[room[k].class] = as_they_are ? (float)room[k].score : (float)lower;
    }
}

static Status take_scores(Predictions *p, const Columns *truth, const Columns *c,
                          const size_t *row, Arena *a, Err *err)
{
    char where[WHERE];
    p->classes = (int)c->cols;
    p->scores = ARENA_NEW(a, float, c->rows * c->cols);
    Place *room = ARENA_NEW(a, Place, c->cols);
    for (int i = 0; i < p->n; i++) {
        if (p->labels[i] >= p->classes) {
            columns_where(truth, (size_t)i, where, sizeof where);
            return err_set(err, STATUS_FORMAT, "%s: class %d, but %s has scores of %d classes, 0 "
                           "to %d", where, p->labels[i], c->path, p->classes, p->classes - 1);
        }
        take_row(p->scores + (size_t)i * c->cols, c->x + row[i] * c->cols, c->cols, room);
    }
    return STATUS_OK;
}

Status predictions_read(Predictions *p, Arena *a, const char *truth, const char *predictions,
                        Err *err)
{
    static const char *const of_truth[] = { "labels", "targets", "label", "target", "truth", "y",
                                            "outcomes/label", NULL };
    static const char *const of_scores[] = { "scores", "logits", "predictions", "predicted",
                                             "outcomes/predicted", NULL };
    Columns t, c;
    int     most = 0;
    if (columns_read(&t, a, truth, of_truth, err) ||
        columns_read(&c, a, predictions, of_scores, err))
        return err->code;
    if (t.cols != 1)
        return err_set(err, STATUS_FORMAT, "%s: %zu numbers a row, expected one class", t.path,
                       t.cols);
    if (t.rows > ROWS_MOST || c.cols > CLASSES_MOST)
        return err_set(err, STATUS_FORMAT, "%s: %zu rows, %s: %zu classes: too many", t.path,
                       t.rows, c.path, c.cols);
    size_t *row = ARENA_NEW(a, size_t, t.rows);
    *p = (Predictions){ .n = (int)t.rows, .labels = ARENA_NEW(a, int, t.rows), .ids = t.ids,
                        .scored = c.cols > 1 };
    if (match(row, &t, &c, a, err)) return err->code;
    for (int i = 0; i < p->n; i++)
        if (take_class(&p->labels[i], &t, (size_t)i, &most, err)) return err->code;
    return p->scored ? take_scores(p, &t, &c, row, a, err)
                     : take_classes(p, &c, row, a, most, err);
}
