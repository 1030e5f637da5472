#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "experiments/lint/fence.h"

#include "core/base/status.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FORBIDDEN = 1 << 20 }; /* bytes on each side: a wild index often lands there */

/* A signal handler has no argument, so all fences that there are hang on this. */
static Fence *newest;

/* One page with the Fence itself, then forbidden ones, the inside, forbidden ones. */
static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static unsigned char *inside_of(const Fence *f)
{
    return (unsigned char *)(uintptr_t)f + page_size() + FORBIDDEN;
}

static size_t inside_size(const Fence *f)
{
    return f->held - page_size() - 2 * (size_t)FORBIDDEN;
}

Fence *fence_open(const char *what, size_t bytes, FenceEnd exact)
{
    CHECK(bytes <= SIZE_MAX / 4, "%s: absurd request of %zu bytes", what, bytes);
    size_t page = page_size(), inside = (bytes + page - 1) / page * page;
    size_t held = page + inside + 2 * (size_t)FORBIDDEN;
    Fence *f = mmap(NULL, held, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
    CHECK(f != MAP_FAILED && !mprotect(f, page, PROT_READ | PROT_WRITE),
          "no memory for %zu bytes of %s", bytes, what);
    *f = (Fence){ .what = what, .held = held, .size = bytes, .older = newest };
    CHECK(!inside || !mprotect(inside_of(f), inside, PROT_READ | PROT_WRITE),
          "no memory for %zu bytes of %s", bytes, what);
    f->data = inside_of(f) + (exact == FENCE_BEHIND ? inside - bytes : 0);
    return newest = f;
}

void fence_lock(Fence *f)
{
    CHECK(!inside_size(f) || !mprotect(inside_of(f), inside_size(f), PROT_READ),
          "cannot protect %s", f->what);
}

void fence_close(Fence *f)
{
    if (!f) return;
    Fence **at = &newest;
    while (*at && *at != f) at = &(*at)->older;
    CHECK(*at, "a fence is closed twice");
    *at = f->older;
    munmap(f, f->held);
}

bool fence_explain(char *text, size_t room, const void *address)
{
    const unsigned char *at = address;
    for (const Fence *f = newest; f; f = f->older) {
        const unsigned char *data = f->data, *end = data + f->size;
        if (at < (const unsigned char *)f || at >= (const unsigned char *)f + f->held)
            continue;
        if (at < data)
            snprintf(text, room, "touches memory %td bytes before %s", data - at, f->what);
        else if (at >= end)
            snprintf(text, room, "touches memory %td bytes behind the end of %s", at - end,
                     f->what);
        else
            snprintf(text, room, "writes into %s, which may only be read", f->what);
        return true;
    }
    return false;
}
