/* How the library that multiplies matrices was built. */
#ifndef CORE_CPU_LIBRARY_H
#define CORE_CPU_LIBRARY_H

/* On whose threads OpenBLAS multiplies: on the caller's alone, on its own, or on those of
 * OpenMP, which are ours.  Another build may have come in its place since we were linked. */
typedef enum { BLAS_ALONE, BLAS_PTHREADS, BLAS_OPENMP } BlasThreads;

BlasThreads cpu_blas_threads(void);

#endif
