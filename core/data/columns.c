#include "core/data/columns.h"

#include "core/base/file.h"
#include "core/base/h5.h"
#include "core/base/text.h"
#include "core/base/zip.h"
#include "core/data/npy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 4096, FIELD_MOST = 4096 };
static const size_t FILE_MOST = (size_t)1 << 31; /* 50,000 images of 1000 classes, as text */

static char *keep(Arena *a, const char *s, size_t n)
{
    char *text = ARENA_NEW(a, char, n + 1);
    memcpy(text, s, n);
    text[n] = '\0';
    return text;
}

void columns_where(const Columns *c, size_t row, char *out, size_t room)
{
    if (c->lines) snprintf(out, room, "%s:%zu", c->path, c->lines[row]);
    else snprintf(out, room, "%s, row %zu", c->path, row);
}

static Status check_finite(const Columns *c, Err *err)
{
    char where[PATH + 64];
    for (size_t i = 0; i < c->rows * c->cols; i++)
        if (!isfinite(c->x[i])) {
            columns_where(c, i / c->cols, where, sizeof where);
            return err_set(err, STATUS_FORMAT, "%s: column %zu is %g, expected a finite number",
                           where, i % c->cols, c->x[i]);
        }
    return c->rows && c->cols ? STATUS_OK
                              : err_set(err, STATUS_FORMAT, "%s: has no rows", c->path);
}

/* --- CSV ----------------------------------------------------------------- */

typedef struct {
    Columns *c;
    Arena   *a;
    char    *at, *end;   /* of the text that is left, with a NUL behind it */
    size_t   line;
    int      id;         /* which field, or -1                             */
    Err     *err;
} Csv;

static Status bad_line(const Csv *t, const char *why)
{
    return err_set(t->err, STATUS_FORMAT, "%s:%zu: %s", t->c->path, t->line, why);
}

/* The next field of a line, unquoted in its place; *last: nothing follows in this line. */
static Status field(Csv *t, char **out, bool *last)
{
    char *to = t->at += strspn(t->at, " \t");
    *out = to;
    if (*t->at == '"') {
        for (t->at++; t->at < t->end && !(*t->at == '"' && t->at[1] != '"'); *to++ = *t->at++) {
            if (*t->at == '"') t->at++;
            if (*t->at == '\n') return bad_line(t, "a quotation that does not end");
        }
        if (t->at >= t->end) return bad_line(t, "a quotation that does not end");
        t->at++;
        t->at += strspn(t->at, " \t\r");
    } else {
        to = t->at += strcspn(t->at, ",\n");
        while (to > *out && strchr(" \t\r", to[-1])) to--;
    }
    if (t->at < t->end && *t->at != ',' && *t->at != '\n')
        return bad_line(t, "text behind a quotation, or a zero byte");
    *last = *t->at != ',';
    if (t->at < t->end) t->at++;
    *to = '\0';
    return STATUS_OK;
}

static bool is_number(const char *s)
{
    double x;
    return text_to_double(s, &x);
}

static bool names_an_image(const char *s)
{
    static const char *const words[] = { "id", "image", "file", "filename", "name", "index",
                                         "image_id", NULL };
    for (int i = 0; words[i]; i++)
        if (!strcmp(s, words[i])) return true;
    return false;
}

/* What table programs write over columns without names; two of them may be scores. */
static bool counts_columns(const Csv *t, size_t fields)
{
    char *word;
    bool  last = false;
    Csv   c = *t;
    c.at = keep(t->a, t->at, strcspn(t->at, "\n")), c.end = c.at + strlen(c.at);
    for (size_t k = 0; k < fields; k++) {
        int64_t number;
        if (field(&c, &word, &last) || !text_to_int64(word, &number) || number != (int64_t)k)
            return false;
    }
    return fields > 2;
}

/* From copies of the first two lines: how many fields, whether the first line names
 * them, and which says what image a row is about. */
