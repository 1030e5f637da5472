#define _POSIX_C_SOURCE 200809L /* mkfifo */
#include "core/base/file.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { LIMIT = 1 << 20 };

Test(file, comes_back_as_it_was_written)
{
    Scratch s;
    Err     err;
    char   *bytes;
    size_t  n;
    scratch_open(&s);
    cr_assert(!file_write(scratch_path(&s, "a"), "one\0two", 7, &err), "%s", err.text);
    cr_assert(!file_write(scratch_path(&s, "a"), "three\0", 6, &err), "%s", err.text);
    cr_assert(!file_read(s.path, LIMIT, &bytes, &n, &err), "%s", err.text);
    cr_expect(n == 6 && !memcmp(bytes, "three\0", 7));
    free(bytes);
    cr_assert(!file_write(scratch_path(&s, "empty"), "", 0, &err));
    cr_assert(!file_read(s.path, LIMIT, &bytes, &n, &err));
    cr_expect(n == 0 && !*bytes);
    free(bytes);
    scratch_close(&s);
}

Test(file, refuses_with_the_path_in_the_message)
{
    Scratch s;
    Err     err;
    char   *bytes;
    size_t  n;
    scratch_open(&s);
    cr_expect(file_read(scratch_path(&s, "absent"), LIMIT, &bytes, &n, &err) ==
              STATUS_MISSING);
    cr_expect(strstr(err.text, s.path) != NULL);
    cr_expect(file_read(s.folder, LIMIT, &bytes, &n, &err) == STATUS_FORMAT);
    scratch_file(&s, "long", "0123456789", 10);
    cr_expect(file_read(s.path, 9, &bytes, &n, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "9 bytes") != NULL);
    cr_expect(file_write(scratch_path(&s, "no/such/folder"), "x", 1, &err) == STATUS_IO);
    cr_expect(!file_exists(s.path));
    scratch_close(&s);
}

/* Nothing is left beside a file, whether the commit succeeds or not. */
Test(file, a_failed_commit_leaves_nothing)
{
    Scratch s;
    Err     err;
    char    aside[400], path[400];
    scratch_open(&s);
    strcpy(path, scratch_path(&s, "taken"));
    cr_assert(!file_make_folders(path, &err));
    file_aside(path, aside, sizeof aside);
    cr_assert(strcmp(aside, path) && !strncmp(aside, path, strlen(path)));
    FILE *f = fopen(aside, "wb");
    cr_assert(f != NULL);
    fclose(f);
    cr_expect(file_commit(aside, path, &err) == STATUS_IO, "a folder cannot be replaced");
    cr_expect(!file_exists(aside));
    rmdir(path);
    scratch_close(&s);
}

Test(file, takes_the_place_of_no_device)
{
    Scratch s;
    Err     err;
    scratch_open(&s);
    cr_assert(!mkfifo(scratch_path(&s, "pipe"), 0600));
    cr_expect(file_write(s.path, "x", 1, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "pipe: a pipe, expected a file"), "%s", err.text);
    cr_expect(file_check_regular(s.path, &err) == STATUS_FORMAT, "the pipe is gone");
    scratch_close(&s);
}

/* Opening a pipe would wait for a writer that may never come. */
Test(file, waits_for_no_pipe, .timeout = 10)
{
    Scratch s;
    Err     err;
    char   *bytes, hex[HASH_HEX];
    size_t  n;
    scratch_open(&s);
    cr_assert(!mkfifo(scratch_path(&s, "pipe"), 0600));
    cr_expect(file_read(s.path, LIMIT, &bytes, &n, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "pipe: a pipe, expected a file"), "%s", err.text);
    cr_expect(file_unpack(s.path, LIMIT, &bytes, &n, &err) == STATUS_FORMAT);
    cr_expect(file_hash(hex, s.path, &err) == STATUS_FORMAT);
    scratch_close(&s);
}

/* A pipe that is open already is one that the user gave: /dev/stdin, <(command). */
Test(file, reads_what_is_open)
{
    Err    err;
    char  *bytes, path[32];
    size_t n;
    int    ends[2];
    cr_assert(!pipe(ends) && write(ends[1], "given", 5) == 5 && !close(ends[1]));
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    cr_assert(!file_read(path, LIMIT, &bytes, &n, &err), "%s", err.text);
    cr_expect(n == 5 && !memcmp(bytes, "given", 5));
    free(bytes);
    close(ends[0]);
}

Test(file, makes_folders_on_the_way)
{
    Scratch s;
    Err     err;
    char    deep[400];
    scratch_open(&s);
    strcpy(deep, scratch_path(&s, "a/b/c"));
    cr_expect(!file_make_folders(deep, &err) && file_exists(deep), "%s", err.text);
    cr_expect(!file_make_folders(deep, &err), "those that are there are fine");
    scratch_file(&s, "plain", "x", 1);
    cr_expect(file_make_folders(scratch_path(&s, "plain/sub"), &err) == STATUS_IO);
    rmdir(deep), rmdir(scratch_path(&s, "a/b")), rmdir(scratch_path(&s, "a"));
    scratch_close(&s);
}

static size_t pack(const char *path, const void *bytes, unsigned n)
{
    gzFile g = gzopen(path, "wb");
    cr_assert(g && gzwrite(g, bytes, n) == (int)n && gzclose(g) == Z_OK);
    Err    err;
    char  *packed;
    size_t size;
    cr_assert(!file_read(path, LIMIT, &packed, &size, &err));
    free(packed);
    return size;
}

Test(file, gzip_is_whole_or_refused)
{
    enum { N = 200000 };
    Scratch s;
    Err     err;
    char   *bytes;
    size_t  n;
    char   *plain = malloc(N);
    for (unsigned i = 0; i < N; i++) plain[i] = (char)(i * 2654435761U >> 24);
    scratch_open(&s);
    size_t size = pack(scratch_path(&s, "whole.gz"), plain, N);
    cr_assert(!file_unpack(s.path, LIMIT, &bytes, &n, &err), "%s", err.text);
    cr_expect(n == N && !memcmp(bytes, plain, N));
    free(bytes);
    cr_expect(file_unpack(s.path, N - 1, &bytes, &n, &err) == STATUS_FORMAT);

    char *packed;
    cr_assert(!file_read(s.path, LIMIT, &packed, &n, &err));
    const size_t cuts[] = { 2, 5, 11, size / 2, size - 9, size - 4, size - 1 };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        scratch_file(&s, "cut.gz", packed, cuts[i]);
        cr_expect(file_unpack(s.path, LIMIT, &bytes, &n, &err) == STATUS_FORMAT,
                  "%zu of %zu bytes are a file", cuts[i], size);
        cr_expect(strstr(err.text, "cut.gz") != NULL);
    }
    packed[size - 6] ^= 1; /* in the checksum */
    scratch_file(&s, "bad.gz", packed, size);
    cr_expect(file_unpack(s.path, LIMIT, &bytes, &n, &err) == STATUS_FORMAT);
    free(packed);
    scratch_file(&s, "plain.gz", plain, N);
    cr_assert(!file_unpack(s.path, LIMIT, &bytes, &n, &err), "%s", err.text);
    cr_expect(n == N && !memcmp(bytes, plain, N));
    free(bytes);
    free(plain);
    scratch_close(&s);
}
