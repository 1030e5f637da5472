/* Killed anywhere, with full disks and damaged states: the same bits in the end.
 *
 * Stages run in processes of their own, which die; what they say goes to a file. */
#define _DEFAULT_SOURCE /* fork, symlink, setrlimit, seteuid */
#include "tests/stages/home.h"

#include "core/base/file.h"
#include "core/base/threads.h"
#include "core/train/safetensors.h"
#include "experiments/record/record.h"
#include "tests/data/pictures.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static Home        home;
static const Cell *cell;
static char        whole[128], broken[128];
static Err         err;

/* What happens to a process that runs a stage, which saves its state after each step. */
typedef struct {
    int  threads;  /* that compute; 0: one                                */
    long kill_at;  /* after so many steps it kills itself; 0: never       */
    long stop_at;  /* ... it is asked to stop                             */
    long limit;    /* no file may have more bytes, and one that would kills it */
    bool full;     /* there is no room for the first state                */
    bool unsaved;  /* it saves no state                                   */
    bool shut;     /* nothing may be written into the cell's folder       */
} Fate;

static long seen;

static void count_steps(void *self, const StageProgress *p)
{
    const Fate *f = self;
    seen = p->step;
    if (f->kill_at && seen >= f->kill_at) raise(SIGKILL);
}

static bool is_asked(void *self)
{
    const Fate *f = self;
    return f->stop_at && seen >= f->stop_at;
}

static void prepare(const Fate *f, const char *results)
{
    char path[CELL_PATH], aside[CELL_PATH];
    cell_state(path, results, cell, STAGE_PRETRAIN, STATE_NEWEST);
    file_aside(path, aside, sizeof aside);
    if (f->full && symlink("/dev/full", aside)) _exit(99);
    if (f->limit) {
        struct rlimit no_core = { 0, 0 }, limit = { (rlim_t)f->limit, (rlim_t)f->limit };
        if (setrlimit(RLIMIT_CORE, &no_core) || setrlimit(RLIMIT_FSIZE, &limit)) _exit(99);
    }
    cell_folder(path, results, cell);
    if (f->shut && (chmod(path, 0555) || (!geteuid() && seteuid(65534)))) _exit(99);
}

/* The state waitpid gives; STATUS codes are exit codes here. */
static int run(const char *results, StageKind kind, const Fate *f)
{
    int   status;
    pid_t pid = fork();
    if (!pid) {
        StageContext x = { .results = results, .features = features_new(), .self = (void *)f,
                           .progress = count_steps, .stopping = is_asked,
                           .save_every_s = f->unsaved ? 0 : 1e-9 };
        char said[160];
        snprintf(said, sizeof said, "%s-said", results);
        if (!freopen(said, "a", stderr)) _exit(99);
        setvbuf(stderr, NULL, _IONBF, 0);
        prepare(f, results);
        threads_set(f->threads ? f->threads : 1);
        Status bad = stage_run(cell, kind, &x, &err);
        if (bad) fprintf(stderr, "%s\n", err.text);
        _exit((int)bad);
    }
    cr_assert(pid > 0 && waitpid(pid, &status, 0) == pid);
    char folder[CELL_PATH];
    cell_folder(folder, results, cell);
    chmod(folder, 0755);
    return status;
}

static bool ended_with(int status, Status code)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == (int)code;
}

static bool killed_by(int status, int signal)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == signal;
}

/* Of what has been said there since the last time; free() it. */
static char *said(const char *results)
{
    char   path[160], *text;
    size_t n;
    snprintf(path, sizeof path, "%s-said", results);
    cr_assert(!file_read(path, 1 << 20, &text, &n, &err), "%s", err.text);
    cr_assert(!truncate(path, 0));
    return text;
}

static void expect_said(Saved which, const char *what)
{
    char path[CELL_PATH], *text = said(broken);
    cell_state(path, broken, cell, STAGE_PRETRAIN, which);
    cr_expect(strstr(text, path) && strstr(text, what), "said \"%s\", nothing of %s, %s", text,
              path, what);
    free(text);
}

/* The cell, and one folder of results in which its pre-training is done. */
static void open_all(const char *settings)
{
    threads_set(1); /* a process that is forked has none of its parent's OpenMP threads */
    cell = open_cell(&home, settings);
    StageContext a = context(&home, whole, "whole", cell);
    StageContext b = context(&home, broken, "broken", cell);
    features_free(a.features), features_free(b.features);
    int status = run(whole, STAGE_PRETRAIN, &(Fate){ 0 });
    cr_assert(ended_with(status, STATUS_OK), "%s", said(whole));
}

static void expect_same_record(StageKind kind)
{
    char a[CELL_PATH], b[CELL_PATH];
    Text where = { 0 };
    cell_record(a, whole, cell, kind);
    cell_record(b, broken, cell, kind);
    cr_assert(!record_compare(a, b, &where, &err), "%s", err.text);
    cr_expect(!where.length, "%s", text_get(&where));
    text_free(&where);
}

