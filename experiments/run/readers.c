#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "experiments/run/readers.h"

#include "core/base/process.h"
#include "core/base/threads.h"
#include "experiments/run/machine.h"
#include "experiments/run/progress.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { READERS_MOST = 64 };
static const double WORTH = 1 << 25;  /* bytes that one more process should read */
static const double SILENT_S = 1;

typedef enum { UNREAD, WHOLE, NOT_WHOLE } Found;

/* What the processes share.  A record that was taken by one that died stays UNREAD. */
typedef struct {
    atomic_size_t        next, finished;
    _Atomic unsigned char found[]; /* [n], a Found */
} Board;

static Found look(const Task *t, const char *results)
{
    return cell_done(results, t->cell, t->kind) ? WHOLE : NOT_WHOLE;
}

static void show(Progress *p, const Board *b, size_t n, double start_s)
{
    if (clock_s() - start_s < SILENT_S) return;
    p->done = (int)b->finished;
    p->share = (double)p->done / (double)n;
    progress_show(p, false);
}

/* p: NULL for one who says nothing. */
static void read_along(Board *b, Task *const *tasks, size_t n, const char *results, Progress *p)
{
    const double start_s = clock_s();
    for (size_t i; (i = atomic_fetch_add(&b->next, 1)) < n;) {
        b->found[i] = (unsigned char)look(tasks[i], results);
        b->finished++;
        if (p) show(p, b, n, start_s);
    }
}

static int start(pid_t pids[], int count, Board *b, Task *const *tasks, size_t n,
                 const char *results)
{
    Err err;
    for (int i = 0; i < count; i++) {
        if (process_fork(&pids[i], PROCESS_FOLLOWS, SIGKILL, &err)) return i;
        if (pids[i]) continue;
        read_along(b, tasks, n, results, NULL);
        _exit(EXIT_DONE);
    }
    return count;
}

static void read_together(Board *b, Task *const *tasks, size_t n, int others,
                          const char *results)
{
    pid_t    pids[READERS_MOST];
    Progress p;
    progress_open(&p, "records read", stderr);
    p.total = (int)n;
    others = start(pids, others, b, tasks, n, results);
    read_along(b, tasks, n, results, &p);
    for (int i = 0; i < others; i++) process_wait(pids[i]);
    progress_close(&p);
}

void readers_run(Task *const *tasks, size_t n, double bytes, const char *results)
{
    const size_t size = sizeof(Board) + n;
    const int    cores = machine_look("").cores;
    int          others = bytes / WORTH < cores ? (int)(bytes / WORTH) : cores - 1;
    if (others > READERS_MOST) others = READERS_MOST;
    if (!n) return;
    Board *b = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b != MAP_FAILED) read_together(b, tasks, n, others, results);
    for (size_t i = 0; i < n; i++) {
        Found found = b == MAP_FAILED ? UNREAD : (Found)b->found[i];
        tasks[i]->done = (found == UNREAD ? look(tasks[i], results) : found) == WHOLE;
    }
    if (b != MAP_FAILED) munmap(b, size);
}
