/* maskgrid run: do what is missing of a recipe. */
#include "core/base/threads.h"
#include "core/tape/backend.h"
#include "experiments/cli/cli.h"
#include "experiments/recipe/only.h"
#include "experiments/run/child.h"
#include "experiments/run/estimate.h"
#include "experiments/run/fit.h"
#include "experiments/run/progress.h"
#include "experiments/run/schedule.h"
#include "experiments/run/together.h"
#include "experiments/run/worker.h"

#include <stdio.h>

typedef struct {
    OptionList  set, only;
    long        jobs, threads, limit, retries;
    bool        failed, anyway, quiet;
    const char *results;
} Options;

static const Option options[] = {
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key: seed=3, grid.seed=0..5"),
    OPTION_AUTO(Options, jobs, 1024, "cells at a time"),
    OPTION_AUTO(Options, threads, 1024, "threads of each"),
    OPTION_LIST(Options, only, 0, "CELL", "only such cells; see below"),
    OPTION_FLAG(Options, failed, "only cells that failed before"),
    OPTION_INT(Options, limit, "N", "0", 0, 1e9, "at most so many cells this time; 0: all"),
    OPTION_INT(Options, retries, "N", "1", 0, 100, "how often to try a cell again that was "
               "killed, crashed, or could not read or write"),
    OPTION_FLAG(Options, anyway, "even if memory or disk should be too small"),
    OPTION_FLAG(Options, quiet, "say nothing but what failed"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

/* What failed by its recipe or data fails again. */
static bool all_in_vain(const Works *w)
{
    for (int i = 0; i < w->n; i++)
        if (w->work[i].state == WORK_FAILED && !w->work[i].in_vain) return false;
    return true;
}

static int conclude(const Recipe *r, const Works *w, const ScheduleResult *result, double s,
                    bool quiet)
{
    char span[32];
    progress_span(span, s);
    if (!w->n && !quiet) {
        fprintf(stderr, "%s: no such cell is left to run\n", r->name);
        return EXIT_DONE;
    }
    if (!quiet || result->failed)
        fprintf(stderr, "%s: %d of %d done (%d before), %d failed; %s\n", r->name,
                result->before + result->done, w->n, result->before, result->failed, span);
    for (int i = 0; i < w->n && result->failed; i++) {
        if (w->work[i].state != WORK_FAILED) continue;
        Text label = { 0 };
        char log[CELL_PATH];
        work_label(r, w->work[i].cell, &label);
        cell_file(log, w->results, w->work[i].cell, "log.txt");
        const bool logged = child_logged(&w->work[i], w->results) > 0;
        fprintf(stderr, "  failed  %s%s%s\n          %s\n", text_get(&label), logged ? "  " : "",
                logged ? log : "", w->work[i].why);
        text_free(&label);
    }
    if (result->stopped) {
        fprintf(stderr, "%s: stopped; the same command goes on\n", r->name);
        return EXIT_STOPPED;
    }
    if (result->failed)
        fprintf(stderr, "%s: %sthe same command tries them again\n", r->name,
                all_in_vain(w) ? "once the recipe or the data is mended, " : "");
    return result->failed ? EXIT_CELLS_FAILED : EXIT_DONE;
}

static void say_plan(const Recipe *r, const Works *w, const ScheduleConfig *c,
                     const Ranks *ranks)
{
    if (ranks->launched)
        fprintf(stderr, "%s: %d cell%s, one after the other on %d rank%s, threads of each: %d\n",
                r->name, w->n, text_s(w->n), ranks->count, text_s(ranks->count), c->threads);
    else
        fprintf(stderr, "%s: %d cell%s, %d at a time, threads of each: %d\n", r->name, w->n,
                text_s(w->n), c->jobs, c->threads);
}

static int run_recipe(const Options *o, const Recipe *r, const Ranks *ranks, Arena *a)
{
    Works          w;
    Fit            f;
    ScheduleResult result;
    Err            err;
    const Backend *be;
    double         start = clock_s();
    works_list(&w, a, r, o->results);
    works_pick(&w, o->failed, o->limit);
    /* The command line, then the recipe, then what suits the machine. */
    const int jobs = o->jobs ? (int)o->jobs : r->base.jobs;
    fit_works(&f, &w, ranks->launched ? 1 : jobs,
              o->threads ? (int)o->threads : r->base.threads);
    if (ranks->launched) f.bytes = 0; /* of which each rank takes a part */
    if (f.cells && backend_open(&be, NULL, &err)) return cli_fail(&err);
    if (!o->anyway && fit_check(&f, &w, r, &err)) return cli_fail(&err);
    ScheduleConfig c = { .jobs = f.share.jobs, .threads = f.share.threads,
                         .pinned = f.share.pinned, .retries = (int)o->retries,
                         .keep_threads = !o->threads && !r->base.threads,
                         .save_every_s = r->base.save_every,
                         .progress = o->quiet ? NULL : stderr };
    if (f.cells && !ranks->launched) c.s_per_flop = estimate_pace(&w).s_per_flop;
    if (!o->quiet && r->notice) fprintf(stderr, "%s: %s\n", r->name, r->notice);
    if (ranks->launched && !o->threads && !r->base.threads) c.threads = ranks_threads(ranks);
    if (!o->quiet && f.cells) say_plan(r, &w, &c, ranks);
    if (ranks->launched) together_run(&w, &c, ranks, &result);
    else if (schedule_run(&w, r, &c, &result, &err)) return cli_fail(&err);
    return conclude(r, &w, &result, clock_s() - start, o->quiet);
}

static int open_and_run(const Options *o, const char *name, const Ranks *ranks)
{
    Recipe *r;
    Arena   arena;
    Err     err;
    if (recipe_open_only(&r, name, o->set.item, o->set.n, o->only.item, o->only.n, &err))
        return cli_fail(&err);
    arena_open(&arena, "run", NULL, NULL);
    int code = run_recipe(o, r, ranks, &arena);
    arena_close(&arena);
    recipe_close(r);
    return code;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Ranks          ranks;
    int            code;
    (void)n;
    schedule_hold_signals();
    ranks_open(&ranks);
    if (ranks.strangers)
        fprintf(stderr, "maskgrid: this build is without MPI: %d processes take whole cells each, "
                "and train none together; `make MPI=1` builds the one that does\n",
                ranks.strangers + 1);
    if (ranks.own) {
        code = worker_follow(o->results, stage_run, &ranks);
    } else {
        code = open_and_run(o, arguments[0], &ranks);
        worker_dismiss(&ranks, code);
    }
    ranks_close(&ranks);
    return code;
}

COMMAND(run) = {
    .place = 50, .arguments = "RECIPE", .least = 1, .most = 1,
    .about = "run what is missing of a recipe: train, measure, record",
    .details = "Every cell is a process.  Cells that are done are skipped, a cell that fails "
               "does not stop the others, and a run that was killed goes on where it was.\n\n"
               "--only KEY=VALUES names cells by any key, --only 3f2a9c01 by the first digits "
               "of their folder; given again, values of one key are alternatives, as folders "
               "are, and different keys must all hold.\n\n"
               "auto gives every core to a cell, and several cores to each where there are "
               "more of them than cells, or than memory for cells.  A cell begins when there "
               "is memory for what plan predicts; one that was begun goes on with the threads "
               "it had.  What cannot fit is refused.  A cell that fails keeps log.txt, "
               "failed.txt and its last saved state, from which the next try goes on.\n\n"
               "Under mpirun, in a build with MPI=1, all ranks train each cell together.",
    .examples = "  maskgrid run demo\n"
                "  maskgrid run table1 --jobs 2 -s grid.seed=0..9\n"
                "  maskgrid run table1 --only strategy=random,grid --only seed=0..2\n"
                "  maskgrid run table1 --failed --limit 4\n"
                "  maskgrid run demo -s grid.pretrain.ratio=0.5,0.75,0.9 -s pretrain.epochs=2\n",
    .options = options, .size = sizeof(Options), .run = run,
};
