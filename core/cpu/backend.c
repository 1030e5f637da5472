#include "core/cpu/cpu.h"

#include <stdlib.h>
#include <string.h>

static void *alloc(size_t bytes) { return aligned_alloc(64, (bytes + 63) & ~(size_t)63); }
static void  zero(real *x, size_t n) { memset(x, 0, n * sizeof *x); }
static void  copy(real *y, const real *x, size_t n) { memcpy(y, x, n * sizeof *y); }

extern const Backend backend_cpu;

const Backend backend_cpu = {
    .name = "cpu",
    .alloc = alloc, .release = free, .zero = zero, .read = copy, .write = copy,
#define KERNEL(name, args) .name = cpu_##name,
#include "core/tape/kernels.def"
#undef KERNEL
};
