#include "core/base/h5_inside.h"

#include <hdf5.h>

#include <string.h>

/* No array of ours comes near; a file that claims more is damaged or hostile. */
static const size_t READ_MOST = (size_t)1 << 30;

/* gzip packs at most 1032 to 1, so that a small file cannot fill the memory. */
enum { PACKED_MOST = 1100, TEXT_MOST = 1 << 24 };

static Status not_as_said(Err *err, const H5 *f, const char *name, const char *what)
{
    H5Eclear2(H5E_DEFAULT);
    return h5_fail(err, STATUS_FORMAT, f, name, what);
}

static Status damaged(Err *err, const H5 *f, const char *name)
{
    return h5_fail(err, STATUS_FORMAT, f, name, "cannot be read");
}

/* Each link on the way must be there before HDF5 may be asked for the next. */
bool h5_has(H5 *f, const char *name)
{
    char   part[1024];
    size_t n = strlen(name);
    if (!strcmp(name, "/")) return true;
    if (n >= sizeof part) return false;
    for (size_t i = 1; i <= n; i++) {
        if (name[i] != '/' && name[i] != '\0') continue;
        memcpy(part, name, i);
        part[i] = '\0';
        if (H5Lexists(f->id, part, f->follow) <= 0) return false;
    }
    return H5Oexists_by_name(f->id, name, f->follow) > 0;
}

static hid_t open_object(H5 *f, const char *name, H5I_type_t kind)
{
    hid_t o = H5Oopen(f->id, name, f->follow);
    if (o >= 0 && H5Iget_type(o) == kind) return o;
    if (o >= 0) H5Oclose(o);
    H5Eclear2(H5E_DEFAULT);
    return -1;
}

H5Id h5_array(H5 *f, const char *name) { return open_object(f, name, H5I_DATASET); }

/* --- groups ------------------------------------------------------------- */

void h5_name(H5Names *l, const char *name)
{
    if (l->names) {
        size_t n = strlen(name) + 1;
        l->names[l->n] = memcpy(arena_take(l->a, n), name, n);
    }
    l->n++;
}

static herr_t list_one(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    (void)group, (void)info;
    h5_name(data, name);
    return 0;
}

Status h5_list(H5 *f, const char *group, Arena *a, const char *const **names, Err *err)
{
    hid_t g = open_object(f, group, H5I_GROUP);
    if (g < 0) return not_as_said(err, f, group, "no such group");
    H5Names l = { .a = a };
    int     bad = H5Literate(g, H5_INDEX_NAME, H5_ITER_INC, NULL, list_one, &l) < 0;
    if (!bad) {
        l.names = ARENA_NEW(a, const char *, l.n + 1);
        l.n = 0;
        bad = H5Literate(g, H5_INDEX_NAME, H5_ITER_INC, NULL, list_one, &l) < 0;
    }
    Status status = bad ? damaged(err, f, group) : STATUS_OK;
    H5Gclose(g);
    if (bad) return status;
    l.names[l.n] = NULL;
    *names = l.names;
    return STATUS_OK;
}

/* --- values of attributes ------------------------------------------------ */

static bool is_single(hid_t attribute)
{
    hid_t      space = H5Aget_space(attribute);
    const bool single = H5Sget_simple_extent_npoints(space) == 1;
    H5Sclose(space);
    return single;
}

static Status read_text(H5 *f, hid_t at, const char *key, Arena *a, const char **text, Err *err)
{
    hid_t  type = H5Aget_type(at);
    size_t width = H5Tget_size(type);
    Status status = STATUS_OK;
    if (H5Tget_class(type) != H5T_STRING || width > TEXT_MOST)
        status = not_as_said(err, f, key, "not a text");
    else if (H5Tis_variable_str(type)) {
        char *s = NULL;
        if (H5Aread(at, type, &s) < 0) status = damaged(err, f, key);
        else {
            size_t n = s ? strlen(s) : 0;
            char  *own = memcpy(arena_take(a, n + 1), s ? s : "", n + 1);
            text_tame(own, false);
            *text = own;
            H5free_memory(s);
        }
    } else {
        char *s = arena_take(a, width + 1);
        s[width] = '\0';
        if (H5Aread(at, type, s) < 0) status = damaged(err, f, key);
        else text_tame(s, false);
        *text = s;
    }
    H5Tclose(type);
    return status;
}

/* --- arrays ------------------------------------------------------------- */

