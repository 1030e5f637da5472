#include "core/data/album.h"

#include "core/base/reader.h"
#include "core/data/picture.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
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

/* With the name of the picture, of which the file's is the beginning. */
static void name(const Album *a, int i, char path[DATA_FILE], char file[DATA_FILE])
{
    CHECK(i >= 0 && i < a->count, "picture %d of %d", i, a->count);
    int n = snprintf(path, DATA_FILE, "%s/%s", a->folder, a->files[i]);
    if (a->places) n = (int)strlen(a->folder) + 1 + a->places[i].archive;
    snprintf(file, DATA_FILE, "%.*s", n, path);
}

void album_file(const Album *a, int i, char file[DATA_FILE])
{
    char path[DATA_FILE];
    name(a, i, path, file);
}

/* Open what picture i lies in, and tell where. */
static Status find(const Album *a, int i, char path[DATA_FILE], char file[DATA_FILE], Reader *r,
                   Place *place, Err *err)
{
    name(a, i, path, file);
    if (a->places) *place = a->places[i];
    if (reader_open(r, file, err)) return err->code;
    if (!a->places) *place = (Place){ .size = r->size };
    if (place->size <= PICTURE_BYTES) return STATUS_OK;
    reader_close(r);
    return err_set(err, STATUS_FORMAT, "%s: longer than the %d bytes that are read", path,
                   PICTURE_BYTES);
}

/* Of more than twice so many bytes only the first and the last; 0: all. */
static Status take(const Album *a, int i, char path[DATA_FILE], size_t edge, char **bytes,
                   size_t *n, Err *err)
{
    char   file[DATA_FILE];
    Reader r;
    Place  place = { 0 };
    if (find(a, i, path, file, &r, &place, err)) return err->code;
    *n = (size_t)place.size;
    bool cut = edge && *n > 2 * edge;
    if (cut) *n = 2 * edge;
    *bytes = malloc(*n + 1);
    CHECK(*bytes, "no memory for %zu bytes", *n);
    (*bytes)[*n] = '\0';
    Status bad = reader_take(&r, *bytes, place.at, cut ? edge : *n, err);
    if (!bad && cut)
        bad = reader_take(&r, *bytes + edge, place.at + place.size - edge, edge, err);
    reader_close(&r);
    if (bad) free(*bytes);
    return bad;
}

Status album_read(const Album *a, int i, char path[DATA_FILE], char **bytes, size_t *n, Err *err)
{
    return take(a, i, path, 0, bytes, n, err);
}

Status album_glance(const Album *a, int i, char path[DATA_FILE], char **bytes, size_t *n,
                    Err *err)
{
    enum { EDGE = 1 << 14 }; /* the head of nearly every photograph without a thumbnail */
    return take(a, i, path, EDGE, bytes, n, err);
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

bool album_leaves(const char *s)
{
    if (*s == '/') return true;
    for (; s; s = strchr(s, '/')) {
        s += *s == '/';
        if (!strncmp(s, "..", 2) && (s[2] == '/' || !s[2])) return true;
    }
    return false;
}
