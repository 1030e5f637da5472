/* partial: only the last blocks of the encoder are trained on, with labels.
 *
 * Source: He et al. 2022, arXiv:2111.06377, section 4.3, after Yosinski et al. 2014: how
 * many blocks must learn before the features are as good as fine-tuned ones? */
#include "experiments/stages/tune.h"

#include <stdio.h>

Status stage_partial(const Cell *c, const StageContext *x, Err *err)
{
    const TuneConfig *how = &c->config.partial;
    char              what[64];
    snprintf(what, sizeof what, "last %g blocks fine-tuned", how->blocks);
    return tune(c, x, STAGE_PARTIAL, how, "partial", what, err);
}
