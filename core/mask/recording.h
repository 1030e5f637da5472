/* Recorded masks: a file that is a strategy, "./masks.h5".
 *
 * It holds the masks of some images in some epochs, whoever has drawn them, so that
 * two programs, or two trainings, hide the very same patches (results/README.md says
 * what is in it).  As a strategy it is a plug-in (plugin.h): found by its path or its
 * name, with the hash of the file in its identity, "masks.h5@1f0c9a33ab12".  An epoch
 * beyond the recorded ones has the masks of the first, and so on, over and over.
 *
 *     Recording *r;
 *     if (recording_read(&r, "masks.h5", err)) return err->code;
 *     if (recording_has(r, 17)) recording_get(r, hidden, 0, 17);
 *     recording_close(r);
 */
#ifndef CORE_MASK_RECORDING_H
#define CORE_MASK_RECORDING_H

#include "core/base/arena.h"
#include "core/mask/draw.h"

typedef struct {
    int            rows, cols, K; /* of every mask                               */
    size_t         epochs, images;
    const int64_t *epoch;         /* [epochs] one after the other                */
    const int64_t *image;         /* [images] rising                             */
    size_t         bytes;         /* of a mask                                   */
    const uint8_t *hidden;        /* [epochs, images, bytes] a bit per patch, 1  */
                                  /* hidden, the first in the highest bit        */
    Arena arena;
} Recording;

/* STATUS_MISSING if there is no such file; STATUS_FORMAT, naming the first wrong mask,
 * if it is not whole, or hides more or fewer patches in one mask than in another. */
MUST_USE Status recording_read(Recording **r, const char *path, Err *err);
void            recording_close(Recording *r); /* NULL is allowed */

bool recording_has(const Recording *r, uint64_t image);

/* hidden [L]: 1 or 0.  Aborts (CHECK) if the image is not recorded. */
void recording_get(const Recording *r, uint8_t *hidden, uint64_t epoch, uint64_t image);

/* The bits of one mask, ids [L] with K visible first. */
size_t recording_bytes(int L);
void   recording_pack(uint8_t *bits, const int *ids, int L, int K);

/* --- as a strategy --------------------------------------------------------- */

/* For plugin.c: the strategy that draws these masks; it is never closed. */
MUST_USE Status recording_open(MaskStrategy *s, const char *file, Err *err);

/* Are all recorded masks in m of its grid?  For those who open masks. */
MUST_USE Status recording_fits(const MaskStrategy *s, const void *self, const char *name,
                               int rows, int cols, Err *err);

/* Can m, which may have no recorded masks in it, draw images first .. first + n - 1
 * with K visible patches?  STATUS_CONFIG if not; then drawing them would abort. */
MUST_USE Status recording_check(const Mask *m, int K, uint64_t first, uint64_t n, Err *err);

#endif