bool h5_fits(H5Id type, NumberKind kind)
{
    H5T_class_t class = H5Tget_class(type);
    size_t      size = H5Tget_size(type);
    switch (kind) {
    case NUMBER_FLOAT: return class == H5T_FLOAT && size == 4;
    case NUMBER_DOUBLE: return class == H5T_FLOAT && (size == 4 || size == 8);
    case NUMBER_INT32: return class == H5T_INTEGER && size == 4 && H5Tget_sign(type);
    case NUMBER_INT64:
        return class == H5T_INTEGER && (size == 4 || size == 8) && H5Tget_sign(type);
    case NUMBER_UINT8: return class == H5T_INTEGER && size == 1 && !H5Tget_sign(type);
    case NUMBER_BOOL: return class == H5T_ENUM && size == 1;
    }
    return false;
}

static const char *const kind_names[] = {
    "32-bit floats",   "64-bit floats",          "32-bit integers",
    "64-bit integers", "unsigned 8-bit integers", "booleans",
};

bool h5_holds(H5Id d, size_t bytes)
{
    hsize_t chunk[H5_RANK_MOST];
    hid_t   how = H5Dget_create_plist(d);
    bool    here = H5Pget_external_count(how) == 0 && H5Pget_layout(how) != H5D_VIRTUAL;
    if (here && H5Pget_layout(how) == H5D_CHUNKED) {
        int    rank = H5Pget_chunk(how, H5_RANK_MOST, chunk);
        size_t most = READ_MOST / 8; /* elements */
        here = rank <= H5_RANK_MOST;
        for (int i = 0; i < rank && here; i++)
            here = (most /= chunk[i] ? chunk[i] : 1) > 0;
    }
    H5Pclose(how);
    hsize_t stored = H5Dget_storage_size(d);
    return here && (stored > READ_MOST || bytes <= stored * PACKED_MOST);
}

/* Rank, sizes and type of d against what was asked for. */
static Status measure(H5 *f, hid_t d, const H5Set *set, hsize_t dim[], Err *err)
{
    hid_t  space = H5Dget_space(d), type = H5Dget_type(d);
    size_t most = READ_MOST, bytes = H5Tget_size(type);
    bool   right = h5_fits(type, set->kind);
    int    rank = H5Sget_simple_extent_ndims(space);
    if (rank == set->rank) H5Sget_simple_extent_dims(space, dim, NULL);
    H5Sclose(space);
    H5Tclose(type);
    if (!right)
        return err_set(err, STATUS_FORMAT, "%s: %s: not %s", f->path, set->name,
                       kind_names[set->kind]);
    if (rank != set->rank)
        return err_set(err, STATUS_FORMAT, "%s: %s: rank %d, expected %d", f->path,
                       set->name, rank, set->rank);
    for (int i = 0; i < rank; i++) {
        if (dim[i] > most)
            return not_as_said(err, f, set->name, "claims more than a gigabyte");
        if (dim[i]) most /= dim[i];
        bytes *= dim[i];
    }
    if (bytes > READ_MOST)
        return not_as_said(err, f, set->name, "claims more than a gigabyte");
    if (!h5_holds(d, bytes))
        return not_as_said(err, f, set->name, "its values are not in the file");
    return STATUS_OK;
}

static Status read_numbers(H5 *f, hid_t d, const H5Set *set, void *x, Err *err)
{
    hid_t  memory = h5_memory_type(set->kind);
    int    bad = H5Dread(d, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) < 0;
    Status status = bad ? damaged(err, f, set->name) : STATUS_OK;
    H5Tclose(memory);
    return status;
}

Status h5_get_into(H5 *f, const H5Set *set, void *x, Err *err)
{
    hsize_t dim[H5_RANK_MOST] = { 0 };
    hid_t   d = h5_array(f, set->name);
    if (d < 0) return not_as_said(err, f, set->name, "no such array");
    Status bad = measure(f, d, set, dim, err);
    for (int i = 0; i < set->rank && !bad; i++)
        if (dim[i] != set->dim[i])
            bad = err_set(err, STATUS_FORMAT,
                          "%s: %s: size %llu in dimension %d, expected %zu", f->path,
                          set->name, (unsigned long long)dim[i], i, set->dim[i]);
    if (!bad) bad = read_numbers(f, d, set, x, err);
    H5Dclose(d);
    return bad;
}

/* A text that says what an array means; NULL: there is none. */
static const char *optional(H5 *f, hid_t d, const char *key, Arena *a)
{
    const char *text = NULL;
    Err         none;
    hid_t       at = H5Aexists(d, key) > 0 ? H5Aopen(d, key, H5P_DEFAULT) : -1;
    if (at < 0) return NULL;
    if (is_single(at) && read_text(f, at, key, a, &text, &none)) text = NULL;
    H5Aclose(at);
    return text;
}

