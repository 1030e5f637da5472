/* What a detector found. */
#include "core/data/coco.h"
#include "core/data/coco_row.h"

typedef struct {
    CocoResults     *found;
    const CocoTruth *t;
    bool             masks;
    Arena            scratch;
} Reading;

static Status take_row(void *to, const char *section, size_t row, const Json *j, Err *err)
{
    Reading     *r = to;
    CocoResults *found = r->found;
    double       score;
    (void)section;
    if (j->kind != JSON_IS_OBJECT) return json_refuse(j, "row", "an object", err);
    if (coco_add(&found->list, &found->memory, &r->scratch, j, r->masks, err) ||
        json_number(&score, json_find(j, "score"), "score", err))
        return err->code;

    size_t      last = found->list.n - 1;
    Object     *o = &found->list.object[last];
    CocoSource *s = &found->list.source[last];
    s->id = (int64_t)row;
    o->score = score;
    o->image = coco_image_place(r->t, s->image_id);
    o->category = coco_category_place(r->t, s->category_id);
    if (o->image < 0)
        return err_set(err, STATUS_FORMAT, "image_id: the truth has no image %lld",
                       (long long)s->image_id);
    if (o->category >= 0 && !r->masks) return STATUS_OK;
    if (o->category >= 0)
        return coco_fit(&found->list, last, r->t, &found->memory, &r->scratch, err);
    found->left_out++;
    found->left_out_category = s->category_id;
    found->list.n--;
    return STATUS_OK;
}

Status coco_results_parse(CocoResults *found, const CocoTruth *t, const Reader *r, bool masks,
                          Err *err)
{
    *found = (CocoResults){ 0 };
    arena_open(&found->memory, "COCO results", NULL, NULL);
    Reading reading = { .found = found, .t = t, .masks = masks };
    arena_open(&reading.scratch, "mask", NULL, NULL);
    Status bad = json_rows(r, NULL, take_row, &reading, NULL, err);
    arena_close(&reading.scratch);
    if (bad) coco_results_close(found);
    return bad;
}

Status coco_results_open(CocoResults *found, const CocoTruth *t, const char *path, bool masks,
                         Err *err)
{
    Reader r;
    if (reader_open(&r, path, err)) return err->code;
    Status bad = coco_results_parse(found, t, &r, masks, err);
    reader_close(&r);
    return bad;
}

void coco_results_close(CocoResults *found)
{
    arena_close(&found->memory);
    *found = (CocoResults){ 0 };
}
