/* A scheduler's run of a program that stands in for `maskgrid cell`.
 *
 * It is a script, which leaves copies of one record and obeys files in the results folder:
 * `slow`, `hold` (all but the first two wait until it is gone), and for a cell `fail-ID`,
 * `wrong-ID` (exit code 2), `die-ID`, `once-ID` (it dies and removes the file), `idle-ID`.
 * It leaves `begun`, a line for each start, `threads-ID`, `crowd` if two were there at once,
 * and `saved` when it is asked to stop, a tenth of a second later.  The claim must have been
 * handed to it; without it ends with 2. */
#ifndef TESTS_RUN_FAKE_H
#define TESTS_RUN_FAKE_H

#include "experiments/run/schedule.h"
#include "tests/recipe/recipes.h"

enum { CELLS = 6, STAGES = 3 };

typedef struct {
    Scratch scratch; /* the results */
    char    program[300];
} Fake;

extern Fake fake; /* of this test */

void fake_open(void);
void fake_close(void);

typedef struct {
    Recipe *recipe; /* of CELLS cells of STAGES stages */
    Arena   arena;
    Works   works;
} FakeRun;

void fake_set_up(FakeRun *s, const char *const *settings);
void fake_tear_down(FakeRun *s);

ScheduleResult fake_run_as(FakeRun *s, ScheduleConfig c);
ScheduleResult fake_run(FakeRun *s); /* two at a time */
ScheduleResult fake_run_all(const char *const *settings);

void fake_touch(const char *word, const Cell *c); /* WORD, or WORD-ID of a cell */
void fake_untouch(const char *word, const Cell *c);

int fake_begun(int *most); /* how often a process began work; *most: of one cell */

/* The text of a file in the folder of the i-th cell, or ""; lives until the next call. */
const char *fake_left(const FakeRun *s, int i, const char *name);

#endif
