/* represent, in its parts: shared by represent*.c. */
#ifndef EXPERIMENTS_STAGES_REPRESENT_H
#define EXPERIMENTS_STAGES_REPRESENT_H

#include "core/base/arena.h"
#include "core/data/loader.h"
#include "core/model/mae.h"
#include "experiments/stages/inside.h"

/* Features of an image: its class token, the mean of its patches, and one of them, of
 * image i number i mod L, so that all places are asked alike. */
typedef enum { OF_CLASS, OF_MEAN, OF_PATCH, FEATURE_KINDS } FeatureKind;

typedef struct {
    const Cell         *cell;
    const StageContext *context;
    Arena               host;
    Data               *data;
    Mae                 mae;
    Tape                tape;
    Mask               *mask; /* what the decoder is asked about */
    int                 n, L, D, H, depth, K; /* n images are looked at; K visible in mask */

    FeatureKind chosen;                   /* by the recipe                            */
    float      *features[FEATURE_KINDS];  /* [depth, n, D] after each block; the last
                                             after the norm                           */
    float      *views[2];                 /* [n, D] of two crops of each image        */
    double     *distance, *entropy, *nmi; /* [depth, H] pixels, nats, 1               */
    double     *amplitude; /* [depth, steps] of frequencies over the first            */
    int         steps;     /* all three means over images                             */
} Represent;

/* represent_cut.c: patches in two parts, now and at the moments that were kept. */
MUST_USE Status represent_cuts(Represent *w, Record *r, Err *err);

/* represent_decoder.c: out [blocks of m's decoder], the share of attention that hidden
 * patches get, mean over heads and the images of b. */
void represent_shares(Represent *w, const Mae *m, const Batch *b, double *out);

#endif
