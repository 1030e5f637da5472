/* Several safetensors files as one: Hugging Face's model.safetensors.index.json says which
 * tensor is in which, {"weight_map": {"norm.weight": "model-00002-of-00002.safetensors"}}. */
#include "core/train/safetensors.h"

#include "core/base/file.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { INDEX_MOST = 1 << 26, SHARDS_MOST = 256, PATH_ROOM = 4096 };

typedef struct {
    const char *path; /* of the index */
    json_t     *map;
    const char *name[SHARDS_MOST]; /* below the index's folder */
    int         n;
    Err        *err;
} Index;

/* A name and no way to elsewhere. */
static bool is_plain(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/') && strlen(name) < 256;
}

static int shard_of(const Index *x, const char *name)
{
    int i = 0;
    while (i < x->n && strcmp(x->name[i], name)) i++;
    return i;
}

static Status list_shards(Index *x)
{
    const char *tensor;
    json_t     *value;
    json_object_foreach(x->map, tensor, value) {
        const char *name = json_string_value(value);
        if (!name || !is_plain(name))
            return err_set(x->err, STATUS_FORMAT, "%s: tensor \"%s\": the name of its file is "
                           "none", x->path, tensor);
        int at = shard_of(x, name);
        if (at == SHARDS_MOST)
            return err_set(x->err, STATUS_FORMAT, "%s: more than %d files", x->path, SHARDS_MOST);
        if (at == x->n) x->name[x->n++] = name;
    }
    return x->n ? STATUS_OK : err_set(x->err, STATUS_FORMAT, "%s: names no tensor", x->path);
}

static Status read_index(Index *x, json_t **root)
{
    char        *bytes;
    size_t       n;
    json_error_t why;
    *root = NULL;
    if (file_read(x->path, INDEX_MOST, &bytes, &n, x->err)) return x->err->code;
    *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &why);
    free(bytes);
    if (!*root) return err_set(x->err, STATUS_FORMAT, "%s:%d: %s", x->path, why.line, why.text);
    x->map = json_object_get(*root, "weight_map");
    if (json_is_object(x->map)) return list_shards(x);
    return err_set(x->err, STATUS_FORMAT, "%s: no weight_map, which says where tensors are",
                   x->path);
}

static Status shard_path(char out[PATH_ROOM], const Index *x, int i)
{
    const char *slash = strrchr(x->path, '/');
    int         n = snprintf(out, PATH_ROOM, "%.*s%s", slash ? (int)(slash + 1 - x->path) : 0,
                             x->path, x->name[i]);
    if (n > 0 && n < PATH_ROOM) return STATUS_OK;
    return err_set(x->err, STATUS_CONFIG, "%.60s...: path too long", x->path);
}

/* --- open ---------------------------------------------------------------- */

static Status open_shards(Safetensors *f, const Index *x)
{
    f->shards = ARENA_NEW(&f->arena, Safetensors, x->n);
    for (int i = 0; i < x->n; i++) {
        char path[PATH_ROOM];
        if (shard_path(path, x, i) || safetensors_open(&f->shards[i], path, x->err))
            return x->err->code;
        f->n_shards++;
    }
    return STATUS_OK;
}

/* All tensors of all files; each that is named is where it is said to be. */
static Status gather(Safetensors *f, const Index *x)
{
    size_t      n = 0;
    const char *tensor;
    json_t     *value;
    json_object_foreach(x->map, tensor, value) {
        const Safetensors *shard = &f->shards[shard_of(x, json_string_value(value))];
        if (!safetensors_find(shard, tensor))
            return err_set(x->err, STATUS_FORMAT, "%s: no tensor \"%s\", though %s says so",
                           shard->path, tensor, x->path);
    }
    for (size_t i = 0; i < f->n_shards; i++) n += f->shards[i].n;
    f->tensors = ARENA_NEW(&f->arena, SafeTensor, n);
    for (size_t i = 0; i < f->n_shards; i++)
        for (size_t k = 0; k < f->shards[i].n; k++) {
            const SafeTensor *from = &f->shards[i].tensors[k];
            if (safetensors_find(f, from->name))
                return err_set(x->err, STATUS_FORMAT, "%s: tensor \"%s\": in two files", x->path,
                               from->name);
            f->tensors[f->n] = *from;
            f->tensors[f->n++].shard = &f->shards[i];
        }
    f->metas = f->shards[0].metas, f->n_metas = f->shards[0].n_metas;
    return STATUS_OK;
}

bool safetensors_is_index(const char *path)
{
    static const char tail[] = ".index.json";
    size_t            n = strlen(path), k = sizeof tail - 1;
    return n > k && !strcmp(path + n - k, tail);
}

Status safetensors_open_index(Safetensors *f, const char *path, Err *err)
{
    Index   x = { .path = path, .err = err };
    json_t *root;
    *f = (Safetensors){ .file = NULL };
    arena_open(&f->arena, "safetensors index", NULL, NULL);
    f->path = strcpy(ARENA_NEW(&f->arena, char, strlen(path) + 1), path);
    Status bad = read_index(&x, &root);
    if (!bad) bad = open_shards(f, &x);
    if (!bad) bad = gather(f, &x);
    json_decref(root);
    if (bad) safetensors_close(f);
    return bad;
}

Status safetensors_hash_index(char hex[HASH_HEX], const char *path, Err *err)
{
    Index   x = { .path = path, .err = err };
    json_t *root;
    Hash    h;
    char    one[HASH_HEX], file[PATH_ROOM];
    Status  bad = read_index(&x, &root);
    hash_start(&h);
    if (!bad && !(bad = file_hash(one, path, err))) hash_text(&h, one);
    for (int i = 0; i < x.n && !bad; i++) {
        bad = shard_path(file, &x, i);
        if (!bad) bad = file_hash(one, file, err);
        if (!bad) hash_text(&h, one);
    }
    hash_end(&h, hex);
    json_decref(root);
    return bad;
}
