/* The scheduler: everything once, failures apart, nothing lost by any death. */
#define _POSIX_C_SOURCE 200809L
#include "core/base/file.h"
#include "experiments/run/claim.h"
#include "experiments/run/whole.h"
#include "tests/run/fake.h"
#include "tests/run/whole.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

TestSuite(schedule, .init = fake_open, .fini = fake_close, .timeout = 60);

Test(schedule, does_everything_once)
{
    int            most;
    ScheduleResult first = fake_run_all(NULL), second = fake_run_all(NULL);
    cr_expect(first.before == 0 && first.done == CELLS && first.failed == 0);
    cr_expect(second.before == CELLS && second.done == 0 && second.failed == 0);
    cr_expect(fake_begun(&most) == CELLS && most == 1);
}

/* So the first status of what a run has left reads nothing. */
Test(schedule, what_it_has_seen_done_is_noted)
{
    FakeRun     s;
    Whole       known;
    RecordStamp stamp;
    fake_set_up(&s, NULL);
    fake_run(&s);
    whole_open(&known, fake.scratch.folder);
    whole_load(&known);
    for (int i = 0; i < CELLS; i++)
        for (int k = 0; k < STAGES; k++) {
            const Task *t = &s.works.work[i].tasks[k];
            cr_assert(whole_stamp(&stamp, fake.scratch.folder, t->cell, t->kind));
            cr_expect(whole_knows(&known, &stamp) == stamp.fine, "cell %d stage %d", i, k);
        }
    cr_expect(known.n <= CELLS * STAGES, "each once");
    whole_close(&known);
    fake_tear_down(&s);
}

Test(schedule, a_grid_that_grows_runs_what_is_new)
{
    int         most;
    const char *more[] = { "grid.seed=0..2", NULL };
    fake_run_all(NULL);
    ScheduleResult r = fake_run_all(more);
    cr_expect(r.before == CELLS && r.done == 3);
    cr_expect(fake_begun(&most) == CELLS + 3 && most == 1);
}

Test(schedule, evaluations_share_their_pre_training)
{
    int         most;
    const char *two[] = { "grid.knn.k=5,20", NULL };
    FakeRun       s;
    fake_set_up(&s, two);
    cr_expect(s.recipe->n_cells == 2 * CELLS && s.works.n == CELLS);
    cr_expect(s.works.work[0].n == STAGES + 1, "%d stages", s.works.work[0].n);
    ScheduleResult r = fake_run(&s);
    cr_expect(r.done == CELLS && fake_begun(&most) == CELLS);
    fake_tear_down(&s);
}

Test(schedule, another_evaluation_does_not_train_again)
{
    const char *other[] = { "knn.k=5", NULL };
    char        path[CELL_PATH];
    FakeRun       s;
    fake_run_all(NULL);
    fake_set_up(&s, other);
    cr_expect(work_needs(&s.works.work[0], 0), "without its encoder it is trained again");
    cell_file(path, fake.scratch.folder, s.works.work[0].cell, "encoder.safetensors");
    fclose(fopen(path, "w"));
    work_look(&s.works.work[0], fake.scratch.folder);
    cr_expect(!work_needs(&s.works.work[0], 0) && work_needs(&s.works.work[0], 1) &&
              !work_needs(&s.works.work[0], 2));
    fake_tear_down(&s);
}

Test(schedule, a_failure_stops_nothing_else)
{
    static const char *const ways[] = { "fail", "die", "idle" };
    static const char *const why[] = { "knn: no luck", "killed by signal 9", "without its rec" };
    FakeRun s;
    fake_set_up(&s, NULL);
    for (int i = 0; i < 3; i++) fake_touch(ways[i], s.works.work[i].cell);
    ScheduleResult r = fake_run(&s);
    cr_expect(r.failed == 3 && r.done == CELLS - 3);
    for (int i = 0; i < 3; i++) {
        cr_expect(s.works.work[i].state == WORK_FAILED);
        cr_expect(strstr(s.works.work[i].why, why[i]) != NULL, "%s", s.works.work[i].why);
    }
    fake_tear_down(&s);

    fake_set_up(&s, NULL); /* it is on disk too */
    for (int i = 0; i < 3; i++) {
        cr_expect(s.works.work[i].state == WORK_FAILED);
        cr_expect(strstr(s.works.work[i].why, why[i]) != NULL, "%s", s.works.work[i].why);
        fake_untouch(ways[i], s.works.work[i].cell);
    }
    fake_tear_down(&s);
}

Test(schedule, failed_alone_leaves_the_rest)
{
    const char *more[] = { "grid.seed=0..3", NULL };
    int         most;
    FakeRun       s;
    fake_set_up(&s, NULL);
    fake_touch("fail", s.works.work[1].cell);
    fake_run(&s);
    fake_untouch("fail", s.works.work[1].cell);
    fake_tear_down(&s);
    fake_set_up(&s, more);
    works_pick(&s.works, true, 0);
    ScheduleResult r = fake_run(&s);
    cr_expect(r.done == 1 && r.failed == 0 && fake_begun(&most) == CELLS + 1);
    fake_tear_down(&s);
}

