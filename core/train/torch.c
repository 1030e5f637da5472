#define _POSIX_C_SOURCE 200809L /* fseeko */
#include "core/train/torch.h"

#include "core/base/zip.h"
#include "core/train/pickle.h"

#include <errno.h>
#include <string.h>

enum {
    PICKLE_MOST = 1 << 22, /* bytes; that of a ViT-H with its optimiser has 300 KB */
    TENSORS_MOST = 1 << 14,
    VISITS_MOST = 1 << 18,
    DEPTH_MOST = 16,
    NAME_MOST = 512
};

/* What puts tensors together, and what stands beside them in checkpoints (arguments of a
 * program, numbers that NumPy computed, paths), of which nothing is made. */
static const char *const known[] = {
    "collections.OrderedDict", "collections.defaultdict", "collections.Counter",
    "argparse.Namespace", "types.SimpleNamespace", "_codecs.encode", "copyreg._reconstructor",
    "copy_reg._reconstructor", "builtins.set", "__builtin__.set", "builtins.object",
    "__builtin__.object", "builtins.complex", "__builtin__.complex", "pathlib.Path",
    "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.WindowsPath", "datetime.datetime",
    "datetime.timedelta", "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct", "numpy._core.multiarray.scalar",
    "numpy._core.multiarray._reconstruct", "torch.device", "torch.float32", "torch.float16",
    "torch.bfloat16", "torch.float64", "torch.int64", "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter",
    "torch.Size", "torch.DoubleStorage", "torch.FloatStorage", "torch.HalfStorage",
    "torch.BFloat16Storage", "torch.LongStorage", "torch.IntStorage", "torch.ShortStorage",
    "torch.CharStorage", "torch.ByteStorage", "torch.BoolStorage", NULL
};

static const struct { const char *storage, *dtype; } storages[] = {
    { "torch.DoubleStorage", "F64" },    { "torch.FloatStorage", "F32" },
    { "torch.HalfStorage", "F16" },      { "torch.BFloat16Storage", "BF16" },
    { "torch.LongStorage", "I64" },      { "torch.IntStorage", "I32" },
    { "torch.ShortStorage", "I16" },     { "torch.CharStorage", "I8" },
    { "torch.ByteStorage", "U8" },       { "torch.BoolStorage", "BOOL" },
};
enum { N_STORAGES = sizeof storages / sizeof *storages };

/* Numbers that tensors share, and the tensors before it is known where those lie. */
typedef struct {
    const char *key, *dtype;
    size_t      count, at; /* of numbers; in the file */
    bool        placed;
} Storage;

typedef struct {
    Safetensors *f;
    Err         *err;
    Storage     *storages;
    int         *of; /* [tensors] which storage */
    size_t       n_storages, visits, room; /* room: of the lists of tensors and storages */
} Reader;

static Status refuse(const Reader *r, const char *name, const char *why)
{
    return err_set(r->err, STATUS_FORMAT, "%s: tensor \"%s\": %s", r->f->path, name, why);
}

/* The name of a tensor alone takes some bytes of its pickle, so that a short one cannot ask
 * for much. */
static void make_room(Reader *r, size_t pickle)
{
    Arena *a = &r->f->arena;
    r->room = pickle / 8 + 1 < TENSORS_MOST ? pickle / 8 + 1 : TENSORS_MOST;
    r->f->tensors = ARENA_NEW(a, SafeTensor, r->room);
    r->of = ARENA_NEW(a, int, r->room);
    r->storages = ARENA_NEW(a, Storage, r->room + 1);
}

/* --- tensors ------------------------------------------------------------- */

static bool is_call(const Pickle *p, const char *callee)
{
    return p->kind == PICKLE_CALL && !strcmp(p->callee, callee);
}

/* ("storage", torch.FloatStorage, key, device, count[, None]) */
static Status take_storage(Reader *r, const char *name, const Pickle *p, int *which)
{
    const Pickle *id = p->kind == PICKLE_OUTSIDE ? p->arguments : NULL;
    const char   *dtype = NULL;
    if (!id || id->kind != PICKLE_TUPLE || id->n < 5 || id->items[1]->kind != PICKLE_GLOBAL ||
        id->items[2]->kind != PICKLE_TEXT || id->items[4]->kind != PICKLE_INT ||
        id->items[4]->whole < 0 || (id->n > 5 && id->items[5]->kind != PICKLE_NONE))
        return refuse(r, name, "its numbers are nowhere");
    for (int i = 0; i < N_STORAGES; i++)
        if (!strcmp(id->items[1]->text, storages[i].storage)) dtype = storages[i].dtype;
    if (!dtype) return refuse(r, name, "numbers of a type that is not read here");

    const char *key = id->items[2]->text;
    size_t      count = (size_t)id->items[4]->whole, i = 0;
    while (i < r->n_storages && strcmp(r->storages[i].key, key)) i++;
    if (i == r->n_storages) r->storages[r->n_storages++] = (Storage){ key, dtype, count, 0, false };
    if (r->storages[i].count != count || strcmp(r->storages[i].dtype, dtype))
        return refuse(r, name, "its numbers are of two kinds");
    *which = (int)i;
    return STATUS_OK;
}

