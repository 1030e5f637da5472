/* Files that carry their checksum, and the one before the last. */
#define _POSIX_C_SOURCE 200809L /* fork, symlink */
#include "core/base/file.h"
#include "core/train/safetensors.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static Scratch scratch;
static char    path[400], before[400];
static Err     err;

static void open_scratch(void)
{
    scratch_open(&scratch);
    strcpy(path, scratch_path(&scratch, "state"));
    strcpy(before, scratch_path(&scratch, "before"));
}

static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(seal, .init = open_scratch, .fini = close_scratch, .timeout = 30);

/* Three numbers, the first of them `mark`, sealed; whatever was there is kept. */
static Status leave(real mark, const Backend *be)
{
    SafetensorsOut o;
    real           x[3] = { mark, 2, 3 };
    safetensors_start(&o);
    safetensors_seal(&o);
    safetensors_keep(&o, before);
    safetensors_add(&o, "x", be, x, 1, (int[]){ 3 });
    safetensors_note(&o, "\"maskgrid.blake2b\":\"", "\"maskgrid.blake2b\":\"0\"");
    return safetensors_write(&o, path, &err);
}

/* The first number of a file that is whole; -1 if it is refused, with its name. */
static double mark_of(const char *file)
{
    Safetensors f;
    real        x[3] = { -1 };
    Status      bad = safetensors_open(&f, file, &err);
    if (!bad) {
        bad = safetensors_verify(&f, &err);
        if (!bad) bad = safetensors_read(&f, &f.tensors[0], x, &err);
        safetensors_close(&f);
    }
    if (bad) cr_expect(strstr(err.text, file), "%s does not name the file", err.text);
    return (double)x[0];
}

Test(seal, any_bit_and_any_cut_is_seen)
{
    char  *bytes;
    size_t n;
    cr_assert(!leave(1, NULL), "%s", err.text);
    cr_assert(mark_of(path) == 1, "%s", err.text);
    cr_assert(!file_read(path, 1 << 16, &bytes, &n, &err) && n < 2000);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        cr_expect(mark_of(scratch_file(&scratch, "bad", bytes, n)) == -1, "bit %zu", bit);
        bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t length = 0; length < n; length++)
        cr_expect(mark_of(scratch_file(&scratch, "bad", bytes, length)) == -1, "%zu bytes", length);
    cr_expect(mark_of(scratch_file(&scratch, "bad", bytes, n)) == 1, "%s", err.text);
    free(bytes);
}

Test(seal, a_file_without_one_is_known)
{
    Safetensors    f;
    SafetensorsOut o;
    safetensors_start(&o);
    cr_assert(!safetensors_write(&o, path, &err), "%s", err.text);
    cr_assert(!safetensors_open(&f, path, &err), "%s", err.text);
    cr_expect(!safetensors_sealed(&f));
    cr_expect(safetensors_verify(&f, &err) == STATUS_FORMAT);
    safetensors_close(&f);
}

Test(seal, the_one_before_is_kept)
{
    cr_assert(!leave(1, NULL), "%s", err.text);
    cr_expect(!file_exists(before));
    cr_assert(!leave(2, NULL), "%s", err.text);
    cr_assert(!leave(3, NULL), "%s", err.text);
    cr_expect(mark_of(path) == 3 && mark_of(before) == 2);
}

/* A disk on which there is no room for another byte. */
Test(seal, a_full_disk_leaves_both)
{
    char aside[420];
    if (access("/dev/full", W_OK)) cr_skip_test("no /dev/full here");
    for (int mark = 1; mark <= 2; mark++) cr_assert(!leave((real)mark, NULL), "%s", err.text);
    file_aside(path, aside, sizeof aside);
    cr_assert(!symlink("/dev/full", aside));
    cr_expect(leave(3, NULL) == STATUS_IO);
    cr_expect(strstr(err.text, path) && strstr(err.text, "No space left"), "%s", err.text);
    cr_expect(access(aside, F_OK), "the aside is left");
    cr_expect(mark_of(path) == 2 && mark_of(before) == 1);
}

/* A device that dies when it is read, while the file is being written. */
static void die(real *host, const real *device, size_t n)
{
    (void)host, (void)device, (void)n;
    kill(getpid(), SIGKILL);
}

Test(seal, killed_while_writing_leaves_both)
{
    int status;
    for (int mark = 1; mark <= 2; mark++) cr_assert(!leave((real)mark, NULL), "%s", err.text);
    pid_t pid = fork();
    if (!pid) {
        Backend dying = { .name = "dying", .read = die };
        _exit(leave(3, &dying));
    }
    cr_assert(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
    cr_expect(mark_of(path) == 2 && mark_of(before) == 1);
    file_drop_asides(scratch.folder, "before");
    char aside[440];
    snprintf(aside, sizeof aside, "%s.part-%ld", path, (long)pid);
    cr_expect(file_exists(aside), "it was not killed while writing");
    file_drop_asides(scratch.folder, "state");
    cr_expect(!file_exists(aside), "the aside is left");
    cr_expect(mark_of(path) == 2 && mark_of(before) == 1);
}
