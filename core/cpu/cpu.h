/* Prototypes of the CPU kernels, made from kernels.def. */
#ifndef CORE_CPU_CPU_H
#define CORE_CPU_CPU_H

#include "core/tape/backend.h"

#define KERNEL(name, args) void cpu_##name args;
#include "core/tape/kernels.def"
#undef KERNEL

#endif