/* Gone on with to the end, nothing tells it from the unbroken one, and nothing is left. */
static void expect_the_same_in_the_end(void)
{
    int status = run(broken, STAGE_PRETRAIN, &(Fate){ 0 });
    cr_assert(ended_with(status, STATUS_OK), "%s", said(broken));
    expect_same_file(cell, whole, broken, "encoder.safetensors");
    expect_same_record(STAGE_PRETRAIN);
    for (Saved i = 0; i < STATES; i++) {
        char path[CELL_PATH];
        cell_state(path, broken, cell, STAGE_PRETRAIN, i);
        cr_expect(!file_exists(path), "%s is left", path);
    }
}

static void kill_after(long step)
{
    cr_assert(killed_by(run(broken, STAGE_PRETRAIN, &(Fate){ .kill_at = step }), SIGKILL), "%s",
              said(broken));
}

static void close_all(void) { close_home(&home); }

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

/* --- what the record says ------------------------------------------------ */

static double cost_of(const char *results, const char *name)
{
    char   path[CELL_PATH];
    H5    *f;
    double x = -1;
    H5Set  set = { .name = name, .kind = NUMBER_DOUBLE };
    cell_record(path, results, cell, STAGE_PRETRAIN);
    cr_assert(!record_read(&f, path, cell->stage[STAGE_PRETRAIN].id, &err), "%s", err.text);
    cr_assert(!h5_get_into(f, &set, &x, &err), "%s", err.text);
    h5_close(f);
    return x;
}

/* A process that dies before its first state is not known of. */
Test(resume, sittings_are_counted)
{
    open_all(NULL);
    kill_after(3), kill_after(9), kill_after(12);
    expect_the_same_in_the_end();
    cr_expect(cost_of(whole, "cost/sittings") == 1);
    cr_expect(cost_of(broken, "cost/sittings") == 4);
    cr_expect(cost_of(broken, "cost/wall_s") > 0);
}

/* Who began it, if others went on; else "". */
static void expect_begun_by(const char *who)
{
    char        path[CELL_PATH];
    const char *is;
    H5         *f;
    Arena       a;
    arena_open(&a, "test", NULL, NULL);
    cell_record(path, broken, cell, STAGE_PRETRAIN);
    cr_assert(!record_read(&f, path, cell->stage[STAGE_PRETRAIN].id, &err), "%s", err.text);
    if (h5_get_text(f, "/", "begun_by", &a, &is, &err)) is = "";
    cr_expect_str_eq(is, who);
    h5_close(f);
    arena_close(&a);
}

Test(resume, another_number_of_threads_is_told)
{
    Fate two = { .threads = 2, .kill_at = 5 };
    open_all(NULL);
    cr_assert(killed_by(run(broken, STAGE_PRETRAIN, &two), SIGKILL));
    free(said(broken));
    kill_after(8);
    char *text = said(broken);
    cr_expect(strstr(text, "step 4 of 18 was reached by 1 rank of 2 threads, 1 rank of 1 thread "
                           "will go on"), "%s", text);
    free(text);
    two.kill_at = 0;
    cr_assert(ended_with(run(broken, STAGE_PRETRAIN, &two), STATUS_OK), "%s", said(broken));
    expect_begun_by("1 rank of 2 threads, to step 4");
}

Test(resume, whoever_takes_no_step_changes_nothing)
{
    open_all(NULL);
    Fate stopped = { .stop_at = 18 }, two = { .threads = 2 };
    cr_assert(ended_with(run(broken, STAGE_PRETRAIN, &stopped), STATUS_STOPPED));
    cr_assert(ended_with(run(broken, STAGE_PRETRAIN, &two), STATUS_OK), "%s", said(broken));
    expect_begun_by("");
    expect_same_file(cell, whole, broken, "encoder.safetensors");
}

/* Pictures that are whole at both ends and damaged between: seen only when decoded, and
 * some of them not in the last sitting. */
static void leave_pictures(Scratch *s)
{
    enum { PICTURES = 16, IDAT = 8 + 25 + 8 }; /* behind signature, IHDR and its own head */
    for (int i = 0; i < 2 * PICTURES + 4; i++) {
        char   name[64], *bytes;
        size_t n;
        snprintf(name, sizeof name, "%s/%s/%d.png", i < 2 * PICTURES ? "train" : "val",
                 i % 2 ? "cat" : "dog", i);
        picture_write(s, name, 10 + 5 * i);
        if (i % 2 == 0 || i >= 2 * PICTURES) continue;
        cr_assert(!file_read(scratch_path(s, name), 1 << 16, &bytes, &n, &err), "%s", err.text);
        for (size_t at = IDAT; at < IDAT + 8; at++) bytes[at] ^= 0x55;
        scratch_file(s, name, bytes, n);
        free(bytes);
    }
}

Test(resume, damaged_pictures_of_earlier_sittings_count)
{
    char    setting[256];
    Scratch pictures;
    scratch_open(&pictures);
    static const char *const folders[] = { "train/cat", "train/dog", "val/cat", "val/dog" };
    for (int i = 0; i < 4; i++) scratch_folder(&pictures, folders[i]);
    leave_pictures(&pictures);
    snprintf(setting, sizeof setting, "data.set=folder data.folder=%s data.size=28 data.train=0 "
             "data.test=0 data.bad-images=16 evaluate=none", pictures.folder);
    open_all(setting);
    kill_after(6); /* of six steps, two an epoch: the last one is taken again */
    expect_the_same_in_the_end();
    scratch_close(&pictures);
}
