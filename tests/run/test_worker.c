/* The process of a cell. */
#define _POSIX_C_SOURCE 200809L
#include "experiments/run/worker.h"

#include "core/base/file.h"
#include "core/base/threads.h"
#include "experiments/run/claim.h"
#include "tests/recipe/recipes.h"
#include "tests/run/whole.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static Scratch scratch;
static Recipe *recipe;
static char    folder[CELL_PATH], cell[17];

static void write_configs(void)
{
    Err err;
    for (int s = 0; s < STAGE_KINDS; s++) {
        Text yaml = { 0 };
        char path[CELL_PATH];
        cell_yaml(recipe->cells, s, &yaml);
        cell_config(path, scratch.folder, recipe->cells, s);
        cr_assert(!file_write(path, yaml.s, yaml.length, &err), "%s", err.text);
        text_free(&yaml);
    }
}

static void open_cell(void)
{
    Err err;
    cr_redirect_stdout(); /* what goes to log.txt */
    cr_redirect_stderr();
    threads_set(1); /* a process that is forked has none of its parent's OpenMP threads */
    scratch_open(&scratch);
    recipe = recipe_good(&scratch, EVALUATED, NULL);
    cell_folder(folder, scratch.folder, recipe->cells);
    snprintf(cell, sizeof cell, "%.16s", recipe->cells[0].stage[0].id);
    cr_assert(!file_make_folders(folder, &err), "%s", err.text);
    write_configs();
}

