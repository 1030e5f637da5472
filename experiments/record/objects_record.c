#include "experiments/record/dense_record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double percent(double x) { return x < 0 ? NAN : 100 * x; }

void record_classes(Record *r, const int64_t *id, const char *const *name, int n)
{
    Arena a;
    arena_open(&a, "classes", NULL, NULL);
    int64_t *numbers = ARENA_NEW(&a, int64_t, n);
    for (int i = 0; i < n; i++) numbers[i] = id ? id[i] : i;
    record_data(r, &(H5Set){ .name = "classes/id", .kind = NUMBER_INT64, .rank = 1,
        .dim = { (size_t)n }, .units = "1", .long_name = "class, as the truth has it" }, numbers);
    record_texts(r, "classes/name", name, (size_t)n);
    arena_close(&a);
}

void record_coco(Record *r, CocoKind kind, const CocoScore *total, const CocoScore *each,
                 int classes, const char *array)
{
    const bool   masks = kind == COCO_MASK;
    const size_t n = (size_t)classes;
    char         key[64], label[96];
    Arena        a;
    for (int i = 0; i < COCO_NUMBERS; i++) {
        snprintf(key, sizeof key, "%s_%s", masks ? "mask" : "box", coco_name[i]);
        snprintf(label, sizeof label, "%s, of %s", coco_about[i], masks ? "masks" : "boxes");
        record_metric(r, key, percent(total->x[i]), "percent", label, HIGHER);
    }
    arena_open(&a, "numbers of classes", NULL, NULL);
    double *numbers = ARENA_NEW(&a, double, n * COCO_NUMBERS);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < COCO_NUMBERS; i++)
            numbers[k * COCO_NUMBERS + i] = percent(each[k].x[i]);
    snprintf(key, sizeof key, "classes/%s", array);
    record_data(r, &(H5Set){ .name = key, .kind = NUMBER_DOUBLE, .rank = 2,
        .dim = { n, COCO_NUMBERS }, .units = "percent",
        .long_name = "the metrics of each class, in the order they are in the head of "
                     "maskgrid score coco --format csv" }, numbers);
    arena_close(&a);
}

/* --- what became of each ---------------------------------------------------- */

enum { OUTCOMES = COCO_AREAS * COCO_THRESHOLDS };

static const char *const outcome_name[] = { [COCO_BOX] = "matches/box_outcome",
                                            [COCO_MASK] = "matches/mask_outcome" };

static H5Set whole_numbers(const char *name, size_t n, const char *long_name)
{
    return (H5Set){ .name = name, .kind = NUMBER_INT32, .rank = 1, .dim = { n }, .units = "1",
                    .long_name = long_name };
}

static void put_outcomes(Record *r, const CocoMatches *m, CocoKind kind, uint8_t *room)
{
    for (size_t i = 0; i < m->n; i++)
        memcpy(room + i * OUTCOMES, m->match[i].outcome.is, OUTCOMES);
    record_data(r, &(H5Set){ .name = outcome_name[kind], .kind = NUMBER_UINT8, .rank = 3,
        .dim = { m->n, COCO_AREAS, COCO_THRESHOLDS }, .units = "1",
        .long_name = kind == COCO_BOX
                         ? "0 wrong, 1 right, 2 ignored: its box; for all, small, medium, "
                           "large areas; at IoU 0.5, 0.55 .. 0.95"
                         : "0 wrong, 1 right, 2 ignored: its mask; likewise" }, room);
}

