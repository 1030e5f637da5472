#define _GNU_SOURCE /* signals, NSIG */
#include "experiments/run/worker.h"

#include "core/base/file.h"
#include "core/base/threads.h"
#include "experiments/recipe/recipe.h"
#include "experiments/run/claim.h"
#include "experiments/run/journal.h"
#include "experiments/run/stop.h"
#include "experiments/run/work.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const double JOURNAL_S = 0.5; /* between two lines */
static const double SAME_S = 0.05; /* one request comes to us by several ways within it */

typedef struct {
    const char *results, *folder;
    double      save_every_s;
    StageRun   *run;
    Ranks       ranks;
    Features   *features;
    FILE       *journal;
    bool        asked; /* to stop */

    /* Of the stage under way. */
    const char *stage;
    double      start_s, written_s; /* it began; the last line was written */
    double      images;             /* at the last line                    */
    bool        started;            /* images counts from here on          */
} Worker;

/* --- what a stage is given ----------------------------------------------- */

/* A resumed stage begins with the images it had: the rate is of what came since. */
static void progress(void *self, const StageProgress *p)
{
    Worker *r = self;
    double  now = clock_s();
    if (!r->started) r->started = true, r->images = p->images, r->written_s = now;
    else if (now - r->written_s < JOURNAL_S && p->step < p->steps) return;
    double       span = now - r->written_s;
    JournalLine line = {
        .step = p->step, .steps = p->steps, .loss = p->loss, .lr = p->lr,
        .images_per_s = span > 0 ? (p->images - r->images) / span : (double)NAN,
        .elapsed_s = now - r->start_s,
        .threads = threads_get(),
    };
    snprintf(line.stage, sizeof line.stage, "%s", r->stage);
    journal_write(r->journal, &line);
    r->images = p->images, r->written_s = now;
}

/* All is written aside and renamed, and the claim dies with us. */
static void leave(int signal)
{
    (void)signal;
    _exit(EXIT_STOPPED);
}

/* From here on these end the process. */
static void let_through(const sigset_t *set)
{
    struct sigaction at_once = { .sa_handler = leave };
    for (int i = 1; i < NSIG; i++)
        if (sigismember(set, i) == 1) sigaction(i, &at_once, NULL);
    sigprocmask(SIG_UNBLOCK, set, NULL);
}

bool worker_asked(double seconds)
{
    const sigset_t set = stop_signals();
    const time_t   whole = (time_t)seconds;
    return sigtimedwait(&set, NULL, &(struct timespec){
        whole, (long)(1e9 * (seconds - (double)whole)) }) > 0;
}

/* Blocked signals stay pending until somebody looks.  Then SIGINT is let through: who
 * types Ctrl-C once more does not want to wait.  SIGTERM is not: a scheduler that was
 * typed at sends it too.  The first SIGINT may come behind that one. */
static bool stopping(void *self)
{
    Worker  *r = self;
    sigset_t interrupt;
    for (double wait = 0; worker_asked(wait); wait = SAME_S) r->asked = true;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    if (r->asked) let_through(&interrupt);
    return r->asked;
}

/* --- one stage ----------------------------------------------------------- */

/* The cell that a configuration describes; refused unless it belongs here. */
static Status read_cell(Recipe **r, const Worker *w, const char *name, StageKind kind, Err *err)
{
    char path[CELL_PATH];
    int  n = snprintf(path, sizeof path, "%s/cells/%s/%s.yaml", w->results, w->folder,
                      kind == STAGE_PRETRAIN ? "config" : name);
    CHECK(n > 0 && n < CELL_PATH, "path too long: %.200s", w->results);
    if (recipe_open(r, path, NULL, 0, err)) return err->code;
    const Cell *c = (*r)->cells;
    bool single = (*r)->n_cells == 1;
    if (single && !strncmp(c->stage[STAGE_PRETRAIN].id, w->folder, 16) &&
        !strcmp(c->stage[kind].name, name))
        return STATUS_OK;
    recipe_close(*r);
    return err_set(err, STATUS_FORMAT, "%s: does not describe stage %s of cell %s; another "
                   "version or other data made it", path, name, w->folder);
}

