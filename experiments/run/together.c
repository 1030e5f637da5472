#define _DEFAULT_SOURCE /* dup, dup2, nanosleep, W_EXITCODE */
#include "experiments/run/together.h"

#include "core/base/h5.h"
#include "core/base/threads.h"
#include "experiments/run/child.h"
#include "experiments/run/death.h"
#include "experiments/run/whole.h"
#include "experiments/run/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const double LOOK_S = 1.0; /* between two looks at what others are doing */

/* Cells under way.  Of c counts what is not about processes. */
typedef struct {
    Works                *w;
    const ScheduleConfig *c;
    const Ranks          *ranks;
    ScheduleResult       *result;
} Together;

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

/* *code is that of worker_lead. */
static Status run_one(int *code, Work *w, const Together *t, Err *err)
{
    const char *results = t->w->results;
    char        log[CELL_PATH], folder[17];
    Words       before = { -1, -1 };
    int         n = 0, claim;
    char      **stage = calloc((size_t)w->n + 1, sizeof *stage);
    CHECK(stage, "no memory for %d stages", w->n);
    snprintf(folder, sizeof folder, "%.16s", w->cell->stage[STAGE_PRETRAIN].id);
    cell_file(log, results, w->cell, "log.txt");
    Status bad = child_prepare(&claim, w, results, err);
    *code = EXIT_CLAIMED;
    for (int i = 0; i < w->n; i++) {
        const Task *task = &w->tasks[i];
        if (work_needs(w, i)) stage[n++] = (char *)task->cell->stage[task->kind].name;
    }
    if (!bad && claim >= 0 && !(bad = to_log(&before, log, err))) {
        threads_set(child_threads(w, results, t->c, ranks_threads(t->ranks)));
        *code = worker_lead(results, folder, claim, stage, n, t->c->save_every_s, stage_run,
                            t->ranks);
        back(&before);
    } else if (claim >= 0) close(claim);
    free(stage);
    return bad;
}

/* A full disk may have had no room for failed.txt. */
static void note_failure(Work *w, const char *results, int code)
{
    char why[sizeof w->why], log[CELL_PATH];
    cell_file(log, results, w->cell, "log.txt");
    death_text(why, sizeof why, &(Death){ .status = W_EXITCODE(code, 0), .log = log });
    work_note_failure(results, w, why);
    snprintf(w->why, sizeof w->why, "%s", why);
}

/* Until it is done, or failed, or somebody else has it, or we are to stop. */
static void try_one(const Together *t, Work *w)
{
    const char *results = t->w->results;
    int         code = EXIT_DONE;
    Err         err;
    for (int tries = 1;; tries++) {
        if (run_one(&code, w, t, &err)) { /* before it has begun */
            work_note_failure(results, w, err.text);
            code = status_exit(err.code);
        }
        work_look(w, results);
        t->result->stopped = code == EXIT_STOPPED;
        if (w->state == WORK_DONE || code == EXIT_CLAIMED || code == EXIT_STOPPED) return;
        if (w->state == WORK_MISSING) note_failure(w, results, code);
        w->in_vain = w->state == WORK_FAILED && !worker_may_do_better(code);
        if (w->state != WORK_FAILED || tries > t->c->retries || w->in_vain)
            return;
        if (t->c->progress)
            fprintf(t->c->progress, "%.16s again: %s\n", w->cell->stage[STAGE_PRETRAIN].id,
                    w->why);
    }
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

static void tell(const Together *t, int i, double s)
{
    static const char *const words[] = { "is free again", "is running elsewhere", "has failed",
                                         "is done" };
    const Works *w = t->w;
    FILE        *to = t->c->progress;
    if (!to) return;
    fprintf(to, "%.16s %s after %.0f s (%d of %d)\n", w->work[i].cell->stage[STAGE_PRETRAIN].id,
            words[w->work[i].state], s, i + 1, w->n);
    if (w->work[i].state == WORK_DONE) tell_exchange(w, i, to);
}

/* Nobody need read it again. */
static void note_whole(const Work *w, const char *results)
{
    nanosleep(&(struct timespec){ .tv_nsec = (long)(1e9 * WHOLE_TICK_S) }, NULL);
    work_note_whole(w, results);
}

/* Run it, unless somebody else is still at it. */
static void go_on_with(const Together *t, int i, bool first)
{
    Work        *one = &t->w->work[i];
    const double start = clock_s();
    const bool   elsewhere = one->state == WORK_RUNNING;
    if (elsewhere) work_look(one, t->w->results);
    if (elsewhere ? one->state == WORK_MISSING : one->state != WORK_DONE) try_one(t, one);
    if (t->result->stopped) return;
    t->result->done += one->state == WORK_DONE;
    t->result->failed += one->state == WORK_FAILED;
    if (one->state == WORK_DONE) note_whole(one, t->w->results);
    if (first || one->state == WORK_DONE || one->state == WORK_FAILED)
        tell(t, i, clock_s() - start);
}

void together_run(Works *w, const ScheduleConfig *c, const Ranks *ranks, ScheduleResult *result)
{
    const Together t = { w, c, ranks, result };
    *result = (ScheduleResult){ 0 };
    for (int i = 0; i < w->n; i++) {
        if (w->work[i].state != WORK_DONE) continue;
        result->before++;
        work_tidy(&w->work[i], w->results);
    }
    for (bool first = true, left = true; left && !result->stopped; first = false) {
        left = false;
        for (int i = 0; i < w->n && !result->stopped; i++) {
            const WorkState state = w->work[i].state;
            if (state == WORK_DONE || (state == WORK_FAILED && !first)) continue;
            go_on_with(&t, i, first);
            left = left || w->work[i].state == WORK_RUNNING || w->work[i].state == WORK_MISSING;
        }
        if (left && !result->stopped) result->stopped = worker_asked(LOOK_S);
    }
}
