/* Recorded masks as a strategy, "./masks.h5": the same patches once more.
 *
 * It is a plug-in (plugin.h): found by its path or its name, with the hash of the file in
 * its identity, "masks.h5@1f0c9a33ab12".
 */
#ifndef CORE_MASK_REPLAY_H
#define CORE_MASK_REPLAY_H

#include "core/base/text.h"
#include "core/mask/draw.h"
#include "core/mask/recording.h"

/* For plugin.c: the strategy that draws these masks; it is never closed. */
MUST_USE Status replay_open(MaskStrategy *s, const char *file, Err *err);

/* The masks that it draws, or NULL: it is another strategy.  Of a mask made of masks, the
 * first part's that has any. */
const Recording *replay_of(const MaskStrategy *s);
const Recording *replay_in(const Mask *m);

/* Are all recorded masks in m of its grid?  For those who open masks. */
MUST_USE Status replay_fits(const MaskStrategy *s, const char *name, int rows, int cols,
                            Err *err);

/* Has every recording in m K visible patches, and images first .. first + n - 1?
 * STATUS_CONFIG if not; mask_check() asks it. */
MUST_USE Status replay_check(const Mask *m, int K, uint64_t first, uint64_t n, Err *err);

/* recording_notice() of every recording in m for epochs first .. first + n - 1, a whole
 * training: of a schedule each part is asked for those that it draws. */
void replay_notice(Text *out, const Mask *m, uint64_t first, uint64_t n);

#endif
