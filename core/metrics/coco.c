#include "core/metrics/coco.h"

#include "core/base/status.h"
#include "core/metrics/coco_match.h"

#include <stdlib.h>

const char *const coco_name[COCO_NUMBERS] = {
    "AP", "AP50", "AP75", "AP_small", "AP_medium", "AP_large",
    "AR1", "AR10", "AR100", "AR_small", "AR_medium", "AR_large",
};

const char *const coco_about[COCO_NUMBERS] = {
    "average precision, mean of IoU 0.5, 0.55 .. 0.95", "average precision at IoU 0.5",
    "average precision at IoU 0.75", "AP of areas up to 32^2 pixels",
    "AP of areas from 32^2 to 96^2 pixels", "AP of areas from 96^2 pixels on",
    "average recall, one object an image", "average recall, 10 objects an image",
    "average recall, 100 objects an image", "AR of areas up to 32^2 pixels",
    "AR of areas from 32^2 to 96^2 pixels", "AR of areas from 96^2 pixels on",
};

/* --- order: by category, then image, then as given or best first ---------- */

static int by_place(const Object *x, const Object *y)
{
    if (x->category != y->category) return x->category < y->category ? -1 : 1;
    return (x->image > y->image) - (x->image < y->image);
}

static int by_position(const void *a, const void *b)
{
    const Object *x = *(const Object *const *)a, *y = *(const Object *const *)b;
    int               order = by_place(x, y);
    return order ? order : (x > y) - (x < y);
}

static int by_score(const void *a, const void *b)
{
    const Object *x = *(const Object *const *)a, *y = *(const Object *const *)b;
    int               order = by_place(x, y);
    if (order) return order;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return (x > y) - (x < y);
}

static const Object **sorted(Arena *a, const Object *object, size_t n, int categories,
                                 int (*order)(const void *, const void *))
{
    const Object **p = ARENA_NEW(a, const Object *, n);
    for (size_t i = 0; i < n; i++) {
        CHECK(object[i].category >= 0 && object[i].category < categories,
              "object %zu of category %d of %d", i, object[i].category, categories);
        p[i] = &object[i];
    }
    qsort(p, n, sizeof *p, order);
    return p;
}

/* How many from p on are of one place. */
static size_t together(const Object *const *p, const Object *const *end)
{
    size_t n = 0;
    while (p + n < end && !by_place(p[n], *p)) n++;
    return n;
}

/* --- what became of them -------------------------------------------------- */

static int best_first(const void *a, const void *b)
{
    const CocoMatch *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    if (x->image != y->image) return x->image < y->image ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* Added to *m: one image and category, whose truths and finds are given. */
static void match_place(CocoMatches *m, const Object *const *truth, size_t truths,
                        const Object *const *found, size_t founds, CocoKind kind, Arena *scratch)
{
    const Object *place = founds ? *found : *truth;
    size_t        n = founds < COCO_MOST ? founds : COCO_MOST, wanted[COCO_AREAS] = { 0 };
    CocoOutcome       outcome[COCO_MOST];
    coco_match(outcome, wanted, truth, truths, found, n, kind, scratch);
    for (size_t i = 0; i < n; i++)
        m->match[m->n++] = (CocoMatch){ place->image, place->category, (int)i,
                                        found[i]->score, outcome[i] };
    if (!truths) return;
    CocoWanted *w = &m->wanted[m->n_wanted++];
    *w = (CocoWanted){ .image = place->image, .category = place->category };
    for (int k = 0; k < COCO_AREAS; k++) w->count[k] = (int)wanted[k];
}

/* All images of one category, whose truths and finds are given. */
static void match_category(CocoMatches *m, const Object *const *truth, size_t truths,
                           const Object *const *found, size_t founds, CocoKind kind,
                           Arena *scratch)
{
    const Object *const *truth_end = truth + truths, *const *found_end = found + founds;
    const size_t         first = m->n;
    while (truth < truth_end || found < found_end) {
        bool only_found = truth == truth_end ||
                          (found < found_end && (*found)->image < (*truth)->image);
        bool only_truth = found == found_end ||
                          (truth < truth_end && (*truth)->image < (*found)->image);
        size_t g = only_found ? 0 : together(truth, truth_end);
        size_t f = only_truth ? 0 : together(found, found_end);
        match_place(m, truth, g, found, f, kind, scratch);
        truth += g, found += f;
    }
    qsort(m->match + first, m->n - first, sizeof *m->match, best_first);
}

void coco_match_all(CocoMatches *m, Arena *a, const CocoTask *task)
{
    Arena  scratch;
    size_t g = 0, f = 0;
    arena_open(&scratch, "COCO matches", NULL, NULL);
    *m = (CocoMatches){ .match = ARENA_NEW(a, CocoMatch, task->founds),
                        .wanted = ARENA_NEW(a, CocoWanted, task->truths),
                        .categories = task->categories };
    const Object **truth = sorted(&scratch, task->truth, task->truths, task->categories,
                                  by_position);
    const Object **found = sorted(&scratch, task->found, task->founds, task->categories,
                                  by_score);
    for (int category = 0; category < task->categories; category++) {
        size_t g0 = g, f0 = f;
        while (g < task->truths && truth[g]->category == category) g++;
        while (f < task->founds && found[f]->category == category) f++;
        match_category(m, truth + g0, g - g0, found + f0, f - f0, task->kind, &scratch);
    }
    arena_close(&scratch);
}

void coco_score(CocoScore *total, CocoScore *each, const CocoTask *task)
{
    Arena       a;
    CocoMatches m;
    arena_open(&a, "COCO score", NULL, NULL);
    coco_match_all(&m, &a, task);
    coco_numbers(total, each, &m, NULL);
    arena_close(&a);
}
