/* What a stage will cost, before it is run.
 *
 * Time: the multiplications and additions of its matrix products, at the rate at
 * which this machine does the model's own (a short trial), times SLACK for all
 * that is not a matrix product.  Once cells of a recipe have been run, their wall
 * time over their cost replaces the trial.
 *
 * Time is right within a factor of about 1.5, but for what a cell takes besides: overhead.h.
 *
 * Memory: what a step takes by core/train/footprint.h, which is exact, the process
 * and its libraries, pictures and features; in all within 15 %.
 */
#ifndef EXPERIMENTS_RUN_ESTIMATE_H
#define EXPERIMENTS_RUN_ESTIMATE_H

#include "core/mask/draw.h"
#include "experiments/run/work.h"

/* Floating point operations of a stage. */
double estimate_flop(const Cell *c, StageKind kind);

double estimate_parameters(const Cell *c); /* numbers in the whole model */

/* Of a step of pre-training. */
double estimate_step_flop(const Cell *c);

/* Bytes of memory while a stage runs. */
double estimate_memory(const Cell *c, StageKind kind);

/* Sets the bytes of each: of that stage still to be run which takes most; and of all, run or
 * not.  Returns the one that takes most; NULL if nothing is to be run. */
const Work *estimate_works(Works *w);

/* Bytes that a cell leaves on disk; that its states take while it trains. */
double estimate_disk(const Cell *c);
double estimate_states(const Cell *c);

Mask *estimate_mask(const Cell *c); /* mask_close it */

/* Seconds per operation of this recipe on one thread of this machine, from the
 * records of a few finished stages, or else from a trial. */
typedef struct {
    double s_per_flop;
    int    records; /* that it was measured from; 0: a trial */
} Pace;

Pace estimate_pace(const Works *w);

/* Of stages that are done: the most memory that one took, by its record, and the most
 * that was predicted for one; 0 if none is done. */
typedef struct {
    double measured, predicted; /* bytes */
} MemoryTaken;

MemoryTaken estimate_memory_taken(const Works *w);

#endif
