/* finetune: the whole encoder is trained on, with labels, and a linear layer with it.
 *
 * An encoder that was never trained is trained from scratch so: the same network on the
 * same images in the same order, for as long and as fast as finetune.scratch-* says.
 *
 * Source: He et al. 2022, arXiv:2111.06377, A.1; main_finetune.py of facebookresearch/mae.
 * The accuracy is that of the last epoch, where the reference tells the best. */
#include "experiments/stages/tune.h"

Status stage_finetune(const Cell *c, const StageContext *x, Err *err)
{
    const TuneConfig how = config_finetune(&c->config);
    const bool       scratch = cell_untrained(c);
    return tune(c, x, STAGE_FINETUNE, &how, "finetune",
                scratch ? "trained from scratch" : "fine-tuned", err);
}
