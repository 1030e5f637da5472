/* What truths and results have in common: boxes, outlines, places.  A part of coco.c. */
#ifndef CORE_DATA_COCO_ROW_H
#define CORE_DATA_COCO_ROW_H

#include "core/data/coco.h"
#include "core/data/json.h"

/* Make room for one more of `each` bytes; what was there moves along. */
void *coco_room(Arena *a, void *old, size_t n, size_t *room, size_t each);

/* Add image_id, category_id, box and outline of row j to the list, in `a`; what they refer
 * to is looked up later. */
MUST_USE Status coco_add(CocoList *list, Arena *a, Arena *scratch, const Json *j, bool masks,
                         Err *err);

/* Places of an object's ids; -1: not listed. */
int coco_image_place(const CocoTruth *t, int64_t id);
int coco_category_place(const CocoTruth *t, int64_t id);

/* Once its image is known: is its mask of that size, and make one of polygons, in `a`. */
MUST_USE Status coco_fit(CocoList *list, size_t i, const CocoTruth *t, Arena *a, Arena *scratch,
                         Err *err);

#endif
