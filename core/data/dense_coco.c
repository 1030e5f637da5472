/* Photographs with instances, as COCO's files annotate them (coco.h). */
#include "core/base/file.h"
#include "core/data/coco.h"
#include "core/data/dense.h"
#include "core/data/exif.h"
#include "core/data/photo.h"
#include "core/data/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char      json[DATA_FILE];
    CocoTruth truth;
    Album     album;    /* of the pictures that are used      */
    int      *image;    /* [album.count] places in the truth  */
    size_t   *instance; /* in the order of their images       */
    size_t   *first;    /* [truth.images + 1] in `instance`   */
    bool      training; /* crowds do not count                */
} Coco;

/* --- where it is ------------------------------------------------------------- */

static Status find_files(char json[DATA_FILE], char folder[DATA_FILE], const DenseConfig *c,
                   Split split, Err *err)
{
    static const char *const files[][4] = {
        { "annotations/instances_train2017.json", "annotations/instances_train.json",
          "annotations/instances_train2014.json", NULL },
        { "annotations/instances_val2017.json", "annotations/instances_val.json",
          "annotations/instances_val2014.json", NULL },
    };
    static const char head[] = "annotations/instances_", end[] = ".json";
    const DataConfig  where = { .name = "coco", .folder = c->folder };
    const char *const *known = files[split == SPLIT_TEST];
    if (data_file(json, &where, NULL, known, "a folder in the layout of COCO has it", err))
        return err->code;
    size_t n = strlen(json), taken = 0;
    for (int i = 0; known[i]; i++) {
        size_t length = strlen(known[i]);
        if (n > length && !strcmp(json + n - length, known[i])) taken = length;
    }
    const int below = (int)(n - taken), of_split = (int)(taken - strlen(head) - strlen(end));
    const char *name = json + below + strlen(head);
    snprintf(folder, DATA_FILE, "%.*s%.*s", below, json, of_split, name);
    if (file_exists(folder)) return STATUS_OK;
    snprintf(folder, DATA_FILE, "%.*simages/%.*s", below, json, of_split, name);
    if (file_exists(folder)) return STATUS_OK;
    return err_set(err, STATUS_MISSING, "%s: no folder %.*s%.*s of its pictures, and no %s",
                   json, below, json, of_split, name, folder);
}

static Status find(const DenseConfig *c, Err *err)
{
    char json[DATA_FILE], folder[DATA_FILE];
    if (!find_files(json, folder, c, SPLIT_TRAIN, err)) return STATUS_OK;
    return find_files(json, folder, c, SPLIT_TEST, err);
}

/* --- which pictures ---------------------------------------------------------- */

static bool counts(const Coco *own, size_t i)
{
    return !(own->training && own->truth.list.object[i].crowd);
}

/* Counting sort of the instances by image. */
static void sort_instances(Coco *own)
{
    CocoTruth *t = &own->truth;
    Arena     *a = &own->album.memory;
    size_t    *next = ARENA_NEW(a, size_t, t->images + 1);
    own->first = ARENA_NEW(a, size_t, t->images + 1);
    memset(own->first, 0, sizeof(size_t) * (size_t)(t->images + 1));
    for (size_t i = 0; i < t->list.n; i++)
        if (counts(own, i)) own->first[t->list.object[i].image + 1]++;
    for (int k = 0; k < t->images; k++) own->first[k + 1] += own->first[k];
    memcpy(next, own->first, sizeof(size_t) * (size_t)(t->images + 1));
    own->instance = ARENA_NEW(a, size_t, own->first[t->images]);
    for (size_t i = 0; i < t->list.n; i++)
        if (counts(own, i)) own->instance[next[t->list.object[i].image]++] = i;
}

static Status check_picture(const CocoImage *m, const char *folder, Err *err)
{
    char path[DATA_FILE];
    if (!m->file)
        return err_set(err, STATUS_FORMAT, "file_name: there is none, expected a text");
    if (album_leaves(m->file))
        return err_set(err, STATUS_FORMAT, "file_name: %.200s is not below the folder of the "
                       "pictures", m->file);
    int n = snprintf(path, sizeof path, "%s/%s", folder, m->file);
    if (n < 0 || n >= DATA_FILE)
        return err_set(err, STATUS_FORMAT, "file_name: a path of more than %d bytes",
                       DATA_FILE - 1);
    if (!file_exists(path))
        return err_set(err, STATUS_MISSING, "%s is listed, but not there", path);
    return STATUS_OK;
}

/* The first picture with which something is wrong, and how many there are such. */
static Status check_pictures(const Coco *own, const char *folder, Err *err)
{
    int wrong = 0;
    for (int k = 0; k < own->truth.images; k++) {
        Err              why;
        const CocoImage *m = &own->truth.image[k];
        if (!check_picture(m, folder, &why) || wrong++) continue;
        *err = why;
        err_in(err, "%s: images: id %lld", own->json, (long long)m->id);
    }
    if (wrong < 2) return wrong ? err->code : STATUS_OK;
    return err_in(err, "%d pictures of %d are wrong or missing, the first", wrong,
                  own->truth.images);
}

