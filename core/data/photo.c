#include "core/data/photo.h"

#include "core/data/picture.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 }; /* of what identifies a split; raised when decoding changes */

typedef struct {
    int     height, width;
    uint8_t pixels[];
} Kept;

typedef struct {
    Album          album;
    int           *file;    /* [count] where in the album                       */
    const char   **name;    /* [count] of the file                              */
    _Atomic(Kept *) *kept;  /* [count] decoded, NULL where it is not            */
    atomic_size_t  used;    /* bytes of them                                    */
    size_t         room;    /* bytes that they may have                         */
    atomic_bool   *damaged; /* [count] found when decoding                      */
    int            looked;  /* length of kept and damaged                       */
    int            allowed;
    int            bad;     /* found so far, in either way                      */
    Text           why;     /* a line for each                                  */
} Photos;

Status photo_check(const DataConfig *c, Err *err)
{
    if (c->channels != 1 && c->channels != 3)
        return err_set(err, STATUS_CONFIG, "data.channels is %d, expected 1 or 3", c->channels);
    if (c->size < 1)
        return err_set(err, STATUS_CONFIG,
                       "%s needs data.size, the pixels that the model sees", c->name);
    return STATUS_OK;
}

/* A file read ahead of its turn. */
typedef struct {
    char  *bytes;
    size_t n;
    Err    err; /* code is STATUS_OK where bytes are there */
} Ahead;

enum { AHEAD = 32 }; /* so many at once: disks and networks answer late, not slowly */

static void read_ahead(Ahead *files, const Album *a, int first, int n)
{
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < n; i++) {
        char path[DATA_FILE];
        files[i].err.code = album_read(a, first + i, path, &files[i].bytes, &files[i].n,
                                       &files[i].err);
    }
}

/* Of what is no file, or one that is too long, there are no bytes: it is a bad picture. */
static void hash_picture(Hash *h, const Album *a, int i, const Ahead *file)
{
    Text facts = { 0 };
    bool there = !file->err.code;
    if (there) text_add(&facts, "%zu", file->n);
    else text_add(&facts, "none");
    if (!a->by_class) text_add(&facts, ", label %d", a->labels[i]);
    hash_text(h, a->files[i]);
    hash_text(h, text_get(&facts));
    if (there) hash_bytes(h, file->bytes, file->n);
    text_free(&facts);
}

static void hash_names(Hash *h, const Album *a, const DataConfig *c)
{
    Text facts = { 0 };
    text_add(&facts, "version %d, channels %d, pictures %d", VERSION, c->channels, a->count);
    hash_text(h, text_get(&facts));
    text_free(&facts);
    for (int i = 0; i < a->classes; i++) hash_text(h, a->class_names[i]);
}

Status photo_identify(Hash *h, const Album *a, const DataConfig *c, Err *err)
{
    Ahead *files = malloc(AHEAD * sizeof *files);
    Status bad = STATUS_OK;
    CHECK(files, "no memory for %d files", AHEAD);
    hash_names(h, a, c);
    for (int first = 0; first < a->count && !bad; first += AHEAD) {
        int n = a->count - first < AHEAD ? a->count - first : AHEAD;
        read_ahead(files, a, first, n);
        for (int i = 0; i < n; i++) {
            if (!bad && files[i].err.code == STATUS_IO) *err = files[i].err, bad = err->code;
            if (!bad) hash_picture(h, a, first + i, &files[i]);
            if (!files[i].err.code) free(files[i].bytes);
        }
    }
    free(files);
    return bad;
}

Status photo_identify_split(Hash *h, const DataConfig *c, Split split, Err *err)
{
    Album a;
    if (data_kind(c)->list(&a, c, split, err)) return err->code;
    Status bad = photo_identify(h, &a, c, err);
    album_close(&a);
    return bad;
}

/* Facts of [n] pictures from `first` on, nothing of those that are not there; of the first that
 * fails otherwise, why. */