static Status look(Csv *t, size_t *fields, bool *header)
{
    size_t first = strcspn(t->at, "\n");
    size_t second = t->at[first] ? 1 + strcspn(t->at + first + 1, "\n") : 0;
    char  *word;
    bool   last = false, words = false;
    Csv    c = *t;
    c.at = keep(t->a, t->at, first + second), c.end = c.at + first + second;
    t->id = -1, *header = false;
    for (*fields = 0; !last; ++*fields) {
        if (field(&c, &word, &last)) return t->err->code;
        bool number = is_number(word);
        if (!*fields && !*word && !last) *header = true, t->id = 0; /* the rows' numbers */
        if (!*fields) words = !number;
        else if (!number) *header = true;
        if (!names_an_image(word)) continue;
        *header = true;
        if (t->id < 0) t->id = (int)*fields;
    }
    if ((words && *fields == 1) || counts_columns(t, *fields)) *header = true;
    if (words && !*header) t->id = 0;
    if (!*header || t->id >= 0 || c.at >= c.end) return STATUS_OK;
    if (field(&c, &word, &last)) return t->err->code;
    if (*word && !is_number(word)) t->id = 0;
    return STATUS_OK;
}

static Status csv_row(Csv *t, size_t fields)
{
    Columns *c = t->c;
    bool     last = false;
    size_t   k = 0, n = 0;
    char    *word;
    for (; !last; k++) {
        if (field(t, &word, &last)) return t->err->code;
        if (k == fields) return bad_line(t, "more fields than in the first line");
        if ((int)k == t->id) c->ids[c->rows] = word;
        else if (!text_to_double(word, &c->x[c->rows * c->cols + n++]))
            return err_set(t->err, STATUS_FORMAT, "%s:%zu: \"%.60s\" is not a number", c->path,
                           t->line, word);
    }
    if (k < fields) return bad_line(t, "fewer fields than in the first line");
    c->lines[c->rows++] = t->line;
    return STATUS_OK;
}

static Status read_csv(Columns *c, Arena *a, char *bytes, size_t n, Err *err)
{
    Csv    t = { .c = c, .a = a, .at = bytes, .end = bytes + n, .err = err, .line = 1 };
    size_t fields, room;
    bool   header;
    if (memchr(bytes, '\0', n))
        return err_set(err, STATUS_FORMAT, "%s: a zero byte: no text", c->path);
    if (look(&t, &fields, &header)) return err->code;
    c->cols = fields - (t.id >= 0);
    if (!c->cols) return bad_line(&t, "no column of numbers; commas separate columns");
    room = n / (2 * fields - 1) + 2; /* a number and a comma are two bytes */
    c->x = ARENA_NEW(a, double, room * c->cols);
    c->lines = ARENA_NEW(a, size_t, room);
    if (t.id >= 0) c->ids = ARENA_NEW(a, const char *, room);
    for (; t.at < t.end; t.line++) {
        if (t.line == 1 && header) t.at += strcspn(t.at, "\n") + 1;
        else if (*t.at == '\n' || (*t.at == '\r' && t.at[1] == '\n')) t.at += *t.at == '\r' ? 2 : 1;
        else if (csv_row(&t, fields)) return err->code;
    }
    return STATUS_OK;
}

/* --- arrays -------------------------------------------------------------- */

static Status as_columns(Columns *c, int rank, const size_t *dim, double *x, Err *err)
{
    if (rank != 1 && rank != 2)
        return err_set(err, STATUS_FORMAT, "%s: an array of rank %d, expected 1 or 2", c->path,
                       rank);
    c->rows = dim[0], c->cols = rank == 2 ? dim[1] : 1, c->x = x;
    return STATUS_OK;
}

static Status read_npy(Columns *c, Arena *a, const char *bytes, size_t n, Err *err)
{
    Npy x;
    if (npy_parse(&x, a, bytes, n, c->path, err)) return err->code;
    return as_columns(c, x.rank, x.dim, x.x, err);
}

