#define _POSIX_C_SOURCE 200809L /* strdup */
#include "core/base/h5.h"

#include "core/base/file.h"
#include "core/base/h5_inside.h"

#include <hdf5.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(sizeof(hid_t) == sizeof(H5Id), "hid_t is not 64 bits wide");

enum {
    PLAIN_MOST = 4 << 10,  /* bytes; longer arrays are chunked and packed   */
    CHUNK_MOST = 256 << 10, /* bytes; a quarter of HDF5's own chunk cache    */
    GZIP_LEVEL = 4,        /* 9 takes three times as long for 2% on curves  */
    MEMORY_STEP = 1 << 20  /* bytes by which a file grows until it is written */
};

/* --- errors ------------------------------------------------------------- */

/* HDF5 keeps a stack of messages; the innermost one says what happened. */
static herr_t innermost(unsigned n, const H5E_error2_t *e, void *text)
{
    (void)n;
    *(const char **)text = e->desc;
    return 1; /* stop */
}

Status h5_fail(Err *err, Status code, const H5 *f, const char *object, const char *what)
{
    const char *why = NULL;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &why);
    err_set(err, code, "%s%s%s: %s%s%s", f->path, object ? ": " : "",
            object ? object : "", what, why && *why ? ": " : "", why ? why : "");
    H5Eclear2(H5E_DEFAULT);
    return code;
}

static Status cannot_write(Err *err, const H5 *f, const char *object)
{
    return h5_fail(err, STATUS_IO, f, object, "cannot be written");
}

/* --- files -------------------------------------------------------------- */

static herr_t stay_inside(const char *a, const char *b, const char *c, const char *d,
                          unsigned *e, hid_t g, void *h)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)g, (void)h;
    return -1;
}

static H5 *new_file(const char *path, bool writing)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* we report, HDF5 does not print */
    H5 *f = malloc(sizeof *f);
    CHECK(f, "no memory for an HDF5 handle");
    *f = (H5){ .id = -1, .follow = H5Pcreate(H5P_LINK_ACCESS),
               .make = H5Pcreate(H5P_LINK_CREATE), .writing = writing,
               .path = strdup(path) };
    CHECK(f->path && f->follow >= 0 && f->make >= 0, "no memory for an HDF5 handle");
    H5Pset_elink_cb(f->follow, stay_inside, NULL);
    H5Pset_create_intermediate_group(f->make, 1);
    return f;
}

/* Old readers can read it; closing closes what is left open; no locks, which
 * some network file systems refuse and which files nobody changes do not need. */
static hid_t file_access(void)
{
    hid_t p = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(p, H5F_LIBVER_EARLIEST, H5F_LIBVER_V110);
    H5Pset_fclose_degree(p, H5F_CLOSE_STRONG);
    H5Pset_file_locking(p, 0, 1);
    return p;
}

static void forget(H5 *f)
{
    H5Pclose(f->follow);
    H5Pclose(f->make);
    free(f->path);
    free(f->aside);
    free(f);
}

/* It grows in memory and we write it: where HDF5 1.10 cannot write, it crashes at exit. */
Status h5_create(H5 **f, const char *path, Err *err)
{
    char aside[4096];
    file_aside(path, aside, sizeof aside);
    H5   *made = new_file(path, true);
    hid_t access = file_access();
    made->aside = strdup(aside);
    CHECK(made->aside, "no memory for an HDF5 handle");
    hid_t layout = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_userblock(layout, H5_SEAL);
    H5Pset_fapl_core(access, MEMORY_STEP, false);
    made->id = H5Fcreate(aside, H5F_ACC_TRUNC, layout, access);
    H5Pclose(layout);
    H5Pclose(access);
    CHECK(made->id >= 0, "no memory for an HDF5 file");
    FILE *place = fopen(aside, "wb"); /* better to fail now than when all is computed */
    *f = place && !fclose(place) ? made : NULL;
    if (*f) return STATUS_OK;
    err_set(err, STATUS_IO, "%s: cannot be created: %s", path, strerror(errno));
    H5Fclose(made->id);
    forget(made);
    return err->code;
}

static Status write_image(const H5 *f, Err *err)
{
    ssize_t n = H5Fflush(f->id, H5F_SCOPE_GLOBAL) < 0 ? -1 : H5Fget_file_image(f->id, NULL, 0);
    if (n < 0) return cannot_write(err, f, NULL);
    char *image = malloc(H5_SEAL + (size_t)n);
    CHECK(image, "no memory for %zd bytes", n);
    H5Fget_file_image(f->id, image + H5_SEAL, (size_t)n);
    h5_seal(image, image + H5_SEAL, (size_t)n);
    Status bad = file_write(f->path, image, H5_SEAL + (size_t)n, err);
    free(image);
    return bad;
}

Status h5_commit(H5 *f, Err *err)
{
    CHECK(f->writing, "commit of %s, which was opened for reading", f->path);
    Status bad = write_image(f, err);
    H5Fclose(f->id);
    if (bad) unlink(f->aside);
    forget(f);
    return bad;
}

