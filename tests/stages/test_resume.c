/* Killed anywhere, with full disks and damaged states: the same bits in the end. */
#define _DEFAULT_SOURCE /* access */
#include "tests/stages/sitting.h"

#include "core/base/file.h"
#include "core/train/safetensors.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Err err;

TestSuite(resume, .fini = close_all, .timeout = 120);

/* --- kills --------------------------------------------------------------- */

static const char *const strategies[] = { "sgmae:first=0.34,again=0.34", "hpm", "clmae",
                                          "attmask" };

ParameterizedTestParameters(resume, killed_anywhere_equals_unbroken)
{
    static int index[] = { 0, 1, 2, 3 };
    return cr_make_param_array(int, index, 4);
}
ParameterizedTest(int *i, resume, killed_anywhere_equals_unbroken)
{
    char setting[128];
    snprintf(setting, sizeof setting, "pretrain.strategy=%s pretrain.snapshots=2", strategies[*i]);
    open_all(setting);
    kill_after(1); /* before there is a state */
    for (long step = 2; step < 18; step += 5) kill_after(step);
    expect_the_same_in_the_end();
    expect_same_file(cell, whole, broken, "snapshot-1.safetensors");
}

/* Killed in writing this file, from its first byte to its last. */
static void kill_in(const char *path, bool unsaved)
{
    struct stat st;
    cr_assert(!stat(path, &st), "no %s", path);
    for (int part = 0; part < 6; part++) {
        Fate f = { .limit = 1 + (st.st_size - 2) * part / 5, .unsaved = unsaved };
        cr_expect(killed_by(run(broken, STAGE_PRETRAIN, &f), SIGXFSZ), "%s: byte %ld", path,
                  f.limit);
    }
}

Test(resume, killed_in_the_middle_of_a_write)
{
    char path[CELL_PATH];
    open_all("pretrain.strategy=hpm");
    kill_after(5);
    cell_state(path, broken, cell, STAGE_PRETRAIN, STATE_NEWEST);
    kill_in(path, false);
    cell_file(path, whole, cell, "encoder.safetensors");
    kill_in(path, true);
    expect_the_same_in_the_end();
}

#define DENSE " detect.epochs=3 detect.batch=16 detect.train=32" \
              " segment.epochs=3 segment.batch=16 segment.train=32"

static const struct {
    StageKind   kind;
    const char *settings;
    long        steps;
} trainings[] = {
    { STAGE_LINEAR, "linear.each-epoch=yes", 18 },
    { STAGE_PARTIAL, NULL, 18 },
    { STAGE_FINETUNE, "finetune.each-epoch=yes", 18 },
    { STAGE_DETECT, "evaluate=detect" DENSE, 6 },
    { STAGE_SEGMENT, "evaluate=segment model.depth=4" DENSE, 6 },
};
enum { N_TRAININGS = sizeof trainings / sizeof *trainings };

ParameterizedTestParameters(resume, a_killed_evaluation_equals_an_unbroken_one)
{
    static int index[N_TRAININGS];
    for (int i = 0; i < N_TRAININGS; i++) index[i] = i;
    return cr_make_param_array(int, index, N_TRAININGS);
}
ParameterizedTest(int *i, resume, a_killed_evaluation_equals_an_unbroken_one)
{
    const StageKind kind = trainings[*i].kind;
    const long      steps = trainings[*i].steps;
    open_all(trainings[*i].settings);
    expect_the_same_in_the_end();
    cr_assert(ended_with(run(whole, kind, &(Fate){ 0 }), STATUS_OK), "%s", said(whole));
    for (long step = steps / 6; step < steps; step += steps / 3)
        cr_assert(killed_by(run(broken, kind, &(Fate){ .kill_at = step }), SIGKILL));
    /* Asked to stop when all steps are done and the test set is being scored. */
    cr_assert(ended_with(run(broken, kind, &(Fate){ .stop_at = steps }), STATUS_STOPPED));
    cr_assert(ended_with(run(broken, kind, &(Fate){ 0 }), STATUS_OK), "%s", said(broken));
    expect_same_record(kind);
}

/* --- damage -------------------------------------------------------------- */

