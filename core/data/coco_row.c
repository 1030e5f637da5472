#include "core/data/coco_row.h"

#include <math.h>
#include <string.h>

static const size_t MEMORY_MOST = (size_t)1 << 33; /* of masks: a small file can ask for any */

void *coco_room(Arena *a, void *old, size_t n, size_t *room, size_t each)
{
    if (n < *room) return old;
    *room = *room ? 2 * *room : 1024;
    void *more = arena_take(a, *room * each);
    if (n) memcpy(more, old, n * each);
    return more;
}

/* --- boxes --------------------------------------------------------------- */

static Status read_box(double box[4], const Json *j, bool masks, Err *err)
{
    static const char *const what = "x, y, width and height";
    if (masks && (!j || j->kind == JSON_IS_NULL || (j->kind == JSON_IS_LIST && !j->n)))
        return STATUS_OK;
    if (!j || j->kind != JSON_IS_LIST || j->n != 4) return json_refuse(j, "bbox", what, err);
    const Json *x = j->first;
    for (int i = 0; i < 4; i++, x = x->next)
        if (json_number(&box[i], x, "bbox", err)) return err->code;
    if (box[2] < 0 || box[3] < 0)
        return err_set(err, STATUS_FORMAT, "bbox: a box of %g x %g pixels", box[2], box[3]);
    return STATUS_OK;
}

/* --- outlines ------------------------------------------------------------ */

static Status read_polygons(CocoSource *s, Arena *a, const Json *j, Err *err)
{
    static const char *const key = "segmentation";
    size_t                   all = 0;
    for (const Json *part = j->first; part; part = part->next) {
        if (part->kind != JSON_IS_LIST)
            return json_refuse(part, key, "a list of polygons, each a list of numbers", err);
        if (part->n < 6 || part->n % 2)
            return err_set(err, STATUS_FORMAT, "%s: a polygon of %u numbers, expected x and y "
                           "of at least three corners", key, part->n);
        all += part->n;
    }
    size_t *points = ARENA_NEW(a, size_t, j->n), k = 0;
    double *xy = ARENA_NEW(a, double, all);
    *s = (CocoSource){ .points = points, .xy = xy };
    for (const Json *part = j->first; part; part = part->next) {
        points[s->parts++] = part->n / 2;
        for (const Json *x = part->first; x; x = x->next, k++) {
            if (json_number(&xy[k], x, key, err)) return err->code;
            if (!(fabs(xy[k]) <= RLE_COORDINATE))
                return json_refuse(x, key, "a coordinate near the picture", err);
        }
    }
    return STATUS_OK;
}

static Status read_runs(Rle *m, Arena *a, const Json *j, Err *err)
{
    static const char *const key = "segmentation.counts";
    const Json *size = json_find(j, "size"), *counts = json_find(j, "counts");
    int64_t     height, width;
    if (!size || size->kind != JSON_IS_LIST || size->n != 2)
        return json_refuse(size, "segmentation.size", "height and width", err);
    if (json_whole(&height, size->first, "segmentation.size", err) ||
        json_whole(&width, size->last, "segmentation.size", err))
        return err->code;
    if (!rle_fits(height, width))
        return err_set(err, STATUS_FORMAT, "segmentation.size: a mask of %lld x %lld",
                       (long long)height, (long long)width);
    bool fills = false;
    if (counts && counts->kind == JSON_IS_TEXT) {
        fills = rle_parse(m, a, counts->text, counts->n, (int)height, (int)width);
    } else if (counts && counts->kind == JSON_IS_LIST) {
        uint32_t *count = ARENA_NEW(a, uint32_t, counts->n);
        size_t    n = 0;
        for (const Json *x = counts->first; x; x = x->next, n++) {
            if (x->kind != JSON_IS_NUMBER || x->whole < 0 || x->whole > RLE_PIXELS)
                return json_refuse(x, key, "a number of pixels", err);
            count[n] = (uint32_t)x->whole;
        }
        *m = (Rle){ (int)height, (int)width, n, count };
        fills = rle_check(count, n, (int)height, (int)width);
    } else {
        return json_refuse(counts, key, "runs, as a list or compressed", err);
    }
    if (fills) return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "%s: no runs that fill %lld x %lld pixels", key,
                   (long long)height, (long long)width);
}

