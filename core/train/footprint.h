/* How much memory work on a model takes, without doing it.
 *
 * The work is done on the dry backend (core/tape/backend.h), where nothing is computed
 * and nothing allocated; arenas say what they handed out.  So the figures follow the
 * ops by themselves.  A kernel's own scratch is not in them.
 */
#ifndef CORE_TRAIN_FOOTPRINT_H
#define CORE_TRAIN_FOOTPRINT_H

#include "core/model/mae.h"

/* A step of AdamW on N images of which K patches are visible: weights, two moments,
 * values kept for going back, buffers of gradients, the tape. */
size_t footprint_train(const MaeConfig *c, int N, int K, bool recompute);

/* Features of N images with nothing hidden: weights, the values of a forward. */
size_t footprint_features(const MaeConfig *c, int N);

#endif