/* Asked under the claim: another process may have done it since it was planned. */
static bool is_done(const char *results, const Cell *c, StageKind kind)
{
    char encoder[CELL_PATH], record[CELL_PATH];
    cell_model(encoder, results, c, MODEL_ENCODER);
    cell_record(record, results, c, kind);
    bool whole = cell_done(results, c, kind);
    if (!whole && file_lies_at(record)) printf("%s: damaged; is made anew\n", record);
    return whole && (kind != STAGE_PRETRAIN || file_exists(encoder));
}

/* What an evaluation is to look at.  What is damaged, or of another cell, is taken away, and
 * the encoder with it: a pre-training without its encoder is not done. */
static bool model_damaged(const char *results, const Cell *c)
{
    char path[CELL_PATH];
    bool damaged = false;
    Err  err;
    for (int i = 0; i < cell_models(c); i++) {
        cell_model(path, results, c, i);
        if (cell_check_model(path, c->stage[STAGE_PRETRAIN].id, &err) != STATUS_FORMAT) continue;
        printf("%s; is made anew\n", err.text);
        remove(path);
        damaged = true;
    }
    cell_model(path, results, c, MODEL_ENCODER);
    return damaged && (!remove(path) || errno == ENOENT);
}

/* From rank 0 to those who follow it.  Without a folder they may go. */
typedef struct {
    char folder[17], stage[STAGE_NAME];
    int  threads, code;
} Order;

static void call_others(const Worker *w)
{
    Order o = { .threads = threads_get() };
    snprintf(o.folder, sizeof o.folder, "%s", w->folder);
    snprintf(o.stage, sizeof o.stage, "%s", w->stage);
    ranks_tell(&w->ranks, &o, sizeof o);
}

static Status run_stage(Worker *w, const Cell *c, StageKind kind, Err *err)
{
    const sigset_t stop = stop_signals();
    StageContext x = { .results = w->results, .progress = progress, .stopping = stopping,
                       .self = w, .save_every_s = w->save_every_s, .features = w->features };
    w->start_s = clock_s(), w->started = false;
    printf("%s %s begins\n", w->folder, w->stage);
    fflush(stdout);
    if (!stage_keeps_state(kind)) let_through(&stop);
    if (kind == STAGE_PRETRAIN) {
        call_others(w);
        x.ranks = &w->ranks;
    }
    Status bad = w->run(c, kind, &x, err);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    printf("%s %s %s after %.1f s\n", w->folder, w->stage, bad ? "ends early" : "is done",
           clock_s() - w->start_s);
    fflush(stdout);
    return bad;
}

static Status do_stage(Worker *w, const char *name, Err *err)
{
    StageKind kind;
    Recipe   *r;
    if (!stage_of(&kind, name)) return err_set(err, STATUS_CONFIG, "no stage %s", name);
    if (read_cell(&r, w, name, kind, err)) return err->code;
    Status bad = STATUS_OK;
    bool   done = is_done(w->results, r->cells, kind);
    if (!done && kind != STAGE_PRETRAIN && model_damaged(w->results, r->cells))
        bad = do_stage(w, stage_word(STAGE_PRETRAIN), err);
    w->stage = name;
    if (done) /* perhaps by a process that died right then */
        cell_forget_states(w->results, r->cells, kind);
    else if (!bad) bad = run_stage(w, r->cells, kind, err);
    recipe_close(r);
    return bad;
}

/* --- the process --------------------------------------------------------- */

static int report(const char *path, const char *stage, const Err *err)
{
    Text why = { 0 };
    Err  second;
    fprintf(stderr, "maskgrid: %s: %s\n", stage, err->text);
    text_add(&why, "%s: %s\n", stage, err->text);
    if (err->code != STATUS_STOPPED && file_write(path, why.s, why.length, &second))
        fprintf(stderr, "maskgrid: %s\n", second.text);
    text_free(&why);
    return status_exit(err->code);
}

