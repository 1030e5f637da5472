#include "core/base/h5_inside.h"

#include <hdf5.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = 1024 };

static const size_t BYTES_MOST = (size_t)1 << 30;

typedef struct {
    H5   *a, *b;
    Arena arena;
    bool (*skip)(const char *path);
    Text *where;
} Compare;

/* "/cost" and "wall_s" */
static const char *below(char out[PATH_MOST], const char *path, const char *name)
{
    snprintf(out, PATH_MOST, "%s/%s", strcmp(path, "/") ? path : "", name);
    return out;
}

static void differs(const Compare *c, const char *path, const char *how)
{
    text_add(c->where, "%s: %s\n", path, how);
}

/* --- values -------------------------------------------------------------- */

/* Of an array or an attribute, as it is stored. */
typedef struct {
    hid_t object, type, space;
    bool  attribute;
} Value;

static Value open_value(hid_t object, bool attribute)
{
    return (Value){ object, attribute ? H5Aget_type(object) : H5Dget_type(object),
                    attribute ? H5Aget_space(object) : H5Dget_space(object), attribute };
}

static void close_value(const Value *v)
{
    H5Sclose(v->space);
    H5Tclose(v->type);
}

static bool read_value(const Value *v, void *to)
{
    return v->attribute ? H5Aread(v->object, v->type, to) >= 0
                        : H5Dread(v->object, v->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0;
}

static bool same_texts(char *const *x, char *const *y, size_t n)
{
    bool same = true;
    for (size_t i = 0; i < n; i++)
        same = same && (x[i] && y[i] ? !strcmp(x[i], y[i]) : x[i] == y[i]);
    return same;
}

/* n values of `size` bytes each. */
static bool same_bits(const Value *a, const Value *b, size_t n, size_t size)
{
    if (n > BYTES_MOST / size) return false;
    char *x = calloc(n + 1, size), *y = calloc(n + 1, size);
    CHECK(x && y, "no memory for %zu values", n);
    bool same = read_value(a, x) && read_value(b, y);
    if (same && H5Tis_variable_str(a->type) > 0) {
        same = same_texts((char **)(void *)x, (char **)(void *)y, n);
        H5Dvlen_reclaim(a->type, a->space, H5P_DEFAULT, x);
        H5Dvlen_reclaim(b->type, b->space, H5P_DEFAULT, y);
    } else if (same)
        same = !memcmp(x, y, n * size);
    free(x);
    free(y);
    return same;
}

/* Lists of references, which HDF5 keeps for dimension scales, tell where in the file the
 * scales lie: they say nothing of what is in it. */
static bool refers(hid_t type)
{
    return H5Tdetect_class(type, H5T_REFERENCE) > 0;
}

static bool same_value(hid_t x, hid_t y, bool attribute)
{
    Value     a = open_value(x, attribute), b = open_value(y, attribute);
    hssize_t  n = H5Sget_simple_extent_npoints(a.space);
    bool      same = H5Tequal(a.type, b.type) > 0 && H5Sextent_equal(a.space, b.space) > 0;
    if (same && n > 0 && !refers(a.type))
        same = same_bits(&a, &b, (size_t)n, H5Tget_size(a.type));
    close_value(&a);
    close_value(&b);
    return same;
}

/* --- attributes ---------------------------------------------------------- */

typedef struct {
    const Compare *c;
    const char    *path; /* of the object               */
    hid_t          other;
    bool           both; /* compare, or only look whether it is there */
} Attributes;

static herr_t look(hid_t object, const char *name, const H5A_info_t *info, void *data)
{
    const Attributes *k = data;
    char              path[PATH_MOST];
    (void)info;
    if (k->c->skip(below(path, k->path, name))) return 0;
    if (H5Aexists(k->other, name) <= 0) differs(k->c, path, "only in one");
    else if (k->both) {
        hid_t x = H5Aopen(object, name, H5P_DEFAULT), y = H5Aopen(k->other, name, H5P_DEFAULT);
        if (!same_value(x, y, true)) differs(k->c, path, "differs");
        H5Aclose(x);
        H5Aclose(y);
    }
    return 0;
}

static void compare_attributes(const Compare *c, const char *path, hid_t x, hid_t y)
{
    H5Aiterate2(x, H5_INDEX_NAME, H5_ITER_INC, NULL, look, &(Attributes){ c, path, y, true });
    H5Aiterate2(y, H5_INDEX_NAME, H5_ITER_INC, NULL, look, &(Attributes){ c, path, x, false });
}

/* --- objects ------------------------------------------------------------- */

static Status compare_group(Compare *c, const char *path, Err *err);

static Status compare_object(Compare *c, const char *path, Err *err)
{
    hid_t      x = H5Oopen(c->a->id, path, c->a->follow), y = H5Oopen(c->b->id, path, c->b->follow);
    H5I_type_t kind = H5Iget_type(x);
    Status     bad = STATUS_OK;
    if (kind != H5Iget_type(y)) differs(c, path, "a group in one, an array in the other");
    else {
        compare_attributes(c, path, x, y);
        if (kind == H5I_GROUP) bad = compare_group(c, path, err);
        else if (!same_value(x, y, false)) differs(c, path, "differs");
    }
    H5Oclose(x);
    H5Oclose(y);
    return bad;
}

/* Names are in alphabetical order: both lists at once. */
static Status compare_group(Compare *c, const char *path, Err *err)
{
    const char *const *x, *const *y;
    char               name[PATH_MOST];
    if (strlen(path) > PATH_MOST / 2) { /* a group may be in itself */
        differs(c, path, "too deep to compare");
        return STATUS_OK;
    }
    if (h5_list(c->a, path, &c->arena, &x, err) || h5_list(c->b, path, &c->arena, &y, err))
        return err->code;
    while (*x || *y) {
        int order = !*x ? 1 : !*y ? -1 : strcmp(*x, *y);
        below(name, path, order <= 0 ? *x : *y);
        if (order <= 0) x++;
        if (order >= 0) y++;
        if (c->skip(name)) continue;
        if (order) differs(c, name, "only in one");
        else if (compare_object(c, name, err)) return err->code;
    }
    return STATUS_OK;
}

Status h5_compare(const char *a, const char *b, bool (*skip)(const char *path), Text *where,
                  Err *err)
{
    Compare c = { .skip = skip, .where = where };
    if (h5_open(&c.a, a, err)) return err->code;
    if (h5_open(&c.b, b, err)) {
        h5_close(c.a);
        return err->code;
    }
    arena_open(&c.arena, "compare", NULL, NULL);
    Status bad = compare_object(&c, "/", err);
    arena_close(&c.arena);
    h5_close(c.a);
    h5_close(c.b);
    return bad;
}
