#define _GNU_SOURCE /* sched_getaffinity, setenv */
#include "core/base/threads.h"

#include "core/base/status.h"

#include <omp.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

int threads_available(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set)) return 1;
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n;
}

void threads_set(int n)
{
    CHECK(n >= 1, "%d threads", n);
    omp_set_dynamic(0);
    omp_set_num_threads(n);
}

int threads_get(void) { return omp_get_max_threads(); }

void threads_wait_briefly(void)
{
    if (!getenv("OMP_WAIT_POLICY")) setenv("GOMP_SPINCOUNT", "5000", 0);
}

double clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
