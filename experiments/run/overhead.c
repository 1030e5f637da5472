#define _POSIX_C_SOURCE 200809L /* dup2, execl */
#include "experiments/run/overhead.h"

#include "core/base/process.h"
#include "core/base/threads.h"
#include "experiments/recipe/find.h"
#include "experiments/run/machine.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <unistd.h>

/* A stage reads its recipe, opens its data, warms up and looks at what it has written: so many
 * starts of the program, which is libraries above all.  Measured: a cell of four tiny stages
 * takes 0.115 s of processor time, a start 0.013 s. */
static const double STARTS_OF_A_STAGE = 2;

/* Of a record and of a configuration: the file, and the folder that it is renamed in. */
enum { SYNCS_OF_A_FILE = 2 };

static bool start_once(const char *program)
{
    pid_t child;
    Err   err;
    if (process_fork(&child, PROCESS_FOLLOWS, SIGKILL, &err)) return false;
    if (!child) {
        int nothing = open("/dev/null", O_RDWR);
        dup2(nothing, STDIN_FILENO);
        dup2(nothing, STDOUT_FILENO);
        dup2(nothing, STDERR_FILENO);
        execl(program, program, "--version", (char *)NULL);
        _exit(127);
    }
    return process_wait(child) == 0;
}

Overhead overhead_try(const char *results)
{
    enum { TRIES = 8 };
    char     program[CELL_PATH];
    Overhead o = { .sync_s = machine_sync(results) };
    program_path(program, sizeof program);
    double least = INFINITY;
    for (int i = 0; i < TRIES; i++) {
        double start = clock_s();
        if (!start_once(program)) return o;
        least = fmin(least, clock_s() - start);
    }
    o.start_s = least;
    return o;
}

double overhead_seconds(const Overhead *o, const Work *w)
{
    int stages = 0, files = 0;
    for (int i = 0; i < w->n; i++) {
        const Task *t = &w->tasks[i];
        if (!work_needs(w, i)) continue;
        stages++;
        files += 2; /* configuration, record */
        if (t->kind == STAGE_PRETRAIN) files += cell_models(t->cell);
    }
    return stages ? (1 + STARTS_OF_A_STAGE * stages) * o->start_s +
                        files * SYNCS_OF_A_FILE * o->sync_s
                  : 0;
}
