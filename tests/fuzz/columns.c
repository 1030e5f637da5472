#define _GNU_SOURCE /* memfd_create */
#include "core/data/columns.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory.h"

#include <math.h>
#include <string.h>

/* CSV, .npy and .npz: what is read is finite, and every row has its place. */
FUZZ(columns)
{
    static const char *const names[] = { "labels", "logits", NULL };
    static Arena             arena;
    char                     path[MEMORY_PATH], where[4200];
    int                      fd = memory_file(path, bytes, n);
    Columns                  c;
    Err                      err;
    if (!arena.name) arena_open(&arena, "fuzz", NULL, NULL);
    if (!columns_read(&c, &arena, path, names, &err))
        for (size_t i = 0; i < c.rows; i++) {
            columns_where(&c, i, where, sizeof where);
            if (!isfinite(c.x[i * c.cols + c.cols - 1]) || (c.ids && strlen(c.ids[i]) > n)) abort();
        }
    arena_reset(&arena);
    close(fd);
    return 0;
}
