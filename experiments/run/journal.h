/* How far a cell is: one line of JSON now and then, while it runs.
 *
 *   {"stage": "pretrain", "step": 40, "steps": 384, "loss": 0.62, "lr": 5e-05,
 *    "images_per_s": 914.2, "elapsed_s": 5.6, "threads": 2}
 *
 * The process of the cell writes, schedulers and `status` read the last line.
 */
#ifndef EXPERIMENTS_RUN_JOURNAL_H
#define EXPERIMENTS_RUN_JOURNAL_H

#include "core/base/status.h"
#include "experiments/recipe/cell.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct {
    char   stage[STAGE_NAME]; /* "knn-1f0c9a33" */
    long   step, steps;
    double loss, lr;          /* NaN where not known */
    double images_per_s, elapsed_s;
    int    threads;           /* 0 where not known */
} JournalLine;

/* Go on with the journal of a folder. */
MUST_USE Status journal_open(FILE **f, const char *folder, Err *err);

/* A line, seen by readers at once.  A full disk is not the stage's business. */
void journal_write(FILE *f, const JournalLine *line);

/* The last complete line.  False if there is none, or it is not one of ours. */
bool journal_last(JournalLine *line, const char *folder);

/* All complete lines that are ours, in order; what no longer is counts for nothing. */
typedef void JournalEach(void *self, const JournalLine *line);
void journal_read(const char *folder, JournalEach *each, void *self);

bool journal_left(const char *folder);   /* is there one? */
void journal_remove(const char *folder); /* when all is done */

#endif
