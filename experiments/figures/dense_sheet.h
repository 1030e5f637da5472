/* What training sees of annotated pictures, as a figure: some of them, as they are
 * evaluated and as they are changed at random, epoch after epoch.
 *
 *     DenseSheet s = { .data = data, .jitter = &jitter, .images = 6 };
 *     bad = dense_sheet_write(&s, "augment.png", &err);
 *
 * With the same seed and epoch training sees the same.
 */
#ifndef EXPERIMENTS_FIGURES_DENSE_SHEET_H
#define EXPERIMENTS_FIGURES_DENSE_SHEET_H

#include "core/data/cutting.h"
#include "core/data/dense.h"
#include "core/data/jitter.h"

typedef struct {
    const DenseData *data;
    const Jitter    *jitter;  /* of detection; or NULL                 */
    const Cutting   *cutting; /* of segmentation; one of both          */
    int              images;  /* the first so many, beside each other  */
    uint64_t         seed, epoch;
    const char      *title;
} DenseSheet;

/* As dense_get and canvas_write. */
MUST_USE Status dense_sheet_write(const DenseSheet *s, const char *path, Err *err);

#endif
