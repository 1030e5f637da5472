#include "core/data/data.h"

#include "core/base/file.h"
#include "core/base/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const DataKind data_fashion_mnist, data_mnist, data_kmnist, data_emnist_balanced,
    data_emnist_by_class, data_emnist_by_merge, data_emnist_letters, data_emnist_digits,
    data_scenes, data_photographs, data_webdataset, data_cifar10, data_cifar100, data_stl10;

const DataKind *const data_kinds[] = {
    &data_fashion_mnist,   &data_scenes,          &data_photographs,    &data_mnist,
    &data_kmnist,          &data_emnist_balanced, &data_emnist_by_class, &data_emnist_by_merge,
    &data_emnist_letters,  &data_emnist_digits,   &data_cifar10,        &data_cifar100,
    &data_stl10,           &data_webdataset,     NULL,
};

static const char *const split_names[] = { "train", "test", "unlabeled" };

DataConfig data_defaults(void)
{
    return (DataConfig){ .name = "fashion-mnist", .channels = 3, .cache_mib = 1024,
                         .scenes = scenes_defaults() };
}

int data_asked(const DataConfig *c, Split split)
{
    const int asked[] = { c->train_count, c->test_count, c->unlabeled_count };
    return asked[split];
}

Split data_pretraining(const DataConfig *c)
{
    return c->unlabeled_count ? SPLIT_UNLABELED : SPLIT_TRAIN;
}

void data_unknown(const char *name, const char *const *names, Err *err)
{
    Text        all = { 0 };
    const char *near = text_nearest(name, names);
    for (int i = 0; names[i]; i++) text_add(&all, "%s%s", i ? ", " : "", names[i]);
    err_set(err, STATUS_CONFIG, "no data set '%s'%s%s%s; there are: %s", name,
            near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "",
            text_get(&all));
    text_free(&all);
}

static Status find_kind(const DataKind **kind, const char *name, Err *err)
{
    enum { MAX_KINDS = 32 };
    const char *names[MAX_KINDS + 1] = { NULL };
    for (int i = 0; data_kinds[i]; i++) {
        CHECK(i < MAX_KINDS, "more than %d data sets", MAX_KINDS);
        if (!strcmp(data_kinds[i]->name, name)) {
            *kind = data_kinds[i];
            return STATUS_OK;
        }
        names[i] = data_kinds[i]->name;
    }
    data_unknown(name, names, err);
    return STATUS_CONFIG;
}

const DataKind *data_kind(const DataConfig *c)
{
    const DataKind *kind;
    Err             err;
    CHECK(!find_kind(&kind, c->name, &err), "%s", err.text);
    return kind;
}

Status data_check(const DataConfig *c, Err *err)
{
    const DataKind *kind, *fallback;
    if (find_kind(&kind, c->name, err)) return err->code;
    if (c->fallback && find_kind(&fallback, c->fallback, err)) return err->code;
    if (c->train_count < 0)
        return err_set(err, STATUS_CONFIG, "train_count is %d, expected 0 (all) or more",
                       c->train_count);
    if (c->test_count < 0)
        return err_set(err, STATUS_CONFIG, "test_count is %d, expected 0 (all) or more",
                       c->test_count);
    if (c->folder && strlen(c->folder) >= DATA_PATH)
        return err_set(err, STATUS_CONFIG, "folder: a path of more than %d bytes", DATA_PATH - 1);
    if (c->unlabeled_count && !(kind->unlabeled && (!c->fallback || fallback->unlabeled)))
        return err_set(err, STATUS_CONFIG, "%s has no unlabelled pictures",
                       kind->unlabeled ? c->fallback : c->name);
    if (kind->check && kind->check(c, err)) return err->code;
    return c->fallback && fallback->check ? fallback->check(c, err) : STATUS_OK;
}

Status data_resolve(DataConfig *c, Err *err)
{
    const DataKind *kind, *fallback;
    if (data_check(c, err) || find_kind(&kind, c->name, err)) return err->code;
    Status bad = kind->find(c, err);
    if (bad == STATUS_MISSING && c->fallback) {
        Err second;
        if (find_kind(&fallback, c->fallback, &second) || fallback->find(c, &second))
            return bad;
        c->name = c->fallback;
        bad = STATUS_OK;
    }
    if (!bad) c->fallback = NULL;
    return bad;
}

static void begin_identity(Hash *h, const DataKind *kind, const DataConfig *c, Split split)
{
    Text count = { 0 };
    hash_text(h, kind->name);
    hash_text(h, split_names[split]);
    text_add(&count, "%d", data_asked(c, split));
    if (c->size) text_add(&count, ", size %d", c->size);
    hash_text(h, text_get(&count));
    text_free(&count);
}

Status data_stamp(Stamp *s, const DataConfig *c, Split split, Err *err)
{
    const DataKind *kind;
    DataConfig      found = *c;
    if (data_resolve(&found, err) || find_kind(&kind, found.name, err)) return err->code;
    stamp_start(s);
    begin_identity(&s->hash, kind, &found, split);
    return kind->stamp ? kind->stamp(s, &found, split, err) : STATUS_OK;
}

