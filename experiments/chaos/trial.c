#include "experiments/chaos/trial.h"

#include "core/base/file.h"
#include "core/base/temporary.h"
#include "core/base/threads.h"

#include <stdio.h>
#include <string.h>

enum { HEAD = 5, TAIL = 4 };

/* The recipe's settings last: they are the user's. */
void trial_command(const Trial *t, const char *argv[TRIAL_ARGV], const char *verb,
                   const char *results, const char *save_every)
{
    const char *head[HEAD] = { t->config.program, verb, t->config.recipe, "--results", results };
    int         n = HEAD;
    memcpy(argv, head, sizeof head);
    if (save_every) argv[n++] = "--quiet", argv[n++] = "-s", argv[n++] = save_every;
    for (int i = 0; i < t->config.settings; i++)
        argv[n++] = "-s", argv[n++] = t->config.set[i];
    argv[n] = NULL;
}

Status trial_failed(const Trial *t, int code, Err *err)
{
    return err_set(err, STATUS_FAILED, "`run %s` ended with %d by itself; see %s",
                   t->config.recipe, code, t->said);
}

static Status make_folders(const Works *w, const char **folder, Arena *a, Err *err)
{
    for (int i = 0; i < w->n; i++) {
        char *path = ARENA_NEW(a, char, CELL_PATH);
        cell_folder(path, w->results, w->work[i].cell);
        if (file_make_folders(path, err)) return err->code;
        folder[i] = path;
    }
    return STATUS_OK;
}

static Status open_results(Trial *t, Works *w, const char *name, Err *err)
{
    char *results = ARENA_NEW(&t->arena, char, CELL_PATH);
    int   n = snprintf(results, CELL_PATH, "%s/%s", t->config.folder, name);
    CHECK(n > 0 && n < CELL_PATH, "path too long: %.200s", t->config.folder);
    works_list(w, &t->arena, t->recipe, results);
    t->folder = ARENA_NEW(&t->arena, const char *, w->n);
    return make_folders(w, t->folder, &t->arena, err);
}

Status trial_open(Trial *t, const TrialConfig *c, const Recipe *r, Err *err)
{
    *t = (Trial){ .config = *c, .recipe = r };
    CHECK(HEAD + 2 * c->settings + TAIL <= TRIAL_ARGV, "%d settings", c->settings);
    arena_open(&t->arena, "trial", NULL, NULL);
    snprintf(t->said, sizeof t->said, "%s/said.txt", c->folder);
    if (open_results(t, &t->quiet, "quiet", err) || open_results(t, &t->stormy, "stormy", err))
        return err->code;
    return STATUS_OK;
}

void trial_close(Trial *t) { arena_close(&t->arena); }

Status trial_clear(Trial *t, Err *err)
{
    temporary_close(t->stormy.results);
    if (make_folders(&t->stormy, t->folder, &t->arena, err)) return err->code;
    for (int i = 0; i < t->stormy.n; i++) work_look(&t->stormy.work[i], t->stormy.results);
    return STATUS_OK;
}

Status trial_run_quietly(Trial *t, Err *err)
{
    const char *argv[TRIAL_ARGV];
    SittingEnd  end;
    double      start = clock_s();
    trial_command(t, argv, "run", t->quiet.results, "run.save-every=0");
    const Sitting s = { .argv = (char *const *)argv, .said = t->said };
    if (sitting_run(&end, &s, err)) return err->code;
    t->quiet_s = clock_s() - start;
    return end.code ? trial_failed(t, end.code, err) : STATUS_OK;
}
