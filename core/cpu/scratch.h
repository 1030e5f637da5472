/* Working memory of a kernel, one piece for each thread. */
#ifndef CORE_CPU_SCRATCH_H
#define CORE_CPU_SCRATCH_H

#include "core/base/real.h"

#include <stddef.h>

/* Room for n values that belongs to the calling thread until it asks again;
 * not zeroed, aligned to 64.  Grows to the largest request and stays, so that a
 * kernel inside an OpenMP region allocates in the first step only. */
real *scratch_take(size_t n);

/* Another such room, for matrix products: kernels call them while they hold the first. */
real *scratch_pack(size_t n);

#endif
