/* The scheduler: everything once, failures apart, nothing lost by any death.
 *
 * The program it starts is a script here, which leaves copies of one record and obeys
 * files in the results folder: `slow`, `hold` (all but the first two wait until it is
 * gone), and for a cell `fail-ID`, `die-ID`, `idle-ID`. */
#define _POSIX_C_SOURCE 200809L
#include "core/base/file.h"
#include "experiments/run/claim.h"
#include "experiments/run/schedule.h"
#include "tests/recipe/recipes.h"
#include "tests/run/whole.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char script[] =
    "#!/bin/sh\n"
    "trap 'exit 75' TERM\n"
    "results=$3 cell=$8\n"
    "shift 8\n"
    "folder=$results/cells/$cell\n"
    "exec 9>\"$folder/lock\"\n"
    "flock -n 9 || exit 76\n"
    "missing=\n"
    "for s; do cmp -s \"$results/whole\" \"$folder/$s.h5\" || missing=1; done\n"
    "[ $missing ] || exit 0\n"
    "echo \"$cell\" >> \"$results/begun\"\n"
    "if [ -e \"$results/slow\" ]; then sleep 0.3 9>&-; fi\n"
    "while [ -e \"$results/hold\" ] && [ $(wc -l < \"$results/begun\") -gt 2 ]; do\n"
    "    sleep 0.05 9>&-\n"
    "done\n"
    "if [ -e \"$results/fail-$cell\" ]; then\n"
    "    echo 'knn: no luck' > \"$folder/failed.txt\"; exit 1\n"
    "fi\n"
    "if [ -e \"$results/die-$cell\" ]; then kill -9 $$; fi\n"
    "if [ -e \"$results/idle-$cell\" ]; then exit 0; fi\n"
    "for s; do cp \"$results/whole\" \"$folder/$s.h5\"; done\n";

#define GRID SMALL "grid:\n  pretrain.strategy: [random, grid, spiral]\n  seed: 0..1\n"
enum { CELLS = 6, STAGES = 3 };

static Scratch scratch;
static char    program[300];

static void open_scratch(void)
{
    scratch_open(&scratch);
    strcpy(program, scratch_file(&scratch, "fake", script, sizeof script - 1));
    cr_assert(!chmod(program, 0755));
    Err err;
    cr_assert(!whole_record(scratch_path(&scratch, "whole"), &err), "%s", err.text);
}

static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(schedule, .init = open_scratch, .fini = close_scratch, .timeout = 60);

typedef struct {
    Recipe *recipe;
    Arena   arena;
    Works   works;
} Setup;

static void set_up(Setup *s, const char *const *settings)
{
    s->recipe = recipe_good(&scratch, GRID, settings);
    arena_open(&s->arena, "test", NULL, NULL);
    works_list(&s->works, &s->arena, s->recipe, scratch.folder);
}

static void tear_down(Setup *s)
{
    arena_close(&s->arena);
    recipe_close(s->recipe);
}

static ScheduleResult run(Setup *s)
{
    ScheduleResult result;
    Err            err;
    ScheduleConfig c = { .program = program, .jobs = 2, .threads = 1 };
    cr_assert(!schedule_run(&s->works, s->recipe, &c, &result, &err), "%s", err.text);
    return result;
}

static ScheduleResult run_all(const char *const *settings)
{
    Setup s;
    set_up(&s, settings);
    ScheduleResult result = run(&s);
    tear_down(&s);
    return result;
}

static void touch(const char *word, const Cell *c)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s%.16s", word, c ? "-" : "", c ? c->stage[0].id : "");
    scratch_file(&scratch, name, "", 0);
}

static void untouch(const char *word, const Cell *c)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s%.16s", word, c ? "-" : "", c ? c->stage[0].id : "");
    remove(scratch_path(&scratch, name));
}

/* How often a process began work; *most: of one cell. */
static int begun(int *most)
{
    char   *text;
    size_t  n;
    int     lines = 0;
    Err     err;
    *most = 0;
    if (file_read(scratch_path(&scratch, "begun"), 1 << 20, &text, &n, &err)) return 0;
    for (char *a = text; *a; a += 17, lines++) {
        int same = 0;
        for (char *b = text; *b; b += 17) same += !memcmp(a, b, 16);
        if (same > *most) *most = same;
    }
    free(text);
    return lines;
}

