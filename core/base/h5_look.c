#include "core/base/h5_inside.h"

#include <hdf5.h>

/* --- what an object is ---------------------------------------------------- */

/* One of our kinds of numbers, and no other. */
static bool kind_of(NumberKind *kind, hid_t type)
{
    for (NumberKind k = NUMBER_FLOAT; k <= NUMBER_BOOL; k++) {
        if (!h5_fits(type, k) || (k == NUMBER_DOUBLE && H5Tget_size(type) != 8) ||
            (k == NUMBER_INT64 && H5Tget_size(type) != 8))
            continue;
        *kind = k;
        return true;
    }
    return false;
}

static H5What what_of(H5Look *look, hid_t type)
{
    if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0) return H5_TEXTS;
    if (H5Tget_class(type) == H5T_COMPOUND) return H5_TABLE;
    return kind_of(&look->kind, type) ? H5_NUMBERS : H5_OTHER;
}

static void look_at(H5Look *look, hid_t d)
{
    hsize_t dim[H5_RANK_MOST] = { 0 };
    hid_t   type = H5Dget_type(d), space = H5Dget_space(d);
    look->what = what_of(look, type);
    look->rank = H5Sget_simple_extent_ndims(space);
    if (look->rank < 0 || look->rank > H5_RANK_MOST) look->what = H5_OTHER, look->rank = 0;
    else H5Sget_simple_extent_dims(space, dim, NULL);
    for (int i = 0; i < look->rank; i++) look->dim[i] = dim[i];
    look->bytes = H5Dget_storage_size(d);
    H5Sclose(space);
    H5Tclose(type);
}

Status h5_look(H5 *f, const char *name, H5Look *look, Err *err)
{
    hid_t o = h5_has(f, name) ? H5Oopen(f->id, name, f->follow) : -1;
    *look = (H5Look){ .what = H5_OTHER };
    if (o < 0) return h5_fail(err, STATUS_FORMAT, f, name, "no such object");
    if (H5Iget_type(o) == H5I_GROUP) look->what = H5_GROUP;
    if (H5Iget_type(o) == H5I_DATASET) look_at(look, o);
    H5Oclose(o);
    return STATUS_OK;
}

/* --- names of attributes --------------------------------------------------- */

static herr_t list_one(hid_t object, const char *name, const H5A_info_t *info, void *data)
{
    (void)object, (void)info;
    h5_name(data, name);
    return 0;
}

Status h5_attributes(H5 *f, const char *object, Arena *a, const char *const **names, Err *err)
{
    H5Names l = { .a = a };
    hid_t   o = h5_has(f, object) ? H5Oopen(f->id, object, f->follow) : -1;
    bool    bad = o < 0 || H5Aiterate2(o, H5_INDEX_NAME, H5_ITER_INC, NULL, list_one, &l) < 0;
    if (!bad) {
        l.names = ARENA_NEW(a, const char *, l.n + 1);
        l.n = 0;
        bad = H5Aiterate2(o, H5_INDEX_NAME, H5_ITER_INC, NULL, list_one, &l) < 0;
    }
    Status status = bad ? h5_fail(err, STATUS_FORMAT, f, object, "cannot be read") : STATUS_OK;
    if (o >= 0) H5Oclose(o);
    if (bad) return status;
    l.names[l.n] = NULL;
    *names = l.names;
    return STATUS_OK;
}
