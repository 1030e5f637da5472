/* Processes end with whoever has started them, by the signal that was asked for. */
#define _POSIX_C_SOURCE 200809L /* kill, sigprocmask */
#include "core/base/process.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(process, .timeout = 60);

static pid_t begin(ProcessGroup group, int signal)
{
    pid_t pid;
    Err   err;
    if (process_fork(&pid, group, signal, &err)) cr_assert_fail("%s", err.text);
    return pid;
}

static int code_of(pid_t pid)
{
    int state = process_wait(pid);
    return WIFEXITED(state) ? WEXITSTATUS(state) : -WTERMSIG(state);
}

/* Not for ever: should the test fail, nobody else ends it. */
NORETURN static void wait_to_be_ended(void)
{
    alarm(20);
    for (;;) pause();
}

Test(process, leads_a_group_or_stays_in_ours)
{
    pid_t ours = getpgrp(), pid = begin(PROCESS_FOLLOWS, SIGKILL);
    if (!pid) _exit(getpgrp() != ours);
    cr_expect(code_of(pid) == 0);
    if (!(pid = begin(PROCESS_LEADS, SIGKILL))) _exit(getpgrp() != getpid());
    cr_expect(code_of(pid) == 0);
    if (!(pid = begin(PROCESS_LEADS, SIGKILL))) wait_to_be_ended();
    cr_expect(kill(-pid, SIGTERM) == 0, "a group from the first moment");
    cr_expect(code_of(pid) == -SIGTERM);
}

Test(process, holds_no_signal_back)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pid_t pid = begin(PROCESS_FOLLOWS, SIGKILL);
    if (!pid) {
        sigprocmask(SIG_BLOCK, NULL, &set);
        _exit(sigismember(&set, SIGTERM));
    }
    cr_expect(code_of(pid) == 0);
}

Test(process, writes_what_is_held_once)
{
    Scratch     scratch;
    struct stat is;
    scratch_open(&scratch);
    const char *path = scratch_path(&scratch, "said");
    FILE       *f = fopen(path, "w");
    fputs("once", f);
    pid_t pid = begin(PROCESS_FOLLOWS, SIGKILL);
    if (!pid) _exit(fclose(f) != 0);
    cr_expect(code_of(pid) == 0);
    fclose(f);
    cr_expect(!stat(path, &is) && is.st_size == 4, "%ld bytes", (long)is.st_size);
    scratch_close(&scratch);
}

/* --- our end ------------------------------------------------------------------ */

static int heard[2];

static void tell(int number)
{
    (void)number;
    _exit(write(heard[1], "t", 1) != 1);
}

/* A process that starts one that tells, and then lives on or ends at once. */
static pid_t start_starter(int signals, bool lives)
{
    pid_t starter = begin(PROCESS_FOLLOWS, SIGKILL);
    if (starter) return starter;
    signal(SIGTERM, tell);
    pid_t pid = begin(PROCESS_FOLLOWS, signals);
    if (!pid && lives && write(heard[1], "b", 1) != 1) _exit(1);
    if (!pid || lives) wait_to_be_ended();
    _exit(0);
}

/* The next byte, or 0 when nobody is left to write one. */
static char hear_one(void)
{
    char byte;
    return read(heard[0], &byte, 1) == 1 ? byte : '\0';
}

static void expect_end(int signals, char tells)
{
    cr_assert(!pipe(heard));
    pid_t starter = start_starter(signals, true);
    close(heard[1]);
    cr_expect(hear_one() == 'b');
    kill(starter, SIGKILL);
    cr_expect(code_of(starter) == -SIGKILL);
    cr_expect(hear_one() == tells);
    if (tells) cr_expect(hear_one() == '\0');
    close(heard[0]);
}

Test(process, ends_by_the_signal_when_its_starter_does)
{
    expect_end(SIGKILL, '\0');
    expect_end(SIGTERM, 't');
}

Test(process, ends_if_its_starter_has_ended_already)
{
    for (int i = 0; i < 50; i++) { /* now and then the starter is the faster one */
        cr_assert(!pipe(heard));
        pid_t starter = start_starter(SIGKILL, false);
        close(heard[1]);
        cr_expect(code_of(starter) == 0);
        cr_expect(hear_one() == '\0');
        close(heard[0]);
    }
}
