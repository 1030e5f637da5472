#include "core/base/h5_inside.h"

#include <hdf5.h>

#include <stdlib.h>
#include <string.h>

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