static int do_stages(Worker *w, const char *path, const char *failed, char *const *stages,
                     int n)
{
    int code = EXIT_DONE;
    Err err;
    if (journal_open(&w->journal, path, &err)) return report(failed, "journal", &err);
    remove(failed);
    claim_clear(path);
    w->features = features_new();
    for (int i = 0; i < n && code == EXIT_DONE; i++) {
        if (stopping(w)) code = EXIT_STOPPED;
        else if (do_stage(w, stages[i], &err)) code = report(failed, stages[i], &err);
    }
    features_free(w->features);
    fclose(w->journal);
    if (code == EXIT_DONE) {
        remove(failed); /* once more: nothing could be removed from a folder that was closed */
        claim_clear(path);
        journal_remove(path);
    }
    return code;
}

int worker_run(const char *results, const char *folder, char *const *stages, int n,
               double save_every_s, StageRun *run)
{
    return worker_lead(results, folder, 0, stages, n, save_every_s, run,
                       &(Ranks){ .count = 1 });
}

int worker_lead(const char *results, const char *folder, int claim, char *const *stages, int n,
                double save_every_s, StageRun *run, const Ranks *ranks)
{
    char     path[CELL_PATH], failed[CELL_PATH + 16];
    Err      err;
    Worker   w = { .results = results, .folder = folder, .save_every_s = save_every_s,
                   .run = run, .ranks = *ranks };
    sigset_t stop = stop_signals();
    sigprocmask(SIG_BLOCK, &stop, NULL);
    if (strlen(folder) != 16 || folder[strspn(folder, "0123456789abcdef")]) {
        fprintf(stderr, "maskgrid: %.60s is not the name of a cell\n", folder);
        return EXIT_USAGE;
    }
    int length = snprintf(path, sizeof path, "%s/cells/%s", results, folder);
    CHECK(length > 0 && length < CELL_PATH, "path too long: %.200s", results);
    snprintf(failed, sizeof failed, "%s/failed.txt", path);

    if (claim ? claim_accept(&claim, path, &err) : claim_take(&claim, path, &err))
        return report(failed, "claim", &err);
    if (claim < 0) return EXIT_CLAIMED;
    int code = do_stages(&w, path, failed, stages, n);
    close(claim);
    return code;
}

bool worker_may_do_better(int code) { return code != EXIT_USAGE && code != EXIT_DATA; }

/* --- one of several ------------------------------------------------------ */

/* Rank 0 tells whatever goes wrong: all agree on it. */
static void take_part(Worker *w)
{
    Recipe      *r;
    Err          err;
    StageContext x = { .results = w->results, .stopping = stopping, .self = w,
                       .ranks = &w->ranks };
    Status       bad = read_cell(&r, w, w->stage, STAGE_PRETRAIN, &err);
    if (bad) {
        bad = ranks_agree(&w->ranks, bad, NULL, 0, &err);
        return;
    }
    bad = w->run(r->cells, STAGE_PRETRAIN, &x, &err);
    recipe_close(r);
}

int worker_follow(const char *results, StageRun *run, const Ranks *ranks)
{
    Order    o;
    Worker   w = { .results = results, .folder = o.folder, .stage = o.stage, .run = run,
                   .ranks = *ranks };
    sigset_t stop = stop_signals();
    sigprocmask(SIG_BLOCK, &stop, NULL);
    for (;;) {
        ranks_tell(ranks, &o, sizeof o);
        if (!o.folder[0]) return o.code;
        threads_set(o.threads);
        take_part(&w);
    }
}

void worker_dismiss(const Ranks *ranks, int code)
{
    Order o = { .code = code };
    ranks_tell(ranks, &o, sizeof o);
}
