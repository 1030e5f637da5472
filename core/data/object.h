/* An object in a picture: one that is there, or one that was found. */
#ifndef CORE_DATA_OBJECT_H
#define CORE_DATA_OBJECT_H

#include "core/data/rle.h"

typedef struct {
    int    image, category; /* from 0                                                 */
    double box[4];          /* x, y, width, height in pixels; zeros where not known   */
    Rle    mask;            /* of the size of its picture; mask.n 0 where not known   */
    double area;            /* of one that is there, in pixels, as it was annotated   */
    double score;           /* of one that was found: the higher, the surer; a number */
    bool   crowd;           /* many that are there, annotated as one                  */
} Object;

#endif
