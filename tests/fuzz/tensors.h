/* What safetensors and torch have alike: all numbers that a file says it has are there. */
#ifndef TESTS_FUZZ_TENSORS_H
#define TESTS_FUZZ_TENSORS_H

#include "core/train/torch.h"

#include <stdlib.h>

/* A file that opens has each of its numbers; only a dtype may be unknown. */
static inline void read_tensors(Safetensors *f)
{
    enum { MOST = 1 << 14 };
    static real values[MOST];
    Err         err;
    for (size_t i = 0; i < f->n; i++)
        if (f->tensors[i].count <= MOST &&
            safetensors_read(f, &f->tensors[i], values, &err) == STATUS_IO)
            abort();
    safetensors_close(f);
}

#endif
