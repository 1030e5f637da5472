#include "experiments/bench/cells.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/threads.h"
#include "experiments/bench/apart.h"
#include "core/base/temporary.h"
#include "experiments/recipe/find.h"
#include "experiments/run/schedule.h"

#include <stdio.h>

typedef struct {
    char folder[TEMPORARY_PATH];
    int  rounds;
} What;

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
static Status run_all(double *seconds, const Recipe *r, const char *results, int jobs,
                      Err *err)
{
    char           program[CELL_PATH];
    ScheduleConfig c = { .program = program, .jobs = jobs, .threads = 1 };
    ScheduleResult result;
    Works          w;
    Arena          a;
    arena_open(&a, "cells", NULL, NULL);
    program_path(program, sizeof program);
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

static Status measure_rounds(CellRate *rate, const Recipe *r, const What *w, Err *err)
{
    double per_hour[CELLS_JOBS][CELLS_ROUNDS_MOST], gain[CELLS_ROUNDS_MOST], seconds;
    char   results[TEMPORARY_PATH + 64];
    for (int i = 0; i < w->rounds; i++) {
        for (int jobs = 1; jobs <= CELLS_JOBS; jobs++) {
            snprintf(results, sizeof results, "%s/jobs-%d-%d", w->folder, jobs, i);
            if (run_all(&seconds, r, results, jobs, err)) return err->code;
            per_hour[jobs - 1][i] = 3600 * r->n_cells / seconds;
        }
        gain[i] = per_hour[CELLS_JOBS - 1][i] / per_hour[0][i];
    }
    for (int k = 0; k < CELLS_JOBS; k++)
        rate->per_hour[k] = stats_quartiles(per_hour[k], w->rounds);
    rate->gain = stats_quartiles(gain, w->rounds);
    rate->cells = r->n_cells;
    return STATUS_OK;
}

static Status measure(void *value, const void *what, Err *err)
{
    const What *w = what;
    CellRate   *rate = value;
    Recipe     *r = NULL;
    Status      bad = open_recipe(&r, w->folder, rate->images, err);
    if (!bad) bad = measure_rounds(rate, r, w, err);
    recipe_close(r);
    return bad;
}

/* The scheduler sets variables that other measurements must not see. */
Status cells_measure(CellRate *rate, int images, int rounds, Watch *watch, Err *err)
{
    What w = { .rounds = rounds < CELLS_ROUNDS_MOST ? rounds : CELLS_ROUNDS_MOST };
    *rate = (CellRate){ .images = images };
    if (temporary_open(w.folder, "bench", err)) return err->code;
    Status bad = apart(measure, rate, sizeof *rate, &w, watch, err);
    temporary_close(w.folder);
    return bad;
}
