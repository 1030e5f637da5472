/* Training an encoder, or the last of it, with labels: what finetune and partial share. */
#ifndef EXPERIMENTS_STAGES_TUNE_H
#define EXPERIMENTS_STAGES_TUNE_H

#include "core/data/augment.h"
#include "core/model/classifier.h"
#include "experiments/stages/inside.h"

/* The whole stage: starts from the cell's encoder, leaves the record of this kind, whose
 * metrics are NAME_top1, ...; `what` says it in words. */
MUST_USE Status tune(const Cell *c, const StageContext *x, StageKind kind,
                     const TuneConfig *how, const char *name, const char *what, Err *err);

/* The model that is trained so, and how it sees the images. */
ClassifierConfig tune_model(const Cell *c, const TuneConfig *how);
Augment          tune_augment(const TuneConfig *how);

#endif
