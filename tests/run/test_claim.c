/* One writer per folder, whoever dies, and whoever is started. */
#define _POSIX_C_SOURCE 200809L
#include "experiments/run/claim.h"

#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static Scratch scratch;
static char    folder[400];

static void open_folder(void)
{
    scratch_open(&scratch);
    strcpy(folder, scratch_folder(&scratch, "cell"));
}

static void close_folder(void) { scratch_close(&scratch); }

TestSuite(claim, .init = open_folder, .fini = close_folder, .timeout = 60);

Test(claim, dies_with_its_process)
{
    int fd, ready[2];
    Err err;
    cr_assert(!pipe(ready));
    pid_t pid = fork();
    if (!pid) {
        if (claim_take(&fd, folder, &err) || write(ready[1], "x", 1) != 1) _exit(1);
        pause();
        _exit(0);
    }
    char byte;
    cr_assert(read(ready[0], &byte, 1) == 1);
    cr_expect(claim_held(folder));
    cr_expect(!claim_take(&fd, folder, &err) && fd < 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    cr_expect(!claim_held(folder));
    cr_expect(!claim_take(&fd, folder, &err) && fd >= 0);
    close(fd);
}

/* Handed over: this process gives up its own, as a scheduler does. */
Test(claim, goes_over_to_who_is_started_with_it)
{
    int fd, ready[2], done[2], state;
    Err err;
    cr_assert(!pipe(ready) && !pipe(done) && !claim_take(&fd, folder, &err) && fd >= 0);
    pid_t pid = fork();
    if (!pid) {
        char byte;
        close(done[1]);
        if (claim_accept(&fd, folder, &err) || fd < 0 || write(ready[1], "x", 1) != 1) _exit(1);
        _exit(read(done[0], &byte, 1) != 0);
    }
    char byte;
    close(fd);
    cr_assert(read(ready[0], &byte, 1) == 1);
    cr_expect(claim_held(folder), "between the two anybody could have come");
    close(done[1]);
    cr_assert(waitpid(pid, &state, 0) == pid && WIFEXITED(state) && !WEXITSTATUS(state));
    cr_expect(!claim_held(folder));
}

Test(claim, of_another_file_is_refused)
{
    int none[2], own, fd;
    Err err;
    cr_assert(!pipe(none));
    cr_assert(!claim_take(&own, scratch_folder(&scratch, "other"), &err) && own >= 0);
    cr_expect(claim_accept(&own, folder, &err) == STATUS_IO, "there is no lock");
    cr_assert(!claim_take(&fd, folder, &err) && fd >= 0);
    cr_expect(claim_accept(&own, folder, &err) == STATUS_IO, "the lock of another folder");
    cr_expect(claim_accept(&none[0], folder, &err) == STATUS_IO);
    cr_expect(strstr(err.text, "cell/lock: is not"), "%s", err.text);
    none[0] = 1 << 20;
    cr_expect(claim_accept(&none[0], folder, &err) == STATUS_IO, "nothing");
}

Test(claim, that_another_holds_is_not_believed)
{
    char path[420];
    int  held, fd;
    Err  err;
    snprintf(path, sizeof path, "%s/lock", folder);
    cr_assert(!claim_take(&held, folder, &err) && held >= 0);
    fd = open(path, O_RDWR);
    cr_assert(fd >= 0);
    cr_expect(!claim_accept(&fd, folder, &err) && fd < 0);
    cr_expect(!claim_accept(&held, folder, &err) && held >= 0);
    close(held);
    cr_expect(!claim_held(folder));
}
