/* What a suite about files works in: a folder, memory and an error of its own.
 *
 *     TestSuite(h5, .init = open_room, .fini = close_room);
 *
 * One file of tests includes it for itself. */
#ifndef TESTS_ROOM_H
#define TESTS_ROOM_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "tests/scratch.h"

static Scratch scratch;
static Arena   arena;
static Err     err;

static void open_room(void)
{
    scratch_open(&scratch);
    arena_open(&arena, "test", NULL, NULL);
}

static void close_room(void)
{
    arena_close(&arena);
    scratch_close(&scratch);
}

#endif
