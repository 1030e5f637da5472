/* Tensors in a file: an 8-byte length, a JSON header, the numbers.
 *
 * The reader trusts nothing.  It refuses, naming file and tensor, whatever the
 * format forbids: holes, overlaps, offsets past the end, sizes that do not fit
 * the shape, products that overflow, names given twice.  Only the header is held
 * in memory; numbers are read when asked for.
 *
 *     Safetensors in;
 *     if (safetensors_open(&in, path, err)) return err->code;
 *     const SafeTensor *x = safetensors_find(&in, "images");
 *     if (x && safetensors_read(&in, x, values, err)) ...
 *     safetensors_close(&in);
 *
 * Source: the format's description in huggingface/safetensors.
 */
#ifndef CORE_TRAIN_SAFETENSORS_H
#define CORE_TRAIN_SAFETENSORS_H

#include "core/base/arena.h"
#include "core/base/hash.h"
#include "core/tape/backend.h"

#include <stdbool.h>
#include <stdio.h>

enum { SAFE_RANK = 8 };

typedef struct Safetensors Safetensors;

typedef struct {
    const char *name;
    const char *dtype; /* "F32" */
    int         rank;
    size_t      dim[SAFE_RANK];
    size_t      count;      /* numbers                  */
    size_t      begin, end; /* bytes, behind the header */
    const size_t *stride;   /* numbers from one index to the next; NULL: none between */
    const Safetensors *shard; /* the file it is in; NULL: the one that was opened */
} SafeTensor;

typedef struct {
    char *key, *value;
} SafeMeta;

struct Safetensors {
    const char *path;
    FILE       *file;    /* NULL of an index               */
    Arena       arena;
    size_t      data;    /* where the numbers begin in the file */
    SafeTensor *tensors; /* ordered by where they lie           */
    SafeMeta   *metas;
    size_t      n, n_metas;
    Safetensors *shards; /* [n_shards] of an index         */
    size_t      n_shards;
};

MUST_USE Status safetensors_open(Safetensors *f, const char *path, Err *err);
void            safetensors_close(Safetensors *f);

/* The same of model.safetensors.index.json and the files that it names, beside it.  The
 * hash is that of all of them. */
bool            safetensors_is_index(const char *path);
MUST_USE Status safetensors_open_index(Safetensors *f, const char *path, Err *err);
MUST_USE Status safetensors_hash_index(char hex[HASH_HEX], const char *path, Err *err);

size_t safetensors_bytes(const char *dtype); /* of one number; 0: no such dtype */

const SafeTensor *safetensors_find(const Safetensors *f, const char *name); /* or NULL */
const char       *safetensors_meta(const Safetensors *f, const char *key);  /* or NULL */

/* All x->count numbers as reals, from F64, F32, F16, BF16, BOOL or any integer.
 * STATUS_FORMAT if the dtype is another, STATUS_IO if reading fails. */
MUST_USE Status safetensors_read(const Safetensors *f, const SafeTensor *x, real *out,
                                 Err *err);

/* Reads all of the file: STATUS_FORMAT unless it carries its checksum, and every byte is as
 * it was written. */
MUST_USE Status safetensors_verify(const Safetensors *f, Err *err);
bool            safetensors_sealed(const Safetensors *f); /* does it carry one? */

/* Find a tensor that must have this shape, each dimension an int; -1 stands for
 * any.  STATUS_FORMAT says what is there instead. */
MUST_USE Status safetensors_expect(const Safetensors *f, const char *name, int rank,
                                   const int *dim, const SafeTensor **x, Err *err);

/* Writing ---------------------------------------------------------------- */

typedef struct SafePart SafePart;

/* What will be written.  Start with safetensors_start; safetensors_write ends. */
typedef struct {
    Arena     arena;
    SafePart *parts;
    SafeMeta *metas;
    size_t    n, room, n_metas, metas_room;
    bool      sealed;
    const char *before; /* what the old file is kept as; NULL: it is not */
} SafetensorsOut;

void safetensors_start(SafetensorsOut *o);

/* Values are read from `be` (NULL: host memory) when the file is written and must
 * live until then.  F32; F64 in a build with double reals. */
void safetensors_add(SafetensorsOut *o, const char *name, const Backend *be,
                     const real *values, int rank, const int *dim);
void safetensors_note(SafetensorsOut *o, const char *key, const char *value);

/* The file will carry its checksum (seal.h); what stands at its path will be kept as
 * `before`. */
void safetensors_seal(SafetensorsOut *o);
void safetensors_keep(SafetensorsOut *o, const char *before);

/* Written aside, synced, renamed; o is gone either way.  Ordered by name; the
 * numbers begin at a multiple of 8. */
MUST_USE Status safetensors_write(SafetensorsOut *o, const char *path, Err *err);

#endif
