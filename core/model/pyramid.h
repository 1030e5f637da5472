/* Maps of several strides from a transformer, which has only one.
 *
 * A level is called by its number: 4 has the transformer's own stride, the patch; each
 * one less has half of it, each one more twice.  With patches of 16 they are p2 to p6 of
 * the papers, strides 4 to 64.
 *
 *   simple    every level from the last block's map: Li et al. 2022, arXiv:2203.16527
 *   four-tap  levels 2 to 5 each from another block, then a feature pyramid network: Li
 * et al. 2021, arXiv:2111.11429, and Lin et al. 2017, arXiv:1612.03144
 *
 * UPerNet's neck is the four taps alone.
 */
#ifndef CORE_MODEL_PYRAMID_H
#define CORE_MODEL_PYRAMID_H

#include "core/model/conv.h"

enum { LEVEL_OWN = 4, LEVEL_LAST = 5, MAPS_MOST = 5, TAPS = 4 };

/* Maps that start at the level `finest`, from 2 to 4. */
typedef struct {
    int     count;
    int     level[MAPS_MOST];
    Tensor *map[MAPS_MOST]; /* [N, H, W, channels] */
} Maps;

double level_scale(int level); /* of the transformer's own: 4 at level 2, 1/2 at 5 */

/* --- four taps ----------------------------------------------------------- */

typedef enum { TAPS_GROUP_NORM, TAPS_BATCH_NORM } TapsNorm;

typedef struct {
    TapsNorm norm;
    int      level[TAPS];            /* 2, 3, 4, 5, but none below `finest`  */
    Layer    up[TAPS][2], between;   /* deconvolutions and, of tap 1, a norm */
    Running  running;                /* of TAPS_BATCH_NORM                   */
} Taps;

/* Names as in BEiT's: PREFIXfpn1.0, fpn1.1, fpn1.3, fpn2.0. */
void taps_add(Taps *k, Params *p, TapsNorm norm, int width, int finest,
              const char *prefix);

/* map [TAPS], all of the transformer's own stride -> each of its level's. */
void taps_forward(Tape *t, const Taps *k, Tensor **map, bool training);

/* --- pyramids ------------------------------------------------------------ */

typedef enum { PYRAMID_SIMPLE, PYRAMID_FOUR_TAP } PyramidKind;

typedef struct {
    PyramidKind kind;
    int         finest, channels;
    Layer       up[2][2], between;        /* simple: of levels 2 and 3              */
    Conv        conv1[TAPS], conv2[TAPS]; /* of levels 2 to 5; or lateral and output */
    Taps        taps;
} Pyramid;

/* Names as in detectron2: PREFIXsimfp_2.0, ..., or PREFIXfpn_lateral2, ....  Four taps
 * are for squares, from level 2 on, as published. */
void pyramid_add(Pyramid *y, Params *p, PyramidKind kind, int width, int channels,
                 int finest, const char *prefix);

/* map: the last block's, or [TAPS] -> levels `finest` to 5, and 6, every other place
 * of 5. */
Maps pyramid_forward(Tape *t, const Pyramid *y, Tensor *const *map, bool training);

#endif