Status h5_get(H5 *f, H5Set *set, Arena *a, void **x, Err *err)
{
    static const size_t size[] = { 4, 8, 4, 8, 1, 1 };
    hsize_t             dim[H5_RANK_MOST] = { 0 };
    hid_t               d = h5_array(f, set->name);
    if (d < 0) return not_as_said(err, f, set->name, "no such array");
    Status bad = measure(f, d, set, dim, err);
    size_t count = 1;
    for (int i = 0; i < set->rank && !bad; i++) count *= set->dim[i] = dim[i];
    if (!bad)
        bad = read_numbers(f, d, set, *x = arena_take(a, count * size[set->kind]), err);
    if (!bad) {
        set->units = optional(f, d, "units", a);
        set->long_name = optional(f, d, "long_name", a);
        set->better = optional(f, d, "better", a);
    }
    H5Dclose(d);
    return bad;
}

/* --- texts -------------------------------------------------------------- */

Status h5_get_texts(H5 *f, const char *name, Arena *a, const char *const **texts,
                    size_t *n, Err *err)
{
    hid_t d = h5_array(f, name);
    if (d < 0) return not_as_said(err, f, name, "no such text");
    hid_t    type = H5Dget_type(d), space = H5Dget_space(d);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    size_t   width = H5Tget_size(type);
    bool     right = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
                 count >= 0 && width <= TEXT_MOST && (size_t)count <= TEXT_MOST / width &&
                 h5_holds(d, (size_t)count * width);
    Status status = STATUS_OK;
    if (!right)
        status = not_as_said(err, f, name, "not a text of fixed length");
    else {
        char        *bytes = arena_take(a, (size_t)count * width);
        const char **list = ARENA_NEW(a, const char *, count);
        if (H5Dread(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0)
            status = damaged(err, f, name);
        for (size_t i = 0; i < (size_t)count && !status; i++) {
            char *one = arena_take(a, width + 1);
            memcpy(one, bytes + i * width, width);
            one[width] = '\0';
            text_tame(one, true);
            list[i] = one;
        }
        *texts = list;
        *n = (size_t)count;
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(d);
    return status;
}

Status h5_get_long_text(H5 *f, const char *name, Arena *a, const char **text, Err *err)
{
    const char *const *texts;
    size_t             n;
    if (h5_get_texts(f, name, a, &texts, &n, err)) return err->code;
    if (n != 1) return not_as_said(err, f, name, "not one text");
    *text = texts[0];
    return STATUS_OK;
}

/* --- attributes --------------------------------------------------------- */

/* A scalar attribute; negative with err set if there is none. */
static hid_t open_attribute(H5 *f, const char *object, const char *key, Err *err)
{
    hid_t a = H5Aopen_by_name(f->id, object, key, H5P_DEFAULT, f->follow);
    if (a < 0) {
        err_set(err, STATUS_FORMAT, "%s: %s has no attribute %s", f->path, object, key);
        H5Eclear2(H5E_DEFAULT);
        return -1;
    }
    if (is_single(a)) return a;
    not_as_said(err, f, key, "not a single value");
    H5Aclose(a);
    return -1;
}

Status h5_get_text(H5 *f, const char *object, const char *key, Arena *a,
                   const char **text, Err *err)
{
    hid_t at = open_attribute(f, object, key, err);
    if (at < 0) return err->code;
    Status bad = read_text(f, at, key, a, text, err);
    H5Aclose(at);
    return bad;
}

static Status get_scalar(H5 *f, const char *object, const char *key, NumberKind kind,
                         void *x, Err *err)
{
    hid_t at = open_attribute(f, object, key, err);
    if (at < 0) return err->code;
    hid_t  type = H5Aget_type(at), memory = h5_memory_type(kind);
    Status status = STATUS_OK;
    if (!h5_fits(type, kind))
        status = not_as_said(err, f, key, "not a number of the right type");
    else if (H5Aread(at, memory, x) < 0) status = damaged(err, f, key);
    H5Tclose(memory);
    H5Tclose(type);
    H5Aclose(at);
    return status;
}

Status h5_get_number(H5 *f, const char *object, const char *key, double *x, Err *err)
{
    return get_scalar(f, object, key, NUMBER_DOUBLE, x, err);
}

Status h5_get_whole(H5 *f, const char *object, const char *key, int64_t *x, Err *err)
{
    return get_scalar(f, object, key, NUMBER_INT64, x, err);
}
