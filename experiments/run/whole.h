/* Which records were read and found whole, so that ten thousand need not be read again.
 *
 * results/cells/.whole has a line for each: the hash of the record's identity and of what
 * its directory entry said then (core/data/seen.h).  A record that was written since, with
 * whatever content, and a copy of one, have another; so have records of another cell.  Lines
 * are only added, all of a process at once, so several may do it: one that was cut, or that
 * another has written over, is not the hash of anything.  The file can be removed at any
 * time, and where it cannot be written records are read each time.
 */
#ifndef EXPERIMENTS_RUN_WHOLE_H
#define EXPERIMENTS_RUN_WHOLE_H

#include "experiments/recipe/cell.h"

#include <stdint.h>

typedef struct {
    char   path[CELL_PATH];
    char (*known)[HASH_HEX]; /* [n] in order */
    size_t n;
    Text   added;
} Whole;

/* Of a record as it stands. */
typedef struct {
    char    line[HASH_HEX];
    int64_t bytes, looked_s, changed_s; /* its size; when it was looked at, and last changed */
    bool    fine;                       /* times there are finer than a second               */
} RecordStamp;

/* After so long all that is written gets another time, where times are fine. */
#define WHOLE_TICK_S 0.02

void whole_open(Whole *w, const char *results);
void whole_load(Whole *w); /* before whole_knows */
bool whole_knows(const Whole *w, const RecordStamp *s);

/* Was found whole after it was stamped.  Nothing is added if it could still have changed
 * without another time: unless it is some seconds old or, where times are fine, `ticked`:
 * its writer had ended WHOLE_TICK_S before the stamp. */
void whole_add(Whole *w, const RecordStamp *s, bool ticked);
void whole_close(Whole *w);

/* false: there is none. */
bool whole_stamp(RecordStamp *s, const char *results, const Cell *c, StageKind kind);

#endif
