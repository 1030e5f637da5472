#define _POSIX_C_SOURCE 200809L /* fstat, fseeko */
#include "core/train/safetensors.h"

#include "core/base/decode.h"
#include "core/base/text.h"

#include <jansson.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

_Static_assert(sizeof(size_t) == 8, "files may be longer than 4 GB");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian");

enum { HEADER_MOST = 100000000, CHUNK = 1 << 13 };

/* --- numbers ----------------------------------------------------------- */

static const struct {
    const char *name;
    size_t      bytes;
    double (*decode)(const void *); /* NULL: known, but not read here */
} dtypes[] = {
    { "F64", 8, decode_f64 },  { "F32", 4, decode_f32 },   { "F16", 2, decode_f16 },
    { "I64", 8, decode_i64 },  { "I32", 4, decode_i32 },   { "I16", 2, decode_i16 },
    { "U64", 8, decode_u64 },  { "U32", 4, decode_u32 },   { "U16", 2, decode_u16 },
    { "I8", 1, decode_i8 },    { "U8", 1, decode_u8 },     { "BOOL", 1, decode_u8 },
    { "C64", 8, NULL },        { "BF16", 2, decode_bf16 }, { "F8_E4M3", 1, NULL },
    { "F8_E5M2", 1, NULL },
};
enum { N_DTYPES = sizeof dtypes / sizeof *dtypes };

static int find_dtype(const char *name)
{
    for (int i = 0; i < N_DTYPES; i++)
        if (!strcmp(dtypes[i].name, name)) return i;
    return -1;
}

size_t safetensors_bytes(const char *dtype)
{
    int type = find_dtype(dtype);
    return type < 0 ? 0 : dtypes[type].bytes;
}

/* --- the header -------------------------------------------------------- */

static char *copy_text(Arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(ARENA_NEW(a, char, n), s, n);
}

static Status refuse(const Safetensors *f, const char *name, const char *why, Err *err)
{
    return err_set(err, STATUS_FORMAT, "%s: tensor \"%s\": %s", f->path, name, why);
}

/* Whole numbers of [x0, x1, ...]; -1 if it is anything else or too long. */
static int whole_numbers(const json_t *list, size_t *out, size_t room)
{
    if (!json_is_array(list) || json_array_size(list) > room) return -1;
    size_t n = json_array_size(list);
    for (size_t i = 0; i < n; i++) {
        const json_t *x = json_array_get(list, i);
        if (!json_is_integer(x) || json_integer_value(x) < 0) return -1;
        out[i] = (size_t)json_integer_value(x);
    }
    return (int)n;
}

static Status parse_tensor(Safetensors *f, const char *name, const json_t *entry,
                           size_t length, Err *err)
{
    size_t    dim[SAFE_RANK], offsets[2], bytes;
    SafeTensor *x = &f->tensors[f->n];
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    int         type = dtype ? find_dtype(dtype) : -1;
    if (type < 0) return refuse(f, name, "no dtype that the format knows", err);

    int rank = whole_numbers(json_object_get(entry, "shape"), dim, SAFE_RANK);
    if (rank < 0) return refuse(f, name, "shape is not a list of at most 8 sizes", err);
    if (whole_numbers(json_object_get(entry, "data_offsets"), offsets, 2) != 2)
        return refuse(f, name, "data_offsets is not a pair of whole numbers", err);

    *x = (SafeTensor){ .dtype = dtypes[type].name, .rank = rank, .count = 1 };
    x->begin = offsets[0], x->end = offsets[1];
    for (int i = 0; i < rank; i++) {
        if (__builtin_mul_overflow(x->count, dim[i], &x->count))
            return refuse(f, name, "the product of its shape overflows", err);
        x->dim[i] = dim[i];
    }
    if (__builtin_mul_overflow(x->count, dtypes[type].bytes, &bytes))
        return refuse(f, name, "the product of its shape overflows", err);
    if (x->begin > x->end || x->end > length)
        return err_set(err, STATUS_FORMAT,
                       "%s: tensor \"%s\": bytes %zu to %zu, but there are %zu", f->path,
                       name, x->begin, x->end, length);
    if (x->end - x->begin != bytes)
        return err_set(err, STATUS_FORMAT,
                       "%s: tensor \"%s\": %zu bytes, but its shape needs %zu", f->path,
                       name, x->end - x->begin, bytes);
    x->name = copy_text(&f->arena, name);
    f->n++;
    return STATUS_OK;
}

