/* For parsers that want a path: bytes as a file that is nowhere on a disk. */
#ifndef TESTS_FUZZ_MEMORY_H
#define TESTS_FUZZ_MEMORY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MEMORY_PATH = 32 };

/* Close the number that it returns. */
static inline int memory_file(char path[MEMORY_PATH], const uint8_t *bytes, size_t n)
{
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n) abort();
    snprintf(path, MEMORY_PATH, "/proc/self/fd/%d", fd);
    return fd;
}

#endif
