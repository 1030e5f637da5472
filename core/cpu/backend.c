#define _DEFAULT_SOURCE /* madvise */
#include "core/cpu/cpu.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Arenas come in blocks of megabytes.  On huge pages they are touched first in
 * a few faults instead of thousands, and a matrix's rows share a TLB entry. */
void *cpu_alloc(size_t bytes)
{
    size_t huge = (size_t)1 << 21, align = bytes < huge ? 64 : huge;
    if (bytes > SIZE_MAX - huge) return NULL;
    size_t size = (bytes + align - 1) / align * align;
    void  *p = aligned_alloc(align, size);
#ifdef MADV_HUGEPAGE
    if (p && align == huge) madvise(p, size, MADV_HUGEPAGE); /* advice: may be refused */
#endif
    return p;
}

static void  zero(real *x, size_t n) { memset(x, 0, n * sizeof *x); }
static void  copy(real *y, const real *x, size_t n) { memcpy(y, x, n * sizeof *y); }

extern const Backend backend_cpu;

const Backend backend_cpu = {
    .name = "cpu",
    .alloc = cpu_alloc, .release = free, .zero = zero, .read = copy, .write = copy,
#define KERNEL(name, args) .name = cpu_##name,
#include "core/tape/kernels.def"
#undef KERNEL
};
