#include "core/base/arena.h"

#include "core/base/status.h"

#include <stdint.h>
#include <stdlib.h>

#if defined(__has_feature) /* clang spells it differently from gcc */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGN = 64, FIRST_BLOCK = 1 << 20 };

struct ArenaBlock {
    ArenaBlock    *older;
    unsigned char *base;
    size_t         size, used;
};

static size_t round_up(size_t n) { return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1); }
static void  *host_alloc(size_t n) { return aligned_alloc(ALIGN, n); }

/* Under the address sanitizer, memory that is not handed out cannot be
 * touched: a tensor kept past its reset fails at the line that uses it. */
static void fence(Arena *a, unsigned char *p, size_t n)
{
    if (a->alloc == host_alloc) ASAN_POISON_MEMORY_REGION(p, n);
}

static void unfence(Arena *a, unsigned char *p, size_t n)
{
    if (a->alloc == host_alloc) ASAN_UNPOISON_MEMORY_REGION(p, n);
}

static void push_block(Arena *a, size_t at_least)
{
    size_t size = a->held ? a->held : FIRST_BLOCK; /* doubles the total */
    if (size < at_least) size = at_least;

    ArenaBlock *b = malloc(sizeof *b);
    CHECK(b, "arena %s: no memory for a block header", a->name);
    *b = (ArenaBlock){ .older = a->top, .base = a->alloc(size), .size = size };
    CHECK(b->base, "arena %s: no memory for %zu more bytes, %zu held",
          a->name, size, a->held);
    a->top = b;
    a->held += size;
    fence(a, b->base, size);
}

static void pop_block(Arena *a)
{
    ArenaBlock *b = a->top;
    a->top = b->older;
    a->held -= b->size;
    a->used -= b->used;
    unfence(a, b->base, b->size);
    a->release(b->base);
    free(b);
}

void arena_open(Arena *a, const char *name,
                void *(*alloc)(size_t), void (*release)(void *))
{
    *a = (Arena){ .name = name, .alloc = host_alloc, .release = free };
    if (alloc) a->alloc = alloc, a->release = release;
}

void arena_reserve(Arena *a, size_t bytes)
{
    CHECK(!a->used, "arena %s: reserving with %zu bytes taken", a->name, a->used);
    while (a->top) pop_block(a);
    push_block(a, bytes);
}

void *arena_take(Arena *a, size_t bytes)
{
    CHECK(bytes <= SIZE_MAX / 4, "arena %s: absurd request of %zu bytes", a->name, bytes);
    bytes = round_up(bytes);
    if (!a->top || bytes > a->top->size - a->top->used) push_block(a, bytes);

    unsigned char *p = a->top->base + a->top->used;
    a->top->used += bytes;
    a->used += bytes;
    if (a->used > a->peak) a->peak = a->used;
    unfence(a, p, bytes);
    return p;
}

ArenaMark arena_mark(const Arena *a)
{
    return (ArenaMark){ a->top, a->top ? a->top->used : 0 };
}

void arena_rewind(Arena *a, ArenaMark m)
{
    while (a->top != m.block) pop_block(a);
    if (!a->top) return;
    size_t back = a->top->used - m.used;
    a->top->used -= back;
    a->used -= back;
    fence(a, a->top->base + m.used, back);
}

void arena_reset(Arena *a)
{
    if (a->top && a->top->older) { /* grown since the last reset: join */
        while (a->top) pop_block(a);
        push_block(a, a->peak);
    }
    arena_rewind(a, (ArenaMark){ a->top, 0 });
}

void arena_close(Arena *a)
{
    while (a->top) pop_block(a);
}
