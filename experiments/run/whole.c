#define _POSIX_C_SOURCE 200809L /* O_CLOEXEC */
#include "experiments/run/whole.h"

#include "core/base/file.h"
#include "core/data/seen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MOMENT_S = 3,   /* the coarsest clock of a file system ticks every two           */
    MOST = 1 << 26, /* bytes: two million lines, nearly all of which are out of date */
};

/* Raised when more is asked of a record before it is called whole. */
static const char meaning[] = "whole record 1";

static int by_bytes(const void *a, const void *b) { return memcmp(a, b, HASH_HEX - 1); }

void whole_open(Whole *w, const char *results)
{
    *w = (Whole){ .n = 0 };
    int n = snprintf(w->path, sizeof w->path, "%s/cells/.whole", results);
    CHECK(n > 0 && n < CELL_PATH, "path too long: %.200s", results);
}

void whole_load(Whole *w)
{
    char  *bytes;
    size_t n;
    Err    err;
    if (file_read(w->path, MOST, &bytes, &n, &err)) {
        if (err.code == STATUS_FORMAT) remove(w->path);
        return;
    }
    w->known = calloc(n / HASH_HEX + 1, HASH_HEX);
    CHECK(w->known, "no memory for %zu bytes", n);
    for (char *line = bytes, *end; (end = strchr(line, '\n')); line = end + 1)
        if (end - line == HASH_HEX - 1) memcpy(w->known[w->n++], line, HASH_HEX - 1);
    free(bytes);
    qsort(w->known, w->n, HASH_HEX, by_bytes);
}

bool whole_knows(const Whole *w, const RecordStamp *s)
{
    return w->n && bsearch(s->line, w->known, w->n, HASH_HEX, by_bytes);
}

void whole_add(Whole *w, const RecordStamp *s, bool ticked)
{
    bool settled = s->changed_s + MOMENT_S <= s->looked_s || (ticked && s->fine);
    if (settled) text_add(&w->added, "%s\n", s->line);
}

void whole_close(Whole *w)
{
    int fd = w->added.length ? open(w->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (fd >= 0) {
        ssize_t written = write(fd, w->added.s, w->added.length);
        (void)written; /* a line that is not there, or not all of it, costs time alone */
        close(fd);
    }
    text_free(&w->added);
    free(w->known);
}

bool whole_stamp(RecordStamp *s, const char *results, const Cell *c, StageKind kind)
{
    char      path[CELL_PATH];
    FileFacts f;
    Stamp     stamp;
    Err       err;
    cell_record(path, results, c, kind);
    if (file_facts(&f, path, &err)) return false;
    stamp_start(&stamp);
    stamp_add(&stamp, meaning, &f);
    hash_text(&stamp.hash, c->stage[kind].id);
    *s = (RecordStamp){ .bytes = f.size, .looked_s = stamp.begun, .changed_s = stamp.newest,
                        .fine = f.changed_ns != 0 };
    stamp_end(&stamp, s->line);
    return true;
}
