#define _GNU_SOURCE /* memfd_create */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory.h"
#include "tests/fuzz/tensors.h"

FUZZ(safetensors)
{
    char        path[MEMORY_PATH];
    int         fd = memory_file(path, bytes, n);
    Safetensors f;
    Err         err;
    if (!safetensors_open(&f, path, &err)) read_tensors(&f);
    close(fd);
    return 0;
}
