/* What h5.c (files, writing) and h5_read.c share.  Nobody else includes this. */
#ifndef CORE_BASE_H5_INSIDE_H
#define CORE_BASE_H5_INSIDE_H

#include "core/base/h5.h"

typedef int64_t H5Id; /* HDF5's hid_t; h5.c asserts that it is */

struct H5 {
    H5Id  id;
    H5Id  follow; /* how links are followed: never into another file */
    H5Id  make;   /* how links are made: with the groups on the way  */
    bool  writing;
    char *path;   /* where it is, or will be after the commit */
    char *aside;  /* where it is written; NULL when reading   */
};

/* "PATH: OBJECT: WHAT: why HDF5 says so"; object may be NULL. */
Status h5_fail(Err *err, Status code, const H5 *f, const char *object, const char *what);

/* The seal of a file: its user block, which HDF5 leaves alone, with the length of the file
 * and the hash of the n bytes that follow. */
enum { H5_SEAL = 512 };
void h5_seal(char block[H5_SEAL], const void *rest, size_t n);

/* Names as HDF5 calls back with them: counted in a first pass, kept in a second. */
typedef struct {
    Arena       *a;
    const char **names; /* NULL: count only */
    size_t       n;
} H5Names;
void h5_name(H5Names *l, const char *name);

/* The type of a number in memory, and in files; of texts of n bytes, with zeros behind, or of
 * H5T_VARIABLE.  Close them with H5Tclose. */
H5Id h5_memory_type(NumberKind kind);
H5Id h5_file_type(NumberKind kind);
H5Id h5_text_type(size_t n);

/* May a dataset of this type be read as `kind` and lose nothing? */
bool h5_fits(H5Id type, NumberKind kind);

/* A dataset, to be closed with H5Dclose; negative: there is none of that name. */
H5Id h5_array(H5 *f, const char *name);

/* Are the bytes of a dataset in this file, and not many more than the file has? */
bool h5_holds(H5Id d, size_t bytes);

/* How `count` values of a type are laid out; close it with H5Pclose. */
H5Id h5_layout(const H5Set *set, H5Id type, size_t count);

#endif