static Status find_facts(FileFacts *facts, const Album *a, int first, int n, Err *err)
{
    int bad_at = n;
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < n; i++) {
        char path[DATA_FILE];
        Err  own;
        album_file(a, first + i, path);
        facts[i] = (FileFacts){ 0 };
        if (file_facts(&facts[i], path, &own) != STATUS_IO) continue;
#pragma omp critical(photo_facts)
        if (i < bad_at) bad_at = i, *err = own;
    }
    return bad_at < n ? err->code : STATUS_OK;
}

Status photo_stamp(Stamp *s, const Album *a, const DataConfig *c, Err *err)
{
    enum { AT_ONCE = 1024 };
    FileFacts facts[AT_ONCE];
    Status    bad = STATUS_OK;
    hash_names(&s->hash, a, c);
    for (int first = 0; first < a->count && !bad; first += AT_ONCE) {
        int n = a->count - first < AT_ONCE ? a->count - first : AT_ONCE;
        bad = find_facts(facts, a, first, n, err);
        for (int i = 0; i < n && !bad; i++) {
            if (!a->by_class) hash_bytes(&s->hash, &a->labels[first + i], sizeof *a->labels);
            if (a->places) facts[i].size = (int64_t)a->places[first + i].size;
            stamp_add(s, a->files[first + i], &facts[i]);
        }
    }
    return bad;
}

Status photo_stamp_split(Stamp *s, const DataConfig *c, Split split, Err *err)
{
    Album a;
    if (data_kind(c)->list(&a, c, split, err)) return err->code;
    Status bad = photo_stamp(s, &a, c, err);
    album_close(&a);
    return bad;
}

/* --- what cannot be read ------------------------------------------------- */

static Status too_many(const Photos *f, Err *err)
{
    return err_set(err, STATUS_FORMAT, "%.*s; of %d pictures %d cannot be read, "
                   "data.bad-images allows %d", (int)strcspn(text_get(&f->why), "\n"),
                   text_get(&f->why), f->album.count, f->bad, f->allowed);
}

static void add_bad(Photos *f, const char *why)
{
    text_add(&f->why, "%s\n", why);
    f->bad++;
}

/* *pixels is how many it has.  What its edges alone do not tell, a head that is longer
 * than usual, all of it does. */
static Status look(const Photos *f, int file, size_t *pixels, Err *err)
{
    char   path[DATA_FILE], *bytes;
    int    height = 0, width = 0;
    size_t n;
    if (album_glance(&f->album, file, path, &bytes, &n, err)) return err->code;
    Status bad = picture_size(&height, &width, bytes, n, path, err);
    free(bytes);
    if (bad) {
        if (album_read(&f->album, file, path, &bytes, &n, err)) return err->code;
        bad = picture_size(&height, &width, bytes, n, path, err);
        free(bytes);
    }
    *pixels = (size_t)height * (size_t)width;
    return bad;
}

/* Fill in file[] with those that look whole, and how much memory they will take. */
static Status look_at_all(Photos *f, Data *d, int channels, Err *err)
{
    int   *bad = f->file; /* first whether it is bad, then which it is */
    size_t all = 0;
#pragma omp parallel for schedule(dynamic, 16) reduction(+ : all)
    for (int i = 0; i < f->album.count; i++) {
        Err    why;
        size_t pixels = 0;
        bad[i] = look(f, i, &pixels, &why) != STATUS_OK;
        if (!bad[i]) all += sizeof(Kept) + pixels * (size_t)channels;
    }
    for (int i = 0; i < f->album.count; i++) {
        Err    why;
        size_t pixels;
        if (bad[i] && look(f, i, &pixels, &why)) add_bad(f, why.text);
        else f->file[d->count++] = i;
    }
    d->bytes = all < f->room ? all : f->room;
    return f->bad > f->allowed ? too_many(f, err) : STATUS_OK;
}