static Status parse_metadata(Safetensors *f, json_t *map, Err *err)
{
    const char *key;
    json_t     *value;
    if (!json_is_object(map))
        return err_set(err, STATUS_FORMAT, "%s: __metadata__ is not a map", f->path);
    f->metas = ARENA_NEW(&f->arena, SafeMeta, json_object_size(map) + 1);
    json_object_foreach(map, key, value) {
        if (!json_is_string(value))
            return err_set(err, STATUS_FORMAT, "%s: __metadata__ \"%s\" is not a text",
                           f->path, key);
        f->metas[f->n_metas++] = (SafeMeta){
            copy_text(&f->arena, key), copy_text(&f->arena, json_string_value(value))
        };
    }
    return STATUS_OK;
}

static int by_place(const void *a, const void *b)
{
    const SafeTensor *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* The tensors must cover the numbers exactly: no hole, no overlap, no rest. */
static Status check_cover(const Safetensors *f, size_t length, Err *err)
{
    size_t at = 0;
    for (size_t i = 0; i < f->n; i++) {
        const SafeTensor *x = &f->tensors[i];
        if (x->begin < at)
            return err_set(err, STATUS_FORMAT,
                           "%s: tensor \"%s\" overlaps tensor \"%s\"", f->path, x->name,
                           x[-1].name);
        if (x->begin > at)
            return err_set(err, STATUS_FORMAT,
                           "%s: tensor \"%s\": a hole of %zu bytes before it", f->path,
                           x->name, x->begin - at);
        at = x->end;
    }
    if (at != length)
        return err_set(err, STATUS_FORMAT, "%s: %zu bytes behind the last tensor",
                       f->path, length - at);
    return STATUS_OK;
}

static Status parse_header(Safetensors *f, json_t *root, size_t length, Err *err)
{
    const char *name;
    json_t     *entry;
    f->tensors = ARENA_NEW(&f->arena, SafeTensor, json_object_size(root) + 1);
    json_object_foreach(root, name, entry) {
        Status bad = strcmp(name, "__metadata__")
                         ? parse_tensor(f, name, entry, length, err)
                         : parse_metadata(f, entry, err);
        if (bad) return bad;
    }
    qsort(f->tensors, f->n, sizeof *f->tensors, by_place);
    return check_cover(f, length, err);
}

static Status read_bytes(const Safetensors *f, void *to, size_t n, Err *err)
{
    if (fread(to, 1, n, f->file) == n) return STATUS_OK;
    return err_set(err, STATUS_IO, "%s: %s", f->path,
                   ferror(f->file) ? strerror(errno) : "shorter than a moment ago");
}

static Status read_header(Safetensors *f, size_t size, Err *err)
{
    size_t     n;
    json_error_t why;
    if (size < sizeof n)
        return err_set(err, STATUS_FORMAT, "%s: %zu bytes are no safetensors file",
                       f->path, size);
    if (read_bytes(f, &n, sizeof n, err)) return err->code;
    if (n > HEADER_MOST || n > size - sizeof n)
        return err_set(err, STATUS_FORMAT,
                       "%s: header of %zu bytes in a file of %zu: truncated, or no "
                       "safetensors file", f->path, n, size);
    char *text = ARENA_NEW(&f->arena, char, n + 1);
    if (read_bytes(f, text, n, err)) return err->code;
    json_t *root = n && *text == '{' ? json_loadb(text, n, JSON_REJECT_DUPLICATES, &why)
                                     : NULL;
    if (!root)
        return err_set(err, STATUS_FORMAT, "%s: header: %s", f->path,
                       n && *text == '{' ? why.text : "does not begin with {");
    f->data = sizeof n + n;
    Status bad = parse_header(f, root, size - f->data, err);
    json_decref(root);
    return bad;
}

/* --- reading ----------------------------------------------------------- */

Status safetensors_open(Safetensors *f, const char *path, Err *err)
{
    struct stat st;
    *f = (Safetensors){ .file = fopen(path, "rb") };
    if (!f->file)
        return err_set(err, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "%s: %s", path,
                       strerror(errno));
    arena_open(&f->arena, "safetensors", NULL, NULL);
    f->path = copy_text(&f->arena, path);
    Status bad = fstat(fileno(f->file), &st) || !S_ISREG(st.st_mode)
                     ? err_set(err, STATUS_FORMAT, "%s: not a regular file", path)
                     : read_header(f, (size_t)st.st_size, err);
    if (bad) safetensors_close(f);
    return bad;
}

void safetensors_close(Safetensors *f)
{
    for (size_t i = 0; i < f->n_shards; i++) safetensors_close(&f->shards[i]);
    if (f->file) fclose(f->file);
    arena_close(&f->arena);
}

const SafeTensor *safetensors_find(const Safetensors *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (!strcmp(f->tensors[i].name, name)) return &f->tensors[i];
    return NULL;
}

const char *safetensors_meta(const Safetensors *f, const char *key)
{
    for (size_t i = 0; i < f->n_metas; i++)
        if (!strcmp(f->metas[i].key, key)) return f->metas[i].value;
    return NULL;
}

/* n numbers that lie one after the other, from number `first` of the tensor's place. */
static Status read_run(const Safetensors *f, const SafeTensor *x, size_t first, real *out,
                       size_t n, Err *err)
{
    int           type = find_dtype(x->dtype);
    size_t        bytes = dtypes[type].bytes, at = f->data + x->begin + first * bytes;
    unsigned char chunk[CHUNK];
    if (fseeko(f->file, (off_t)at, SEEK_SET))
        return err_set(err, STATUS_IO, "%s: %s", f->path, strerror(errno));
    for (size_t done = 0; done < n;) {
        size_t some = n - done < CHUNK / bytes ? n - done : CHUNK / bytes;
        if (read_bytes(f, chunk, some * bytes, err)) return err->code;
        for (size_t i = 0; i < some; i++)
            out[done + i] = (real)dtypes[type].decode(chunk + i * bytes);
        done += some;
    }
    return STATUS_OK;
}

Status safetensors_read(const Safetensors *f, const SafeTensor *x, real *out, Err *err)
{
    if (!dtypes[find_dtype(x->dtype)].decode)
        return refuse(f, x->name, "numbers of a type that is not read here", err);
    if (x->shard) f = x->shard;
    if (!x->stride) return read_run(f, x, 0, out, x->count, err);
    for (size_t i = 0; i < x->count; i++) {
        size_t at = 0, rest = i;
        for (int k = x->rank - 1; k >= 0; rest /= x->dim[k--])
            at += rest % x->dim[k] * x->stride[k];
        if (read_run(f, x, at, out + i, 1, err)) return err->code;
    }
    return STATUS_OK;
}

/* "[3, any, 64]" */
static void add_shape(Text *out, int rank, const int64_t *dim)
{
    text_add(out, "[");
    for (int i = 0; i < rank; i++) {
        if (i) text_add(out, ", ");
        if (dim[i] < 0) text_add(out, "any");
        else text_add(out, "%lld", (long long)dim[i]);
    }
    text_add(out, "]");
}

Status safetensors_expect(const Safetensors *f, const char *name, int rank,
                          const int *dim, const SafeTensor **x, Err *err)
{
    const SafeTensor *y = safetensors_find(f, name);
    if (!y) return err_set(err, STATUS_FORMAT, "%s: no tensor \"%s\"", f->path, name);

    int64_t wanted[SAFE_RANK], found[SAFE_RANK];
    bool    same = y->rank == rank;
    for (int i = 0; i < rank; i++) wanted[i] = dim[i];
    for (int i = 0; i < y->rank; i++) found[i] = (int64_t)y->dim[i];
    for (int i = 0; same && i < rank; i++)
        same = found[i] == wanted[i] || (wanted[i] < 0 && found[i] <= INT_MAX);
    *x = y;
    if (same) return STATUS_OK;

    Text text = { 0 };
    text_add(&text, "shape ");
    add_shape(&text, y->rank, found);
    text_add(&text, ", expected ");
    add_shape(&text, rank, wanted);
    refuse(f, name, text_get(&text), err);
    text_free(&text);
    return err->code;
}