Status h5_open(H5 **f, const char *path, Err *err)
{
    *f = NULL;
    if (file_check_regular(path, err)) return err->code;

    H5   *made = new_file(path, false);
    hid_t access = file_access();
    made->id = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (made->id >= 0) {
        *f = made;
        return STATUS_OK;
    }
    h5_fail(err, STATUS_FORMAT, made, NULL, "not a whole HDF5 file");
    forget(made);
    return err->code;
}

void h5_close(H5 *f)
{
    if (!f) return;
    H5Fclose(f->id);
    if (f->writing) unlink(f->aside);
    forget(f);
}

/* --- types -------------------------------------------------------------- */

/* h5py's boolean. */
static hid_t bool_type(void)
{
    signed char no = 0, yes = 1;
    hid_t       t = H5Tenum_create(H5T_STD_I8LE);
    H5Tenum_insert(t, "FALSE", &no);
    H5Tenum_insert(t, "TRUE", &yes);
    return t;
}

H5Id h5_file_type(NumberKind kind)
{
    switch (kind) {
    case NUMBER_FLOAT: return H5Tcopy(H5T_IEEE_F32LE);
    case NUMBER_DOUBLE: return H5Tcopy(H5T_IEEE_F64LE);
    case NUMBER_INT32: return H5Tcopy(H5T_STD_I32LE);
    case NUMBER_INT64: return H5Tcopy(H5T_STD_I64LE);
    case NUMBER_UINT8: return H5Tcopy(H5T_STD_U8LE);
    case NUMBER_BOOL: return bool_type();
    }
    return -1;
}

H5Id h5_memory_type(NumberKind kind)
{
    hid_t type = h5_file_type(kind), native = H5Tget_native_type(type, H5T_DIR_ASCEND);
    H5Tclose(type);
    return native;
}

/* Of n bytes, zeros behind the text; H5T_VARIABLE for an attribute, which h5py
 * then reads as a str. */
H5Id h5_text_type(size_t n)
{
    hid_t t = H5Tcopy(H5T_C_S1);
    H5Tset_size(t, n ? n : 1);
    H5Tset_cset(t, H5T_CSET_UTF8);
    if (n != H5T_VARIABLE) H5Tset_strpad(t, H5T_STR_NULLPAD);
    return t;
}

/* --- writing ------------------------------------------------------------ */

/* Chunks of whole rows, halved until they are small enough. */
static void choose_chunk(hsize_t chunk[], const H5Set *set, size_t bytes)
{
    for (int i = 0; i < set->rank; i++) chunk[i] = set->dim[i];
    for (int i = 0; i < set->rank; i++)
        while (bytes > CHUNK_MOST && chunk[i] > 1) {
            bytes = bytes / chunk[i] * ((chunk[i] + 1) / 2);
            chunk[i] = (chunk[i] + 1) / 2;
        }
}

/* No times are stored, so that equal records are equal bytes. */
H5Id h5_layout(const H5Set *set, H5Id type, size_t count)
{
    float   nan = NAN;
    size_t  bytes = count * H5Tget_size(type);
    hsize_t chunk[H5_RANK_MOST];
    hid_t   p = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(p, 0);
    if (H5Tget_class(type) == H5T_FLOAT) H5Pset_fill_value(p, H5T_NATIVE_FLOAT, &nan);
    if (bytes <= PLAIN_MOST) return p;
    choose_chunk(chunk, set, bytes);
    H5Pset_chunk(p, set->rank, chunk);
    H5Pset_shuffle(p);
    H5Pset_deflate(p, GZIP_LEVEL);
    H5Pset_fletcher32(p);
    return p;
}

/* Whatever fails, HDF5's message must outlive the function: closing what is not
 * open would put another in its place. */
