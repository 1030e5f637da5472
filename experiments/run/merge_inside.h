/* What merge.c (which records) and merge_copy.c (files) share.  Nobody else includes this. */
#ifndef EXPERIMENTS_RUN_MERGE_INSIDE_H
#define EXPERIMENTS_RUN_MERGE_INSIDE_H

#include "core/base/arena.h"
#include "core/base/text.h"
#include "experiments/recipe/cell.h"
#include "experiments/record/record.h"

/* A record of another folder of results. */
typedef struct { const char *folder, *cell, *name, *from; } Brought;

/* RESULTS/cells[/CELL[/NAME]] */
void merge_path(char out[CELL_PATH], const char *results, const char *cell, const char *name);

bool merge_names_cell(const char *name);   /* 16 digits */
bool merge_names_record(const char *name); /* "pretrain.h5", "knn-1f0c9a33.h5" */

/* Is it a file, whole, and the record that its name and its folder's say?  Any file may be
 * there; `why`, if not NULL, says why it is none. */
bool merge_is_record(const char *path, const char *cell, const char *name, Err *why);

/* Written aside, looked at once more, renamed. */
MUST_USE Status merge_copy_record(const Brought *b, const char *to, Err *err);

/* What belongs to the record that is about to come; what is damaged is left out with a line,
 * and counted. */
MUST_USE Status merge_copy_beside(const Brought *b, const char *into, int *left, Text *said,
                                  Err *err);

#endif
