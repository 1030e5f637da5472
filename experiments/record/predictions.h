/* Predictions and truth out of anyone's files, put side by side. */
#ifndef EXPERIMENTS_RECORD_PREDICTIONS_H
#define EXPERIMENTS_RECORD_PREDICTIONS_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>

typedef struct {
    int          n, classes;
    float       *scores; /* [n, classes], in the order that the file's have         */
    int         *labels; /* [n], in the order of the truth                          */
    bool         scored; /* the file has scores; else one class of each image       */
    const char **ids;    /* [n], or NULL                                            */
} Predictions;

/* Truth: a class, from 0, of each image.  Predictions: a score of each class, or one
 * class.  Files as core/data/columns.h reads them, the arrays called labels or targets,
 * and scores, logits or predictions.  Where both name their images these are matched, else
 * the rows are in the same order.  STATUS_FORMAT names file and line, also of an image
 * that is there twice, or in one file alone. */
MUST_USE Status predictions_read(Predictions *p, Arena *a, const char *truth,
                                 const char *predictions, Err *err);

#endif
