#include "core/data/coco.h"
#include "tests/fuzz/fuzz.h"

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
