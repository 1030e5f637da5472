/* Damage to anything that a cell has written, finished or half-finished, while no process
 * works on it. */
#ifndef EXPERIMENTS_CHAOS_DAMAGE_H
#define EXPERIMENTS_CHAOS_DAMAGE_H

#include "core/base/rng.h"
#include "experiments/run/work.h"

typedef struct {
    const Works *works;
    int        **records;  /* [works->n, tasks of each] how often a whole one was damaged */
    int         *encoders; /* [works->n] the same                                        */
} Damage;

void damage_open(Damage *d, Arena *a, const Works *w); /* none has been done yet */

/* Cuts off the end, or flips a bit, of one of a cell's records, states, encoder (while an
 * evaluation needs it), configurations (of what is not done) or journal.  False if it has
 * none, or a process works on it. */
bool damage_one(Damage *d, Rng *rng);

/* The same of a record that is done; false if none is. */
bool damage_record(Damage *d, Rng *rng);

/* How often this record may have been made: once, and once for each damage. */
int damage_allows(const Damage *d, int work, int task);

/* Damages the file: false if that is impossible, or it is empty. */
typedef enum { DAMAGE_NONE, DAMAGE_CUT, DAMAGE_FLIP } DamageKind;
DamageKind damage_file(const char *path, Rng *rng);

#endif