static Status list_pictures(Coco *own, const char *folder, Err *err)
{
    const CocoTruth *t = &own->truth;
    Album           *a = &own->album;
    Status           bad = check_pictures(own, folder, err);
    if (bad) return bad;
    a->files = ARENA_NEW(&a->memory, const char *, t->images);
    a->labels = ARENA_NEW(&a->memory, int, t->images);
    own->image = ARENA_NEW(&a->memory, int, t->images);
    for (int k = 0; k < t->images; k++) {
        if (own->training && own->first[k] == own->first[k + 1]) continue;
        own->image[a->count] = k;
        a->labels[a->count] = 0, a->files[a->count++] = t->image[k].file;
    }
    if (a->count) return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "%s: no picture%s", own->json,
                   own->training ? " has an instance that is no crowd" : "s");
}

static void shut(Coco *own)
{
    coco_close(&own->truth);
    album_close(&own->album);
    free(own);
}

static Status read_all(Coco **out, const DenseConfig *c, Split split, Err *err)
{
    char  folder[DATA_FILE];
    Coco *own = calloc(1, sizeof *own);
    CHECK(own, "no memory for a data set");
    Status bad = find_files(own->json, folder, c, split, err);
    if (!bad) bad = coco_open(&own->truth, own->json, true, err);
    if (bad) {
        free(own);
        return bad;
    }
    album_start(&own->album, folder);
    own->album.by_class = true; /* no labels of pictures are part of its identity */
    own->training = split == SPLIT_TRAIN;
    sort_instances(own);
    bad = list_pictures(own, folder, err);
    if (bad) shut(own);
    else *out = own;
    return bad;
}

/* --- the contract ------------------------------------------------------------ */

static Status check(const DenseConfig *c, Err *err)
{
    (void)c, (void)err; /* it has no knobs */
    return STATUS_OK;
}

static Status start(DenseData *d, const DenseConfig *c, Split split, Err *err)
{
    Coco *own;
    if (read_all(&own, c, split, err)) return err->code;
    const char **names = ARENA_NEW(&own->album.memory, const char *, own->truth.categories);
    int64_t     *ids = ARENA_NEW(&own->album.memory, int64_t, own->truth.categories);
    for (int k = 0; k < own->truth.categories; k++)
        names[k] = own->truth.category[k].name, ids[k] = own->truth.category[k].id;
    d->own = own;
    d->count = own->album.count;
    d->classes = own->truth.categories, d->class_names = names, d->class_ids = ids;
    d->class_file = own->json;
    d->channels = 3;
    photo_scale(d->mean, d->std, 3);
    return STATUS_OK;
}

static const DataConfig colours = { .channels = 3 };

static Status identify(Hash *h, const DenseData *d, Err *err)
{
    const Coco *own = d->own;
    if (data_hash_file(h, own->json, err)) return err->code;
    return photo_identify(h, &own->album, &colours, err);
}

static Status stamp(Stamp *s, const DenseData *d, Err *err)
{
    const Coco *own = d->own;
    if (data_stamp_file(s, own->json, err)) return err->code;
    return photo_stamp(s, &own->album, &colours, err);
}

static void take_instance(Instance *to, const CocoTruth *t, size_t i)
{
    const Object     *o = &t->list.object[i];
    const CocoSource *s = &t->list.source[i];
    *to = (Instance){ .class = o->category, .crowd = o->crowd, .area = o->area,
                      .box = { o->box[0], o->box[1], o->box[0] + o->box[2],
                               o->box[1] + o->box[3] },
                      .outline = { .parts = s->parts, .points = s->points, .xy = s->xy } };
    if (!s->parts) to->outline.runs = o->mask;
    if (!(o->box[2] > 0 || o->box[3] > 0)) outline_box(to->box, &to->outline);
}

static Status read_picture(Annotated *s, const Coco *own, int i, Err *err)
{
    const CocoImage *m = &own->truth.image[own->image[i]];
    char             path[DATA_FILE], *bytes;
    size_t           n;
    if (album_read(&own->album, i, path, &bytes, &n, err)) return err->code;
    Status bad = picture_decode(&s->image, 3, bytes, n, path, err);
    if (!bad) exif_turn(&s->image, exif_orientation(bytes, n), &s->scratch);
    free(bytes);
    if (!bad && (s->image.height != m->height || s->image.width != m->width))
        bad = err_set(err, STATUS_FORMAT, "%s: a picture of %d x %d upright, annotated as one "
                      "of %d x %d", path, s->image.height, s->image.width, m->height, m->width);
    s->id = m->id, s->file = m->file;
    return bad;
}

static Status get(const DenseData *d, int i, Annotated *s, Err *err)
{
    const Coco *own = d->own;
    const int   k = own->image[i];
    if (read_picture(s, own, i, err)) return err->code;
    s->count = (int)(own->first[k + 1] - own->first[k]);
    s->instance = ARENA_NEW(&s->memory, Instance, s->count);
    for (int j = 0; j < s->count; j++)
        take_instance(&s->instance[j], &own->truth,
                      own->instance[own->first[k] + (size_t)j]);
    return STATUS_OK;
}

static void stop(DenseData *d) { shut(d->own); }

const DenseKind dense_coco = {
    .name = "coco",
    .about = "photographs with instances, annotated in COCO's JSON",
    .find = find,
    .check = check,
    .open = start,
    .identify = identify,
    .stamp = stamp,
    .get = get,
    .close = stop,
};
