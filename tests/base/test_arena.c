#include "core/base/arena.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* From the second step on nothing is allocated. */
Test(arena, joins_blocks_on_reset)
{
    Arena a;
    arena_open(&a, "test", NULL, NULL);
    size_t held = 0;
    for (int step = 0; step < 4; step++) {
        for (int i = 0; i < 100; i++) {
            unsigned char *p = arena_take(&a, 100001);
            cr_assert((uintptr_t)p % 64 == 0);
            memset(p, i, 100001);
        }
        cr_expect(step < 2 || a.held == held, "step %d: %zu held, %zu before", step,
                  a.held, held);
        held = a.held;
        arena_reset(&a);
        cr_expect(a.used == 0);
    }
    cr_expect(a.peak <= a.held && a.held < 2 * a.peak, "held %zu, peak %zu", a.held,
              a.peak);
    arena_close(&a);
    cr_expect(a.held == 0 && a.used == 0);
}

Test(arena, takes_what_is_reserved)
{
    Arena a;
    arena_open(&a, "test", NULL, NULL);
    arena_reserve(&a, 300 << 20);
    size_t held = a.held;
    for (int step = 0; step < 2; step++) {
        for (int i = 0; i < 300; i++) memset(arena_take(&a, 1 << 20), i, 1);
        cr_expect(a.held == held && held == 300 << 20, "%zu held", a.held);
        arena_reset(&a);
    }
    memset(arena_take(&a, 301 << 20), 0, 1); /* and grows if that was too little */
    cr_expect(a.held > held);
    arena_close(&a);
}

Test(arena, what_is_in_use_is_not_reserved, .signal = SIGABRT)
{
    Arena a;
    arena_open(&a, "test", NULL, NULL);
    arena_take(&a, 1);
    arena_reserve(&a, 100);
}

Test(arena, rewinds_to_its_mark_over_blocks)
{
    Arena a;
    arena_open(&a, "test", NULL, NULL);
    char *first = arena_take(&a, 10);
    strcpy(first, "stays");
    ArenaMark m = arena_mark(&a);
    size_t    used = a.used;
    for (int i = 0; i < 20; i++) arena_take(&a, 1 << 20);
    arena_rewind(&a, m);
    cr_expect(a.used == used);
    cr_expect_str_eq(first, "stays");
    cr_expect((char *)arena_take(&a, 10) == first + 64);
    arena_close(&a);
}

Test(arena, rewinds_to_empty)
{
    Arena a;
    arena_open(&a, "test", NULL, NULL);
    ArenaMark m = arena_mark(&a);
    arena_take(&a, 5);
    arena_rewind(&a, m);
    cr_expect(a.used == 0);
    arena_close(&a);
}

static int live;

static void *counted_alloc(size_t n)
{
    live++;
    return aligned_alloc(64, n);
}

static void counted_release(void *p)
{
    live--;
    free(p);
}

Test(arena, owns_foreign_memory)
{
    Arena a;
    arena_open(&a, "device", counted_alloc, counted_release);
    for (int i = 0; i < 5; i++) arena_take(&a, 3 << 20);
    cr_expect(live > 1);
    arena_reset(&a);
    cr_expect(live == 1);
    arena_close(&a);
    cr_expect(live == 0);
}

Test(arena, an_absurd_request_aborts, .signal = SIGABRT)
{
    Arena a;
    arena_open(&a, "test", NULL, NULL);
    arena_take(&a, SIZE_MAX);
}
