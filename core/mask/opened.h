/* A mask opened: shared by open.c and draw.c, and by nobody else. */
#ifndef CORE_MASK_OPENED_H
#define CORE_MASK_OPENED_H

#include "core/base/text.h"
#include "core/mask/draw.h"
#include "core/mask/ids.h"

/* What mask_common describes. */
typedef struct {
    int    select, run, sym, phase;
    double tau, jitter, hints, start, anneal;
} Common;

enum { COMMON_ROWS = 10 }; /* of mask_common, with the end */

struct Mask {
    MaskStrategy strategy;
    void        *self;
    Common       common;
    MaskParam    table[COMMON_ROWS]; /* mask_common with the strategy's selector */
    int          rows, cols;
    int         *order; /* [L]; NULL if the strategy scores */
    Places       places;
    Text         spec;
};

#endif
