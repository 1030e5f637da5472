/* One picture and all that is annotated in it: what detection and segmentation learn from.
 *
 *     Annotated s;
 *     annotated_open(&s);
 *     if (dense_get(d, 7, &s, &err)) ...
 *     annotated_flip(&s);
 *     annotated_input(&s, mean, std, x, 64, 64);
 *     annotated_close(&s);
 *
 * Whatever changes it changes all of it: pixels, labels, boxes and outlines agree at any
 * time.  One sample is one thread's.
 */
#ifndef CORE_DATA_ANNOTATED_H
#define CORE_DATA_ANNOTATED_H

#include "core/base/arena.h"
#include "core/base/real.h"
#include "core/data/image.h"
#include "core/data/label_map.h"
#include "core/data/object.h"
#include "core/data/outline.h"
#include "core/data/resize.h"

enum { LABEL_IGNORED = UINT16_MAX }; /* of a pixel that counts for nothing */

typedef struct {
    int     class;   /* from 0                                                  */
    bool    crowd;   /* many, annotated as one: never in what is trained on     */
    double  box[4];  /* x0, y0, x1, y1 in pixels of the image, as it is now     */
    double  area;    /* pixels, as it was annotated in the picture as it was    */
    Outline outline;
} Instance;

typedef struct {
    int         index;         /* in its data set: the key of all chance        */
    int64_t     id;            /* of the picture in its file, or the index      */
    const char *file;          /* below the data set's folder; NULL: drawn      */
    int         height, width; /* of the picture as it was                      */
    Image       image;         /* as it is now                                  */
    LabelMap    labels;        /* of the image's size; height is 0: there are none */
    Instance   *instance;      /* [count]                                       */
    int         count;
    Arena       memory;        /* of instances and outlines                     */
    Image       spare, scratch; /* of those who change it                      */
    LabelMap    spare_labels;
} Annotated;

void annotated_open(Annotated *s);
void annotated_close(Annotated *s);
void annotated_clear(Annotated *s); /* nothing in it; its memory is kept for the next */

void annotated_flip(Annotated *s); /* left and right */
void annotated_resize(Annotated *s, int height, int width, Resampling like);

/* The window, which lies within the image.  Boxes become those of what is left of the
 * outlines; instances with a side of at most 1e-5 pixels, or no pixel, are gone. */
void annotated_crop(Annotated *s, int top, int left, int height, int width);

/* What a model reads: x [channels, height, width] is (value / 255 - mean) / std, and zeros
 * right of and below the image, which is no larger. */
void annotated_input(const Annotated *s, const float *mean, const float *std, real *x,
                     int height, int width);

/* label [height, width], LABEL_IGNORED right of and below the image. */
void annotated_labels(const Annotated *s, int *label, int height, int width);

/* Instance k as it is scored, with its mask, of the image as it is now; in `a`. */
Object annotated_object(const Annotated *s, int k, Arena *a);

#endif