/* A picture damaged inside: counted once, whoever meets it. */
static Status count_damaged(Photos *f, int i, const char *why, Err *err)
{
    Status bad = STATUS_OK;
    if (atomic_exchange(&f->damaged[i], true)) return STATUS_OK;
#pragma omp critical(photo_damaged)
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

static bool recall(const Photos *f, int i, Image *out, int channels)
{
    const Kept *k = atomic_load_explicit(&f->kept[i], memory_order_acquire);
    if (!k) return false;
    image_size(out, k->height, k->width, channels);
    memcpy(out->pixels, k->pixels, bytes_of(k->height, k->width, channels));
    return true;
}

/* Two threads may decode the same picture at once; the second finds it there. */
static void keep(Photos *f, int i, const Image *m)
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

Status photo_file(const Data *d, int i, char path[DATA_FILE], char **bytes, size_t *n,
                   Err *err)
{
    const Photos *f = d->own;
    return album_read(&f->album, f->file[i], path, bytes, n, err);
}

Status photo_read(const Data *d, int i, Image *out, Err *err)
{
    Photos *f = d->own;
    Err     why;
    char    path[DATA_FILE], *bytes;
    size_t  n;
    if (recall(f, i, out, d->channels)) return STATUS_OK;
    Status bad = photo_file(d, i, path, &bytes, &n, &why);
    if (!bad) {
        bad = picture_decode(out, d->channels, bytes, n, path, &why);
        free(bytes);
    }
    if (!bad) {
        keep(f, i, out);
        return STATUS_OK;
    }
    plain(out, d);
    return count_damaged(f, i, why.text, err);
}

/* --- open and close ------------------------------------------------------ */

void photo_scale(float *mean, float *std, int channels)
{
    static const float centre[] = { 0.485f, 0.456f, 0.406f }, width[] = { 0.229f, 0.224f, 0.225f };
    memcpy(mean, centre, sizeof centre);
    memcpy(std, width, sizeof width);
    if (channels == 1) mean[0] = 0.459f, std[0] = 0.226f;
}

static void describe(Data *d, const Photos *f, const DataConfig *c)
{
    d->classes = f->album.classes, d->class_names = f->album.class_names;
    d->channels = c->channels, d->height = d->width = c->size;
    photo_scale(d->mean, d->std, d->channels);
}

Status photo_open(Data *d, const DataConfig *c, Split split, Err *err)
{
    Album album;
    if (data_kind(c)->list(&album, c, split, err)) return err->code;
    Photos *f = calloc(1, sizeof *f);
    CHECK(f, "no memory for photographs");
    d->own = f;
    f->album = album;
    f->allowed = c->bad_images;
    f->room = (size_t)c->cache_mib << 20;

    f->file = malloc((size_t)f->album.count * sizeof *f->file);
    CHECK(f->file, "no memory for %d pictures", f->album.count);
    if (look_at_all(f, d, c->channels, err)) return err->code;
    if (!d->count) return too_many(f, err);
    f->kept = calloc((size_t)d->count, sizeof *f->kept);
    f->damaged = calloc((size_t)d->count, sizeof *f->damaged);
    d->labels = malloc((size_t)d->count * sizeof *d->labels);
    f->name = malloc((size_t)d->count * sizeof *f->name);
    CHECK(f->kept && f->damaged && d->labels && f->name, "no memory for %d pictures", d->count);
    for (int i = 0; i < d->count; i++) {
        d->labels[i] = f->album.labels[f->file[i]];
        f->name[i] = f->album.files[f->file[i]];
    }
    d->names = f->name;
    f->looked = d->count;
    describe(d, f, c);
    return STATUS_OK;
}

void photo_close(Data *d)
{
    Photos *f = d->own;
    for (int i = 0; f->kept && i < f->looked; i++) free(f->kept[i]);
    free(f->kept);
    free(f->damaged);
    free(f->file);
    free(f->name);
    text_free(&f->why);
    album_close(&f->album);
    free(f);
}

int photo_bad(const Data *d, Text *why)
{
    const Photos *f = d->own;
    text_add(why, "%s", text_get(&f->why));
    return f->bad;
}

bool photo_damaged(const Data *d, int i)
{
    const Photos *f = d->own;
    return atomic_load(&f->damaged[i]);
}