Test(schedule, so_many_at_most)
{
    int   most;
    FakeRun s;
    for (int i = 1; i <= 2; i++) {
        fake_set_up(&s, NULL);
        works_pick(&s.works, false, 4);
        cr_expect(fake_run(&s).done == (i == 1 ? 4 : CELLS - 4));
        fake_tear_down(&s);
    }
    cr_expect(fake_begun(&most) == CELLS && most == 1);
}

Test(schedule, two_of_them_share_the_work)
{
    int most, status;
    fake_touch("slow", NULL);
    pid_t other = fork();
    ScheduleResult r = fake_run_all(NULL);
    if (!other) _exit(r.failed || r.before + r.done != CELLS);
    cr_assert(waitpid(other, &status, 0) == other);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    cr_expect(r.failed == 0 && r.before + r.done == CELLS, "%d failed, %d + %d done", r.failed,
              r.before, r.done);
    cr_expect(fake_begun(&most) == CELLS && most == 1, "%d begun, one %d times",
              fake_begun(&most), most);
}

static void nap(long ms)
{
    nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* Until so many cells have begun. */
static void wait_for(int cells)
{
    int most;
    while (fake_begun(&most) < cells) nap(20); /* the suite's patience is enough */
}

/* A run that dies of the signal when two cells are done and others have begun; then a
 * whole run. */
static void interrupt(int signal, bool cleanly)
{
    int status, most;
    fake_touch("hold", NULL);
    pid_t pid = fork();
    if (!pid) {
        schedule_hold_signals();
        _exit(fake_run_all(NULL).stopped ? 42 : 0);
    }
    wait_for(3);
    kill(pid, signal);
    cr_assert(waitpid(pid, &status, 0) == pid);
    if (cleanly) cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 42, "status %d", status);
    int before = fake_begun(&most);
    cr_expect(before < CELLS && before > 0, "%d begun", before);
    fake_untouch("hold", NULL);
    ScheduleResult r = fake_run_all(NULL);
    cr_expect(r.before + r.done == CELLS && r.failed == 0);
    cr_expect(fake_begun(&most) <= CELLS + 2, "%d begun: more than the running cells were lost",
              fake_begun(&most));
    cr_expect(most <= 2);
}

Test(schedule, stops_when_asked) { interrupt(SIGTERM, true); }
Test(schedule, survives_being_killed) { interrupt(SIGKILL, false); }

