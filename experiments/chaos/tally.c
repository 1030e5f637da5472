#define _GNU_SOURCE /* inotify_init1 */
#include "experiments/chaos/tally.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Where a file comes from too: of two like events in a row the kernel keeps one. */
static Status watch_all(Tally *t, Err *err)
{
    for (int i = 0; i < t->works->n; i++) {
        char folder[CELL_PATH];
        cell_folder(folder, t->works->results, t->works->work[i].cell);
        t->watch[i] = inotify_add_watch(t->fd, folder, IN_MOVED_FROM | IN_MOVED_TO);
        if (t->watch[i] < 0)
            return err_set(err, STATUS_IO, "%s: cannot be watched: %s", folder, strerror(errno));
    }
    return STATUS_OK;
}

Status tally_open(Tally *t, Arena *a, const Works *w, Err *err)
{
    *t = (Tally){ .works = w, .fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC) };
    if (t->fd < 0)
        return err_set(err, STATUS_IO, "folders cannot be watched: %s", strerror(errno));
    t->watch = ARENA_NEW(a, int, w->n);
    t->made = ARENA_NEW(a, int *, w->n);
    for (int i = 0; i < w->n; i++) {
        t->made[i] = ARENA_NEW(a, int, w->work[i].n);
        memset(t->made[i], 0, (size_t)w->work[i].n * sizeof **t->made);
    }
    Status bad = watch_all(t, err);
    if (bad) tally_close(t);
    return bad;
}

void tally_close(Tally *t) { close(t->fd); }

static void count(Tally *t, int watch, const char *name)
{
    int i = 0;
    while (i < t->works->n && t->watch[i] != watch) i++;
    if (i == t->works->n) return;
    for (int k = 0; k < t->works->work[i].n; k++) {
        const Task *task = &t->works->work[i].tasks[k];
        char        record[STAGE_NAME + 4];
        snprintf(record, sizeof record, "%s.h5", task->cell->stage[task->kind].name);
        t->made[i][k] += !strcmp(name, record);
    }
}

void tally_look(Tally *t)
{
    _Alignas(struct inotify_event) char bytes[1 << 14];
    for (ssize_t n; (n = read(t->fd, bytes, sizeof bytes)) > 0;)
        for (char *at = bytes; at < bytes + n;) {
            const struct inotify_event *e = (const void *)at;
            at += sizeof *e + e->len;
            if (e->len && e->mask & IN_MOVED_TO) count(t, e->wd, e->name);
        }
}