static bool take_sizes(const Pickle *p, size_t out[SAFE_RANK], int *n)
{
    if (p->kind == PICKLE_CALL && p->arguments->n == 1) p = p->arguments->items[0];
    if (p->kind != PICKLE_TUPLE || p->n > SAFE_RANK) return false;
    for (size_t i = 0; i < p->n; i++) {
        if (p->items[i]->kind != PICKLE_INT || p->items[i]->whole < 0) return false;
        out[i] = (size_t)p->items[i]->whole;
    }
    *n = (int)p->n;
    return true;
}

/* Numbers from the first of the tensor to behind its last; false if they overflow. */
static bool span_of(const SafeTensor *x, const size_t *stride, size_t *span)
{
    *span = x->count ? 1 : 0;
    for (int i = 0; i < x->rank && x->count; i++) {
        size_t more;
        if (__builtin_mul_overflow(x->dim[i] - 1, stride[i], &more) ||
            __builtin_add_overflow(*span, more, span))
            return false;
    }
    return true;
}

static bool is_dense(const SafeTensor *x, const size_t *stride)
{
    size_t next = 1;
    for (int i = x->rank - 1; i >= 0; next *= x->dim[i--])
        if (x->dim[i] != 1 && stride[i] != next) return false;
    return true;
}

/* begin and end count numbers of the storage, until it is placed. */
static Status take_tensor(Reader *r, const char *name, const Pickle *p)
{
    const Pickle *a = p->arguments;
    Safetensors  *f = r->f;
    SafeTensor   *x = &f->tensors[f->n];
    size_t        stride[SAFE_RANK], span;
    int           strides, which = 0;
    if (f->n == r->room) return refuse(r, name, "one more than are read");
    if (a->n < 4 || a->items[1]->kind != PICKLE_INT || a->items[1]->whole < 0)
        return refuse(r, name, "not put together as tensors are");
    if (take_storage(r, name, a->items[0], &which)) return r->err->code;

    *x = (SafeTensor){ .dtype = r->storages[which].dtype, .count = 1 };
    x->begin = (size_t)a->items[1]->whole;
    if (!take_sizes(a->items[2], x->dim, &x->rank) || !take_sizes(a->items[3], stride, &strides) ||
        strides != x->rank)
        return refuse(r, name, "its shape is not a list of at most 8 sizes");
    for (int i = 0; i < x->rank; i++)
        if (__builtin_mul_overflow(x->count, x->dim[i], &x->count))
            return refuse(r, name, "the product of its shape overflows");
    if (!span_of(x, stride, &span) || __builtin_add_overflow(x->begin, span, &x->end) ||
        x->end > r->storages[which].count || x->count > r->storages[which].count)
        return refuse(r, name, "lies outside its numbers");
    if (!is_dense(x, stride))
        x->stride = memcpy(ARENA_NEW(&f->arena, size_t, SAFE_RANK), stride, sizeof stride);
    x->name = strcpy(ARENA_NEW(&f->arena, char, strlen(name) + 1), name);
    if (safetensors_find(f, name)) return refuse(r, name, "there twice");
    r->of[f->n++] = which;
    return STATUS_OK;
}

/* --- the tree ------------------------------------------------------------ */

static Status walk(Reader *r, const Pickle *p, char name[NAME_MOST], int depth);

/* One more word of the way to a tensor. */
static Status walk_into(Reader *r, const Pickle *p, char name[NAME_MOST], int depth,
                        const Pickle *key, size_t index)
{
    size_t end = strlen(name);
    int    n = key && key->kind == PICKLE_TEXT
                   ? snprintf(name + end, NAME_MOST - end, "%s%s", end ? "." : "", key->text)
                   : snprintf(name + end, NAME_MOST - end, "%s%lld", end ? "." : "",
                              key && key->kind == PICKLE_INT ? (long long)key->whole
                                                             : (long long)index);
    if (n < 0 || (size_t)n >= NAME_MOST - end) {
        name[60] = '\0';
        return refuse(r, name, "its name is too long");
    }
    Status bad = walk(r, p, name, depth + 1);
    name[end] = '\0';
    return bad;
}

