#define _DEFAULT_SOURCE /* getloadavg, sysconf */
#include "experiments/bench/quiet.h"

#include "core/base/threads.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static double load(void)
{
    double minute;
    return getloadavg(&minute, 1) == 1 ? minute : NAN;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static double ours(int who)
{
    struct rusage u;
    return getrusage(who, &u) ? 0 : seconds(u.ru_utime) + seconds(u.ru_stime);
}

/* Seconds of all processors on others' account since the system began: user, nice,
 * system, interrupts and what the host of a virtual machine took, less what is ours. */
static double busy(void)
{
    unsigned long long user, nice, system, idle, wait, irq, soft, stolen;
    FILE              *f = fopen("/proc/stat", "r");
    if (!f) return NAN;
    int n = fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice,
                   &system, &idle, &wait, &irq, &soft, &stolen);
    fclose(f);
    if (n != 8) return NAN;
    double all = (double)(user + nice + system + irq + soft + stolen);
    return all / (double)sysconf(_SC_CLK_TCK) - ours(RUSAGE_SELF) - ours(RUSAGE_CHILDREN);
}

void quiet_start(Quiet *q)
{
    *q = (Quiet){ .load_start = load(), .since_s = clock_s(), .busy_s = busy() };
}

void quiet_end(Quiet *q, int threads)
{
    q->load_end = load();
    q->others = fmax((busy() - q->busy_s) / fmax(clock_s() - q->since_s, 1e-3), 0);
    q->disturbed = q->load_start > threads || q->others > 0.1 * threads;
}
