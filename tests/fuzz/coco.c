#include "core/data/coco.h"
#include "core/data/outline.h"
#include "tests/fuzz/fuzz.h"

/* As training does; what is left lies in the window. */
static void cut_and_turn(const CocoSource *s, const Object *o)
{
    enum { TOP = 3, LEFT = -2, SIDE = 11 };
    Outline part = { .parts = s->parts, .points = s->points, .xy = s->xy };
    double  box[4];
    uint8_t mask[SIDE * SIDE];
    Arena   a;
    arena_open(&a, "outline", NULL, NULL);
    if (part.parts && outline_crop(&part, &a, TOP, LEFT, SIDE, SIDE)) {
        CHECK(outline_box(box, &part) && box[0] >= 0 && box[1] >= 0 && box[2] <= SIDE &&
              box[3] <= SIDE, "%g %g %g %g of %zu parts", box[0], box[1], box[2], box[3],
              part.parts);
        outline_flip(&part, &a, SIDE);
        outline_target(mask, &a, &part, box, SIDE);
    }
    if (!s->parts && o->mask.height <= 100 && o->mask.width <= 100) {
        part = (Outline){ .runs = o->mask };
        outline_flip(&part, &a, o->mask.width);
        outline_resize(&part, &a, o->mask.height, o->mask.width, SIDE, SIDE);
        CHECK(rle_check(part.runs.count, part.runs.n, SIDE, SIDE), "resized runs");
    }
    arena_close(&a);
}

/* As truths and as results, with and without masks: places are in range, masks are whole. */
static void check(const CocoList *list, const CocoTruth *t, bool masks)
{
    for (size_t i = 0; i < list->n; i++) {
        const Object *o = &list->object[i];
        double        box[4];
        CHECK(o->image >= 0 && o->image < t->images && o->category >= 0 &&
              o->category < t->categories, "object %zu of %d, %d", i, o->image, o->category);
        if (!masks) continue;
        CHECK(rle_check(o->mask.count, o->mask.n, t->image[o->image].height,
                        t->image[o->image].width), "object %zu has no mask", i);
        rle_box(box, &o->mask);
        CHECK(rle_iou(&o->mask, &o->mask, false) == (rle_area(&o->mask) > 0), "object %zu", i);
        cut_and_turn(&list->source[i], o);
    }
}

/* Results are of two small pictures. */
static Status open_pictures(CocoTruth *t, Err *err)
{
    static const char json[] = "{\"images\": [{\"id\": 0, \"height\": 8, \"width\": 9}, "
        "{\"id\": 7, \"height\": 90, \"width\": 70}], \"categories\": [{\"id\": 0}, {\"id\": 1}], "
        "\"annotations\": []}";
    Reader r;
    reader_over(&r, json, sizeof json - 1, "pictures");
    return coco_parse(t, &r, true, err);
}

FUZZ(coco)
{
    Reader r;
    Err    err;
    reader_over(&r, bytes, n, "fuzz");
    for (int masks = 0; masks < 2; masks++) {
        CocoTruth   t, pictures;
        CocoResults found;
        if (!coco_parse(&t, &r, masks, &err)) {
            check(&t.list, &t, masks);
            coco_close(&t);
        }
        CHECK(!open_pictures(&pictures, &err), "%s", err.text);
        if (!coco_results_parse(&found, &pictures, &r, masks, &err)) {
            check(&found.list, &pictures, masks);
            coco_results_close(&found);
        }
        coco_close(&pictures);
    }
    return 0;
}
