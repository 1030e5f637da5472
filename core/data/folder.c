/* A folder of photographs by class (tree.h), each of its own size.
 *
 * Decoded pictures stay in memory while they fit.  Whether a picture is damaged is
 * told in two steps: at open what can be seen without decoding, and such pictures are
 * left out; when decoding the rest, and such a picture is seen as plain gray.  Both
 * count against data.bad-images; one more ends the run. */
#include "core/base/file.h"
#include "core/data/data.h"
#include "core/data/picture.h"
#include "core/data/tree.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 }; /* of what identifies a split; raised when decoding changes */

typedef struct {
    int     height, width;
    uint8_t pixels[];
} Kept;

typedef struct {
    Tree           tree;
    char           path[DATA_PATH];
    int           *file;    /* [count] where in the tree                        */
    _Atomic(Kept *) *kept;  /* [count] decoded, NULL where it is not            */
    atomic_size_t  used;    /* bytes of them                                    */
    size_t         room;    /* bytes that they may have                         */
    atomic_bool   *damaged; /* [count] found when decoding                      */
    int            looked;  /* length of kept and damaged                       */
    int            allowed;
    int            bad;     /* found so far, in either way                      */
    Text           why;     /* a line for each                                  */
} Folder;

static Status check(const DataConfig *c, Err *err)
{
    if (c->channels != 1 && c->channels != 3)
        return err_set(err, STATUS_CONFIG, "data.channels is %d, expected 1 or 3", c->channels);
    if (c->size < 1)
        return err_set(err, STATUS_CONFIG,
                       "a folder of photographs needs data.size, the pixels that the model sees");
    return STATUS_OK;
}

static Status find(const DataConfig *c, Err *err)
{
    char path[DATA_PATH + 8];
    if (!c->folder)
        return err_set(err, STATUS_MISSING, "data set folder: data.folder does not say where "
                       "its train/ and val/ are");
    for (int split = SPLIT_TRAIN; split <= SPLIT_TEST; split++) {
        snprintf(path, sizeof path, "%s/%s", c->folder, split == SPLIT_TRAIN ? "train" : "val");
        if (!file_exists(path))
            return err_set(err, STATUS_MISSING, "data set folder: no %s", path);
    }
    return STATUS_OK;
}

static Status read_file(char **bytes, size_t *n, char path[2 * DATA_PATH], const char *folder,
                        const char *file, Err *err)
{
    snprintf(path, 2 * DATA_PATH, "%s/%s", folder, file);
    return file_read(path, PICTURE_BYTES, bytes, n, err);
}

static Status identify(Hash *h, const DataConfig *c, Split split, Err *err)
{
    Tree t;
    Text facts = { 0 };
    if (tree_open(&t, c->folder, split, err)) return err->code;
    text_add(&facts, "version %d, channels %d, pictures %d", VERSION, c->channels, t.count);
    hash_text(h, text_get(&facts));
    for (int i = 0; i < t.classes; i++) hash_text(h, t.class_names[i]);
    Status bad = STATUS_OK;
    for (int i = 0; i < t.count && !bad; i++) {
        char   path[2 * DATA_PATH], *bytes;
        size_t n;
        bad = read_file(&bytes, &n, path, c->folder, t.files[i], err);
        if (bad) break;
        text_clear(&facts);
        text_add(&facts, "%zu", n);
        hash_text(h, t.files[i]);
        hash_text(h, text_get(&facts));
        hash_bytes(h, bytes, n);
        free(bytes);
    }
    text_free(&facts);
    tree_close(&t);
    return bad;
}

/* --- what cannot be read ------------------------------------------------- */

static Status too_many(const Folder *f, Err *err)
{
    return err_set(err, STATUS_FORMAT, "%.*s; of %d pictures %d cannot be read, "
                   "data.bad-images allows %d", (int)strcspn(text_get(&f->why), "\n"),
                   text_get(&f->why), f->tree.count, f->bad, f->allowed);
}

static void add_bad(Folder *f, const char *why)
{
    text_add(&f->why, "%s\n", why);
    f->bad++;
}

/* *pixels is how many it has. */
static Status look(const Folder *f, int file, size_t *pixels, Err *err)
{
    char   path[2 * DATA_PATH], *bytes;
    int    height = 0, width = 0;
    size_t n;
    if (read_file(&bytes, &n, path, f->path, f->tree.files[file], err)) return err->code;
    Status bad = picture_size(&height, &width, bytes, n, path, err);
    free(bytes);
    *pixels = (size_t)height * (size_t)width;
    return bad;
}

/* Fill in file[] with those that look whole, and how much memory they will take. */
static Status look_at_all(Folder *f, Data *d, int channels, Err *err)
{
    int   *bad = f->file; /* first whether it is bad, then which it is */
    size_t all = 0;
#pragma omp parallel for schedule(dynamic, 16) reduction(+ : all)
    for (int i = 0; i < f->tree.count; i++) {
        Err    why;
        size_t pixels = 0;
        bad[i] = look(f, i, &pixels, &why) != STATUS_OK;
        if (!bad[i]) all += sizeof(Kept) + pixels * (size_t)channels;
    }
    for (int i = 0; i < f->tree.count; i++) {
        Err    why;
        size_t pixels;
        if (bad[i] && look(f, i, &pixels, &why)) add_bad(f, why.text);
        else f->file[d->count++] = i;
    }
    d->bytes = all < f->room ? all : f->room;
    return f->bad > f->allowed ? too_many(f, err) : STATUS_OK;
}

