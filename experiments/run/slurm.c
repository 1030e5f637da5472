#define _POSIX_C_SOURCE 200809L /* popen, scandir */
#include "experiments/run/slurm.h"

#include "core/base/file.h"
#include "experiments/run/slurm_script.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID = 16, MOST_BYTES = 1 << 22 };

typedef struct {
    const char *id; /* [ID] of the cell's folder */
    SlurmTask  *task;
} Named;

/* --- arrays that were submitted ------------------------------------------ */

static int by_id(const void *a, const void *b)
{
    return strncmp(((const Named *)a)->id, ((const Named *)b)->id, ID);
}

/* "12.cells" is of job 12; 0 if it is no such name. */
static long job_of(const char *name)
{
    char *end;
    long  job = strtol(name, &end, 10);
    return job > 0 && !strcmp(end, ".cells") ? job : 0;
}

static int is_array(const struct dirent *e) { return job_of(e->d_name) > 0; }

/* Line i is the cell of task i.  A later job's word counts. */
static void read_array(const Named *named, int n, const char *folder, long job)
{
    char   path[CELL_PATH + 32], *bytes;
    size_t length;
    Err    err;
    snprintf(path, sizeof path, "%s/%ld.cells", folder, job);
    if (file_read(path, MOST_BYTES, &bytes, &length, &err)) return;
    int index = 0;
    for (const char *line = bytes; *line; index++) {
        Named  key = { line, NULL };
        Named *at = bsearch(&key, named, (size_t)n, sizeof *named, by_id);
        if (at && job > at->task->job) *at->task = (SlurmTask){ .job = job, .index = index };
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    free(bytes);
}

static bool read_arrays(SlurmTask *tasks, const Works *w, const char *folder)
{
    struct dirent **names;
    int             n = scandir(folder, &names, is_array, NULL);
    if (n <= 0) return false;
    Named *named = calloc((size_t)w->n, sizeof *named);
    CHECK(named, "no memory for %d cells", w->n);
    for (int i = 0; i < w->n; i++)
        named[i] = (Named){ w->work[i].cell->stage[STAGE_PRETRAIN].id, &tasks[i] };
    qsort(named, (size_t)w->n, sizeof *named, by_id);
    for (int i = 0; i < n; i++) {
        read_array(named, w->n, folder, job_of(names[i]->d_name));
        free(names[i]);
    }
    free(names);
    free(named);
    return true;
}

/* --- what tasks say of themselves ---------------------------------------- */

/* "running 2026-11-23T10:00:00Z node7" */
static void read_note(SlurmTask *t, const char *folder)
{
    char   path[CELL_PATH + 48], *bytes, word[16] = "", since[32] = "", node[64] = "";
    size_t n;
    Err    err;
    snprintf(path, sizeof path, "%s/%ld_%d.state", folder, t->job, t->index);
    t->state = SLURM_PENDING;
    if (file_read(path, 1 << 12, &bytes, &n, &err)) return;
    text_tame(bytes, true);
    sscanf(bytes, "%15s %31s %63s", word, since, node);
    free(bytes);
    bool runs = !strcmp(word, "running");
    t->state = runs ? SLURM_RUNNING : strcmp(word, "requeued") ? SLURM_NOTHING : SLURM_REQUEUED;
    snprintf(t->said, sizeof t->said, "%s%s%.30s since %.20s", runs ? "" : word,
             runs && *node ? "on " : "", runs ? node : "", since);
}

/* --- the queue ----------------------------------------------------------- */

typedef struct { long job; int index; char state[24], reason[40]; } Queued;
typedef struct { Queued *item; int n; } Queue;

static int by_task(const void *a, const void *b)
{
    const Queued *x = a, *y = b;
    if (x->job != y->job) return x->job < y->job ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* False if there is no squeue, or no answer. */
static bool read_queue(Queue *q, const Recipe *r)
{
    char line[256];
    Text command = { 0 };
    int  room = 0;
    text_add(&command, "timeout 5 squeue --noheader --array --name=%s "
             "--format='%%F %%K %%T %%r' 2>/dev/null", r->name); /* which needs no quotes */
    FILE *f = popen(text_get(&command), "r");
    text_free(&command);
    if (!f) return false;
    while (fgets(line, sizeof line, f)) {
        Queued one = { 0 };
        if (sscanf(line, "%ld %d %23s %39[^\n]", &one.job, &one.index, one.state,
                   one.reason) < 3)
            continue;
        if (q->n == room) {
            room = 2 * room + 64;
            q->item = realloc(q->item, (size_t)room * sizeof *q->item);
            CHECK(q->item, "no memory for %d tasks", room);
        }
        text_tame(one.reason, false);
        q->item[q->n++] = one;
    }
    if (q->n) qsort(q->item, (size_t)q->n, sizeof *q->item, by_task);
    return !pclose(f);
}

/* The queue knows better than the note of a task, which may have been killed. */
static void ask_queue(SlurmTask *t, const Queue *q)
{
    static const char *const run[] = { "RUNNING", "COMPLETING", "CONFIGURING", NULL };
    Queued        key = { .job = t->job, .index = t->index };
    const Queued *at = q->n ? bsearch(&key, q->item, (size_t)q->n, sizeof key, by_task) : NULL;
    bool          fresh = t->state == SLURM_PENDING;
    if (!at) {
        if (t->state != SLURM_NOTHING) snprintf(t->said, sizeof t->said, "left the queue");
        t->state = SLURM_NOTHING;
        return;
    }
    for (int i = 0; run[i]; i++) {
        if (strcmp(at->state, run[i])) continue;
        if (t->state != SLURM_RUNNING) t->said[0] = '\0';
        t->state = SLURM_RUNNING;
        return;
    }
    t->state = fresh ? SLURM_PENDING : SLURM_REQUEUED;
    snprintf(t->said, sizeof t->said, "%s", at->reason);
}

SlurmTask *slurm_tasks(Arena *a, const Works *w, const Recipe *r)
{
    char       folder[CELL_PATH];
    SlurmTask *tasks = ARENA_NEW(a, SlurmTask, w->n);
    Queue      q = { 0 };
    for (int i = 0; i < w->n; i++) tasks[i] = (SlurmTask){ 0 };
    slurm_folder(folder, w->results, r);
    if (!read_arrays(tasks, w, folder)) return NULL;
    bool queue = read_queue(&q, r);
    for (int i = 0; i < w->n; i++) {
        SlurmTask *t = &tasks[i];
        if (w->work[i].state == WORK_DONE || !t->job) continue;
        read_note(t, folder);
        if (queue) ask_queue(t, &q);
    }
    free(q.item);
    return tasks;
}

const char *slurm_word(SlurmState state)
{
    static const char *const words[] = { "", "pending", "requeued", "running" };
    return words[state];
}
