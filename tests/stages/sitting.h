/* Stages that run in processes of their own, which die: two results folders, one in which a
 * pre-training is whole, one in which it was broken off.  What they say goes to a file. */
#ifndef TESTS_STAGES_SITTING_H
#define TESTS_STAGES_SITTING_H

#include "tests/stages/home.h"

extern const Cell *cell;
extern char        whole[128], broken[128]; /* results folders */

/* What happens to a process that runs a stage, which saves its state after each step. */
typedef struct {
    int  threads;  /* that compute; 0: one                                */
    long kill_at;  /* after so many steps it kills itself; 0: never       */
    long stop_at;  /* ... it is asked to stop                             */
    long limit;    /* no file may have more bytes, and one that would kills it */
    bool full;     /* there is no room for the first state                */
    bool unsaved;  /* it saves no state                                   */
    bool shut;     /* nothing may be written into the cell's folder       */
} Fate;

/* The cell, and one folder of results in which its pre-training is done. */
void open_all(const char *settings);
void close_all(void);

/* The state waitpid gives; STATUS codes are exit codes here. */
int  run(const char *results, StageKind kind, const Fate *f);
bool ended_with(int status, Status code);
bool killed_by(int status, int signal);
void kill_after(long step);

/* Of what has been said there since the last time; free() it. */
char *said(const char *results);
void  expect_said(Saved which, const char *what);

void expect_same_record(StageKind kind);

/* Gone on with to the end, nothing tells it from the unbroken one, and nothing is left. */
void expect_the_same_in_the_end(void);

#endif
