#include "core/cpu/scratch.h"

#include "core/base/status.h"

#include <stdint.h>
#include <stdlib.h>

real *scratch_take(size_t n)
{
    static _Thread_local real  *own;
    static _Thread_local size_t room;
    if (n > room) {
        CHECK(n <= SIZE_MAX / 2 / sizeof *own, "scratch of %zu values", n);
        free(own);
        room = (n * sizeof *own + 63) / 64 * 64 / sizeof *own;
        own = aligned_alloc(64, room * sizeof *own);
        CHECK(own, "no memory for %zu values of scratch", n);
    }
    return own;
}
