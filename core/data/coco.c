#include "core/data/coco.h"

#include "core/data/coco_row.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    CocoTruth *t;
    bool       masks;
    Arena      scratch;
    size_t     image_room, category_room;
} Reading;

static const char *keep(Arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(arena_take(a, n), s, n);
}

/* --- rows of the truth --------------------------------------------------- */

static Status read_size(int *height, int *width, const Json *j, Err *err)
{
    const Json *has_height = json_find(j, "height"), *has_width = json_find(j, "width");
    int64_t     h, w;
    *height = *width = 0;
    if (!has_height && !has_width) return STATUS_OK;
    if (json_whole(&h, has_height, "height", err) || json_whole(&w, has_width, "width", err))
        return err->code;
    if (!rle_fits(h, w))
        return err_set(err, STATUS_FORMAT, "height, width: a picture of %lld x %lld",
                       (long long)h, (long long)w);
    *height = (int)h, *width = (int)w;
    return STATUS_OK;
}

static Status add_image(Reading *r, const Json *j, Err *err)
{
    CocoTruth  *t = r->t;
    CocoImage   image = { 0 };
    const Json *file = json_find(j, "file_name");
    if (json_whole(&image.id, json_find(j, "id"), "id", err) ||
        read_size(&image.height, &image.width, j, err) ||
        (file && json_text(&image.file, file, "file_name", err)))
        return err->code;
    if (t->images == INT_MAX) return err_set(err, STATUS_FORMAT, "over 2147483647 images");
    if (image.file) image.file = keep(&t->memory, image.file);
    t->image = coco_room(&t->memory, t->image, (size_t)t->images, &r->image_room, sizeof image);
    t->image[t->images++] = image;
    return STATUS_OK;
}

static Status add_category(Reading *r, const Json *j, Err *err)
{
    CocoTruth   *t = r->t;
    CocoCategory category = { 0 };
    const Json  *name = json_find(j, "name");
    char         number[24];
    if (json_whole(&category.id, json_find(j, "id"), "id", err) ||
        (name && json_text(&category.name, name, "name", err)))
        return err->code;
    snprintf(number, sizeof number, "%lld", (long long)category.id);
    category.name = keep(&t->memory, category.name ? category.name : number);
    if (t->categories == INT_MAX) return err_set(err, STATUS_FORMAT, "over 2147483647 categories");
    t->category = coco_room(&t->memory, t->category, (size_t)t->categories,
                            &r->category_room, sizeof category);
    t->category[t->categories++] = category;
    return STATUS_OK;
}

static Status read_crowd(bool *crowd, const Json *j, Err *err)
{
    *crowd = j && j->x != 0;
    if (!j || j->kind == JSON_IS_BOOL || (j->kind == JSON_IS_NUMBER && (j->x == 0 || j->x == 1)))
        return STATUS_OK;
    return json_refuse(j, "iscrowd", "0 or 1", err);
}

static Status add_annotation(Reading *r, const Json *j, Err *err)
{
    CocoList *list = &r->t->list;
    int64_t   id;
    double    area;
    bool      crowd;
    if (json_whole(&id, json_find(j, "id"), "id", err) ||
        coco_add(list, &r->t->memory, &r->scratch, j, r->masks, err) ||
        json_number(&area, json_find(j, "area"), "area", err) ||
        read_crowd(&crowd, json_find(j, "iscrowd"), err))
        return err->code;
    if (area < 0) return err_set(err, STATUS_FORMAT, "area: %g pixels", area);
    Object *o = &list->object[list->n - 1];
    o->area = area, o->crowd = crowd;
    list->source[list->n - 1].id = id;
    return STATUS_OK;
}

enum { IMAGES, ANNOTATIONS, CATEGORIES };
static const char *const sections[] = { "images", "annotations", "categories", NULL };

static Status take_row(void *to, const char *section, size_t row, const Json *j, Err *err)
{
    (void)row;
    if (j->kind != JSON_IS_OBJECT) return json_refuse(j, "row", "an object", err);
    if (section == sections[IMAGES]) return add_image(to, j, err);
    if (section == sections[ANNOTATIONS]) return add_annotation(to, j, err);
    return add_category(to, j, err);
}

