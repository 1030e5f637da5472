#define _POSIX_C_SOURCE 200809L /* posix_memalign */
#include "experiments/lint/heap.h"

#include <errno.h>
#include <stdlib.h>

static _Thread_local uint64_t requests;
static volatile bool         *refusal; /* whom to tell */

void heap_tell(volatile bool *refused) { refusal = refused; }

uint64_t heap_requests(void) { return requests; }

#if defined(__SANITIZE_ADDRESS__)

/* The sanitizer's own malloc tells whoever asks. */
int  __sanitizer_install_malloc_and_free_hooks(void (*got)(const volatile void *, size_t),
                                               void (*freed)(const volatile void *));
static void got(const volatile void *p, size_t n) { (void)p, (void)n, requests++; }
static void freed(const volatile void *p) { (void)p; }

bool heap_counts(void)
{
    static int slot;
    if (!slot) slot = __sanitizer_install_malloc_and_free_hooks(got, freed);
    return slot > 0;
}

#elif defined(__GLIBC__)

/* A program's own malloc comes before the library's, for all that it loads.  These
 * count and hand on to the library, whose free needs no other. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void *counted(void *got, size_t n)
{
    requests++;
    if (!got && n && refusal) *refusal = true;
    return got;
}

void *malloc(size_t n) { return counted(__libc_malloc(n), n); }
void *calloc(size_t n, size_t each) { return counted(__libc_calloc(n, each), n); }
void *realloc(void *p, size_t n) { return counted(__libc_realloc(p, n), n); }

void *aligned_alloc(size_t to, size_t n) { return counted(__libc_memalign(to, n), n); }

int posix_memalign(void **p, size_t to, size_t n)
{
    if (to % sizeof(void *) || (to & (to - 1)) || !to) return EINVAL;
    void *got = counted(__libc_memalign(to, n), n);
    if (got) *p = got;
    return got ? 0 : ENOMEM;
}

bool heap_counts(void) { return true; }

#else

bool heap_counts(void) { return false; }

#endif