/* One member of each match as int32. */
#define PUT_MATCHES(member, long_name)                                                   \
    do {                                                                                 \
        for (size_t i = 0; i < m->n; i++) whole[i] = m->match[i].member;                 \
        H5Set set = whole_numbers("matches/" #member, m->n, long_name);                  \
        record_data(r, &set, whole);                                                     \
    } while (0)

static void put_found(Record *r, const CocoMatches *m, Arena *a)
{
    int32_t *whole = ARENA_NEW(a, int32_t, m->n);
    double  *score = ARENA_NEW(a, double, m->n);
    PUT_MATCHES(image, "image of the test set, of each object that was found");
    PUT_MATCHES(category, "its class");
    PUT_MATCHES(rank, "its place in image and class, 0 the highest score");
    for (size_t i = 0; i < m->n; i++) score[i] = m->match[i].score;
    record_data(r, &(H5Set){ .name = "matches/score", .kind = NUMBER_DOUBLE, .rank = 1,
        .dim = { m->n }, .units = "1", .long_name = "its score" }, score);
}

static void put_wanted(Record *r, const CocoMatches *m, Arena *a)
{
    const size_t n = m->n_wanted;
    int32_t     *image = ARENA_NEW(a, int32_t, n), *category = ARENA_NEW(a, int32_t, n);
    int32_t     *count = ARENA_NEW(a, int32_t, n * COCO_AREAS);
    for (size_t i = 0; i < n; i++) {
        image[i] = m->wanted[i].image, category[i] = m->wanted[i].category;
        for (size_t k = 0; k < COCO_AREAS; k++)
            count[i * COCO_AREAS + k] = m->wanted[i].count[k];
    }
    H5Set of_image = whole_numbers("matches/wanted_image", n,
                                   "image of the test set, where there are objects of a class");
    H5Set of_class = whole_numbers("matches/wanted_category", n, "the class");
    record_data(r, &of_image, image);
    record_data(r, &of_class, category);
    record_data(r, &(H5Set){ .name = "matches/wanted_count", .kind = NUMBER_INT32, .rank = 2,
        .dim = { n, COCO_AREAS }, .units = "1",
        .long_name = "objects to be found: of all, small, medium, large areas" }, count);
}

void record_matches(Record *r, const CocoMatches *boxes, const CocoMatches *masks)
{
    Arena a;
    CHECK(boxes->n == masks->n && boxes->n_wanted == masks->n_wanted,
          "%zu boxes, %zu masks", boxes->n, masks->n);
    arena_open(&a, "matches", NULL, NULL);
    put_found(r, boxes, &a);
    put_wanted(r, boxes, &a);
    uint8_t *room = ARENA_NEW(&a, uint8_t, boxes->n * OUTCOMES);
    put_outcomes(r, boxes, COCO_BOX, room);
    put_outcomes(r, masks, COCO_MASK, room);
    arena_close(&a);
}

/* --- read again ------------------------------------------------------------- */

enum { IMAGE, CATEGORY, RANK, SCORE, OUTCOME, WANTED_IMAGE, WANTED_CATEGORY, COUNT, ARRAYS };

/* Arrays of two lists; all of a list have as many rows. */
static Status read_arrays(void *x[ARRAYS], size_t *n, size_t *wanted, H5 *f, CocoKind kind,
                          Arena *a, Err *err)
{
    const H5Set arrays[ARRAYS] = {
        [IMAGE] = { .name = "matches/image", .kind = NUMBER_INT32, .rank = 1 },
        [CATEGORY] = { .name = "matches/category", .kind = NUMBER_INT32, .rank = 1 },
        [RANK] = { .name = "matches/rank", .kind = NUMBER_INT32, .rank = 1 },
        [SCORE] = { .name = "matches/score", .kind = NUMBER_DOUBLE, .rank = 1 },
        [OUTCOME] = { .name = outcome_name[kind], .kind = NUMBER_UINT8, .rank = 3,
                      .dim = { 0, COCO_AREAS, COCO_THRESHOLDS } },
        [WANTED_IMAGE] = { .name = "matches/wanted_image", .kind = NUMBER_INT32, .rank = 1 },
        [WANTED_CATEGORY] = { .name = "matches/wanted_category", .kind = NUMBER_INT32,
                              .rank = 1 },
        [COUNT] = { .name = "matches/wanted_count", .kind = NUMBER_INT32, .rank = 2,
                    .dim = { 0, COCO_AREAS } },
    };
    for (int i = 0; i < ARRAYS; i++) {
        H5Set   got = arrays[i];
        size_t *rows = i < WANTED_IMAGE ? n : wanted;
        if (h5_get(f, &got, a, &x[i], err)) return err->code;
        if (i == IMAGE || i == WANTED_IMAGE) *rows = got.dim[0];
        if (got.dim[0] != *rows ||
            memcmp(got.dim + 1, arrays[i].dim + 1, ((size_t)got.rank - 1) * sizeof *got.dim))
            return err_set(err, STATUS_FORMAT, "%s: %zu rows, expected %zu", arrays[i].name,
                           got.dim[0], *rows);
    }
    return STATUS_OK;
}

Status matches_read(CocoMatches *m, H5 *f, CocoKind kind, Arena *a, Err *err)
{
    void  *x[ARRAYS];
    size_t n, wanted;
    if (read_arrays(x, &n, &wanted, f, kind, a, err)) return err->code;
    const int32_t *image = x[IMAGE], *category = x[CATEGORY], *rank = x[RANK];
    const int32_t *wanted_image = x[WANTED_IMAGE], *wanted_category = x[WANTED_CATEGORY];
    const int32_t *count = x[COUNT];
    const uint8_t *outcome = x[OUTCOME];
    const double  *score = x[SCORE];
    *m = (CocoMatches){ .match = ARENA_NEW(a, CocoMatch, n), .n = n,
                        .wanted = ARENA_NEW(a, CocoWanted, wanted), .n_wanted = wanted };
    for (size_t i = 0; i < n; i++) {
        CocoMatch *to = &m->match[i];
        *to = (CocoMatch){ image[i], category[i], rank[i], score[i], { { { 0 } } } };
        memcpy(to->outcome.is, outcome + i * OUTCOMES, OUTCOMES);
        if (category[i] >= m->categories) m->categories = category[i] + 1;
    }
    for (size_t i = 0; i < wanted; i++) {
        CocoWanted *to = &m->wanted[i];
        *to = (CocoWanted){ .image = wanted_image[i], .category = wanted_category[i] };
        for (size_t k = 0; k < COCO_AREAS; k++) to->count[k] = count[i * COCO_AREAS + k];
        if (to->category >= m->categories) m->categories = to->category + 1;
    }
    return STATUS_OK;
}