static void close_cell(void)
{
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(worker, .init = open_cell, .fini = close_cell, .timeout = 30);

/* --- stages that stand in for the real ones ------------------------------ */

static int  calls;
static char order[256];

static Status leave_record(const Cell *c, StageKind kind, const StageContext *x, Err *err)
{
    char path[CELL_PATH];
    calls++;
    strcat(order, stage_word(kind)), strcat(order, " ");
    x->progress(x->self, &(StageProgress){ .step = 0, .steps = 10, .loss = 1 });
    x->progress(x->self, &(StageProgress){ .step = 10, .steps = 10, .loss = NAN, .images = 640 });
    cell_record(path, x->results, c, kind);
    return whole_record(path, err);
}

static Status give_up(const Cell *c, StageKind kind, const StageContext *x, Err *err)
{
    (void)c, (void)kind, (void)x;
    return err_set(err, STATUS_FAILED, "the loss is not finite");
}

static Status stop_soon(const Cell *c, StageKind kind, const StageContext *x, Err *err)
{
    (void)c, (void)kind;
    calls++;
    cr_expect(!x->stopping(x->self));
    raise(SIGTERM); /* blocked: it waits to be asked for */
    cr_expect(x->stopping(x->self));
    return err_set(err, STATUS_STOPPED, "stopped");
}

static int work(StageRun *run)
{
    char stage[STAGE_KINDS][STAGE_NAME], *stages[STAGE_KINDS];
    for (int s = 0; s < STAGE_KINDS; s++) {
        strcpy(stage[s], recipe->cells[0].stage[s].name);
        stages[s] = stage[s];
    }
    return worker_run(scratch.folder, cell, stages, STAGE_KINDS, 0, run);
}

static char *contents(const char *name)
{
    char   path[CELL_PATH], *text;
    size_t n;
    Err    err;
    cell_file(path, scratch.folder, recipe->cells, name);
    return file_read(path, 1 << 20, &text, &n, &err) ? NULL : text;
}

Test(worker, runs_every_stage_in_order)
{
    cr_expect(work(leave_record) == EXIT_DONE);
    cr_expect_str_eq(order, "pretrain knn linear-cached linear partial finetune detect segment "
                            "reconstruct represent ");
    for (int s = 0; s < STAGE_KINDS; s++)
        cr_expect(cell_done(scratch.folder, recipe->cells, s));
    cr_expect(contents("journal.jsonl") == NULL, "the journal is gone when all is done");
}

/* As another does that could not take the claim. */
static Status tells_of_a_failure(const Cell *c, StageKind kind, const StageContext *x,
                                 Err *err)
{
    char path[CELL_PATH];
    cell_file(path, scratch.folder, c, "failed.txt");
    cr_assert(!file_write(path, "claim: no\n", 10, err), "%s", err->text);
    return leave_record(c, kind, x, err);
}

Test(worker, what_is_done_has_not_failed)
{
    cr_expect(work(tells_of_a_failure) == EXIT_DONE);
    cr_expect(contents("failed.txt") == NULL);
}

Test(worker, skips_evaluations_that_are_there)
{
    char path[CELL_PATH];
    Err  err;
    cell_record(path, scratch.folder, recipe->cells, STAGE_KNN);
    cr_assert(!whole_record(path, &err), "%s", err.text);
    cr_expect(work(leave_record) == EXIT_DONE);
    cr_expect_str_eq(order, "pretrain linear-cached linear partial finetune detect segment "
                            "reconstruct represent ");
}

Test(worker, keeps_the_reason_of_a_failure)
{
    cr_expect(work(give_up) == EXIT_FAILED);
    char *why = contents("failed.txt");
    cr_assert(why != NULL);
    cr_expect_str_eq(why, "pretrain: the loss is not finite\n");
    free(why);
    cr_expect(work(leave_record) == EXIT_DONE);
    cr_expect(contents("failed.txt") == NULL, "forgotten once it is mended");
}

Test(worker, stops_between_steps)
{
    cr_expect(work(stop_soon) == EXIT_STOPPED);
    cr_expect(calls == 1);
    cr_expect(contents("failed.txt") == NULL);
}

/* Signals that end the process: in one of its own. */
static int exit_of(StageRun *run)
{
    int   status;
    pid_t pid = fork();
    if (!pid) _exit(work(run));
    cr_assert(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "status %d", status);
    return WEXITSTATUS(status);
}

/* Closing the terminal, unless nohup has it ignored. */
static Status hang_up(const Cell *c, StageKind kind, const StageContext *x, Err *err)
{
    (void)c, (void)kind;
    raise(SIGHUP);
    if (!x->stopping(x->self)) _exit(77);
    return err_set(err, STATUS_STOPPED, "stopped");
}

Test(worker, stops_when_the_terminal_is_closed)
{
    signal(SIGHUP, SIG_DFL); /* whoever runs the tests may have it ignored */
    cr_expect_eq(exit_of(hang_up), EXIT_STOPPED);
    signal(SIGHUP, SIG_IGN);
    cr_expect_eq(exit_of(hang_up), 77);
}

static Status raise_in_knn(const Cell *c, StageKind kind, const StageContext *x, Err *err)
{
    if (kind == STAGE_KNN) raise(SIGTERM);
    return leave_record(c, kind, x, err);
}

Test(worker, a_stage_without_a_state_ends_at_once)
{
    cr_expect(exit_of(raise_in_knn) == EXIT_STOPPED);
    cr_expect(cell_done(scratch.folder, recipe->cells, STAGE_PRETRAIN));
    cr_expect(!cell_done(scratch.folder, recipe->cells, STAGE_KNN), "it went on");
}

/* SIGTERM may come again and again: a scheduler at which one types sends it too. */
static Status type_twice(const Cell *c, StageKind kind, const StageContext *x, Err *err)
{
    (void)c, (void)kind, (void)err;
    for (int i = 0; i < 2; i++) raise(SIGTERM), raise(SIGINT);
    if (!x->stopping(x->self) || !x->stopping(x->self)) _exit(1);
    raise(SIGTERM);
    if (!x->stopping(x->self)) _exit(2);
    raise(SIGINT);
    _exit(3);
}

Test(worker, the_second_interrupt_ends_it_at_once)
{
    cr_expect_eq(exit_of(type_twice), EXIT_STOPPED);
}

static void leave_file(char path[CELL_PATH], const char *name)
{
    Err err;
    cell_file(path, scratch.folder, recipe->cells, name);
    cr_assert(!file_write(path, "", 0, &err), "%s", err.text);
}

/* A pre-training that is done. */
static void leave_whole(void)
{
    char path[CELL_PATH];
    Err  err;
    cell_file(path, scratch.folder, recipe->cells, "encoder.safetensors");
    cr_assert(!whole_encoder(path, NULL, &err), "%s", err.text);
    cell_record(path, scratch.folder, recipe->cells, STAGE_PRETRAIN);
    cr_assert(!whole_record(path, &err), "%s", err.text);
}

Test(worker, makes_anew_what_is_damaged)
{
    char path[CELL_PATH], *const knn[] = { recipe->cells[0].stage[STAGE_KNN].name };
    leave_whole();
    cr_expect(worker_run(scratch.folder, cell, knn, 1, 0, leave_record) == EXIT_DONE);
    cr_expect_str_eq(order, "knn ", "the encoder is whole");
    cell_record(path, scratch.folder, recipe->cells, STAGE_KNN);
    whole_harm(path);
    cr_expect(worker_run(scratch.folder, cell, knn, 1, 0, leave_record) == EXIT_DONE);
    cr_expect_str_eq(order, "knn knn ", "its record was not");

    whole_harm(path);
    cell_file(path, scratch.folder, recipe->cells, "encoder.safetensors");
    whole_harm(path);
    cr_expect(worker_run(scratch.folder, cell, knn, 1, 0, leave_record) == EXIT_DONE);
    cr_expect_str_eq(order, "knn knn pretrain knn ", "the encoder was not");
}

/* One with the identity of a cell, over and over evaluated anew: what was run. */
static const char *evaluated_with(int which, const char *of)
{
    char path[CELL_PATH], *const knn[] = { recipe->cells[0].stage[STAGE_KNN].name };
    Err  err;
    order[0] = '\0';
    leave_whole();
    cell_model(path, scratch.folder, recipe->cells, which);
    cr_assert(!whole_encoder(path, of, &err), "%s", err.text);
    cell_record(path, scratch.folder, recipe->cells, STAGE_KNN);
    remove(path);
    cr_expect(worker_run(scratch.folder, cell, knn, 1, 0, leave_record) == EXIT_DONE);
    return order;
}

Test(worker, makes_anew_a_model_of_another_cell)
{
    const char *id = recipe->cells[0].stage[STAGE_PRETRAIN].id;
    char        other[HASH_HEX], path[CELL_PATH];
    Err         err;
    snprintf(other, sizeof other, "%s", id);
    other[0] = other[0] == 'a' ? 'b' : 'a';
    cr_expect_str_eq(evaluated_with(MODEL_ENCODER, id), "knn ");
    cr_expect_str_eq(evaluated_with(MODEL_ENCODER, NULL), "knn ", "as written before they said");
    cr_expect_str_eq(evaluated_with(MODEL_ENCODER, other), "pretrain knn ");
    cr_expect_str_eq(evaluated_with(MODEL_GUIDE, other), "pretrain knn ");
    cell_model(path, scratch.folder, recipe->cells, MODEL_GUIDE);
    cr_expect(!file_exists(path), "it would be found again and again");
    cr_assert(!whole_encoder(path, "\x1b[2J", &err), "%s", err.text);
    cr_expect_eq(cell_check_model(path, id, &err), STATUS_FORMAT);
    cr_expect(strstr(err.text, "guide.safetensors: of another cell, ") &&
              !strchr(err.text, '\x1b'), "%s", err.text);
}

/* Whoever comes next is not asked for that stage again. */
Test(worker, puts_away_states_of_stages_that_are_done)
{
    char path[2][CELL_PATH], other[CELL_PATH];
    char *const knn[] = { recipe->cells[0].stage[STAGE_KNN].name };
    leave_whole();
    leave_file(path[0], "pretrain.state.safetensors");
    leave_file(path[1], "pretrain.previous.safetensors");
    leave_file(other, "linear-01234567.state.safetensors");
    cr_expect(worker_run(scratch.folder, cell, knn, 1, 0, leave_record) == EXIT_DONE);
    cr_expect(!file_exists(path[0]) && !file_exists(path[1]));
    cr_expect(file_exists(other), "that one is not done");
}

/* Of a process that died after a record, and in the middle of writing a state. */
Test(worker, puts_away_what_the_dead_have_left)
{
    char state[CELL_PATH], half[CELL_PATH], config[CELL_PATH], path[CELL_PATH];
    leave_whole();
    leave_file(state, "pretrain.previous.safetensors");
    leave_file(half, "pretrain.state.safetensors.part-77");
    leave_file(path, "failed.txt.part-79");
    leave_file(config, "config.yaml.part-78");
    cr_expect(work(leave_record) == EXIT_DONE);
    cr_expect(!file_exists(state) && !file_exists(half) && !file_exists(path));
    cr_expect(!file_exists(config));
}

Test(worker, leaves_a_claimed_cell_alone)
{
    int fd;
    Err err;
    cr_assert(!claim_take(&fd, folder, &err) && fd >= 0);
    cr_expect(work(leave_record) == EXIT_CLAIMED && calls == 0);
    close(fd);
    cr_expect(work(leave_record) == EXIT_DONE);
}

Test(worker, gives_back_a_claim_that_was_handed_over)
{
    int         fd;
    char       *stages[] = { "pretrain" };
    const Ranks alone = { .count = 1 };
    Err         err;
    cr_expect(worker_lead(scratch.folder, cell, 1 << 20, stages, 1, 0, leave_record, &alone) ==
              EXIT_FAILED && calls == 0, "there is no such claim");
    cr_assert(!claim_take(&fd, folder, &err) && fd >= 0);
    cr_expect(worker_lead(scratch.folder, cell, fd, stages, 1, 0, leave_record, &alone) ==
              EXIT_DONE && calls == 1);
    cr_expect(!claim_held(folder));
}

/* A checkpoint must never go on under another configuration. */
Test(worker, refuses_a_configuration_of_another_cell)
{
    const char *other[] = { "seed=1", NULL };
    recipe_close(recipe);
    recipe = recipe_good(&scratch, EVALUATED, other);
    char was[17], path[CELL_PATH * 2];
    Text yaml = { 0 };
    Err  err;
    strcpy(was, cell);
    cell_yaml(recipe->cells, STAGE_PRETRAIN, &yaml);
    snprintf(path, sizeof path, "%s/config.yaml", folder);
    cr_assert(!file_write(path, yaml.s, yaml.length, &err));
    text_free(&yaml);
    char *stages[] = { "pretrain" };
    cr_expect(worker_run(scratch.folder, was, stages, 1, 0, leave_record) == EXIT_DATA);
    cr_expect(calls == 0);
}

Test(worker, refuses_names_that_are_no_cells)
{
    char *stages[] = { "pretrain" };
    cr_expect(worker_run(scratch.folder, "../../../../etc", stages, 1, 0, leave_record) ==
              EXIT_USAGE);
    cr_expect(worker_run(scratch.folder, "..", stages, 1, 0, leave_record) == EXIT_USAGE);
    char *none[] = { "pretraining" };
    cr_expect(worker_run(scratch.folder, cell, none, 1, 0, leave_record) == EXIT_USAGE);
}