static Status read_outline(Object *o, CocoSource *s, Arena *a, const Json *j, bool masks,
                           Err *err)
{
    bool none = !j || j->kind == JSON_IS_NULL || (j->kind == JSON_IS_LIST && !j->n);
    if (none && !masks) return STATUS_OK;
    if (!none && j->kind == JSON_IS_LIST) return read_polygons(s, a, j, err);
    if (!none && j->kind == JSON_IS_OBJECT) return read_runs(&o->mask, a, j, err);
    return json_refuse(j, "segmentation", "polygons or runs", err);
}

/* --- rows ---------------------------------------------------------------- */

Status coco_add(CocoList *list, Arena *a, Arena *scratch, const Json *j, bool masks, Err *err)
{
    Object     o = { 0 };
    CocoSource s = { 0 };
    int64_t    image_id, category_id;
    if (json_whole(&image_id, json_find(j, "image_id"), "image_id", err) ||
        json_whole(&category_id, json_find(j, "category_id"), "category_id", err) ||
        read_box(o.box, json_find(j, "bbox"), masks, err) ||
        read_outline(&o, &s, masks ? a : scratch, json_find(j, "segmentation"), masks, err))
        return err->code;
    if (!masks) { /* it was only checked */
        o.mask = (Rle){ 0 }, s = (CocoSource){ 0 };
        arena_reset(scratch);
    }
    s.image_id = image_id, s.category_id = category_id;
    size_t room = list->room;
    list->object = coco_room(a, list->object, list->n, &room, sizeof o);
    list->source = coco_room(a, list->source, list->n, &list->room, sizeof s);
    list->object[list->n] = o;
    list->source[list->n++] = s;
    return STATUS_OK;
}

int coco_image_place(const CocoTruth *t, int64_t id)
{
    int low = 0, high = t->images;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (t->image[middle].id < id) low = middle + 1;
        else high = middle;
    }
    return low < t->images && t->image[low].id == id ? low : -1;
}

int coco_category_place(const CocoTruth *t, int64_t id)
{
    int low = 0, high = t->categories;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (t->category[middle].id < id) low = middle + 1;
        else high = middle;
    }
    return low < t->categories && t->category[low].id == id ? low : -1;
}

/* --- masks --------------------------------------------------------------- */

static Status rasterise(Rle *m, Arena *a, Arena *scratch, const CocoSource *s,
                        const CocoImage *image, Err *err)
{
    const double *xy = s->xy;
    bool          fits = a->used <= MEMORY_MOST;
    Rle          *part = ARENA_NEW(scratch, Rle, s->parts);
    for (size_t k = 0; fits && k < s->parts; xy += 2 * s->points[k++])
        fits = rle_from_polygon(&part[k], scratch, xy, s->points[k], image->height,
                                image->width);
    if (!fits)
        return err_set(err, STATUS_FORMAT, "segmentation: polygons of over %d runs, or masks "
                       "of over 8 GB", RLE_RUNS);
    rle_merge(m, scratch, part, s->parts);
    uint32_t *count = ARENA_NEW(a, uint32_t, m->n);
    memcpy(count, m->count, m->n * sizeof *count);
    m->count = count;
    arena_reset(scratch);
    return STATUS_OK;
}

Status coco_fit(CocoList *list, size_t i, const CocoTruth *t, Arena *a, Arena *scratch,
                Err *err)
{
    Object          *o = &list->object[i];
    const CocoImage *image = &t->image[o->image];
    if (!image->height)
        return err_set(err, STATUS_FORMAT, "segmentation: image %lld has no height and width",
                       (long long)image->id);
    if (list->source[i].parts)
        return rasterise(&o->mask, a, scratch, &list->source[i], image, err);
    if (o->mask.height == image->height && o->mask.width == image->width) return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "segmentation.size: a mask of %d x %d in image %lld of "
                   "%d x %d", o->mask.height, o->mask.width, (long long)image->id,
                   image->height, image->width);
}
