/* Some test images to look at, with what is in them and what was found: collected by a
 * stage, kept in its record, drawn by figures.
 *
 *     shown_open(&s, &arena, 6, 512, 3);
 *     shown_image(&s, &image);                 the next one, no larger than 512 x 512
 *     shown_object(&s, &object, true);         in pixels of that image
 *     record_shown(record, &s);
 *
 *   pictures/image          [n, side, side, C] 0..255, from the top left
 *   pictures/size           [n, 2] rows and columns of it that count
 *   pictures/object_image, object_class, object_score, object_box, object_mask
 *                           an object each; a score of NaN: it is true; x, y, width, height
 *                           in pixels of the picture; runs as COCO writes them
 *   pictures/truth, predicted  [n, side, side] class of each pixel, -1: none
 */
#ifndef EXPERIMENTS_RECORD_SHOWN_H
#define EXPERIMENTS_RECORD_SHOWN_H

#include "core/data/image.h"
#include "core/data/object.h"
#include "experiments/record/record.h"

typedef struct {
    int      n, most, side, channels;
    uint8_t *image;  /* [most, side, side, channels]                                */
    int32_t *size;   /* [most, 2]                                                    */
    Object  *object; /* [objects] of which `image` is a picture; boxes and masks in its
                        pixels; score NaN: it is true                                */
    int      objects, room;
    int32_t *truth, *predicted; /* [most, side, side], or NULL                       */
    double   scale;  /* of the last picture, by which what is in it is made smaller  */
    Arena   *arena;
} Shown;

void shown_open(Shown *s, Arena *a, int most, int side, int channels);

/* The following belongs to this picture.  False: there are enough. */
bool shown_image(Shown *s, const Image *m);
void shown_object(Shown *s, const Object *o, bool is_true);

/* Classes [height, width] of the last picture; `none`: a label that is no class. */
void shown_labels(Shown *s, const uint16_t *truth, const uint16_t *predicted, int height,
                  int width, int none);

void record_shown(Record *r, const Shown *s);

/* n 0 if the record has none.  STATUS_FORMAT if sizes disagree. */
MUST_USE Status shown_read(Shown *s, H5 *f, Arena *a, Err *err);

/* Picture i alone: [rows, cols, channels]; into m. */
void shown_picture(const Shown *s, int i, Image *m);

#endif