/* A run that gets the first signal, and the second soon after; *code is its own. */
static void ask_twice(int *code, int first, int second)
{
    int status;
    fake_touch("hold", NULL);
    pid_t pid = fork();
    if (!pid) {
        signal(first, SIG_DFL); /* whoever runs the tests may have it ignored */
        schedule_hold_signals();
        _exit(fake_run_all(NULL).stopped ? 42 : 0);
    }
    wait_for(3);
    kill(pid, first);
    nap(20);
    kill(pid, second);
    cr_assert(waitpid(pid, &status, 0) == pid);
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* As `timeout` does: to the scheduler, then to its group. */
Test(schedule, what_is_asked_twice_at_once_kills_nothing)
{
    static const int signals[] = { SIGTERM, SIGINT };
    for (int i = 0; i < 2; i++) {
        int code;
        ask_twice(&code, signals[i], signals[i]);
        cr_expect(code == 42, "%d", code);
        cr_expect(file_exists(scratch_path(&fake.scratch, "saved")), "signal %d", signals[i]);
        fake_untouch("saved", NULL);
        fake_untouch("begun", NULL);
    }
}

/* As under nohup. */
Test(schedule, an_ignored_signal_stops_nothing)
{
    int status;
    fake_touch("hold", NULL);
    pid_t pid = fork();
    if (!pid) {
        signal(SIGHUP, SIG_IGN);
        schedule_hold_signals();
        ScheduleResult r = fake_run_all(NULL);
        _exit(r.stopped ? 42 : r.done != CELLS);
    }
    wait_for(3);
    kill(pid, SIGHUP);
    nap(300);
    fake_untouch("hold", NULL);
    cr_assert(waitpid(pid, &status, 0) == pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
}

Test(schedule, makes_a_damaged_record_anew)
{
    FakeRun s;
    char  path[CELL_PATH];
    int   most;
    fake_run_all(NULL);
    fake_set_up(&s, NULL);
    cell_record(path, fake.scratch.folder, s.works.work[3].cell, STAGE_KNN);
    whole_harm(path);
    work_look(&s.works.work[3], fake.scratch.folder);
    cr_expect(s.works.work[3].state == WORK_MISSING && s.works.work[3].tasks[1].damaged);
    ScheduleResult r = fake_run(&s);
    cr_expect(r.before == CELLS - 1 && r.done == 1 && fake_begun(&most) == CELLS + 1);
    cr_expect(cell_done(fake.scratch.folder, s.works.work[3].cell, STAGE_KNN));
    fake_tear_down(&s);
}

/* A process that was killed may have been replaced by another's, which needs no note. */
Test(schedule, a_failure_is_noted_of_nobody_elses_cell)
{
    FakeRun s;
    char  folder[CELL_PATH], path[CELL_PATH];
    int   fd;
    Err   err;
    fake_set_up(&s, NULL);
    Work *w = &s.works.work[0];
    cell_folder(folder, fake.scratch.folder, w->cell);
    cell_file(path, fake.scratch.folder, w->cell, "failed.txt");
    cr_assert(!file_make_folders(folder, &err) && !claim_take(&fd, folder, &err));
    work_note_failure(fake.scratch.folder, w, "killed");
    cr_expect(w->state == WORK_RUNNING && !file_exists(path) && !close(fd));
    work_note_failure(fake.scratch.folder, w, "killed");
    cr_expect(w->state == WORK_FAILED && file_exists(path));
    work_forget_failure(fake.scratch.folder, w->cell);
    fake_run(&s);
    work_note_failure(fake.scratch.folder, w, "killed");
    cr_expect(w->state == WORK_DONE && !file_exists(path));
    fake_tear_down(&s);
}

/* All records are there, but its process died before it had put away the rest. */
Test(schedule, puts_away_what_is_left_of_a_done_cell)
{
    static const char *const names[] = { "journal.jsonl", "pretrain.state.safetensors",
                                         "knn-01234567.h5.part-5" };
    FakeRun s;
    char  path[CELL_PATH];
    Err   err;
    fake_run_all(NULL);
    fake_set_up(&s, NULL);
    for (int i = 0; i < 3; i++) {
        cell_file(path, fake.scratch.folder, s.works.work[1].cell, names[i]);
        cr_assert(!file_write(path, "", 0, &err), "%s", err.text);
    }
    cr_expect(fake_run(&s).before == CELLS);
    for (int i = 0; i < 3; i++) {
        cell_file(path, fake.scratch.folder, s.works.work[1].cell, names[i]);
        cr_expect(!file_exists(path), "%s is left", names[i]);
    }
    fake_tear_down(&s);
}

/* One that came to nothing told of it while another did the cell. */
Test(schedule, forgets_the_failure_of_a_done_cell)
{
    FakeRun s;
    char  path[CELL_PATH];
    Err   err;
    fake_run_all(NULL);
    fake_set_up(&s, NULL);
    cell_file(path, fake.scratch.folder, s.works.work[1].cell, "failed.txt");
    cr_assert(!file_write(path, "claim: no\n", 10, &err), "%s", err.text);
    cr_expect(fake_run(&s).before == CELLS);
    cr_expect(!file_exists(path));
    fake_tear_down(&s);
}

Test(schedule, waits_for_what_another_has_claimed)
{
    FakeRun s;
    char  folder[CELL_PATH];
    int   fd, most, told[2];
    Err   err;
    fake_set_up(&s, NULL);
    cell_folder(folder, fake.scratch.folder, s.works.work[2].cell);
    cr_assert(!file_make_folders(folder, &err) && !claim_take(&fd, folder, &err));
    cr_assert(!pipe(told));
    pid_t pid = fork(); /* holds the claim too, until all else is done */
    if (!pid) {
        char byte;
        if (read(told[0], &byte, 1) == 1) wait_for(CELLS - 1);
        _exit(0);
    }
    close(fd);
    work_look(&s.works.work[2], fake.scratch.folder);
    cr_expect(s.works.work[2].state == WORK_RUNNING);
    cr_assert(write(told[1], "", 1) == 1);
    ScheduleResult r = fake_run(&s);
    cr_expect(r.done == CELLS && fake_begun(&most) == CELLS && most == 1);
    waitpid(pid, NULL, 0);
    fake_tear_down(&s);
}

Test(schedule, keeps_the_configuration_beside_the_record)
{
    FakeRun s;
    char  path[CELL_PATH];
    Err   err;
    fake_set_up(&s, NULL);
    fake_run(&s);
    const Cell *c = s.works.work[0].cell;
    Recipe     *again;
    cell_file(path, fake.scratch.folder, c, "config.yaml");
    cr_assert(!recipe_open(&again, path, NULL, 0, &err), "%s", err.text);
    cr_expect_str_eq(again->cells[0].stage[0].id, c->stage[0].id);
    recipe_close(again);
    fake_tear_down(&s);
}

Test(schedule, a_program_that_is_not_there_fails_every_cell)
{
    strcat(fake.program, "-none");
    ScheduleResult r = fake_run_all(NULL);
    cr_expect(r.failed == CELLS && r.done == 0);
}