static void nap(long ms)
{
    nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

Test(schedule, does_everything_once)
{
    int            most;
    ScheduleResult first = run_all(NULL), second = run_all(NULL);
    cr_expect(first.before == 0 && first.done == CELLS && first.failed == 0);
    cr_expect(second.before == CELLS && second.done == 0 && second.failed == 0);
    cr_expect(begun(&most) == CELLS && most == 1);
}

Test(schedule, a_grid_that_grows_runs_what_is_new)
{
    int         most;
    const char *more[] = { "grid.seed=0..2", NULL };
    run_all(NULL);
    ScheduleResult r = run_all(more);
    cr_expect(r.before == CELLS && r.done == 3);
    cr_expect(begun(&most) == CELLS + 3 && most == 1);
}

Test(schedule, evaluations_share_their_pre_training)
{
    int         most;
    const char *two[] = { "grid.knn.k=5,20", NULL };
    Setup       s;
    set_up(&s, two);
    cr_expect(s.recipe->n_cells == 2 * CELLS && s.works.n == CELLS);
    cr_expect(s.works.work[0].n == STAGES + 1, "%d stages", s.works.work[0].n);
    ScheduleResult r = run(&s);
    cr_expect(r.done == CELLS && begun(&most) == CELLS);
    tear_down(&s);
}

Test(schedule, another_evaluation_does_not_train_again)
{
    const char *other[] = { "knn.k=5", NULL };
    char        path[CELL_PATH];
    Setup       s;
    run_all(NULL);
    set_up(&s, other);
    cr_expect(work_needs(&s.works.work[0], 0), "without its encoder it is trained again");
    cell_file(path, scratch.folder, s.works.work[0].cell, "encoder.safetensors");
    fclose(fopen(path, "w"));
    work_look(&s.works.work[0], scratch.folder);
    cr_expect(!work_needs(&s.works.work[0], 0) && work_needs(&s.works.work[0], 1) &&
              !work_needs(&s.works.work[0], 2));
    tear_down(&s);
}

Test(schedule, a_failure_stops_nothing_else)
{
    static const char *const ways[] = { "fail", "die", "idle" };
    static const char *const why[] = { "knn: no luck", "killed by signal 9", "without its rec" };
    Setup s;
    set_up(&s, NULL);
    for (int i = 0; i < 3; i++) touch(ways[i], s.works.work[i].cell);
    ScheduleResult r = run(&s);
    cr_expect(r.failed == 3 && r.done == CELLS - 3);
    for (int i = 0; i < 3; i++) {
        cr_expect(s.works.work[i].state == WORK_FAILED);
        cr_expect(strstr(s.works.work[i].why, why[i]) != NULL, "%s", s.works.work[i].why);
    }
    tear_down(&s);

    set_up(&s, NULL); /* it is on disk too */
    for (int i = 0; i < 3; i++) {
        cr_expect(s.works.work[i].state == WORK_FAILED);
        cr_expect(strstr(s.works.work[i].why, why[i]) != NULL, "%s", s.works.work[i].why);
        untouch(ways[i], s.works.work[i].cell);
    }
    tear_down(&s);
}

Test(schedule, failed_alone_leaves_the_rest)
{
    const char *more[] = { "grid.seed=0..3", NULL };
    int         most;
    Setup       s;
    set_up(&s, NULL);
    touch("fail", s.works.work[1].cell);
    run(&s);
    untouch("fail", s.works.work[1].cell);
    tear_down(&s);
    set_up(&s, more);
    works_pick(&s.works, true, 0);
    ScheduleResult r = run(&s);
    cr_expect(r.done == 1 && r.failed == 0 && begun(&most) == CELLS + 1);
    tear_down(&s);
}

Test(schedule, so_many_at_most)
{
    int   most;
    Setup s;
    for (int i = 1; i <= 2; i++) {
        set_up(&s, NULL);
        works_pick(&s.works, false, 4);
        cr_expect(run(&s).done == (i == 1 ? 4 : CELLS - 4));
        tear_down(&s);
    }
    cr_expect(begun(&most) == CELLS && most == 1);
}

Test(schedule, two_of_them_share_the_work)
{
    int most, status;
    touch("slow", NULL);
    pid_t other = fork();
    ScheduleResult r = run_all(NULL);
    if (!other) _exit(r.failed || r.before + r.done != CELLS);
    cr_assert(waitpid(other, &status, 0) == other);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    cr_expect(r.failed == 0 && r.before + r.done == CELLS, "%d failed, %d + %d done", r.failed,
              r.before, r.done);
    cr_expect(begun(&most) == CELLS && most == 1, "%d begun, one %d times", begun(&most), most);
}

/* Until so many cells have begun. */
static void wait_for(int cells)
{
    int most;
    while (begun(&most) < cells) nap(20); /* the suite's patience is enough */
}

/* A run that dies of the signal when two cells are done and others have begun; then a
 * whole run. */
static void interrupt(int signal, bool cleanly)
{
    int status, most;
    touch("hold", NULL);
    pid_t pid = fork();
    if (!pid) {
        schedule_hold_signals();
        _exit(run_all(NULL).stopped ? 42 : 0);
    }
    wait_for(3);
    kill(pid, signal);
    cr_assert(waitpid(pid, &status, 0) == pid);
    if (cleanly) cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 42, "status %d", status);
    int before = begun(&most);
    cr_expect(before < CELLS && before > 0, "%d begun", before);
    untouch("hold", NULL);
    ScheduleResult r = run_all(NULL);
    cr_expect(r.before + r.done == CELLS && r.failed == 0);
    cr_expect(begun(&most) <= CELLS + 2, "%d begun: more than the running cells were lost",
              begun(&most));
    cr_expect(most <= 2);
}

