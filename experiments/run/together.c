#define _POSIX_C_SOURCE 200809L /* dup, dup2, nanosleep */
#include "experiments/run/together.h"

#include "core/base/h5.h"
#include "core/base/threads.h"
#include "experiments/run/child.h"
#include "experiments/run/whole.h"
#include "experiments/run/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Where stdout and stderr went before they went to a log. */
typedef struct {
    int out, err;
} Words;

static Status to_log(Words *before, const char *path, Err *err)
{
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log < 0) return err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
    fflush(NULL);
    *before = (Words){ dup(STDOUT_FILENO), dup(STDERR_FILENO) };
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    close(log);
    return STATUS_OK;
}

static void back(const Words *before)
{
    fflush(NULL);
    dup2(before->out, STDOUT_FILENO);
    dup2(before->err, STDERR_FILENO);
    close(before->out);
    close(before->err);
}

static Status run_one(int *code, Work *w, const char *results, const ScheduleConfig *c,
                      const Ranks *ranks, Err *err)
{
    char   log[CELL_PATH], folder[17];
    Words  before = { -1, -1 };
    int    n = 0, claim;
    char **stage = calloc((size_t)w->n + 1, sizeof *stage);
    CHECK(stage, "no memory for %d stages", w->n);
    snprintf(folder, sizeof folder, "%.16s", w->cell->stage[STAGE_PRETRAIN].id);
    cell_file(log, results, w->cell, "log.txt");
    Status bad = child_prepare(&claim, w, results, err);
    *code = EXIT_CLAIMED;
    for (int i = 0; i < w->n; i++) {
        const Task *t = &w->tasks[i];
        if (work_needs(w, i)) stage[n++] = (char *)t->cell->stage[t->kind].name;
    }
    if (!bad && claim >= 0 && !(bad = to_log(&before, log, err))) {
        *code = worker_lead(results, folder, claim, stage, n, c->save_every_s, stage_run, ranks);
        back(&before);
    } else if (claim >= 0) close(claim);
    free(stage);
    return bad;
}

/* What training together cost, by the record. */
static void tell_exchange(const Works *w, int i, FILE *to)
{
    static const char *const names[] = { "bytes", "s", "wait_s", "wait_share" };
    double x[4];
    char   path[CELL_PATH], name[64];
    bool   all = true;
    H5    *f;
    Err    err;
    cell_record(path, w->results, w->work[i].cell, STAGE_PRETRAIN);
    if (h5_open(&f, path, &err)) return;
    for (int k = 0; k < 4 && all; k++) {
        snprintf(name, sizeof name, "metrics/exchange_%s", names[k]);
        all = !h5_get_into(f, &(H5Set){ .name = name, .kind = NUMBER_DOUBLE }, &x[k], &err);
    }
    h5_close(f);
    if (all)
        fprintf(to, "    gradients, each step: %.3g MB sent in %.3g ms, of which %.3g ms were "
                "waited for, %.2g %% of the time\n",
                1e-6 * x[0], 1e3 * x[1], 1e3 * x[2], x[3]);
}

static void tell(const Works *w, const ScheduleConfig *c, int i, double s)
{
    static const char *const words[] = { "is left to another run", "is running elsewhere",
                                         "has failed", "is done" };
    if (c->progress)
        fprintf(c->progress, "%.16s %s after %.0f s (%d of %d)\n",
                w->work[i].cell->stage[STAGE_PRETRAIN].id, words[w->work[i].state], s, i + 1,
                w->n);
    if (c->progress && w->work[i].state == WORK_DONE) tell_exchange(w, i, c->progress);
}

/* Nobody need read it again. */
static void note_whole(const Work *w, const char *results)
{
    nanosleep(&(struct timespec){ .tv_nsec = (long)(1e9 * WHOLE_TICK_S) }, NULL);
    work_note_whole(w, results);
}

Status together_run(Works *w, const ScheduleConfig *c, const Ranks *ranks,
                    ScheduleResult *result, Err *err)
{
    *result = (ScheduleResult){ 0 };
    threads_set(c->threads);
    for (int i = 0; i < w->n && !result->stopped; i++) {
        Work  *one = &w->work[i];
        int    code;
        double start = clock_s();
        result->before += one->state == WORK_DONE;
        if (one->state == WORK_DONE) continue;
        if (run_one(&code, one, w->results, c, ranks, err)) return err->code;
        work_look(one, w->results);
        result->stopped = code == EXIT_STOPPED;
        result->done += one->state == WORK_DONE;
        if (one->state == WORK_DONE) note_whole(one, w->results);
        result->failed += one->state == WORK_FAILED;
        if (!result->stopped) tell(w, c, i, clock_s() - start);
    }
    return STATUS_OK;
}
