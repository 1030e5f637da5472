/* What is to be done for a recipe: one piece of work per pre-training, with all
 * evaluations that build on it.
 *
 * A piece of work is one folder of results/cells and one process.  Cells that
 * differ only in how they are evaluated share it.
 */
#ifndef EXPERIMENTS_RUN_WORK_H
#define EXPERIMENTS_RUN_WORK_H

#include "core/base/arena.h"
#include "experiments/recipe/recipe.h"

typedef struct {
    const Cell *cell;
    StageKind   kind;
    bool        done;    /* its record was there and whole when last looked */
    bool        damaged; /* it was there, but not as it was written         */
} Task;

typedef enum { WORK_MISSING, WORK_RUNNING, WORK_FAILED, WORK_DONE } WorkState;

typedef struct {
    const Cell *cell;  /* the first of those that share the folder */
    Task       *tasks; /* [n] pretrain first                       */
    int         n;
    WorkState   state;
    double      bytes;    /* of memory that it will take, if somebody has asked
                             estimate_works; 0: not known           */
    char        why[256]; /* it failed, one line; else empty        */
    bool        in_vain;  /* this run has seen it fail by its recipe or data */
} Work;

typedef struct {
    const char *results; /* the folder that holds cells/ */
    Work       *work;
    int         n;
    int         cells; /* of the whole recipe, whichever are left or picked */
    double      bytes; /* of memory that the largest stage of all takes, done or not; see
                          estimate_works                                   */
} Works;

/* All of the recipe's, as they stand on disk.  Lives in the arena and points into
 * the recipe.  Records that were found whole are not read again until they change (whole.h). */
void works_list(Works *w, Arena *a, const Recipe *r, const char *results);

/* Leave those that a command would try: neither done nor running; if `failed` only such as
 * have failed; if `limit` is not 0 at most so many.  Without either it leaves all. */
void works_pick(Works *w, bool failed, long limit);

/* Look again at one of them.  A damaged record is to be made anew.  Pre-training whose
 * record is there but whose encoder was deleted is to be done again while an evaluation
 * needs it. */
void work_look(Work *w, const char *results);

/* All of it is done, by a process that ended WHOLE_TICK_S ago: nobody need read it again. */
void work_note_whole(const Work *w, const char *results);

/* All of it is done, but a process died before it had put away its states and journal, or has
 * told of a failure while another did it: that is made up for. */
void work_tidy(const Work *w, const char *results);

bool        work_needs(const Work *w, int task);    /* is it still to be done? */
const char *work_word(WorkState state);             /* "missing", "running", ... */

/* failed.txt of the folder: "stage: why" while the last try failed.  Looks again first: what
 * another process has claimed or done meanwhile has not failed. */
void work_note_failure(const char *results, Work *w, const char *why);
void work_forget_failure(const char *results, const Cell *c);

/* "strategy=random seed=0": what tells this pre-training from the others. */
void work_label(const Recipe *r, const Cell *c, Text *out);

#endif
