/* What measures ends with us, and stops when it is told. */
#define _POSIX_C_SOURCE 200809L /* kill, nanosleep */
#include "core/base/file.h"
#include "core/base/threads.h"
#include "experiments/bench/apart.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(apart, .init = open_scratch, .fini = close_scratch, .timeout = 120);

static void wait_a_little(void) { nanosleep(&(struct timespec){ 0, 10000000 }, NULL); }

static Status measure_twice(void *value, const void *what, Err *err)
{
    (void)err;
    *(int *)value = 2 * *(const int *)what;
    return STATUS_OK;
}

static Status measure_nothing(void *value, const void *what, Err *err)
{
    (void)value, (void)what;
    return err_set(err, STATUS_MISSING, "no such thing");
}

static Status die(void *value, const void *what, Err *err)
{
    (void)value, (void)what, (void)err;
    raise(SIGKILL);
    return STATUS_OK;
}

/* Says who it is in the file `what`, with a process of its own, and never ends. */
static Status measure_forever(void *value, const void *what, Err *err)
{
    char text[64];
    (void)value;
    pid_t own = fork();
    if (!own) pause();
    snprintf(text, sizeof text, "%ld %ld", (long)getpid(), (long)own);
    if (file_write(what, text, strlen(text), err)) return err->code;
    for (;;) pause();
}

Test(apart, brings_back_the_value_or_why_there_is_none)
{
    int n = 21, twice = 0;
    Err err;
    cr_assert(!apart(measure_twice, &twice, sizeof twice, &n, NULL, &err), "%s", err.text);
    cr_expect(twice == 42);
    cr_expect(apart(measure_nothing, &twice, sizeof twice, &n, NULL, &err) == STATUS_MISSING);
    cr_expect_str_eq(err.text, "no such thing");
    cr_expect(apart(die, &twice, sizeof twice, &n, NULL, &err) == STATUS_FAILED);
    cr_expect_str_eq(err.text, "a measurement: killed by signal 9");
}

/* Waits for the file that measure_forever writes. */
static void read_who(const char *path, long who[2])
{
    char  *text;
    size_t n;
    Err    err;
    while (!file_exists(path)) wait_a_little();
    cr_assert(!file_read(path, 100, &text, &n, &err), "%s", err.text);
    cr_assert(sscanf(text, "%ld %ld", &who[0], &who[1]) == 2, "%s", text);
    free(text);
}

/* Dead, or dead and not yet buried. */
static bool gone(long pid)
{
    char  path[64], state = 'Z';
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f) return true;
    if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1) state = 'Z';
    fclose(f);
    return state == 'Z' || state == 'X';
}

static void expect_gone(long pid)
{
    for (double end = clock_s() + 60; !gone(pid) && clock_s() < end;) wait_a_little();
    cr_expect(gone(pid), "%ld runs on", pid);
    if (!gone(pid)) kill((pid_t)pid, SIGKILL);
}

/* A process that waits for measure_forever, watched; its exit code is its Status. */
static pid_t start(const char *path)
{
    pid_t pid = fork();
    if (pid) return pid;
    int   value = 0;
    Watch w;
    Err   err;
    if (watch_open(&w, NULL, &err)) _exit(99);
    Status bad = apart(measure_forever, &value, sizeof value, path, &w, &err);
    watch_close(&w); /* must not let through what was heard already */
    _exit((int)bad);
}

Test(apart, ends_when_whoever_waits_is_killed)
{
    char path[400];
    long who[2];
    snprintf(path, sizeof path, "%s", scratch_path(&scratch, "who"));
    pid_t pid = start(path);
    read_who(path, who);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    expect_gone(who[0]);
    kill((pid_t)who[1], SIGKILL); /* a grandchild is not bound to us; hear.h */
}

Test(apart, stops_with_all_it_started_when_asked)
{
    char path[400];
    long who[2];
    int  state = 0;
    snprintf(path, sizeof path, "%s", scratch_path(&scratch, "who"));
    pid_t pid = start(path);
    read_who(path, who);
    kill(pid, SIGINT);
    waitpid(pid, &state, 0);
    cr_expect(WIFEXITED(state) && WEXITSTATUS(state) == STATUS_STOPPED, "%x", state);
    expect_gone(who[0]);
    expect_gone(who[1]);
}