Status data_identity(char hex[HASH_HEX], const DataConfig *c, Split split, Err *err)
{
    const DataKind *kind;
    DataConfig      found = *c;
    Hash            h;
    Stamp           stamp;
    char            known[HASH_HEX];
    if (data_resolve(&found, err) || find_kind(&kind, found.name, err) ||
        data_stamp(&stamp, &found, split, err))
        return err->code;
    stamp_end(&stamp, known);
    if (seen_find(hex, &stamp, known)) return STATUS_OK;
    hash_start(&h);
    begin_identity(&h, kind, &found, split);
    Status bad = kind->identify(&h, &found, split, err);
    hash_end(&h, hex);
    if (!bad) seen_keep(hex, &stamp, known);
    return bad;
}

static Status open_some(Data **out, const DataConfig *c, Split split, bool pictures, Err *err)
{
    const DataKind *kind;
    DataConfig      found = *c;
    if (data_resolve(&found, err) || find_kind(&kind, found.name, err)) return err->code;
    Data *d = calloc(1, sizeof *d);
    CHECK(d, "no memory for a data set");
    d->name = kind->name, d->kind = kind;
    Status bad = pictures || !kind->facts ? kind->open(d, &found, split, err)
                                          : kind->facts(d, &found, split, err);
    int    asked = data_asked(&found, split);
    if (!bad && asked > d->count)
        bad = err_set(err, STATUS_CONFIG, "%s_count is %d, but %s has only %d pictures",
                      split_names[split], asked, d->name, d->count);
    if (bad) {
        data_close(d);
        return bad;
    }
    if (asked) d->count = asked;
    if (d->pixels) {
        d->stored_height = d->height, d->stored_width = d->width;
        d->bytes = (size_t)d->count * (size_t)d->height * (size_t)d->width * (size_t)d->channels;
        uint8_t *fewer = realloc(d->pixels, d->bytes); /* than there are */
        if (fewer) d->pixels = fewer;
    }
    if (found.size) d->height = d->width = found.size;
    *out = d;
    return STATUS_OK;
}

Status data_open(Data **out, const DataConfig *c, Split split, Err *err)
{
    return open_some(out, c, split, true, err);
}

Status data_facts(Data **out, const DataConfig *c, Split split, Err *err)
{
    return open_some(out, c, split, false, err);
}

void data_close(Data *d)
{
    if (!d) return;
    if (d->own) d->kind->close(d);
    free(d->labels);
    free(d->pixels);
    free(d);
}

Status data_read(const Data *d, int i, Image *out, Err *err)
{
    CHECK(i >= 0 && i < d->count, "picture %d of %d", i, d->count);
    if (!d->pixels) return d->kind->read(d, i, out, err);
    size_t n = (size_t)d->stored_height * (size_t)d->stored_width * (size_t)d->channels;
    image_size(out, d->stored_height, d->stored_width, d->channels);
    memcpy(out->pixels, d->pixels + (size_t)i * n, n);
    return STATUS_OK;
}

int data_bad(const Data *d, Text *why) { return d->kind->bad ? d->kind->bad(d, why) : 0; }

bool data_damaged(const Data *d, int i) { return d->kind->damaged && d->kind->damaged(d, i); }

static bool holds(char path[DATA_FILE], const char *folder, const char *name,
                  const char *const *files, Text *tried)
{
    int n = snprintf(path, DATA_PATH, name ? "%s/%s" : "%s", folder, name);
    if (n < 0 || n >= DATA_PATH) return false;
    text_add(tried, "%s%s", tried->length ? ", " : "", path);
    for (int i = 0; files[i]; i++) {
        snprintf(path + n, (size_t)(DATA_FILE - n), "/%s", files[i]);
        if (file_exists(path)) return true;
    }
    return false;
}

Status data_file(char path[DATA_FILE], const DataConfig *c, const char *system,
                 const char *const *files, const char *cure, Err *err)
{
    Text        tried = { 0 };
    const char *own = getenv("MASKGRID_DATA");
    bool        found;
    if (c->folder)
        found = holds(path, c->folder, NULL, files, &tried);
    else
        found = (own && *own && holds(path, own, c->name, files, &tried)) ||
                (system && holds(path, system, NULL, files, &tried));
    if (!found)
        err_set(err, STATUS_MISSING, "data set %s: no %s%s%s; %s", c->name, files[0],
                tried.length ? " in " : "", text_get(&tried), cure);
    text_free(&tried);
    return found ? STATUS_OK : err->code;
}

Status data_hash_file(Hash *h, const char *path, Err *err)
{
    enum { CHUNK = 1 << 20 };
    Reader r;
    if (reader_open(&r, path, err)) return err->code;
    char  *bytes = malloc(CHUNK);
    Status bad = STATUS_OK;
    CHECK(bytes, "no memory for %d bytes", CHUNK);
    for (uint64_t at = 0; at < r.size && !bad; at += CHUNK) {
        size_t n = r.size - at < CHUNK ? (size_t)(r.size - at) : CHUNK;
        bad = reader_take(&r, bytes, at, n, err);
        if (!bad) hash_bytes(h, bytes, n);
    }
    free(bytes);
    reader_close(&r);
    return bad;
}

Status data_stamp_file(Stamp *s, const char *path, Err *err)
{
    FileFacts f;
    if (file_facts(&f, path, err)) return err->code;
    stamp_add(s, path, &f);
    return STATUS_OK;
}
