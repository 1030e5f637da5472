/* One pre-training under way: shared by the pretrain_*.c of this folder. */
#ifndef EXPERIMENTS_STAGES_PRETRAIN_H
#define EXPERIMENTS_STAGES_PRETRAIN_H

#include "core/data/loader.h"
#include "core/mask/draw.h"
#include "core/train/checkpoint.h"
#include "experiments/stages/guide.h"
#include "experiments/stages/training.h"

typedef struct {
    const Cell         *cell;
    const StageContext *context;
    Ranks               ranks;

    Arena    host;
    Data    *data;
    Augment  augment;
    Loader   loader;
    Batch    batch;
    Mask    *mask; /* NULL for an encoder that is never trained */
    int     *ids;  /* [batch, L] visible patches first          */
    Mae      mae;
    AdamW    adamw;
    Tape     tape;
    Guide    guide; /* what the strategy asks to see */
    Training run;

    double *seen;   /* [L] how often each patch was visible              */
    double *now;    /* [L + 2] in this step; see training_agree          */
    double  mask_s; /* spent on masks and on what the strategy asked for */
} Pretrain;

/* pretrain_record.c: the encoder and then the record, with a few test images
 * reconstructed: where the record is, the encoder is. */
MUST_USE Status pretrain_record(Pretrain *p, Err *err);

/* K of a step, which is the cell's unless the strategy varies the ratio. */
int pretrain_visible(const Pretrain *p, long step);

#endif
