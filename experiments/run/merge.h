/* Results from other machines, brought into ours.
 *
 * What is brought are the stages that are done: records, and what belongs to them (their
 * configurations, encoders, what a training has taught, logs).  A record is taken if every byte
 * is as it was written and it is the one that its name says; a configuration, if it is the one
 * that its record was hashed of; an evaluation, if the record of its training is here or comes
 * too.  States of stages that are not done stay where they are: they may go on there.
 *
 * A record that is there and here, the same but for what tells when, where and by which
 * version it was made, is left as it is here; what belongs to it and is missing or damaged here
 * comes.  If it is not the same, or not the same in two
 * of the folders, it is a conflict: all conflicts are found before anything is written, and if
 * there is one nothing is.
 */
#ifndef EXPERIMENTS_RUN_MERGE_H
#define EXPERIMENTS_RUN_MERGE_H

#include "core/base/status.h"
#include "core/base/text.h"

typedef struct {
    int  brought, same; /* records                                          */
    int  files;         /* that belong to those, brought                    */
    int  left;          /* damaged, foreign, without their training, of cells
                           that somebody works on                           */
    int  unfinished;    /* stages that are not done there                   */
    int  conflicts;
    Text said;          /* a line for each of them but the first three      */
} Merge;

/* folders [n] each hold cells/, as `into` does or will.  m->said: text_free it.  STATUS_MISSING
 * if a folder has no cells/; STATUS_CONFIG if it is `into` itself; STATUS_IO if a file cannot
 * be written: what is there then is whole. */
MUST_USE Status merge_results(Merge *m, const char *into, const char *const *folders, int n,
                              Err *err);

#endif
