#define _XOPEN_SOURCE 700 /* mkdtemp, nftw */
#include "experiments/bench/cells.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/threads.h"
#include "experiments/bench/apart.h"
#include "experiments/recipe/find.h"
#include "experiments/run/schedule.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int drop(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static Status open_recipe(Recipe **r, const char *folder, int images, Err *err)
{
    Text text = { 0 };
    char path[CELL_PATH];
    snprintf(path, sizeof path, "%s/cells.yaml", folder);
    text_add(&text,
             "data: {set: scenes, train: %d, test: 16}\n"
             "model: {preset: micro, patch: 4}\n"
             "pretrain: {epochs: 1, batch: 128, warmup: 0}\n"
             "grid: {seed: 0..3}\n",
             images);
    Status bad = file_write(path, text.s, text.length, err);
    text_free(&text);
    return bad ? bad : recipe_open(r, path, NULL, 0, err);
}

/* Seconds to run all cells, from nothing. */
static Status run_all(double *seconds, const Recipe *r, const char *folder, int jobs, Err *err)
{
    char           program[CELL_PATH], results[CELL_PATH];
    ScheduleConfig c = { .program = program, .jobs = jobs, .threads = 1 };
    ScheduleResult result;
    Works          w;
    Arena          a;
    arena_open(&a, "cells", NULL, NULL);
    program_path(program, sizeof program);
    snprintf(results, sizeof results, "%s/jobs-%d", folder, jobs);
    works_list(&w, &a, r, results);
    double start = clock_s();
    Status bad = schedule_run(&w, r, &c, &result, err);
    *seconds = clock_s() - start;
    if (!bad && result.stopped) bad = err_set(err, STATUS_STOPPED, "stopped");
    for (int i = 0; !bad && i < w.n; i++)
        if (w.work[i].state != WORK_DONE)
            bad = err_set(err, STATUS_FAILED, "a cell failed: %s", w.work[i].why);
    arena_close(&a);
    return bad;
}

static Status measure(void *value, const void *folder, Err *err)
{
    CellRate *rate = value;
    Recipe   *r = NULL;
    Status    bad = open_recipe(&r, folder, rate->images, err);
    for (int jobs = 1; jobs <= CELLS_JOBS && !bad; jobs++) {
        double seconds;
        bad = run_all(&seconds, r, folder, jobs, err);
        rate->cells = r->n_cells;
        rate->per_hour[jobs - 1] = 3600 * r->n_cells / seconds;
    }
    recipe_close(r);
    return bad;
}

/* The scheduler sets variables that other measurements must not see. */
Status cells_measure(CellRate *rate, int images, Err *err)
{
    char        folder[CELL_PATH];
    const char *where = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/maskgrid-bench-XXXXXX", where ? where : P_tmpdir);
    *rate = (CellRate){ .images = images };
    if (!mkdtemp(folder)) return err_set(err, STATUS_IO, "%s: %s", folder, strerror(errno));
    Status bad = apart(measure, rate, sizeof *rate, folder, err);
    nftw(folder, drop, 16, FTW_DEPTH | FTW_PHYS);
    return bad;
}
