#define _POSIX_C_SOURCE 200809L /* strtok_r */
/* Photographs with a PNG each that says the class of every pixel: ADE20K, VOC, and folders
 * laid out like these. */
#include "core/base/file.h"
#include "core/data/dense.h"
#include "core/data/label_names.h"
#include "core/data/photo.h"
#include "core/data/picture.h"
#include "core/data/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    Album       pictures, maps; /* one for each */
    int         classes, ignore;
    bool        reduce_zero;
    int         unpaired; /* as of DenseData */
    const char *first_unpaired;
} Maps;

enum { VOC_CLASSES = 21, CLASSES_MOST = 4096 };

static const char *const voc_names[VOC_CLASSES] = {
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair",
    "cow", "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa",
    "train", "tvmonitor",
};

/* --- where it is ------------------------------------------------------------- */

typedef struct {
    const char *pictures, *maps, *list; /* below the folder; list NULL: all there are */
} Layout;

static const Layout layouts[][3] = {
    { { "images/training", "annotations/training", NULL },
      { "images/train", "annotations/train", NULL },
      { "JPEGImages", "SegmentationClass", "ImageSets/Segmentation/train.txt" } },
    { { "images/validation", "annotations/validation", NULL },
      { "images/val", "annotations/val", NULL },
      { "JPEGImages", "SegmentationClass", "ImageSets/Segmentation/val.txt" } },
};

static void below(char path[DATA_FILE], const char *folder, const char *name)
{
    snprintf(path, DATA_FILE, "%s/%s", folder, name);
}

/* The first of the layouts whose pictures are there, and its list. */
static Status find_layout(const Layout **layout, const DenseConfig *c, Split split, Err *err)
{
    const Layout *known = layouts[split == SPLIT_TEST];
    char          path[DATA_FILE], list[DATA_FILE];
    for (int i = 0; i < 3; i++) {
        *layout = &known[i];
        below(path, c->folder, known[i].pictures);
        if (known[i].list) below(list, c->folder, known[i].list);
        if (file_exists(path) && (!known[i].list || file_exists(list))) return STATUS_OK;
    }
    return err_set(err, STATUS_MISSING, "%s: no %s, no %s, and no %s with %s", c->folder,
                   known[0].pictures, known[1].pictures, known[2].pictures, known[2].list);
}

static Status find(const DenseConfig *c, Err *err)
{
    const Layout *layout;
    if (!find_layout(&layout, c, SPLIT_TRAIN, err)) return STATUS_OK;
    return find_layout(&layout, c, SPLIT_TEST, err);
}

/* --- pairs of files ------------------------------------------------------------- */

/* DIR/stem.png of DIR/stem.anything. */
static void map_name(char out[DATA_FILE], const char *maps, const char *picture)
{
    const char *slash = strrchr(picture, '/'), *dot = strrchr(picture, '.');
    const char *stem = slash ? slash + 1 : picture;
    int         n = dot && dot > stem ? (int)(dot - stem) : (int)strlen(stem);
    snprintf(out, DATA_FILE, "%s/%.*s.png", maps, n, stem);
}

/* Lines of VOC's lists are names without an ending; their pictures are JPEG. */
static Status read_list(Names *out, Album *a, const char *path, Err *err)
{
    enum { MOST_BYTES = 1 << 26, MOST_LINE = 1000 };
    char  *text, *rest;
    size_t n;
    Status bad = STATUS_OK;
    if (file_read(path, MOST_BYTES, &text, &n, err)) return err->code;
    if (strlen(text) != n) bad = err_set(err, STATUS_FORMAT, "%s: no text, it has a NUL", path);
    *out = (Names){ ARENA_NEW(&a->memory, const char *, n / 2 + 1), 0 };
    for (char *line = strtok_r(text, "\r\n", &rest); line && !bad;
         line = strtok_r(NULL, "\r\n", &rest)) {
        char name[MOST_LINE + 8];
        if (strlen(line) > MOST_LINE || album_leaves(line))
            bad = err_set(err, STATUS_FORMAT, "%s: %.60s is no name of a picture", path, line);
        snprintf(name, sizeof name, "%.*s.jpg", MOST_LINE, line);
        out->name[out->n++] = album_keep(a, name);
    }
    free(text);
    return bad;
}

