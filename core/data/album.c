#include "core/data/album.h"

#include <stdio.h>
#include <string.h>

void album_start(Album *a, const char *folder)
{
    *a = (Album){ 0 };
    arena_open(&a->memory, "album", NULL, NULL);
    a->folder = album_keep(a, folder);
}

void album_close(Album *a) { arena_close(&a->memory); }

const char *album_keep(Album *a, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(arena_take(&a->memory, n), s, n);
}

Status album_read(const Album *a, int i, char path[DATA_FILE], char **bytes, size_t *n, Err *err)
{
    CHECK(i >= 0 && i < a->count, "picture %d of %d", i, a->count);
    snprintf(path, DATA_FILE, "%s/%s", a->folder, a->files[i]);
    return a->take(a, i, path, bytes, n, err);
}

/* Counting sort by class, then by turns. */
const int *album_order(Album *a, const int *labels, int n)
{
    int *order = ARENA_NEW(&a->memory, int, n), *sorted = ARENA_NEW(&a->memory, int, n);
    int *start = ARENA_NEW(&a->memory, int, a->classes + 1), *next, done = 0;
    memset(start, 0, sizeof(int) * (size_t)(a->classes + 1));
    for (int i = 0; i < n; i++) start[labels[i] + 1]++;
    for (int c = 0; c < a->classes; c++) start[c + 1] += start[c];
    next = ARENA_NEW(&a->memory, int, a->classes);
    memcpy(next, start, sizeof(int) * (size_t)a->classes);
    for (int i = 0; i < n; i++) sorted[next[labels[i]]++] = i;
    int left = 0; /* classes that have pictures still; next is where */
    int *class_of = ARENA_NEW(&a->memory, int, a->classes);
    for (int c = 0; c < a->classes; c++)
        if (start[c] < start[c + 1]) next[left] = start[c], class_of[left++] = c;
    while (left) {
        int still = 0;
        for (int k = 0; k < left; k++) {
            order[done++] = sorted[next[k]++];
            if (next[k] == start[class_of[k] + 1]) continue;
            next[still] = next[k], class_of[still++] = class_of[k];
        }
        left = still;
    }
    return order;
}