/* Cut it in the middle, or flip a bit there. */
static void damage(Saved which, bool cut)
{
    char   path[CELL_PATH], *bytes;
    size_t n;
    cell_state(path, broken, cell, STAGE_PRETRAIN, which);
    cr_assert(!file_read(path, 1 << 24, &bytes, &n, &err), "%s", err.text);
    bytes[n / 2] ^= 4;
    cr_assert(!file_write(path, bytes, cut ? n / 2 : n, &err), "%s", err.text);
    free(bytes);
}

Test(resume, of_a_damaged_state_the_one_before_is_taken)
{
    open_all("pretrain.strategy=running-loss");
    for (int cut = 0; cut <= 1; cut++) {
        kill_after(5 + cut);
        free(said(broken));
        damage(STATE_NEWEST, cut);
        kill_after(7 + cut);
        expect_said(STATE_NEWEST, "the state before it is taken");
    }
    expect_the_same_in_the_end();
}

Test(resume, without_a_whole_state_it_begins_again)
{
    open_all(NULL);
    kill_after(5);
    damage(STATE_NEWEST, true);
    damage(STATE_PREVIOUS, false);
    kill_after(1);
    expect_said(STATE_NEWEST, "the state before it is taken");
    kill_after(5);
    damage(STATE_NEWEST, true);
    damage(STATE_PREVIOUS, false);
    kill_after(1);
    expect_said(STATE_PREVIOUS, "the training begins again");
    expect_the_same_in_the_end();
}

/* Whole, but of another training. */
static void replace_state(Saved which)
{
    char           path[CELL_PATH];
    SafetensorsOut out;
    cell_state(path, broken, cell, STAGE_PRETRAIN, which);
    safetensors_start(&out);
    safetensors_seal(&out);
    safetensors_note(&out, "run.id", "0123456789abcdef");
    cr_assert(!safetensors_write(&out, path, &err), "%s", err.text);
}

Test(resume, a_state_of_another_training_is_told)
{
    open_all(NULL);
    kill_after(5);
    replace_state(STATE_NEWEST);
    kill_after(7);
    expect_said(STATE_NEWEST, "the state of another training; the state before it is taken");
    replace_state(STATE_NEWEST);
    replace_state(STATE_PREVIOUS);
    kill_after(1);
    expect_said(STATE_PREVIOUS, "the state of another training; the training begins again");
    expect_the_same_in_the_end();
}

Test(resume, a_damaged_encoder_is_not_measured)
{
    char   path[CELL_PATH], *bytes;
    size_t n;
    open_all(NULL);
    cell_file(path, whole, cell, "encoder.safetensors");
    cr_assert(!file_read(path, 1 << 24, &bytes, &n, &err), "%s", err.text);
    bytes[n - 3] ^= 1;
    cr_assert(!file_write(path, bytes, n, &err), "%s", err.text);
    free(bytes);
    for (int kind = STAGE_KNN; kind < STAGE_KINDS; kind++) {
        if (!cell_wants(cell, kind)) continue;
        cr_expect(ended_with(run(whole, kind, &(Fate){ 0 }), STATUS_FORMAT), "%s",
                  stage_word(kind));
        char *text = said(whole);
        cr_expect(strstr(text, path) && strstr(text, "damaged"), "%s: %s", stage_word(kind), text);
        free(text);
    }
}

/* --- disks --------------------------------------------------------------- */

Test(resume, a_full_disk_is_told_and_gone_on_without)
{
    if (access("/dev/full", W_OK)) cr_skip_test("no /dev/full here");
    open_all(NULL);
    Fate killed = { .full = true, .kill_at = 3 };
    cr_assert(killed_by(run(broken, STAGE_PRETRAIN, &killed), SIGKILL));
    expect_said(STATE_NEWEST, "No space left");
    Fate stopped = { .full = true, .stop_at = 3 };
    cr_expect(ended_with(run(broken, STAGE_PRETRAIN, &stopped), STATUS_IO));
    expect_said(STATE_NEWEST, "No space left");
    expect_the_same_in_the_end();
}

Test(resume, a_disk_that_cannot_be_written_is_told)
{
    open_all(NULL);
    kill_after(5);
    free(said(broken));
    cr_expect(ended_with(run(broken, STAGE_PRETRAIN, &(Fate){ .shut = true }), STATUS_IO));
    expect_said(STATE_NEWEST, "Permission denied");
    expect_the_same_in_the_end();
}