static int put_attribute(hid_t object, const char *key, hid_t type, hid_t space,
                         const void *x)
{
    if (H5Aexists(object, key) > 0) H5Adelete(object, key);
    hid_t a = H5Acreate2(object, key, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (a < 0) return -1;
    hid_t native = H5Tget_native_type(type, H5T_DIR_ASCEND);
    int   bad = H5Awrite(a, native, x);
    H5Aclose(a);
    H5Tclose(native);
    return bad;
}

static int put_text(hid_t object, const char *key, const char *text)
{
    hid_t type = h5_text_type(H5T_VARIABLE), space = H5Screate(H5S_SCALAR);
    int   bad = put_attribute(object, key, type, space, &text);
    H5Sclose(space);
    H5Tclose(type);
    return bad;
}

static int put_range(hid_t object, double lo, double hi)
{
    hsize_t two = 2;
    double  range[2] = { lo, hi };
    hid_t   space = H5Screate_simple(1, &two, NULL);
    int     bad = put_attribute(object, "valid_range", H5T_IEEE_F64LE, space, range);
    H5Sclose(space);
    return bad;
}

static int put_missing(hid_t object, hid_t type)
{
    double nan = NAN;
    float  nanf = NAN;
    hid_t  space = H5Screate(H5S_SCALAR);
    int    bad = put_attribute(object, "_FillValue", type, space,
                               H5Tget_size(type) == sizeof nanf ? (void *)&nanf : &nan);
    H5Sclose(space);
    return bad;
}

Status h5_put(H5 *f, const H5Set *set, const void *x, Err *err)
{
    CHECK(set->rank >= 0 && set->rank <= H5_RANK_MOST, "%s: rank %d", set->name,
          set->rank);
    hsize_t dim[H5_RANK_MOST];
    size_t  count = 1;
    for (int i = 0; i < set->rank; i++) count *= dim[i] = set->dim[i];

    hid_t type = h5_file_type(set->kind), memory = h5_memory_type(set->kind);
    hid_t space = set->rank ? H5Screate_simple(set->rank, dim, NULL)
                            : H5Screate(H5S_SCALAR);
    hid_t how = h5_layout(set, type, count);
    hid_t d = H5Dcreate2(f->id, set->name, type, space, f->make, how, H5P_DEFAULT);
    int   bad = d < 0 || H5Dwrite(d, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) < 0;

    if (!bad && H5Tget_class(type) == H5T_FLOAT) bad = put_missing(d, type);
    if (!bad && set->units) bad = put_text(d, "units", set->units);
    if (!bad && set->long_name) bad = put_text(d, "long_name", set->long_name);
    if (!bad && set->better) bad = put_text(d, "better", set->better);
    if (!bad && set->lo < set->hi) bad = put_range(d, set->lo, set->hi);
    Status status = bad ? cannot_write(err, f, set->name) : STATUS_OK;
    H5Dclose(d);
    H5Pclose(how);
    H5Sclose(space);
    H5Tclose(memory);
    H5Tclose(type);
    for (int i = 0; i < set->rank && !status; i++)
        if (set->scale[i]) status = h5_attach(f, set->name, i, set->scale[i], err);
    return status;
}

/* Fixed-length texts, the only ones that chunk and compare well. */
static Status put_fixed(H5 *f, const char *name, const char *bytes, size_t width,
                        hid_t space, Err *err)
{
    hid_t type = h5_text_type(width), how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(how, 0);
    hid_t  d = H5Dcreate2(f->id, name, type, space, f->make, how, H5P_DEFAULT);
    int    bad = d < 0 || H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0;
    Status status = bad ? cannot_write(err, f, name) : STATUS_OK;
    H5Dclose(d);
    H5Pclose(how);
    H5Sclose(space);
    H5Tclose(type);
    return status;
}

Status h5_put_long_text(H5 *f, const char *name, const char *text, Err *err)
{
    return put_fixed(f, name, text, strlen(text), H5Screate(H5S_SCALAR), err);
}

Status h5_put_texts(H5 *f, const char *name, const char *const *texts, size_t n, Err *err)
{
    hsize_t count = n;
    size_t  width = 1;
    for (size_t i = 0; i < n; i++)
        if (strlen(texts[i]) > width) width = strlen(texts[i]);
    char *table = calloc(n + 1, width);
    CHECK(table, "no memory for %zu texts", n);
    for (size_t i = 0; i < n; i++) memcpy(table + i * width, texts[i], strlen(texts[i]));
    Status bad = put_fixed(f, name, table, width, H5Screate_simple(1, &count, NULL), err);
    free(table);
    return bad;
}

/* The object that gets an attribute; a group that is not there is made. */
static hid_t open_or_make(H5 *f, const char *name)
{
    return h5_has(f, name) ? H5Oopen(f->id, name, f->follow)
                           : H5Gcreate2(f->id, name, f->make, H5P_DEFAULT, H5P_DEFAULT);
}

Status h5_put_text(H5 *f, const char *object, const char *key, const char *text, Err *err)
{
    hid_t  o = open_or_make(f, object);
    Status bad = o < 0 || put_text(o, key, text) ? cannot_write(err, f, key) : STATUS_OK;
    H5Oclose(o);
    return bad;
}

static Status put_scalar(H5 *f, const char *object, const char *key, hid_t type,
                         const void *x, Err *err)
{
    hid_t  o = open_or_make(f, object), space = H5Screate(H5S_SCALAR);
    Status bad = o < 0 || put_attribute(o, key, type, space, x)
                     ? cannot_write(err, f, key)
                     : STATUS_OK;
    H5Sclose(space);
    H5Oclose(o);
    return bad;
}

Status h5_put_number(H5 *f, const char *object, const char *key, double x, Err *err)
{
    return put_scalar(f, object, key, H5T_IEEE_F64LE, &x, err);
}

Status h5_put_whole(H5 *f, const char *object, const char *key, int64_t x, Err *err)
{
    return put_scalar(f, object, key, H5T_STD_I64LE, &x, err);
}
