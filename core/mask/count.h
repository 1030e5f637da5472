/* How many patches are visible at a ratio: ours, and as the code of papers counts. */
#ifndef CORE_MASK_COUNT_H
#define CORE_MASK_COUNT_H

#include <stdbool.h>

/* With L patches, of which a share r is hidden; U = L / 4 squares of 2 x 2 patches. */
typedef enum {
    COUNT_EXACT,    /* mask_visible(): floor(L (1 - r)) in decimals          */
    COUNT_MAE,      /* int(L (1 - r)) in binary; CL-MAE, ColorMAE            */
    COUNT_VIDEOMAE, /* L - int(L r); UM-MAE, HPM, AttMask                    */
    COUNT_SIMMIM,   /* 4 (U - ceil(U r))                                     */
    COUNT_SPARK,    /* 4 round(U (1 - r)), halves to even                    */
    COUNT_HIERA     /* 4 int(U (1 - r)); ConvNeXt V2                         */
} CountRule;

/* Those that count squares want sides that are even. */
bool count_fits(CountRule rule, int rows, int cols);

/* At least 1 and at most rows cols - 1; 0 < ratio < 1. */
int count_visible(CountRule rule, int rows, int cols, double ratio);

#endif