static Status nothing_of(const Columns *c, const char *name, const char *const *names, Err *err)
{
    return err_set(err, STATUS_FORMAT, "%s: no array %s%s; FILE:NAME says which is meant", c->path,
                   name ? name : names[0], name ? "" : ", nor one of the usual names");
}

static Status read_npz(Columns *c, Arena *a, const char *name, const char *const *names, Err *err)
{
    Zip             z;
    const ZipEntry *e = NULL;
    char            full[PATH], *bytes;
    if (zip_open(&z, c->path, err)) return err->code;
    for (int i = 0; !e && (name ? !i : names[i] != NULL); i++) {
        snprintf(full, sizeof full, "%s.npy", name ? name : names[i]);
        e = zip_find(&z, full);
    }
    if (!e && !name && z.n == 1) e = &z.entries[0];
    Status bad = e ? zip_read(&z, e, FILE_MOST, a, &bytes, err) : nothing_of(c, name, names, err);
    if (!bad) bad = read_npy(c, a, bytes, e->size, err);
    zip_close(&z);
    return bad;
}

/* Whatever its type: floats first, then whole numbers. */
static Status read_set(Columns *c, Arena *a, H5 *f, const char *name, Err *err)
{
    static const NumberKind kinds[] = { NUMBER_DOUBLE, NUMBER_INT64, NUMBER_UINT8 };
    for (int i = 0; i < 3; i++)
        for (int rank = 1; rank <= 2; rank++) {
            H5Set set = { .name = name, .kind = kinds[i], .rank = rank };
            void *x;
            if (h5_get(f, &set, a, &x, err)) continue;
            size_t  n = set.dim[0] * (rank == 2 ? set.dim[1] : 1);
            double *out = ARENA_NEW(a, double, n);
            for (size_t k = 0; k < n; k++)
                out[k] = i == 0 ? ((double *)x)[k] : i == 1 ? (double)((int64_t *)x)[k]
                                                            : ((uint8_t *)x)[k];
            return as_columns(c, rank, set.dim, out, err);
        }
    return err->code;
}

static Status read_h5(Columns *c, Arena *a, const char *name, const char *const *names, Err *err)
{
    H5 *f;
    if (h5_open(&f, c->path, err)) return err->code;
    for (int i = 0; !name && names[i]; i++)
        if (h5_has(f, names[i])) name = names[i];
    Status bad = name && h5_has(f, name) ? read_set(c, a, f, name, err)
                                         : nothing_of(c, name, names, err);
    h5_close(f);
    return bad;
}

/* --- any of them --------------------------------------------------------- */

static bool ends_with(const char *s, const char *tail)
{
    size_t n = strlen(s), m = strlen(tail);
    return n >= m && !strcmp(s + n - m, tail);
}

Status columns_read(Columns *c, Arena *a, const char *path, const char *const *names, Err *err)
{
    const char *colon = strrchr(path, ':'), *name = NULL;
    char       *bytes;
    size_t      n;
    *c = (Columns){ .path = path };
    if (colon && !file_exists(path)) {
        c->path = keep(a, path, (size_t)(colon - path));
        name = colon + 1;
    }
    if (strlen(c->path) + 64 > PATH) return err_set(err, STATUS_CONFIG, "path too long: %s", path);
    Status bad;
    if (ends_with(c->path, ".h5") || ends_with(c->path, ".hdf5"))
        bad = read_h5(c, a, name, names, err);
    else if (zip_is(c->path)) bad = read_npz(c, a, name, names, err);
    else if (!(bad = file_read(c->path, FILE_MOST, &bytes, &n, err))) {
        if (npy_is(bytes, n)) bad = read_npy(c, a, bytes, n, err);
        else {
            char *text = keep(a, bytes, n);
            bad = read_csv(c, a, text, n, err);
        }
        free(bytes);
    }
    return bad ? bad : check_finite(c, err);
}
