/* Damage to saved states, and whether it was noticed. */
#ifndef EXPERIMENTS_CHAOS_HARM_H
#define EXPERIMENTS_CHAOS_HARM_H

#include "core/base/rng.h"
#include "experiments/run/work.h"

typedef struct {
    const Works *works;
    int          cut, flipped; /* states that were cut short; of which a bit was flipped */
    int        **times;        /* [works->n, tasks of each] its state was harmed         */
} Harm;

void harm_open(Harm *h, Arena *a, const Works *w);

/* Cuts a state at any byte, or flips any of its bits; nothing if none is there but those
 * whose harm has not been noticed yet. */
void harm_one(Harm *h, Rng *rng);

/* How many of these the logs of the cells name. */
int harm_noticed(const Harm *h);

#endif