Test(schedule, stops_when_asked) { interrupt(SIGTERM, true); }
Test(schedule, survives_being_killed) { interrupt(SIGKILL, false); }

Test(schedule, makes_a_damaged_record_anew)
{
    Setup s;
    char  path[CELL_PATH];
    int   most;
    run_all(NULL);
    set_up(&s, NULL);
    cell_record(path, scratch.folder, s.works.work[3].cell, STAGE_KNN);
    whole_harm(path);
    work_look(&s.works.work[3], scratch.folder);
    cr_expect(s.works.work[3].state == WORK_MISSING && s.works.work[3].tasks[1].damaged);
    ScheduleResult r = run(&s);
    cr_expect(r.before == CELLS - 1 && r.done == 1 && begun(&most) == CELLS + 1);
    cr_expect(cell_done(scratch.folder, s.works.work[3].cell, STAGE_KNN));
    tear_down(&s);
}

/* A process that was killed may have been replaced by another's, which needs no note. */
Test(schedule, a_failure_is_noted_of_nobody_elses_cell)
{
    Setup s;
    char  folder[CELL_PATH], path[CELL_PATH];
    int   fd;
    Err   err;
    set_up(&s, NULL);
    Work *w = &s.works.work[0];
    cell_folder(folder, scratch.folder, w->cell);
    cell_file(path, scratch.folder, w->cell, "failed.txt");
    cr_assert(!file_make_folders(folder, &err) && !claim_take(&fd, folder, &err));
    work_note_failure(scratch.folder, w, "killed");
    cr_expect(w->state == WORK_RUNNING && !file_exists(path) && !close(fd));
    work_note_failure(scratch.folder, w, "killed");
    cr_expect(w->state == WORK_FAILED && file_exists(path));
    work_forget_failure(scratch.folder, w->cell);
    run(&s);
    work_note_failure(scratch.folder, w, "killed");
    cr_expect(w->state == WORK_DONE && !file_exists(path));
    tear_down(&s);
}

/* All records are there, but its process died before it had put away the rest. */
Test(schedule, puts_away_what_is_left_of_a_done_cell)
{
    static const char *const names[] = { "journal.jsonl", "pretrain.state.safetensors",
                                         "knn-01234567.h5.part-5" };
    Setup s;
    char  path[CELL_PATH];
    Err   err;
    run_all(NULL);
    set_up(&s, NULL);
    for (int i = 0; i < 3; i++) {
        cell_file(path, scratch.folder, s.works.work[1].cell, names[i]);
        cr_assert(!file_write(path, "", 0, &err), "%s", err.text);
    }
    cr_expect(run(&s).before == CELLS);
    for (int i = 0; i < 3; i++) {
        cell_file(path, scratch.folder, s.works.work[1].cell, names[i]);
        cr_expect(!file_exists(path), "%s is left", names[i]);
    }
    tear_down(&s);
}

Test(schedule, waits_for_what_another_has_claimed)
{
    Setup s;
    char  folder[CELL_PATH];
    int   fd, most, told[2];
    Err   err;
    set_up(&s, NULL);
    cell_folder(folder, scratch.folder, s.works.work[2].cell);
    cr_assert(!file_make_folders(folder, &err) && !claim_take(&fd, folder, &err));
    cr_assert(!pipe(told));
    pid_t pid = fork(); /* holds the claim too, until all else is done */
    if (!pid) {
        char byte;
        if (read(told[0], &byte, 1) == 1) wait_for(CELLS - 1);
        _exit(0);
    }
    close(fd);
    work_look(&s.works.work[2], scratch.folder);
    cr_expect(s.works.work[2].state == WORK_RUNNING);
    cr_assert(write(told[1], "", 1) == 1);
    ScheduleResult r = run(&s);
    cr_expect(r.done == CELLS && begun(&most) == CELLS && most == 1);
    waitpid(pid, NULL, 0);
    tear_down(&s);
}

Test(schedule, keeps_the_configuration_beside_the_record)
{
    Setup s;
    char  path[CELL_PATH];
    Err   err;
    set_up(&s, NULL);
    run(&s);
    const Cell *c = s.works.work[0].cell;
    Recipe     *again;
    cell_file(path, scratch.folder, c, "config.yaml");
    cr_assert(!recipe_open(&again, path, NULL, 0, &err), "%s", err.text);
    cr_expect_str_eq(again->cells[0].stage[0].id, c->stage[0].id);
    recipe_close(again);
    tear_down(&s);
}

Test(schedule, a_program_that_is_not_there_fails_every_cell)
{
    strcat(program, "-none");
    ScheduleResult r = run_all(NULL);
    cr_expect(r.failed == CELLS && r.done == 0);
}
