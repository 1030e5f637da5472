/* maskgrid cell: what `run` starts, one process a cell. */
#include "experiments/cli/cli.h"

#include "core/base/threads.h"
#include "experiments/recipe/grid.h"
#include "experiments/run/worker.h"

typedef struct {
    const char *results;
    long        threads;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, results, "DIR", "results", "the folder that holds cells/"),
    OPTION_INT(Options, threads, "N", "1", 1, 1024, "threads that compute"),
    { 0 }
};

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    threads_set((int)o->threads);
    return worker_run(o->results, arguments[0], arguments + 1, n - 1, stage_run);
}

COMMAND(cell) = {
    .place = 190,
    .about = "run stages of one cell, as prepared by `run`",
    .arguments = "CELL STAGE [STAGE ...]",
    .least = 2,
    .most = GRID_MOST_VALUES, /* cells that differ in how they are evaluated share it */
    .internal = true,
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