static Status walk(Reader *r, const Pickle *p, char name[NAME_MOST], int depth)
{
    if (depth > DEPTH_MOST || ++r->visits > VISITS_MOST)
        return refuse(r, name, "nested deeper, or more often, than is read");
    if (is_call(p, "torch._utils._rebuild_tensor_v2") ||
        is_call(p, "torch._utils._rebuild_tensor"))
        return take_tensor(r, *name ? name : "tensor", p);
    if (is_call(p, "torch._utils._rebuild_parameter"))
        return p->arguments->n ? walk(r, p->arguments->items[0], name, depth + 1)
                               : refuse(r, name, "not put together as parameters are");
    if (p->kind == PICKLE_DICT || p->kind == PICKLE_CALL) {
        for (size_t i = 0; i + 1 < p->n; i += 2)
            if (walk_into(r, p->items[i + 1], name, depth, p->items[i], i / 2))
                return r->err->code;
    } else if (p->kind == PICKLE_LIST || p->kind == PICKLE_TUPLE) {
        for (size_t i = 0; i < p->n; i++)
            if (walk_into(r, p->items[i], name, depth, NULL, i)) return r->err->code;
    }
    return STATUS_OK;
}

/* --- where the numbers are ----------------------------------------------- */

static Status settle(Reader *r)
{
    Safetensors *f = r->f;
    for (size_t i = 0; i < f->n; i++) {
        SafeTensor    *x = &f->tensors[i];
        const Storage *s = &r->storages[r->of[i]];
        size_t         bytes = safetensors_bytes(x->dtype);
        if (!s->placed) return refuse(r, x->name, "its numbers are not in the file");
        x->begin = s->at + x->begin * bytes;
        x->end = s->at + x->end * bytes;
    }
    return STATUS_OK;
}

static Status place_zip(Reader *r, const Zip *z, const char *folder, size_t n)
{
    for (size_t i = 0; i < r->n_storages; i++) {
        Storage *s = &r->storages[i];
        char     name[NAME_MOST];
        snprintf(name, sizeof name, "%.*sdata/%.200s", (int)n, folder, s->key);
        const ZipEntry *e = zip_find(z, name);
        size_t          bytes;
        if (!e) continue;
        if (!e->stored || __builtin_mul_overflow(s->count, safetensors_bytes(s->dtype), &bytes) ||
            bytes > e->size)
            return err_set(r->err, STATUS_FORMAT, "%s: entry \"%s\": %s", z->path, name,
                           e->stored ? "shorter than its tensors" : "compressed; PyTorch "
                           "stores numbers as they are");
        s->at = e->at, s->placed = true;
    }
    return settle(r);
}

static Status read_zip(Reader *r, const Zip *z)
{
    static const char tail[] = "data.pkl";
    const ZipEntry   *index = NULL;
    char             *bytes, name[NAME_MOST] = "";
    size_t            used, n = 0;
    Pickle           *root;
    Arena            *a = &r->f->arena;
    for (size_t i = 0; i < z->n && !index; i++) {
        const char *slash = strrchr(z->entries[i].name, '/');
        if (slash && !strcmp(slash + 1, tail)) {
            index = &z->entries[i];
            n = (size_t)(slash + 1 - index->name);
        }
    }
    if (!index || n > NAME_MOST / 2)
        return err_set(r->err, STATUS_FORMAT, "%s: a zip archive without %s, not one of "
                       "PyTorch's", z->path, tail);
    snprintf(name, sizeof name, "%.*sbyteorder", (int)n, index->name);
    const ZipEntry *order = zip_find(z, name);
    if (order && (zip_read(z, order, 64, a, &bytes, r->err) || strcmp(bytes, "little")))
        return err_set(r->err, STATUS_FORMAT, "%s: not little-endian", z->path);
    if (zip_read(z, index, PICKLE_MOST, a, &bytes, r->err) ||
        pickle_read(&root, a, bytes, index->size, &used, known, z->path, r->err))
        return r->err->code;
    name[0] = '\0';
    make_room(r, index->size);
    return walk(r, root, name, 0) ? r->err->code : place_zip(r, z, index->name, n);
}

