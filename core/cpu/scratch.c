#include "core/cpu/scratch.h"

#include "core/base/status.h"

#include <stdint.h>
#include <stdlib.h>

typedef struct {
    real  *at;
    size_t n;
} Scratch;

static real *grow(Scratch *own, size_t n)
{
    if (n > own->n) {
        CHECK(n <= SIZE_MAX / 2 / sizeof *own->at, "scratch of %zu values", n);
        free(own->at);
        own->n = (n * sizeof *own->at + 63) / 64 * 64 / sizeof *own->at;
        own->at = aligned_alloc(64, own->n * sizeof *own->at);
        CHECK(own->at, "no memory for %zu values of scratch", n);
    }
    return own->at;
}

real *scratch_take(size_t n)
{
    static _Thread_local Scratch own;
    return grow(&own, n);
}

real *scratch_pack(size_t n)
{
    static _Thread_local Scratch own;
    return grow(&own, n);
}
