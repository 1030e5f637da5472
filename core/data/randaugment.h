/* RandAugment: two of fifteen changes, drawn for each picture, each made every other time.
 *
 *     randaugment(&picture, 9, fill, &scratch, seed, epoch, image);
 *
 * Source: Cubuk et al. 2020, arXiv:1909.13719, as timm's "rand-m9-mstd0.5-inc1", which the
 * fine-tuning of facebookresearch/mae uses: a change grows with the magnitude.
 */
#ifndef CORE_DATA_RANDAUGMENT_H
#define CORE_DATA_RANDAUGMENT_H

#include "core/data/image.h"

#include <stdbool.h>

typedef enum {
    CHANGE_AUTOCONTRAST,
    CHANGE_EQUALIZE,
    CHANGE_INVERT,
    CHANGE_ROTATE,       /* degrees               */
    CHANGE_POSTERIZE,    /* bits that stay        */
    CHANGE_SOLARIZE,     /* threshold             */
    CHANGE_SOLARIZE_ADD, /* added below 128       */
    CHANGE_COLOUR,       /* factor                */
    CHANGE_CONTRAST,     /* factor                */
    CHANGE_BRIGHTNESS,   /* factor                */
    CHANGE_SHARPNESS,    /* factor                */
    CHANGE_SHEAR_X,      /* pixels a pixel        */
    CHANGE_SHEAR_Y,
    CHANGE_TRANSLATE_X,  /* share of the side     */
    CHANGE_TRANSLATE_Y,
    CHANGE_KINDS
} ChangeKind;

const char *change_word(ChangeKind kind); /* "autocontrast" */

/* With how much, if that says anything: "solarize 128", "shear-x -0.15", "invert". */
enum { CHANGE_TEXT = 32 };
void change_text(char out[CHANGE_TEXT], ChangeKind kind, double amount);

/* One change, equal to Pillow's.  What comes into view has the colour `fill`. */
void change(ChangeKind kind, Image *m, double amount, const uint8_t fill[MAX_CHANNELS],
            Image *scratch);

/* How much at this level, 0..10; `negative` is the other way, where there is one. */
double change_amount(ChangeKind kind, double level, bool negative);

/* In place; keyed by (seed, epoch, image).  Levels are N(magnitude, 0.5) within 0..10. */
void randaugment(Image *m, double magnitude, const uint8_t fill[MAX_CHANNELS],
                 Image *scratch, uint64_t seed, uint64_t epoch, uint64_t image);

#endif
