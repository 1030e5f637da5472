#include "core/data/coco.h"
#include "experiments/record/dense_record.h"
#include "experiments/score/score.h"

#include <stdio.h>
#include <string.h>

/* Numbers of the categories, in the order of their ids. */
typedef struct {
    int64_t     *id;
    const char **name;
    double      *each; /* [categories, COCO_NUMBERS] */
} Categories;

static Categories list_categories(const CocoTruth *t, const CocoScore *each, Arena *a)
{
    size_t     n = (size_t)t->categories;
    Categories c = { ARENA_NEW(a, int64_t, n), ARENA_NEW(a, const char *, n),
                     ARENA_NEW(a, double, n * COCO_NUMBERS) };
    for (size_t k = 0; k < n; k++) {
        c.id[k] = t->category[k].id;
        c.name[k] = t->category[k].name;
        memcpy(c.each + k * COCO_NUMBERS, each[k].x, sizeof each[k].x);
    }
    return c;
}

static Status write_record(const ScoreOptions *o, const CocoScore *total, const CocoScore *each,
                           const Categories *c, int categories, Err *err)
{
    Record *r;
    bool    masks = !strcmp(o->iou, "segm");
    char    how[32];
    snprintf(how, sizeof how, "iou: %s\n", o->iou);
    if (score_record(&r, o, "score-coco", "objects found in images", o->truth, o->detections,
                     how, err))
        return err->code;
    record_coco(r, masks ? COCO_MASK : COCO_BOX, total, each, categories, "numbers");
    record_classes(r, c->id, c->name, categories);
    return record_close(r, err);
}

static Status report(const ScoreOptions *o, const CocoTruth *t, const CocoResults *found,
                     Err *err)
{
    Arena     a;
    CocoScore total;
    Status    bad = STATUS_OK;
    arena_open(&a, "COCO report", NULL, NULL);
    CocoScore *each = ARENA_NEW(&a, CocoScore, t->categories);
    coco_score(&total, each, &(CocoTask){
        .truth = t->list.object, .truths = t->list.n, .found = found->list.object,
        .founds = found->list.n, .categories = t->categories,
        .kind = strcmp(o->iou, "segm") ? COCO_BOX : COCO_MASK });
    Categories c = list_categories(t, each, &a);
    if (found->left_out)
        fprintf(stderr, "%s: detections left out, of categories that the truth has not, such "
                "as %lld: %zu\n", o->detections, (long long)found->left_out_category,
                found->left_out);
    scores_print(&(Scores){
        .numbers = COCO_NUMBERS, .of_class = COCO_NUMBERS, .shown = COCO_AP_LARGE + 1,
        .digits = 4, .name = coco_name,
        .about = coco_about, .total = total.x, .classes = o->per_class ? t->categories : 0,
        .id = c.id, .class_name = c.name, .each = c.each }, o->format);
    if (o->out) bad = write_record(o, &total, each, &c, t->categories, err);
    arena_close(&a);
    return bad;
}

Status score_coco(const ScoreOptions *o, Err *err)
{
    CocoTruth   truth;
    CocoResults found;
    bool        masks = !strcmp(o->iou, "segm");
    if (coco_open(&truth, o->truth, masks, err)) return err->code;
    Status bad = coco_results_open(&found, &truth, o->detections, masks, err);
    if (!bad) {
        bad = report(o, &truth, &found, err);
        coco_results_close(&found);
    }
    coco_close(&truth);
    return bad;
}
