/* One training under way, whatever it trains: its steps, where it stands, what it cost.
 *
 *     Training t = { .cell = c, .context = x, .kind = STAGE_FINETUNE, .params = &params,
 *                    .self = me, .take = take, .put = put, .get = get };
 *     training_plan(&t, &host, steps_per_epoch, batch, &schedule);
 *     if (training_run(&t, &err)) ...              goes on from the last state, if any
 *     training_curves(&t, record, &host, "finetune", "cross entropy");
 *     training_close(&t);                          always
 *     training_forget(&t);                         once the record is there
 *
 * The state is all that another process needs to go on with the same bits.
 */
#ifndef EXPERIMENTS_STAGES_TRAINING_H
#define EXPERIMENTS_STAGES_TRAINING_H

#include "core/cpu/gemmlog.h"
#include "core/train/schedule.h"
#include "experiments/stages/inside.h"

typedef struct {
    /* Set by the stage; all of it outlives the training. */
    const Cell         *cell;
    const StageContext *context;
    StageKind           kind;
    const Params       *params; /* what is trained */
    void               *self;
    const Data         *data;   /* that it reads; NULL: none that could be damaged */

    /* Take step t->step of t->steps, with training_loss once the loss is known. */
    Status (*take)(void *self, Err *err);

    /* Whatever determines the steps to come, besides what is here. */
    void (*put)(const void *self, SafetensorsOut *out, Arena *a);
    Status (*get)(void *self, const Safetensors *in, Arena *a, Err *err);

    Schedule schedule;
    long     step, steps; /* done; of the whole training                   */
    long     steps_per_epoch;
    int      batch;
    int      parts;       /* of a batch, each with a loss of its own; 0 is 1 */
    double  *loss;        /* [steps], NaN where not yet known              */
    GemmLog  log;         /* the products of the step under way            */
    double   gflop;       /* of all products and ranks, and of guides       */
    double   wall_s;      /* of the steps done, over all sittings          */
    double   began_s;     /* the first sitting, in seconds since 1970      */
    long     sittings;    /* processes that it took, this one too          */
    int      ranks, threads; /* that took the last of the steps            */
    char     begun_by[64];   /* others, and how far; empty: the same took all */
    bool     asked;       /* to stop, on any rank: training_agree          */
} Training;

/* schedule->epochs whole epochs. */
void training_plan(Training *t, Arena *host, long steps_per_epoch, int batch,
                   const Schedule *schedule);

/* STATUS_STOPPED if it was asked to stop: the state is saved, and as many ranks and threads
 * go on from it to the bits of an unbroken training; of others it is told on stderr that
 * they do not, and in begun_by.  A killed training loses
 * what came since the last state, context->save_every_s at most; one that cannot be saved
 * is told on stderr, and the training goes on.  STATUS_FAILED if the weights are not finite
 * at the end.  All ranks call it, and rank 0 saves. */
MUST_USE Status training_run(Training *t, Err *err);
void            training_close(Training *t); /* one that never ran is fine */

/* Of the step under way. */
long   training_epoch(const Training *t);
int    training_in_epoch(const Training *t);
double training_lr(const Training *t);

/* Note the loss of the step under way, or of one of its parts.  STATUS_FAILED if it is not
 * finite. */
MUST_USE Status training_loss(Training *t, const Backend *be, const Tensor *loss, Err *err);

/* Of the step under way, where ranks train together: once its loss is known and before
 * they exchange gradients, each says how it stands (ranks_agree).  If well, the loss is
 * that of the whole batch, and sum[n] is added up; two numbers behind them are ours. */
MUST_USE Status training_agree(Training *t, Status bad, double *sum, int n, Err *err);

/* The curves epoch, loss and lr over `step`; the metric NAME_loss, the mean of the last
 * epoch.  The metrics NAME_gflop and NAME_s, and what the stage has cost. */
void training_curves(const Training *t, Record *r, Arena *host, const char *name,
                     const char *loss);
void training_cost(const Training *t, Record *r, const char *name);

/* training_state.c ----------------------------------------------------------- */

/* A state carries its checksum, and the one before it is kept.  Of one that is damaged, or
 * of another training, nothing is read: it is told on stderr, with its name, and removed,
 * and the one before it is gone on from; without that the training begins again.
 * STATUS_IO or STATUS_FORMAT, with the file, where a whole one cannot be read. */
MUST_USE Status training_save(const Training *t, Err *err);
MUST_USE Status training_resume(Training *t, Err *err);
void            training_forget(const Training *t); /* removes the states */

/* Behind the steps: err is what a stage has failed with.  If it was asked to stop, the
 * state is saved.  Returns err->code. */
Status training_stopped(const Training *t, Err *err);

/* Doubles of a state, for put and get; what they need lasts as long as a.  None if n is
 * 0.  Numbers in its metadata: false if there is none of that name. */
void            state_put(SafetensorsOut *out, Arena *a, const char *name, const double *x,
                          long n);
MUST_USE Status state_get(const Safetensors *in, Arena *a, const char *name, double *x,
                          long n, Err *err);
void            state_note(SafetensorsOut *out, const char *key, double x);
bool            state_number(const Safetensors *in, const char *key, double *x);

#endif
