/* One recipe in two results folders: one is left alone, what befalls the other is up to
 * whoever tries something. */
#ifndef EXPERIMENTS_CHAOS_TRIAL_H
#define EXPERIMENTS_CHAOS_TRIAL_H

#include "core/base/rng.h"
#include "experiments/chaos/sitting.h"
#include "experiments/run/work.h"

#include <stdio.h>

typedef struct {
    const char        *program, *recipe; /* as on the command line           */
    const char *const *set;              /* [settings] KEY=VALUE              */
    int                settings;
    const char        *folder;           /* for quiet/, stormy/ and said.txt  */
    uint64_t           seed;             /* of the moments                    */
    FILE              *progress;         /* or NULL                           */
} TrialConfig;

typedef struct {
    TrialConfig   config;
    const Recipe *recipe;
    Arena         arena;
    Works         quiet, stormy;
    const char  **folder; /* [stormy.n] of its cells: they are there before anything runs */
    char          said[CELL_PATH]; /* all that the program says */
    double        quiet_s;         /* that the quiet run took   */
} Trial;

MUST_USE Status trial_open(Trial *t, const TrialConfig *c, const Recipe *r, Err *err);
void            trial_close(Trial *t);

/* Makes stormy/ empty again. */
MUST_USE Status trial_clear(Trial *t, Err *err);

/* `maskgrid VERB RECIPE --results RESULTS` with the user's settings and, unless save_every
 * is NULL, --quiet and that one. */
enum { TRIAL_ARGV = 256 };
void trial_command(const Trial *t, const char *argv[TRIAL_ARGV], const char *verb,
                   const char *results, const char *save_every);

/* Runs all of the quiet one; what is there already stays. */
MUST_USE Status trial_run_quietly(Trial *t, Err *err);

Status trial_failed(const Trial *t, int code, Err *err); /* a run that nobody has hindered */

#endif
