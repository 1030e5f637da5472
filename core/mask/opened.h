/* A mask opened: shared by open.c and draw.c, and by nobody else. */
#ifndef CORE_MASK_OPENED_H
#define CORE_MASK_OPENED_H

#include "core/base/text.h"
#include "core/mask/draw.h"
#include "core/mask/ids.h"

enum { MASK_SWAP_LAST, MASK_SWAP_ANY }; /* what is hidden for hints */

/* What mask_common describes. */
typedef struct {
    int    select, run, sym, phase, control, swap, compat_count;
    double tau, jitter, hints, start, anneal, throw;
} Common;

enum { COMMON_ROWS = 14 }; /* of mask_common, with the end */

typedef enum { FORM_STRATEGY, FORM_MIXTURE, FORM_SCHEDULE, FORM_UNION } MaskForm;

struct Mask {
    MaskStrategy strategy;
    void        *self;
    Common       common;
    MaskParam    table[COMMON_ROWS]; /* mask_common with the strategy's selector */
    int          rows, cols;
    int         *order; /* [L]; NULL if the strategy scores */
    Places       places;
    Text         spec;
    int          thrown;   /* patches that are, where so many are not visible */
    double       ratio[2]; /* at the start and the end of training; 0: not its own */

    /* Of masks made of masks (blend.h). */
    MaskForm     form;
    int          n;     /* 0 of a strategy                                      */
    Mask       **part;  /* [n]                                                  */
    double      *share; /* [n] of a mixture millionths, of a schedule the ends  */
    const Mask  *learns, *sweeps; /* the parts that are asked how; NULL: none   */
};

#endif
