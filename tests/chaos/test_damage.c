/* Any file of a cell that nobody works on is damaged: run makes it anew, and ends with 0. */
#define _POSIX_C_SOURCE 200809L /* truncate */
#include "core/base/file.h"
#include "experiments/chaos/trial.h"
#include "experiments/chaos/verdict.h"
#include "tests/recipe/recipes.h"
#include "tests/run/whole.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char tiny[] =
    "name: tiny\n"
    "data: {set: scenes, train: 16, test: 8}\n"
    "model: {preset: micro, patch: 7, width: 8, depth: 1, heads: 2,\n"
    "        decoder-width: 8, decoder-depth: 1, decoder-heads: 2}\n"
    "pretrain: {epochs: 1, batch: 8, warmup: 0}\n"
    "evaluate: [knn, linear]\n"
    "linear: {epochs: 1, batch: 8, warmup: 0}\n"
    "run: {jobs: 1, threads: 1}\n";

/* A cell whose `linear` is still to be done; what it leaves is what an unharmed run leaves. */
typedef struct {
    Scratch     scratch;
    Recipe     *recipe;
    Trial       trial;
    const Cell *cell;
    const char *run[TRIAL_ARGV];
} Patient;

static Err err;

static void run_it(Patient *p, const char *harmed)
{
    SittingEnd end;
    Sitting    s = { .argv = (char *const *)p->run, .said = p->trial.said };
    Verdict    v;
    cr_assert(!sitting_run(&end, &s, &err), "%s", err.text);
    cr_expect(end.code == 0, "%s: run ended with %d", harmed, end.code);
    cr_assert(!verdict_of(&v, &p->trial.quiet, &p->trial.stormy, &err), "%s", err.text);
    cr_expect(v.records == 3 && !v.differences.length, "%s: %s", harmed,
              text_get(&v.differences));
    text_free(&v.differences);
}

static void open_patient(Patient *p)
{
    static char path[400], folder[400];
    *p = (Patient){ 0 };
    scratch_open(&p->scratch);
    strcpy(folder, scratch_folder(&p->scratch, "both"));
    strcpy(path, scratch_file(&p->scratch, "tiny.yaml", tiny, sizeof tiny - 1));
    const TrialConfig c = { .program = getenv("MASKGRID"), .recipe = path, .folder = folder };
    cr_assert(c.program, "MASKGRID names the program");
    cr_assert(!recipe_open(&p->recipe, path, NULL, 0, &err), "%s", err.text);
    cr_assert(!trial_open(&p->trial, &c, p->recipe, &err), "%s", err.text);
    cr_assert(!trial_run_quietly(&p->trial, &err), "%s", err.text);
    p->cell = p->recipe->cells;
    trial_command(&p->trial, p->run, "run", p->trial.stormy.results, "run.save-every=300");
    run_it(p, "nothing");
}

static void close_patient(Patient *p)
{
    trial_close(&p->trial);
    recipe_close(p->recipe);
    scratch_close(&p->scratch);
}

static void name_of(char out[CELL_PATH], const Patient *p, StageKind kind, const char *ending)
{
    snprintf(out, CELL_PATH, "%s%s", p->cell->stage[kind].name, ending);
}

/* To be done again: its record is gone, and there are a state and a journal. */
static void half_do(const Patient *p)
{
    char path[CELL_PATH], name[CELL_PATH], text[256];
    int  n = snprintf(text, sizeof text, "{\"stage\": \"%s\", \"step\": 1, \"steps\": 2, "
                      "\"threads\": 1}\n", p->cell->stage[STAGE_LINEAR].name);
    cell_record(path, p->trial.stormy.results, p->cell, STAGE_LINEAR);
    cr_assert(!remove(path));
    name_of(name, p, STAGE_LINEAR, ".state.safetensors");
    cell_file(path, p->trial.stormy.results, p->cell, name);
    cr_assert(!whole_encoder(path, NULL, &err), "%s", err.text);
    cell_file(path, p->trial.stormy.results, p->cell, "journal.jsonl");
    cr_assert(!file_write(path, text, (size_t)n, &err), "%s", err.text);
}

static void harm(Patient *p, const char *name)
{
    char        path[CELL_PATH];
    struct stat st;
    cell_file(path, p->trial.stormy.results, p->cell, name);
    half_do(p);
    cr_assert(!stat(path, &st) && st.st_size, "%s", path);
    cr_assert(!truncate(path, st.st_size / 2));
    run_it(p, name);
    half_do(p);
    whole_harm(path);
    run_it(p, name);
}

Test(damage, is_made_good_by_run, .timeout = 300)
{
    static const char *const names[] = { "config.yaml", "pretrain.h5", "encoder.safetensors",
                                         "journal.jsonl", "lock" };
    static const char *const endings[] = { ".yaml", ".state.safetensors" };
    char                     name[CELL_PATH];
    Patient                  p;
    open_patient(&p);
    for (int i = 0; i < 5; i++) harm(&p, names[i]);
    for (int i = 0; i < 2; i++) name_of(name, &p, STAGE_LINEAR, endings[i]), harm(&p, name);
    name_of(name, &p, STAGE_KNN, ".yaml"), harm(&p, name);
    name_of(name, &p, STAGE_KNN, ".h5"), harm(&p, name);
    close_patient(&p);
}
