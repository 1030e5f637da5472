/* Objects in pictures, as COCO's JSON files have them: what is there (instances), and what a
 * detector found (results).
 *
 *     CocoTruth   truth;
 *     CocoResults found;
 *     if (coco_open(&truth, "instances_val2017.json", true, &err)) ...
 *     if (coco_results_open(&found, &truth, "results.json", true, &err)) ...
 *     ... truth.list.object[i].mask ...
 *     coco_results_close(&found);
 *     coco_close(&truth);
 *
 * Files are streamed: only what is kept takes memory.  They are hostile; what is wrong is
 * refused with file, line, row and key: a text or a fraction for an id, an id twice, a
 * picture that is not listed, a box that is no box, a polygon of two corners, runs that do
 * not fill the picture.  Ids may be 0 and need not be in order.
 *
 * Source: cocodataset.org/#format-data and #format-results.
 */
#ifndef CORE_DATA_COCO_H
#define CORE_DATA_COCO_H

#include "core/base/reader.h"
#include "core/data/object.h"

typedef struct {
    int64_t     id;
    int         height, width; /* 0: not said; masks need them */
    const char *file;          /* NULL: not said               */
} CocoImage;

typedef struct {
    int64_t     id;
    const char *name;
} CocoCategory;

/* Where an object comes from, and its outline where that is polygons. */
typedef struct {
    int64_t       id, image_id, category_id;
    size_t        parts;  /* polygons                       */
    const size_t *points; /* [parts] corners of each        */
    const double *xy;     /* x, y of all corners, in pixels */
} CocoSource;

/* In the order of the file. */
typedef struct {
    Object     *object; /* [n] */
    CocoSource *source; /* [n] */
    size_t      n, room;
} CocoList;

typedef struct {
    CocoImage    *image; /* sorted by id */
    int           images;
    CocoCategory *category; /* likewise */
    int           categories;
    CocoList      list; /* image and category are places in the above */
    Arena         memory;
} CocoTruth;

/* What was found in a truth's pictures. */
typedef struct {
    CocoList list;
    size_t   left_out;          /* of categories that the truth has not: no score needs them */
    int64_t  left_out_category; /* one such */
    Arena    memory;
} CocoResults;

/* With masks every object has one, and its picture a size; without them every object has
 * a box, and outlines are only checked.  STATUS_MISSING, STATUS_IO or STATUS_FORMAT. */
MUST_USE Status coco_open(CocoTruth *t, const char *path, bool masks, Err *err);
MUST_USE Status coco_results_open(CocoResults *found, const CocoTruth *t, const char *path,
                                  bool masks, Err *err);

/* The same of what a reader holds. */
MUST_USE Status coco_parse(CocoTruth *t, const Reader *r, bool masks, Err *err);
MUST_USE Status coco_results_parse(CocoResults *found, const CocoTruth *t, const Reader *r,
                                   bool masks, Err *err);

void coco_close(CocoTruth *t);
void coco_results_close(CocoResults *found);

#endif
