#define _POSIX_C_SOURCE 200809L /* signals */
#include "experiments/run/worker.h"

#include "core/base/file.h"
#include "core/base/threads.h"
#include "experiments/recipe/recipe.h"
#include "experiments/run/claim.h"
#include "experiments/run/journal.h"
#include "experiments/run/work.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const double JOURNAL_S = 0.5; /* between two lines */

typedef struct {
    FILE       *journal;
    const char *stage;
    double      start_s, written_s; /* of this stage; of the last line */
    double      images;             /* at the last line                */
    bool        started;            /* images counts from here on      */
} Reporter;

void worker_config(char out[CELL_PATH], const char *results, const Cell *c, StageKind kind)
{
    char name[STAGE_NAME + 8];
    snprintf(name, sizeof name, "%s.yaml",
             kind == STAGE_PRETRAIN ? "config" : c->stage[kind].name);
    cell_file(out, results, c, name);
}

/* --- what a stage is given ----------------------------------------------- */

/* A resumed stage begins with the images it had: the rate is of what came since. */
static void progress(void *self, const StageProgress *p)
{
    Reporter *r = self;
    double    now = clock_s();
    if (!r->started) r->started = true, r->images = p->images, r->written_s = now;
    else if (now - r->written_s < JOURNAL_S && p->step < p->steps) return;
    double       span = now - r->written_s;
    JournalLine line = {
        .step = p->step, .steps = p->steps, .loss = p->loss, .lr = p->lr,
        .images_per_s = span > 0 ? (p->images - r->images) / span : (double)NAN,
        .elapsed_s = now - r->start_s,
    };
    snprintf(line.stage, sizeof line.stage, "%s", r->stage);
    journal_write(r->journal, &line);
    r->images = p->images, r->written_s = now;
}

static sigset_t stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    return set;
}

/* Blocked signals stay pending: no handler, no flag. */
static bool stopping(void *self)
{
    (void)self;
    sigset_t pending;
    return !sigpending(&pending) &&
           (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT) ||
            sigismember(&pending, SIGUSR1));
}

/* --- one stage ----------------------------------------------------------- */

/* The cell that a configuration describes; refused unless it belongs here. */
static Status read_cell(Recipe **r, const char *results, const char *folder, const char *name,
                        StageKind kind, Err *err)
{
    char path[CELL_PATH];
    int  n = snprintf(path, sizeof path, "%s/cells/%s/%s.yaml", results, folder,
                      kind == STAGE_PRETRAIN ? "config" : name);
    CHECK(n > 0 && n < CELL_PATH, "path too long: %.200s", results);
    if (recipe_open(r, path, NULL, 0, err)) return err->code;
    const Cell *c = (*r)->cells;
    bool single = (*r)->n_cells == 1;
    if (single && !strncmp(c->stage[STAGE_PRETRAIN].id, folder, 16) &&
        !strcmp(c->stage[kind].name, name))
        return STATUS_OK;
    recipe_close(*r);
    return err_set(err, STATUS_FORMAT, "%s: does not describe stage %s of cell %s; another "
                   "version or other data made it", path, name, folder);
}

/* Asked under the claim: another process may have done it since it was planned. */
static bool is_done(const char *results, const Cell *c, StageKind kind)
{
    char encoder[CELL_PATH];
    cell_file(encoder, results, c, "encoder.safetensors");
    return cell_done(results, c, kind) && (kind != STAGE_PRETRAIN || file_exists(encoder));
}

static Status run_stage(const char *results, const char *folder, const char *name,
                        Reporter *reporter, Features *features, StageRun *run, Err *err)
{
    StageKind kind;
    Recipe   *r;
    if (!stage_of(&kind, name)) return err_set(err, STATUS_CONFIG, "no stage %s", name);
    if (read_cell(&r, results, folder, name, kind, err)) return err->code;
    Status bad = STATUS_OK;
    if (!is_done(results, r->cells, kind)) {
        *reporter = (Reporter){ .journal = reporter->journal, .stage = name,
                                .start_s = clock_s() };
        StageContext x = { .results = results, .progress = progress, .stopping = stopping,
                           .self = reporter, .features = features };
        printf("%s %s begins\n", folder, name);
        fflush(stdout);
        bad = run(r->cells, kind, &x, err);
        printf("%s %s %s after %.1f s\n", folder, name, bad ? "ends early" : "is done",
               clock_s() - reporter->start_s);
        fflush(stdout);
    }
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

int worker_run(const char *results, const char *folder, char *const *stages, int n,
               StageRun *run)
{
    char     path[CELL_PATH], failed[CELL_PATH + 16];
    int      fd;
    Err      err;
    Reporter reporter = { 0 };
    sigset_t stop = stop_signals();
    sigprocmask(SIG_BLOCK, &stop, NULL);
    if (strlen(folder) != 16 || folder[strspn(folder, "0123456789abcdef")]) {
        fprintf(stderr, "maskgrid: %.60s is not the name of a cell\n", folder);
        return EXIT_USAGE;
    }
    int length = snprintf(path, sizeof path, "%s/cells/%s", results, folder);
    CHECK(length > 0 && length < CELL_PATH, "path too long: %.200s", results);
    snprintf(failed, sizeof failed, "%s/failed.txt", path);

    if (claim_take(&fd, path, &err)) return report(failed, "claim", &err);
    if (fd < 0) return EXIT_CLAIMED;
    if (journal_open(&reporter.journal, path, &err)) return report(failed, "journal", &err);
    remove(failed);
    Features *features = features_new();
    int       code = EXIT_DONE;
    for (int i = 0; i < n && code == EXIT_DONE; i++) {
        if (stopping(NULL)) code = EXIT_STOPPED;
        else if (run_stage(results, folder, stages[i], &reporter, features, run, &err))
            code = report(failed, stages[i], &err);
    }
    features_free(features);
    fclose(reporter.journal);
    if (code == EXIT_DONE) journal_remove(path);
    close(fd);
    return code;
}
