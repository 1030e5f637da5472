/* Does the cut of patches by an encoder's features find what was drawn?
 *
 * On pictures of `scenes` that are not trained on, a patch is an object's if objects
 * cover half of it.  The part of the normalised cut that sgmae takes for the object is
 * compared with these patches by intersection over union, and so are as many patches
 * drawn at random.
 *
 *     overlap_measure(&o, &mae, 200, err)
 *     printf("%.2f, by chance %.2f", o.by_cut.mean, o.by_chance.mean);
 */
#ifndef EXPERIMENTS_RECORD_OVERLAP_H
#define EXPERIMENTS_RECORD_OVERLAP_H

#include "core/model/mae.h"
#include "experiments/stats/stats.h"

enum { OVERLAP_PATCHES = 4096 }; /* at most */

typedef struct {
    Summary by_cut, by_chance, more; /* intersection over union, 0..1, over scenes;
                                        the paired difference                    */
    Summary untrained, learned; /* the cut by an encoder of the same sizes with initial
                                   weights; what by_cut is more, paired          */
} Overlap;

/* STATUS_CONFIG if the encoder's pictures are none that `scenes` draws, or have more
 * than OVERLAP_PATCHES patches; STATUS_FAILED if a feature is not finite. */
MUST_USE Status overlap_measure(Overlap *o, const Mae *mae, int scenes, Err *err);

#endif
