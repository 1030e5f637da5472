#include "core/train/safetensors.h"

#include "core/base/file.h"
#include "core/train/seal.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 64, CHUNK = 1 << 14 };

_Static_assert(sizeof(size_t) == 8, "the header's length is a size_t of 8 bytes");

struct SafePart {
    const char    *name;
    const Backend *be;
    const real    *values;
    int            rank, dim[SAFE_RANK];
    size_t         count;
};

static const char *const DTYPE = sizeof(real) == sizeof(float) ? "F32" : "F64";

void safetensors_start(SafetensorsOut *o)
{
    *o = (SafetensorsOut){ 0 };
    arena_open(&o->arena, "safetensors", NULL, NULL);
}

static char *copy_text(Arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(ARENA_NEW(a, char, n), s, n);
}

/* A list of n items of `size` bytes with place for one more. */
static void *grown(Arena *a, void *list, size_t n, size_t *room, size_t size)
{
    if (n < *room) return list;
    *room = *room ? 2 * *room : ROOM;
    void *more = arena_take(a, *room * size);
    return n ? memcpy(more, list, n * size) : more;
}

void safetensors_add(SafetensorsOut *o, const char *name, const Backend *be,
                     const real *values, int rank, const int *dim)
{
    CHECK(0 <= rank && rank <= SAFE_RANK, "tensor %s: rank %d", name, rank);
    o->parts = grown(&o->arena, o->parts, o->n, &o->room, sizeof *o->parts);
    SafePart *x = &o->parts[o->n++];
    *x = (SafePart){ copy_text(&o->arena, name), be, values, rank, { 0 }, 1 };
    for (int i = 0; i < rank; i++) {
        CHECK(dim[i] >= 0, "tensor %s: dimension %d is %d", name, i, dim[i]);
        x->dim[i] = dim[i];
        x->count *= (size_t)dim[i];
    }
}

void safetensors_note(SafetensorsOut *o, const char *key, const char *value)
{
    o->metas = grown(&o->arena, o->metas, o->n_metas, &o->metas_room, sizeof *o->metas);
    o->metas[o->n_metas++] =
        (SafeMeta){ copy_text(&o->arena, key), copy_text(&o->arena, value) };
}

void safetensors_seal(SafetensorsOut *o)
{
    o->sealed = true;
    safetensors_note(o, SEAL_KEY, seal_blank);
}

void safetensors_keep(SafetensorsOut *o, const char *before)
{
    o->before = copy_text(&o->arena, before);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const SafePart *)a)->name, ((const SafePart *)b)->name);
}

static void put(json_t *map, const char *key, json_t *value)
{
    CHECK(!json_object_get(map, key), "safetensors: \"%s\" added twice", key);
    CHECK(!json_object_set_new(map, key, value), "safetensors: \"%s\" is no UTF-8", key);
}

static json_t *entry(const SafePart *x, size_t begin)
{
    size_t  end = begin + x->count * sizeof(real);
    json_t *shape = json_array();
    for (int i = 0; i < x->rank; i++)
        json_array_append_new(shape, json_integer(x->dim[i]));
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", DTYPE, "shape", shape,
                     "data_offsets", (json_int_t)begin, (json_int_t)end);
}

static char *header(const SafetensorsOut *o)
{
    json_t *root = json_object();
    size_t  at = 0;
    if (o->n_metas) {
        json_t *notes = json_object();
        for (size_t i = 0; i < o->n_metas; i++)
            put(notes, o->metas[i].key, json_string(o->metas[i].value));
        put(root, "__metadata__", notes);
    }
    for (size_t i = 0; i < o->n; i++) {
        put(root, o->parts[i].name, entry(&o->parts[i], at));
        at += o->parts[i].count * sizeof(real);
    }
    char *text = json_dumps(root, JSON_COMPACT);
    CHECK(text, "no memory for a header of %zu tensors", o->n);
    json_decref(root);
    return text;
}

/* Where bytes go, and what they hash to. */
typedef struct {
    FILE *f;
    Hash  hash;
    long  digits; /* where the checksum's stand in the file */
} Sink;

static bool write_bytes(Sink *s, const void *p, size_t n)
{
    hash_bytes(&s->hash, p, n);
    return fwrite(p, 1, n, s->f) == n;
}

static bool write_header(Sink *s, const SafetensorsOut *o)
{
    static const char blanks[] = "        ";
    char  *text = header(o);
    size_t n = strlen(text), padded = (n + 7) / 8 * 8;
    bool   good = write_bytes(s, &padded, sizeof padded) && write_bytes(s, text, n) &&
                write_bytes(s, blanks, padded - n);
    if (o->sealed) s->digits = (long)sizeof padded + (seal_digits(text) - text);
    free(text);
    return good;
}

static bool write_values(Sink *s, const SafePart *x, real *chunk)
{
    for (size_t done = 0; done < x->count;) {
        size_t      n = x->count - done < CHUNK ? x->count - done : CHUNK;
        const real *from = x->values + done;
        if (x->be) {
            x->be->read(chunk, from, n);
            from = chunk;
        }
        if (!write_bytes(s, from, n * sizeof *from)) return false;
        done += n;
    }
    return true;
}

static bool write_seal(Sink *s)
{
    char hex[HASH_HEX];
    hash_end(&s->hash, hex);
    return !fseek(s->f, s->digits, SEEK_SET) && fwrite(hex, 1, SEAL_DIGITS, s->f) == SEAL_DIGITS;
}

static Status write_all(SafetensorsOut *o, const char *path, Err *err)
{
    char  aside[4096];
    real *chunk = ARENA_NEW(&o->arena, real, CHUNK);
    if (o->n) qsort(o->parts, o->n, sizeof *o->parts, by_name);
    file_aside(path, aside, sizeof aside);
    Sink s = { .f = fopen(aside, "wb") };
    if (!s.f) return err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));

    hash_start(&s.hash);
    bool good = write_header(&s, o);
    for (size_t i = 0; good && i < o->n; i++) good = write_values(&s, &o->parts[i], chunk);
    if (o->sealed) good = good && write_seal(&s);
    int why = errno;
    if (fclose(s.f) && good) good = false, why = errno;
    if (good) return file_replace(aside, path, o->before, err);
    remove(aside);
    return err_set(err, STATUS_IO, "%s: %s", path, strerror(why));
}

Status safetensors_write(SafetensorsOut *o, const char *path, Err *err)
{
    Status bad = write_all(o, path, err);
    arena_close(&o->arena);
    return bad;
}
