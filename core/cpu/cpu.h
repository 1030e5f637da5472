/* Prototypes of the CPU kernels, made from kernels.def. */
#ifndef CORE_CPU_CPU_H
#define CORE_CPU_CPU_H

#include "core/tape/backend.h"

#define KERNEL(name, args) void cpu_##name args;
#include "core/tape/kernels.def"
#undef KERNEL

/* Aligned to 64, large pieces on huge pages; NULL if there is no more. */
void *cpu_alloc(size_t bytes);

/* What multiplies matrices here, for the record: the library of this build, then
 * version and options of OpenBLAS, and the processor it has chosen its kernels for. */
const char *cpu_gemm_library(void);
const char *cpu_blas_config(void);
const char *cpu_blas_core(void);

#endif
