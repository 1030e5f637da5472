/* What training sees of pictures, as a figure: some of them, step by step through all
 * that changes them, and each of RandAugment's changes alone.
 *
 *     Sheet s = { .data = data, .augment = &augment, .mixing = &mixing, .images = 8 };
 *     bad = sheet_write(&s, "augment.png", &err);
 *
 * The pictures are a batch in order, loaded as in training: with the same seed and epoch
 * training sees the same, in other company.
 */
#ifndef EXPERIMENTS_FIGURES_SHEET_H
#define EXPERIMENTS_FIGURES_SHEET_H

#include "core/data/loader.h"
#include "core/data/mix.h"

typedef struct {
    const Data    *data;
    const Augment *augment;
    const Mixing  *mixing;
    int            images; /* rows */
    uint64_t       seed, epoch;
    const char    *title;
} Sheet;

/* As loader_batch and canvas_write. */
MUST_USE Status sheet_write(const Sheet *s, const char *path, Err *err);

#endif
