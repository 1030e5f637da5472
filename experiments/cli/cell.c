/* maskgrid cell: what `run` starts, one process a cell. */
#include "experiments/cli/cli.h"

#include "core/base/threads.h"
#include "experiments/recipe/grid.h"
#include "experiments/run/worker.h"

typedef struct {
    const char *results;
    long        threads;
    double      save_every;
    long        claim;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, results, "DIR", "results", "the folder that holds cells/"),
    OPTION_INT(Options, threads, "N", "1", 1, 1024, "threads that compute"),
    OPTION_NUMBER(Options, save_every, "S", "300", 0, 1e6, "seconds between two saved states"),
    OPTION_INT(Options, claim, "FD", "0", 0, 1 << 20, "the descriptor that holds the cell's "
               "lock; 0: take it"),
    { 0 }
};

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Ranks          ranks;
    int            code;
    ranks_open(&ranks);
    threads_set((int)o->threads);
    if (ranks.own) {
        code = worker_follow(o->results, stage_run, &ranks);
    } else {
        code = worker_lead(o->results, arguments[0], (int)o->claim, arguments + 1, n - 1,
                           o->save_every, stage_run, &ranks);
        worker_dismiss(&ranks, code);
    }
    ranks_close(&ranks);
    return code;
}

COMMAND(cell) = {
    .place = 190,
    .about = "run stages of one cell, as prepared by `run`",
    .arguments = "CELL STAGE [STAGE ...]",
    .least = 2,
    .most = AXIS_MOST_VALUES, /* cells that differ in how they are evaluated share it */
    .internal = true,
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
