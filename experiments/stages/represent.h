/* represent, in its parts: shared by represent*.c. */
#ifndef EXPERIMENTS_STAGES_REPRESENT_H
#define EXPERIMENTS_STAGES_REPRESENT_H

#include "core/base/arena.h"
#include "core/data/loader.h"
#include "core/model/mae.h"
#include "experiments/stages/inside.h"

typedef struct {
    const Cell         *cell;
    const StageContext *context;
    Arena               host;
    Data               *data;
    Mae                 mae;
    Tape                tape;
    int                 n, L, D, H, depth; /* n images are looked at */

    float  *classes, *means; /* [depth, n, D] after each block; the last after the norm */
    float  *views[2];        /* [n, D] of two crops of each image                        */
    double *distance, *entropy, *nmi; /* [depth, H] mean over images; pixels, nats, 1    */
} Represent;

/* Features [depth, n, D], or of the chosen kind alone at the end [n, D]. */
const float *represent_features(const Represent *w, int block);

/* represent_cut.c: patches in two parts, now and at the moments that were kept. */
MUST_USE Status represent_cuts(Represent *w, Record *r, Err *err);

#endif
