/* What merge.c (which records) and merge_copy.c (files) share.  Nobody else includes this. */
#ifndef EXPERIMENTS_RUN_MERGE_INSIDE_H
#define EXPERIMENTS_RUN_MERGE_INSIDE_H

#include "core/base/arena.h"
#include "core/base/text.h"
#include "experiments/recipe/cell.h"
#include "experiments/record/place.h"
#include "experiments/record/record.h"
#include "experiments/run/merge.h"

/* A record of another folder of results. */
typedef struct {
    const char *folder, *cell, *name, *from;
    bool        counted; /* as the same as another: what belongs to it may come all the same */
} Brought;

/* RESULTS/cells[/CELL[/NAME]] */
void merge_path(char out[CELL_PATH], const char *results, const char *cell, const char *name);

/* Is it a file, whole, and the record that its name and its folder's say?  Any file may be
 * there; `why`, if not NULL, says why it is none. */
bool merge_is_record(const char *path, const char *cell, const char *name, Err *why);

/* Written aside, looked at once more, renamed. */
MUST_USE Status merge_copy_record(const Brought *b, const char *to, Err *err);

/* Is there what belongs to the record, there, and not or damaged here? */
bool merge_lacks(const Brought *b, const char *into);

/* Brings it.  `here`: the record is there already, and what is right beside it stays; else it
 * is about to come, and tensors are its own.  What is damaged, or of another record, is left
 * out with a line, and counted in m->left. */
MUST_USE Status merge_copy_beside(const Brought *b, const char *into, bool here, Merge *m,
                                  Err *err);

#endif