/* --- all of it together -------------------------------------------------- */

static int by_image_id(const void *a, const void *b)
{
    const CocoImage *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static int by_category_id(const void *a, const void *b)
{
    const CocoCategory *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static Status twice(const char *path, const char *section, int64_t id, Err *err)
{
    return err_set(err, STATUS_FORMAT, "%s: %s: id %lld is there twice", path, section,
                   (long long)id);
}

static Status check_ids(CocoTruth *t, const char *path, Err *err)
{
    if (t->images) qsort(t->image, (size_t)t->images, sizeof *t->image, by_image_id);
    qsort(t->category, (size_t)t->categories, sizeof *t->category, by_category_id);
    for (int i = 1; i < t->images; i++)
        if (t->image[i].id == t->image[i - 1].id)
            return twice(path, "images", t->image[i].id, err);
    for (int i = 1; i < t->categories; i++)
        if (t->category[i].id == t->category[i - 1].id)
            return twice(path, "categories", t->category[i].id, err);

    ArenaMark mark = arena_mark(&t->memory);
    int64_t  *id = ARENA_NEW(&t->memory, int64_t, t->list.n);
    Status    bad = STATUS_OK;
    for (size_t i = 0; i < t->list.n; i++) id[i] = t->list.source[i].id;
    if (t->list.n) qsort(id, t->list.n, sizeof *id, by_id);
    for (size_t i = 1; i < t->list.n && !bad; i++)
        if (id[i] == id[i - 1]) bad = twice(path, "annotations", id[i], err);
    arena_rewind(&t->memory, mark);
    return bad;
}

static Status find_places(CocoTruth *t, bool masks, Arena *scratch, Err *err)
{
    for (size_t i = 0; i < t->list.n; i++) {
        Object           *o = &t->list.object[i];
        const CocoSource *s = &t->list.source[i];
        o->image = coco_image_place(t, s->image_id);
        o->category = coco_category_place(t, s->category_id);
        Status bad = STATUS_OK;
        if (o->image < 0)
            bad = err_set(err, STATUS_FORMAT, "image_id: %lld is not in the list of images",
                          (long long)s->image_id);
        else if (o->category < 0)
            bad = err_set(err, STATUS_FORMAT, "category_id: %lld is not in the list of "
                          "categories", (long long)s->category_id);
        else if (masks) bad = coco_fit(&t->list, i, t, &t->memory, scratch, err);
        if (bad) return err_in(err, "annotations[%zu], id %lld", i, (long long)s->id);
    }
    return STATUS_OK;
}

Status coco_parse(CocoTruth *t, const Reader *r, bool masks, Err *err)
{
    Reading  reading = { .t = t, .masks = masks };
    unsigned seen = 0;
    *t = (CocoTruth){ 0 };
    arena_open(&t->memory, "COCO truth", NULL, NULL);
    arena_open(&reading.scratch, "mask", NULL, NULL);
    Status bad = json_rows(r, sections, take_row, &reading, &seen, err);
    for (int i = 0; i < 3 && !bad; i++)
        if (!(seen >> i & 1))
            bad = err_set(err, STATUS_FORMAT, "%s: there is no list of %s", r->path, sections[i]);
    if (!bad && !t->categories)
        bad = err_set(err, STATUS_FORMAT, "%s: there are no categories", r->path);
    if (!bad) bad = check_ids(t, r->path, err);
    if (!bad && find_places(t, masks, &reading.scratch, err)) bad = err_in(err, "%s", r->path);
    arena_close(&reading.scratch);
    if (bad) coco_close(t);
    return bad;
}

Status coco_open(CocoTruth *t, const char *path, bool masks, Err *err)
{
    Reader r;
    if (reader_open(&r, path, err)) return err->code;
    Status bad = coco_parse(t, &r, masks, err);
    reader_close(&r);
    return bad;
}

void coco_close(CocoTruth *t)
{
    arena_close(&t->memory);
    *t = (CocoTruth){ 0 };
}
