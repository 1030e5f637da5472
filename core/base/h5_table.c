#include "core/base/h5_inside.h"

#include <hdf5.h>

#include <stdlib.h>
#include <string.h>

/* --- writing --------------------------------------------------------------- */

/* As wide as the longest of the texts, and not nothing. */
static size_t width_of(const H5Column *c, size_t rows)
{
    size_t width = 1;
    for (size_t i = 0; i < rows; i++)
        if (strlen(c->texts[i]) > width) width = strlen(c->texts[i]);
    return width;
}

static hid_t type_of(const H5Column *c, size_t rows)
{
    return c->texts ? h5_text_type(width_of(c, rows)) : h5_file_type(c->kind);
}

/* A row without gaps: what is stored has the same bytes everywhere. */
static hid_t row_type(const H5Column *columns, int n, size_t rows)
{
    hid_t  row = H5Tcreate(H5T_COMPOUND, 1);
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        hid_t type = type_of(&columns[i], rows);
        H5Tset_size(row, at + H5Tget_size(type));
        H5Tinsert(row, columns[i].name, at, type);
        at += H5Tget_size(type);
        H5Tclose(type);
    }
    return row;
}

/* Numbers are little-endian in memory too on every machine that we build for. */
static void fill(char *bytes, hid_t row, const H5Column *columns, int n, size_t rows)
{
    const size_t all = H5Tget_size(row);
    for (int i = 0; i < n; i++) {
        const H5Column *c = &columns[i];
        hid_t           type = H5Tget_member_type(row, (unsigned)i);
        const size_t    at = H5Tget_member_offset(row, (unsigned)i), size = H5Tget_size(type);
        H5Tclose(type);
        for (size_t k = 0; k < rows; k++) {
            char *to = bytes + k * all + at;
            if (c->texts) memcpy(to, c->texts[k], strlen(c->texts[k]));
            else memcpy(to, (const char *)c->x + k * size, size);
        }
    }
}

Status h5_put_table(H5 *f, const char *name, const H5Column *columns, int n, size_t rows,
                    const char *long_name, Err *err)
{
    const hsize_t dim = rows;
    hid_t         row = row_type(columns, n, rows);
    hid_t         space = H5Screate_simple(1, &dim, NULL);
    char         *bytes = calloc(rows + 1, H5Tget_size(row));
    CHECK(bytes, "no memory for %zu rows", rows);
    fill(bytes, row, columns, n, rows);
    const H5Set set = { .name = name, .rank = 1, .dim = { rows } };
    hid_t       how = h5_layout(&set, row, rows);
    hid_t       d = H5Dcreate2(f->id, name, row, space, f->make, how, H5P_DEFAULT);
    const bool  bad = d < 0 || H5Dwrite(d, row, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0;
    Status status = bad ? h5_fail(err, STATUS_IO, f, name, "cannot be written") : STATUS_OK;
    H5Dclose(d);
    H5Pclose(how);
    H5Sclose(space);
    H5Tclose(row);
    free(bytes);
    return bad ? status : h5_put_text(f, name, "long_name", long_name, err);
}

/* --- reading --------------------------------------------------------------- */

enum { TABLE_MOST = 1 << 28 }; /* bytes; no table of ours comes near */

static Status no_table(Err *err, const H5 *f, const char *table)
{
    H5Eclear2(H5E_DEFAULT);
    return h5_fail(err, STATUS_FORMAT, f, table, "no table, or not as it claims to be");
}

/* Of one dimension, with all of its bytes in the file. */
static bool is_table(hid_t d, hid_t row, size_t *rows)
{
    hsize_t   n = 0;
    hid_t     space = H5Dget_space(d);
    const bool flat = H5Tget_class(row) == H5T_COMPOUND && H5Sget_simple_extent_ndims(space) == 1;
    if (flat) H5Sget_simple_extent_dims(space, &n, NULL);
    H5Sclose(space);
    *rows = n;
    return flat && n <= TABLE_MOST / H5Tget_size(row) && h5_holds(d, n * H5Tget_size(row));
}

Status h5_columns(H5 *f, const char *table, Arena *a, const char *const **names, Err *err)
{
    size_t rows;
    hid_t  d = h5_array(f, table), row = d < 0 ? -1 : H5Dget_type(d);
    bool   good = d >= 0 && is_table(d, row, &rows);
    if (good) {
        const int    n = H5Tget_nmembers(row);
        H5Names      l = { .a = a, .names = ARENA_NEW(a, const char *, n + 1) };
        for (int i = 0; i < n; i++) {
            char *name = H5Tget_member_name(row, (unsigned)i);
            h5_name(&l, name);
            H5free_memory(name);
        }
        l.names[l.n] = NULL;
        *names = l.names;
    }
    if (row >= 0) H5Tclose(row);
    if (d >= 0) H5Dclose(d);
    return good ? STATUS_OK : no_table(err, f, table);
}

/* The type of a column that has what was asked for; negative: there is none such. */
static hid_t column_type(hid_t row, const H5Column *c)
{
    const int i = H5Tget_member_index(row, c->name);
    hid_t     type = i < 0 ? -1 : H5Tget_member_type(row, (unsigned)i);
    if (type < 0) return -1;
    if (c->texts ? H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0
                 : h5_fits(type, c->kind))
        return type;
    H5Tclose(type);
    return -1;
}

/* One column alone: HDF5 leaves the others where they are. */
static bool read_column(hid_t d, hid_t type, const char *name, void *bytes)
{
    hid_t      memory = H5Tcreate(H5T_COMPOUND, H5Tget_size(type));
    const bool good = H5Tinsert(memory, name, 0, type) >= 0 &&
                      H5Dread(d, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0;
    H5Tclose(memory);
    return good;
}

static const char *const *split_texts(const char *bytes, size_t width, size_t rows, Arena *a)
{
    const char **texts = ARENA_NEW(a, const char *, rows + 1);
    for (size_t i = 0; i < rows; i++) {
        char *one = arena_take(a, width + 1);
        memcpy(one, bytes + i * width, width);
        one[width] = '\0';
        text_tame(one, true);
        texts[i] = one;
    }
    return texts;
}

Status h5_get_column(H5 *f, const char *table, H5Column *c, Arena *a, size_t *rows, Err *err)
{
    hid_t d = h5_array(f, table), row = d < 0 ? -1 : H5Dget_type(d);
    hid_t type = d >= 0 && is_table(d, row, rows) ? column_type(row, c) : -1;
    hid_t memory = type < 0 ? -1 : c->texts ? H5Tcopy(type) : h5_memory_type(c->kind);
    bool  good = memory >= 0;
    if (good) {
        const size_t width = H5Tget_size(memory);
        char        *bytes = arena_take(a, *rows * width + 1);
        good = read_column(d, memory, c->name, bytes);
        if (good && c->texts) c->texts = split_texts(bytes, width, *rows, a);
        else c->x = bytes;
        H5Tclose(memory);
    }
    if (type >= 0) H5Tclose(type);
    if (row >= 0) H5Tclose(row);
    if (d >= 0) H5Dclose(d);
    return good ? STATUS_OK : no_table(err, f, table);
}
