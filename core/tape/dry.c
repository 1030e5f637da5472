/* A backend that computes nothing and has nothing: addresses without memory. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "core/tape/backend.h"

#include <stdint.h>
#include <sys/mman.h>

enum { PAGE = 1 << 16 }; /* at least one page of any machine */

/* Reserved, not to be touched; the page before says how much it is. */
static void *alloc(size_t bytes)
{
    if (bytes > SIZE_MAX / 2) return NULL;
    void *p = mmap(NULL, bytes + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) return NULL;
    if (mprotect(p, PAGE, PROT_READ | PROT_WRITE)) {
        munmap(p, bytes + PAGE);
        return NULL;
    }
    *(size_t *)p = bytes + PAGE;
    return (char *)p + PAGE;
}

static void release(void *p)
{
    char *start = (char *)p - PAGE;
    munmap(start, *(size_t *)start);
}

#pragma GCC diagnostic ignored "-Wunused-parameter" /* that is what they are for here */

static void zero(real *x, size_t n) {}
static void copy(real *y, const real *x, size_t n) {}

#define KERNEL(name, args) static void dry_##name args {}
#include "core/tape/kernels.def"
#undef KERNEL

const Backend backend_dry = {
    .name = "dry",
    .alloc = alloc, .release = release, .zero = zero, .read = copy, .write = copy,
#define KERNEL(name, args) .name = dry_##name,
#include "core/tape/kernels.def"
#undef KERNEL
};
