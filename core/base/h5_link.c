#include "core/base/h5_inside.h"

#include <hdf5.h>
#include <hdf5_hl.h>

#include <string.h>

static Status cannot_link(Err *err, const H5 *f, const char *name)
{
    return h5_fail(err, STATUS_IO, f, name, "cannot be linked");
}

/* --- dimension scales ----------------------------------------------------- */

static int attach(hid_t d, hid_t s, unsigned dim, const char *name)
{
    const char *slash = strrchr(name, '/');
    if (H5DSis_scale(s) <= 0 && H5DSset_scale(s, slash ? slash + 1 : name) < 0) return -1;
    return H5DSis_attached(d, s, dim) > 0 ? 0 : H5DSattach_scale(d, s, dim);
}

Status h5_attach(H5 *f, const char *array, int dim, const char *scale, Err *err)
{
    hid_t  d = H5Dopen2(f->id, array, H5P_DEFAULT), s = H5Dopen2(f->id, scale, H5P_DEFAULT);
    bool   bad = d < 0 || s < 0 || attach(d, s, (unsigned)dim, scale) < 0;
    Status status = bad ? cannot_link(err, f, array) : STATUS_OK;
    if (d >= 0) H5Dclose(d);
    if (s >= 0) H5Dclose(s);
    return status;
}

/* HDF5 believes that the attribute is what it should be. */
static bool lists_scales(hid_t d, int rank)
{
    static const char list[] = "DIMENSION_LIST";
    if (H5Aexists(d, list) <= 0) return false;
    hid_t a = H5Aopen(d, list, H5P_DEFAULT), type = H5Aget_type(a), space = H5Aget_space(a);
    bool  right = H5Tget_class(type) == H5T_VLEN && H5Sget_simple_extent_npoints(space) == rank;
    hid_t base = right ? H5Tget_super(type) : -1;
    right = right && H5Tequal(base, H5T_STD_REF_OBJ) > 0;
    if (base >= 0) H5Tclose(base);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(a);
    return right;
}

bool h5_is_attached(H5 *f, const char *array, int dim, const char *scale)
{
    H5Look look;
    Err    none;
    if (h5_look(f, array, &look, &none) || dim >= look.rank || !h5_has(f, scale)) return false;
    hid_t d = H5Oopen(f->id, array, f->follow), s = H5Oopen(f->id, scale, f->follow);
    bool  is = H5Iget_type(d) == H5I_DATASET && H5Iget_type(s) == H5I_DATASET &&
              lists_scales(d, look.rank) && H5DSis_scale(s) > 0 &&
              H5DSis_attached(d, s, (unsigned)dim) > 0;
    H5Eclear2(H5E_DEFAULT);
    if (d >= 0) H5Oclose(d);
    if (s >= 0) H5Oclose(s);
    return is;
}

/* --- names ---------------------------------------------------------------- */

Status h5_link(H5 *f, const char *name, const char *object, Err *err)
{
    bool bad = H5Lcreate_hard(f->id, object, f->id, name, f->make, H5P_DEFAULT) < 0;
    return bad ? cannot_link(err, f, name) : STATUS_OK;
}

Status h5_link_outside(H5 *f, const char *name, const char *file, const char *object, Err *err)
{
    bool bad = H5Lcreate_external(file, object, f->id, name, f->make, H5P_DEFAULT) < 0;
    return bad ? cannot_link(err, f, name) : STATUS_OK;
}

bool h5_leads_outside(H5 *f, const char *name, Arena *a, const char **file)
{
    H5L_info_t  link;
    unsigned    flags;
    const char *path, *object;
    if (H5Lget_info(f->id, name, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_EXTERNAL) {
        H5Eclear2(H5E_DEFAULT);
        return false;
    }
    char *value = arena_take(a, link.u.val_size);
    bool  is = H5Lget_val(f->id, name, value, link.u.val_size, H5P_DEFAULT) >= 0 &&
              H5Lunpack_elink_val(value, link.u.val_size, &flags, &path, &object) >= 0;
    if (is) *file = path;
    return is;
}