static Status check_there(const char *folder, const char *file, const char *why, Err *err)
{
    char path[2 * DATA_FILE];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    if (file_exists(path)) return STATUS_OK;
    return err_set(err, STATUS_MISSING, "%s is missing, %s", path, why);
}

static Status list_pairs(Maps *own, const Layout *l, const char *folder, Err *err)
{
    Album *a = &own->pictures, *b = &own->maps;
    Names  names;
    char   path[DATA_FILE];
    below(path, folder, l->list ? l->list : l->pictures);
    if (l->list ? read_list(&names, a, path, err) : tree_pictures(&names, a, path, err))
        return err->code;
    if (!names.n) return err_set(err, STATUS_FORMAT, "%s: no pictures", path);
    a->files = ARENA_NEW(&a->memory, const char *, names.n);
    b->files = ARENA_NEW(&b->memory, const char *, names.n);
    for (int i = 0; i < names.n; i++) {
        char why[DATA_FILE];
        map_name(path, l->maps, names.name[i]);
        b->files[i] = album_keep(b, path);
        below(path, l->pictures, names.name[i]);
        a->files[i] = album_keep(a, path);
        snprintf(why, sizeof why, l->list ? "%s lists it" : "%s is a picture of it",
                 l->list ? l->list : a->files[i]);
        if (check_there(folder, a->files[i], why, err) ||
            check_there(folder, b->files[i], why, err))
            return err->code;
    }
    a->count = b->count = names.n;
    return STATUS_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of a folder: a list leaves out on purpose. */
static Status find_unpaired(Maps *own, const Layout *l, const char *folder, Err *err)
{
    Album       *b = &own->maps;
    const size_t n = (size_t)b->count;
    const char **paired = ARENA_NEW(&b->memory, const char *, n);
    Names        maps;
    char         path[DATA_FILE];
    below(path, folder, l->maps);
    if (tree_pictures(&maps, b, path, err)) return err->code;
    memcpy(paired, b->files, n * sizeof *paired);
    qsort(paired, n, sizeof *paired, by_name);
    for (int i = 0; i < maps.n; i++) {
        const char *map = path;
        below(path, l->maps, maps.name[i]);
        if (bsearch(&map, paired, n, sizeof *paired, by_name)) continue;
        if (!own->unpaired++) own->first_unpaired = album_keep(b, path);
    }
    return STATUS_OK;
}

static void shut(Maps *own)
{
    album_close(&own->pictures);
    album_close(&own->maps);
    free(own);
}

static Status list_all(Maps **out, const DenseConfig *c, Split split, Err *err)
{
    const Layout *layout;
    Status        bad = find_layout(&layout, c, split, err);
    if (bad) return bad;
    Maps *own = calloc(1, sizeof *own);
    CHECK(own, "no memory for a data set");
    album_start(&own->pictures, c->folder);
    album_start(&own->maps, c->folder);
    own->pictures.by_class = own->maps.by_class = true; /* no labels are in their identity */
    own->classes = c->classes ? c->classes : VOC_CLASSES;
    own->ignore = c->ignore, own->reduce_zero = c->reduce_zero;
    bad = list_pairs(own, layout, c->folder, err);
    if (!bad && !layout->list) bad = find_unpaired(own, layout, c->folder, err);
    if (bad) shut(own);
    else *out = own;
    return bad;
}

/* --- the contract ------------------------------------------------------------ */

static Status check(const DenseConfig *c, Err *err)
{
    if (!c->folder)
        return err_set(err, STATUS_MISSING, "data set label-maps: no folder is given that has its "
                       "pictures");
    if (c->classes < 0 || c->classes == 1 || c->classes > CLASSES_MOST)
        return err_set(err, STATUS_CONFIG, "classes is %d, expected 2..%d, or 0 for VOC's",
                       c->classes, CLASSES_MOST);
    int last = (c->classes ? c->classes : VOC_CLASSES) - 1 + c->reduce_zero;
    if (c->ignore < 0 || (c->ignore <= last && !(c->reduce_zero && !c->ignore)))
        return err_set(err, STATUS_CONFIG, "ignore is %d, expected a label that is no class: the "
                       "last is %d", c->ignore, last);
    return STATUS_OK;
}

static bool names_file(char path[DATA_FILE], const Maps *own)
{
    below(path, own->pictures.folder, LABEL_NAMES);
    return file_exists(path);
}

static Status name_classes(DenseData *d, Maps *own, Err *err)
{
    enum { ROOM = 12 };
    Arena       *a = &own->pictures.memory;
    const char **names = ARENA_NEW(a, const char *, own->classes);
    char         path[DATA_FILE];
    for (int k = 0; k < own->classes; k++) {
        char *name = ARENA_NEW(a, char, ROOM);
        snprintf(name, ROOM, "%d", k);
        names[k] = name;
    }
    d->label_names = names;
    if (!names_file(path, own)) return STATUS_OK;
    return label_names_read(names, a, own->classes, own->reduce_zero, path, err);
}

static Status start(DenseData *d, const DenseConfig *c, Split split, Err *err)
{
    Maps *own;
    if (list_all(&own, c, split, err)) return err->code;
    d->own = own;
    d->count = own->pictures.count;
    d->labels = own->classes;
    d->label_names = voc_names;
    d->unpaired = own->unpaired, d->first_unpaired = own->first_unpaired;
    d->channels = 3;
    photo_scale(d->mean, d->std, 3);
    return c->classes ? name_classes(d, own, err) : STATUS_OK;
}

static const DataConfig colours = { .channels = 3 };

static void hash_knobs(Hash *h, const Maps *own)
{
    char how[64];
    snprintf(how, sizeof how, "classes %d, ignore %d, reduce %d", own->classes, own->ignore,
             own->reduce_zero);
    hash_text(h, how);
}

static Status identify(Hash *h, const DenseData *d, Err *err)
{
    const Maps *own = d->own;
    char        names[DATA_FILE];
    hash_knobs(h, own);
    if (photo_identify(h, &own->pictures, &colours, err) ||
        photo_identify(h, &own->maps, &colours, err))
        return err->code;
    return names_file(names, own) ? data_hash_file(h, names, err) : STATUS_OK;
}

static Status stamp(Stamp *s, const DenseData *d, Err *err)
{
    const Maps *own = d->own;
    char        names[DATA_FILE];
    hash_knobs(&s->hash, own);
    if (photo_stamp(s, &own->pictures, &colours, err) || photo_stamp(s, &own->maps, &colours, err))
        return err->code;
    return names_file(names, own) ? data_stamp_file(s, names, err) : STATUS_OK;
}

/* The file's numbers to classes. */
static Status take_labels(LabelMap *m, const Maps *own, const char *path, Err *err)
{
    for (size_t i = 0; i < (size_t)m->height * (size_t)m->width; i++) {
        int label = m->label[i], class = label - own->reduce_zero;
        if (label == own->ignore || class < 0) class = LABEL_IGNORED;
        else if (class >= own->classes)
            return err_set(err, STATUS_FORMAT, "%s: row %zu, column %zu: label %d, of %d classes "
                           "the last is %d and %d is ignored", path, i / (size_t)m->width,
                           i % (size_t)m->width, label, own->classes,
                           own->classes - 1 + own->reduce_zero, own->ignore);
        m->label[i] = (uint16_t)class;
    }
    return STATUS_OK;
}

static Status get(const DenseData *d, int i, Annotated *s, Err *err)
{
    const Maps *own = d->own;
    char        path[DATA_FILE], *bytes;
    size_t      n;
    if (album_read(&own->pictures, i, path, &bytes, &n, err)) return err->code;
    Status bad = picture_decode(&s->image, 3, bytes, n, path, err);
    free(bytes);
    if (bad || album_read(&own->maps, i, path, &bytes, &n, err)) return err->code;
    bad = label_map_decode(&s->labels, bytes, n, path, err);
    free(bytes);
    if (bad) return bad;
    s->file = own->pictures.files[i], s->id = i;
    if (s->labels.height != s->image.height || s->labels.width != s->image.width)
        return err_set(err, STATUS_FORMAT, "%s: a label map of %d x %d for a picture of %d x %d",
                       path, s->labels.height, s->labels.width, s->image.height, s->image.width);
    return take_labels(&s->labels, own, path, err);
}

static void stop(DenseData *d) { shut(d->own); }

const DenseKind dense_maps = {
    .name = "label-maps",
    .about = "photographs with a PNG each that says the class of every pixel: ADE20K, VOC",
    .find = find,
    .check = check,
    .open = start,
    .identify = identify,
    .stamp = stamp,
    .get = get,
    .close = stop,
};
