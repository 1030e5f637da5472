#define _GNU_SOURCE /* sched_setaffinity */
#include "experiments/run/share.h"

#include "core/base/threads.h"

#include <math.h>
#include <sched.h>

/* A thread's part of a step that is worth being shared: 10 ms, beside which the hundreds of
 * times that threads wait for each other in a step are small.  `micro` on batches of 128
 * gains 1.8 from a second thread, with 2e9 each. */
static const double WORTH_FLOP = 5e8;
static const double ROOM = 0.95; /* of the memory; estimates are right within 15 % */

static int clamp(double x, int most) { return x < 1 ? 1 : x < most ? (int)x : most; }

Shares share_machine(const ShareWish *w, const Machine *m)
{
    Shares    s = { w->jobs, w->threads, false };
    const int fit = w->bytes > 0 ? clamp(ROOM * m->total / w->bytes, m->cores) : m->cores;
    if (!s.threads) {
        int jobs = s.jobs ? s.jobs : (int)fmin(fit, w->cells);
        s.threads = clamp(fmin(m->cores / fmax(jobs, 1), w->step_flop / WORTH_FLOP), m->cores);
    }
    if (!s.jobs) s.jobs = clamp(m->cores / s.threads, fit);
    const int all = (int)fmin(s.jobs, w->cells) * s.threads;
    s.pinned = s.threads > 1 && m->cores == threads_available() && all <= m->cores &&
               all + s.threads > m->cores;
    return s;
}

void share_sit(int seat, int threads)
{
    cpu_set_t all, ours;
    CPU_ZERO(&ours);
    if (sched_getaffinity(0, sizeof all, &all)) return;
    for (int i = 0, place = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &all) && place++ / threads == seat) CPU_SET(i, &ours);
    if (CPU_COUNT(&ours)) sched_setaffinity(0, sizeof ours, &ours);
}
