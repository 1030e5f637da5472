/* One pre-training under way: shared by the pretrain_*.c of this folder. */
#ifndef EXPERIMENTS_STAGES_PRETRAIN_H
#define EXPERIMENTS_STAGES_PRETRAIN_H

#include "core/cpu/gemmlog.h"
#include "core/data/loader.h"
#include "core/mask/draw.h"
#include "core/train/checkpoint.h"
#include "core/train/schedule.h"
#include "experiments/stages/guide.h"

typedef struct {
    const Cell         *cell;
    const StageContext *context;

    Arena    host;
    Data    *data;
    Augment  augment;
    Loader   loader;
    Batch    batch;
    Mask    *mask; /* NULL for an encoder that is never trained */
    int     *ids;  /* [batch, L] visible patches first          */
    Mae      mae;
    AdamW    adamw;
    Schedule schedule;
    Tape     tape;
    Guide    guide; /* what the strategy asks to see */

    long    step, steps;  /* done; of the whole training                         */
    long    steps_per_epoch;
    double *loss;         /* [steps], NaN where not yet known                    */
    double *seen;         /* [L] how often each patch was visible                */
    GemmLog log;          /* the products of the step under way                  */
    double  gflop;        /* of all products, of what guides masks too           */
    double  mask_s;       /* spent on masks and on what the strategy asked for   */
    double  wall_s;       /* spent in all, over all sittings                     */
} Pretrain;

/* pretrain_state.c: where the training stands, so that another process goes on
 * with the same bits.  A state of another identity is ignored. */
MUST_USE Status pretrain_save(const Pretrain *p, Err *err);
MUST_USE Status pretrain_resume(Pretrain *p, Err *err);
void            pretrain_forget(const Pretrain *p); /* removes the state */

/* pretrain_record.c: the encoder and then the record, with a few test images
 * reconstructed: where the record is, the encoder is. */
MUST_USE Status pretrain_record(Pretrain *p, Err *err);

/* K of a step, which is the cell's unless the strategy varies the ratio. */
int pretrain_visible(const Pretrain *p, long step);

#endif