/* A picture damaged inside: counted once, whoever meets it. */
static Status count_damaged(Folder *f, int i, const char *why, Err *err)
{
    Status bad = STATUS_OK;
    if (atomic_exchange(&f->damaged[i], true)) return STATUS_OK;
#pragma omp critical(folder_damaged)
    {
        add_bad(f, why);
        if (f->bad > f->allowed) bad = too_many(f, err);
    }
    return bad;
}

static void plain(Image *out, const Data *d)
{
    image_size(out, d->height, d->width, d->channels);
    for (size_t i = 0; i < (size_t)d->height * (size_t)d->width; i++)
        for (int c = 0; c < d->channels; c++)
            out->pixels[i * (size_t)d->channels + (size_t)c] = (uint8_t)(255 * d->mean[c] + 0.5f);
}

/* --- pictures kept in memory --------------------------------------------- */

static size_t bytes_of(int height, int width, int channels)
{
    return (size_t)height * (size_t)width * (size_t)channels;
}

static bool recall(const Folder *f, int i, Image *out, int channels)
{
    const Kept *k = atomic_load_explicit(&f->kept[i], memory_order_acquire);
    if (!k) return false;
    image_size(out, k->height, k->width, channels);
    memcpy(out->pixels, k->pixels, bytes_of(k->height, k->width, channels));
    return true;
}

/* Two threads may decode the same picture at once; the second finds it there. */
static void keep(Folder *f, int i, const Image *m)
{
    size_t n = bytes_of(m->height, m->width, m->channels), all = sizeof(Kept) + n;
    Kept  *k = NULL, *none = NULL;
    if (atomic_fetch_add(&f->used, all) + all <= f->room) k = malloc(all);
    if (k) {
        k->height = m->height, k->width = m->width;
        memcpy(k->pixels, m->pixels, n);
        if (atomic_compare_exchange_strong(&f->kept[i], &none, k)) return;
    }
    free(k);
    atomic_fetch_sub(&f->used, all);
}

static Status read_one(const Data *d, int i, Image *out, Err *err)
{
    Folder *f = d->own;
    Err     why;
    char    path[2 * DATA_PATH];
    if (recall(f, i, out, d->channels)) return STATUS_OK;
    snprintf(path, sizeof path, "%s/%s", f->path, f->tree.files[f->file[i]]);
    if (!picture_read(out, d->channels, path, &why)) {
        keep(f, i, out);
        return STATUS_OK;
    }
    plain(out, d);
    return count_damaged(f, i, why.text, err);
}

/* --- open and close ------------------------------------------------------ */

static void describe(Data *d, const Folder *f, const DataConfig *c)
{
    static const float mean[] = { 0.485f, 0.456f, 0.406f }, std[] = { 0.229f, 0.224f, 0.225f };
    d->classes = f->tree.classes, d->class_names = f->tree.class_names;
    d->channels = c->channels, d->height = d->width = c->size;
    memcpy(d->mean, mean, sizeof mean);
    memcpy(d->std, std, sizeof std);
    /* ImageNet's, as the references use it whatever the photographs; of gray, the luma
     * of the mean, and of the deviations, which nearly always go together. */
    if (d->channels == 1) d->mean[0] = 0.459f, d->std[0] = 0.226f;
}

static Status load(Data *d, const DataConfig *c, Split split, Err *err)
{
    Folder *f = calloc(1, sizeof *f);
    CHECK(f, "no memory for a folder");
    d->own = f;
    f->allowed = c->bad_images;
    f->room = (size_t)c->cache_mib << 20;
    int n = snprintf(f->path, sizeof f->path, "%s", c->folder);
    if (n < 0 || n >= DATA_PATH)
        return err_set(err, STATUS_CONFIG, "folder: a path of more than %d bytes", DATA_PATH - 1);
    if (tree_open(&f->tree, f->path, split, err)) return err->code;

    f->file = malloc((size_t)f->tree.count * sizeof *f->file);
    CHECK(f->file, "no memory for %d pictures", f->tree.count);
    if (look_at_all(f, d, c->channels, err)) return err->code;
    if (!d->count) return too_many(f, err);
    f->kept = calloc((size_t)d->count, sizeof *f->kept);
    f->damaged = calloc((size_t)d->count, sizeof *f->damaged);
    d->labels = malloc((size_t)d->count * sizeof *d->labels);
    CHECK(f->kept && f->damaged && d->labels, "no memory for %d pictures", d->count);
    for (int i = 0; i < d->count; i++) d->labels[i] = f->tree.labels[f->file[i]];
    f->looked = d->count;
    describe(d, f, c);
    return STATUS_OK;
}

static void unload(Data *d)
{
    Folder *f = d->own;
    for (int i = 0; f->kept && i < f->looked; i++) free(f->kept[i]);
    free(f->kept);
    free(f->damaged);
    free(f->file);
    text_free(&f->why);
    tree_close(&f->tree);
    free(f);
}

static int bad(const Data *d, Text *why)
{
    const Folder *f = d->own;
    text_add(why, "%s", text_get(&f->why));
    return f->bad;
}

const DataKind data_photographs = {
    .name = "folder",
    .about = "photographs in train/<class>/ and val/<class>/, JPEG and PNG",
    .check = check,
    .find = find,
    .identify = identify,
    .open = load,
    .read = read_one,
    .bad = bad,
    .close = unload,
};
