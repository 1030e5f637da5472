/* Stages that have the same arrays and attributes.  For the tables of fields.h alone. */
#ifndef EXPERIMENTS_RECORD_FIELDS_INSIDE_H
#define EXPERIMENTS_RECORD_FIELDS_INSIDE_H

#define SCORED   "knn linear-cached linear partial finetune"
#define TUNED    "linear partial finetune detect segment"
#define TRAINED  "pretrain linear partial finetune detect segment"
#define EVALUATE "knn linear-cached linear partial finetune detect segment reconstruct represent"
#define STAGES   "pretrain " EVALUATE
#define MASKS    STAGES " masks"
#define SCORES   "score-classification score-coco score-segmentation"

#endif
