/* How well objects were found: COCO's average precision and recall, of boxes and of masks.
 *
 *     CocoScore total;
 *     coco_score(&total, NULL, &(CocoTask){ truth, n, found, k, categories, COCO_BOX });
 *     printf("AP %.3f\n", total.x[COCO_AP]);
 *
 * Source: cocodataset/cocoapi, PythonAPI/pycocotools/cocoeval.py, equal to it within 1e-9;
 * but there a match to the truth whose id is 0 is lost.  Here ids do not exist, and every
 * match counts.
 */
#ifndef CORE_METRICS_COCO_H
#define CORE_METRICS_COCO_H

#include "core/data/object.h"

typedef enum { COCO_BOX, COCO_MASK } CocoKind;

/* Areas in pixels, both ends included: small to 32^2, medium to 96^2, large beyond.  AR1:
 * recall with the one best object of each image and category; AR10, AR100 likewise. */
enum {
    COCO_AP, COCO_AP50, COCO_AP75, COCO_AP_SMALL, COCO_AP_MEDIUM, COCO_AP_LARGE,
    COCO_AR1, COCO_AR10, COCO_AR100, COCO_AR_SMALL, COCO_AR_MEDIUM, COCO_AR_LARGE,
    COCO_NUMBERS
};
extern const char *const coco_name[COCO_NUMBERS];  /* "AP", "AP50", ... "AR_large" */
extern const char *const coco_about[COCO_NUMBERS]; /* one line each                */

typedef struct {
    const Object *truth; /* [truths] */
    size_t        truths;
    const Object *found; /* [founds]; equal scores count in this order, images in theirs */
    size_t        founds;
    int           categories;
    CocoKind      kind; /* of COCO_BOX all have boxes, of COCO_MASK masks */
} CocoTask;

typedef struct {
    double x[COCO_NUMBERS]; /* 0..1; -1 where there is nothing to find         */
    size_t truths, founds;  /* that count: no crowds, the best of each image   */
} CocoScore;

/* each (NULL: not wanted) [categories] is what `total` is the mean of. */
void coco_score(CocoScore *total, CocoScore *each, const CocoTask *task);

/* --- the same in two steps ----------------------------------------------- */

enum { COCO_AREAS = 4, COCO_THRESHOLDS = 10, COCO_MOST = 100 }; /* most: of an image and
                                                                   category               */

/* Ignored: neither right nor wrong. */
typedef enum { FOUND_WRONG, FOUND_RIGHT, FOUND_IGNORED } CocoFound;

typedef struct {
    uint8_t is[COCO_AREAS][COCO_THRESHOLDS]; /* a CocoFound of all, small, medium, large areas;
                                                of IoU 0.5, 0.55 .. 0.95               */
} CocoOutcome;

/* What became of one object that was found. */
typedef struct {
    int     image, category;
    int     rank; /* in its image and category, 0 the best */
    double  score;
    CocoOutcome outcome;
} CocoMatch;

/* How many objects of a category an image wants to be found, by area. */
typedef struct {
    int image, category, count[COCO_AREAS];
} CocoWanted;

/* All that the numbers are made of, image by image: they can be had again of any choice of
 * images, to see how sure they are. */
typedef struct {
    CocoMatch  *match; /* [n] by category, then by score, the best first; equal scores by
                          image                                                        */
    size_t      n;
    CocoWanted *wanted; /* [n_wanted] by category, then by image                       */
    size_t      n_wanted;
    int         categories;
} CocoMatches;

void coco_match_all(CocoMatches *m, Arena *a, const CocoTask *task);

/* times (NULL: once each) [images]: how often each image counts, 0 or more.  Who asks for
 * thousands of choices takes coco_recount.h. */
void coco_numbers(CocoScore *total, CocoScore *each, const CocoMatches *m, const int *times);

#endif
