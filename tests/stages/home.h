/* A recipe of one small cell in a folder of its own: scenes of 28 x 28, 16 patches, a
 * model of two blocks, three epochs of six steps. */
#ifndef TESTS_STAGES_HOME_H
#define TESTS_STAGES_HOME_H

#include "experiments/recipe/recipe.h"
#include "experiments/stages/stages.h"
#include "tests/scratch.h"

typedef struct {
    Scratch scratch;
    Recipe *recipe;
} Home;

/* `settings`: up to eight key=value with blanks between, or NULL. */
const Cell *open_cell(Home *h, const char *settings);
void        close_home(Home *h);

/* A results folder `name` in the home, with the cell's folder in it. */
StageContext context(const Home *h, char results[128], const char *name, const Cell *c);

/* To be self, progress and stopping of a context: stop after so many steps. */
typedef struct { long stop_at, seen; } Stopper;
void stop_count(void *self, const StageProgress *p);
bool stop_enough(void *self);

/* A file of the cell is there in both results folders, with the same bytes. */
void expect_same_file(const Cell *c, const char *a, const char *b, const char *name);

/* The bytes of the numbers of its encoder, which are the same in two cells that train alike,
 * while what says whose they are is not; free() them. */
char *encoder_numbers(const Cell *c, const char *results, size_t *n);

/* Of a record, which is held against the schema too; -1 if it is not there. */
double metric(const StageContext *x, const Cell *c, StageKind kind, const char *name);

#endif
