/* Was the machine ours while we measured? */
#ifndef EXPERIMENTS_BENCH_QUIET_H
#define EXPERIMENTS_BENCH_QUIET_H

#include <stdbool.h>

typedef struct {
    double load_start, load_end; /* processes that ran or waited to, over a minute      */
    double others;    /* processors that other processes kept busy, on average; NaN if
                         the system does not say.  Ours are most of load_end.         */
    bool   disturbed; /* load_start above `threads`, or others above a tenth of it   */
    double since_s, busy_s; /* when it began; what processors had worked by then     */
} Quiet;

void quiet_start(Quiet *q);
void quiet_end(Quiet *q, int threads);

#endif
