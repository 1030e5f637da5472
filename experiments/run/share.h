/* How a machine is divided among cells: how many at a time, and the processors of each.
 *
 * A grid prefers many small processes to one with many threads, which lose time waiting for
 * each other.  So cells get more than one thread only where there are more processors than
 * cells, or than there is memory for cells; and no more than their steps are long enough
 * for.
 */
#ifndef EXPERIMENTS_RUN_SHARE_H
#define EXPERIMENTS_RUN_SHARE_H

#include "experiments/run/machine.h"

#include <stdbool.h>

typedef struct {
    int    jobs, threads; /* asked for; 0: as it suits                 */
    int    cells;         /* of the recipe                             */
    double bytes;         /* of memory that the largest of them takes  */
    double step_flop;     /* of the largest step of training           */
} ShareWish;

typedef struct {
    int  jobs, threads; /* cells at a time, threads of each; at least 1 */
    bool pinned;        /* each cell stays on processors of its own     */
} Shares;

/* Cells of several threads, which wait for the slowest, are pinned where they take all
 * processors: with less, another run could be pinned to the same ones. */
Shares share_machine(const ShareWish *w, const Machine *m);

/* From here on this process stays on the `threads` processors of that seat, 0 the first.
 * Safe between fork and exec. */
void share_sit(int seat, int threads);

#endif
