#define _DEFAULT_SOURCE /* fork, symlink, setrlimit, seteuid */
#include "tests/stages/sitting.h"

#include "core/base/file.h"
#include "core/base/threads.h"
#include "experiments/record/record.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

const Cell *cell;
char        whole[128], broken[128];

static Home home;
static Err  err;

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

int run(const char *results, StageKind kind, const Fate *f)
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

bool ended_with(int status, Status code)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == (int)code;
}

bool killed_by(int status, int signal)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == signal;
}

char *said(const char *results)
{
    char   path[160], *text;
    size_t n;
    snprintf(path, sizeof path, "%s-said", results);
    cr_assert(!file_read(path, 1 << 20, &text, &n, &err), "%s", err.text);
    cr_assert(!truncate(path, 0));
    return text;
}

void expect_said(Saved which, const char *what)
{
    char path[CELL_PATH], *text = said(broken);
    cell_state(path, broken, cell, STAGE_PRETRAIN, which);
    cr_expect(strstr(text, path) && strstr(text, what), "said \"%s\", nothing of %s, %s", text,
              path, what);
    free(text);
}

void open_all(const char *settings)
{
    threads_set(1); /* a process that is forked has none of its parent's OpenMP threads */
    cell = open_cell(&home, settings);
    StageContext a = context(&home, whole, "whole", cell);
    StageContext b = context(&home, broken, "broken", cell);
    features_free(a.features), features_free(b.features);
    int status = run(whole, STAGE_PRETRAIN, &(Fate){ 0 });
    cr_assert(ended_with(status, STATUS_OK), "%s", said(whole));
}

void expect_same_record(StageKind kind)
{
    char a[CELL_PATH], b[CELL_PATH];
    Text where = { 0 };
    cell_record(a, whole, cell, kind);
    cell_record(b, broken, cell, kind);
    cr_assert(!record_compare(a, b, &where, &err), "%s", err.text);
    cr_expect(!where.length, "%s", text_get(&where));
    text_free(&where);
}

void expect_the_same_in_the_end(void)
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

void kill_after(long step)
{
    cr_assert(killed_by(run(broken, STAGE_PRETRAIN, &(Fate){ .kill_at = step }), SIGKILL), "%s",
              said(broken));
}

void close_all(void) { close_home(&home); }