/* --- before version 1.6 --------------------------------------------------- */

/* The pickle of one number that such files begin with. */
static const char magic[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
enum { MAGIC = sizeof magic - 1 };

/* The storages lie in the order of their keys, a count of 8 bytes before each. */
static Status place_stream(Reader *r, const Pickle *keys, size_t at, size_t size)
{
    for (size_t i = 0; keys->kind == PICKLE_LIST && i < keys->n; i++) {
        Storage *s = NULL;
        uint64_t count;
        size_t   bytes;
        for (size_t k = 0; k < r->n_storages && keys->items[i]->kind == PICKLE_TEXT; k++)
            if (!strcmp(r->storages[k].key, keys->items[i]->text)) s = &r->storages[k];
        if (!s || s->placed)
            return err_set(r->err, STATUS_FORMAT, "%s: numbers of no tensor", r->f->path);
        if (fseeko(r->f->file, (off_t)at, SEEK_SET) ||
            fread(&count, sizeof count, 1, r->f->file) != 1 || count != s->count ||
            __builtin_mul_overflow(s->count, safetensors_bytes(s->dtype), &bytes) ||
            bytes > size - at - sizeof count)
            return err_set(r->err, STATUS_FORMAT, "%s: truncated, or its numbers are not where "
                           "they should be", r->f->path);
        s->at = at + sizeof count, s->placed = true;
        at = s->at + bytes;
    }
    return settle(r);
}

static Status read_stream(Reader *r, const char *bytes, size_t n, size_t size)
{
    enum { VERSION, SYSTEM, ROOT, KEYS, PARTS };
    Pickle *part[PARTS];
    size_t  at = MAGIC, used;
    char    name[NAME_MOST] = "";
    for (int i = 0; i < PARTS; i++, at += used)
        if (pickle_read(&part[i], &r->f->arena, bytes + at, n - at, &used, known, r->f->path,
                        r->err))
            return r->err->code;
    const Pickle *little = pickle_at(part[SYSTEM], "little_endian");
    if (part[VERSION]->kind != PICKLE_INT || part[VERSION]->whole != 1001 || !little ||
        !little->whole)
        return err_set(r->err, STATUS_FORMAT, "%s: of another version, or not little-endian",
                       r->f->path);
    make_room(r, at);
    return walk(r, part[ROOT], name, 0) ? r->err->code : place_stream(r, part[KEYS], at, size);
}

static Status read_head(Reader *r)
{
    FILE *file = r->f->file;
    if (fseeko(file, 0, SEEK_END)) return err_set(r->err, STATUS_IO, "%s: %s", r->f->path,
                                                  strerror(errno));
    size_t size = (size_t)ftello(file), n = size < PICKLE_MOST ? size : PICKLE_MOST;
    char  *bytes = ARENA_NEW(&r->f->arena, char, n + 1);
    rewind(file);
    if (fread(bytes, 1, n, file) != n || n < MAGIC || memcmp(bytes, magic, MAGIC))
        return err_set(r->err, STATUS_FORMAT, "%s: not one of PyTorch's files", r->f->path);
    return read_stream(r, bytes, n, size);
}

/* --- open ---------------------------------------------------------------- */

bool torch_is(const char *path)
{
    char  head[MAGIC] = { 0 };
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    size_t n = fread(head, 1, sizeof head, f);
    fclose(f);
    return (n == MAGIC && !memcmp(head, magic, MAGIC)) || zip_is(path);
}

Status torch_open(Safetensors *f, const char *path, Err *err)
{
    *f = (Safetensors){ .file = fopen(path, "rb") };
    if (!f->file)
        return err_set(err, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "%s: %s", path,
                       strerror(errno));
    arena_open(&f->arena, "PyTorch file", NULL, NULL);
    f->path = strcpy(ARENA_NEW(&f->arena, char, strlen(path) + 1), path);
    Reader r = { .f = f, .err = err };
    Zip    z;
    Status bad;
    if (!zip_is(path)) bad = read_head(&r);
    else if (!(bad = zip_open(&z, path, err))) {
        bad = read_zip(&r, &z);
        zip_close(&z);
    }
    if (bad) safetensors_close(f);
    return bad;
}

Status tensors_open(Safetensors *f, const char *path, Err *err)
{
    if (safetensors_is_index(path)) return safetensors_open_index(f, path, err);
    return torch_is(path) ? torch_open(f, path, err) : safetensors_open(f, path, err);
}
