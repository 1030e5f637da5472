#include "core/data/idx.h"
#include "tests/fuzz/fuzz.h"

/* Every value that an array says it has is there. */
FUZZ(idx)
{
    volatile uint8_t sum = 0;
    for (int rank = 1; rank <= IDX_MAX_RANK; rank++) {
        Idx    x;
        Err    err;
        size_t count = 1;
        if (idx_parse(&x, bytes, n, "fuzz", rank, &err)) continue;
        for (int i = 0; i < rank; i++) count *= (size_t)x.dim[i];
        for (size_t i = 0; i < count; i++) sum = (uint8_t)(sum + x.values[i]);
    }
    return 0;
}
