/* Recorded masks: the file, "masks.h5".  As a strategy it is in replay.h.
 *
 * It holds the masks of some images in some epochs, whoever has drawn them, so that
 * two programs, or two trainings, hide the very same patches (results/README.md says
 * what is in it).  An epoch beyond the recorded ones has the masks of the first, and so
 * on, over and over.
 *
 *     Recording *r;
 *     if (recording_read(&r, "masks.h5", err)) return err->code;
 *     if (recording_has(r, 17)) recording_get(r, patches, 0, 17);
 *     recording_close(r);
 */
#ifndef CORE_MASK_RECORDING_H
#define CORE_MASK_RECORDING_H

#include "core/base/arena.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int            rows, cols, K, T; /* of every mask; T patches are thrown          */
    size_t         epochs, images;
    const int64_t *epoch;         /* [epochs] one after the other                    */
    const int64_t *image;         /* [images] rising                                 */
    size_t         bytes;         /* of a mask                                       */
    const uint8_t *hidden;        /* [epochs, images, bytes] a bit per patch, 1      */
                                  /* hidden, the first in the highest bit            */
    const uint8_t *thrown;        /* the same, 1 thrown; NULL where T is 0           */
    const char    *strategy;      /* that drew them, and with what seed, where the   */
    int64_t        seed;          /* file says so; else "" and -1                    */
    Arena arena;
} Recording;

/* STATUS_MISSING if there is no such file; STATUS_FORMAT, naming the first wrong mask,
 * if it is not whole, or hides or throws more or fewer patches in one mask than in
 * another. */
MUST_USE Status recording_read(Recording **r, const char *path, Err *err);
void            recording_close(Recording *r); /* NULL is allowed */

bool recording_has(const Recording *r, uint64_t image);

/* patches [L]: what is done with each.  Aborts (CHECK) if the image is not recorded. */
enum { RECORDED_VISIBLE, RECORDED_HIDDEN, RECORDED_THROWN };
void recording_get(const Recording *r, uint8_t *patches, uint64_t epoch, uint64_t image);

/* Append which of epochs first .. first + n - 1 are not recorded, and have the masks of
 * others; nothing if all are.  `name` is the file's. */
void recording_notice(Text *out, const Recording *r, const char *name, uint64_t first,
                      uint64_t n);

/* The bits of one mask of L patches: 1 for the n of ids. */
size_t recording_bytes(int L);
void   recording_pack(uint8_t *bits, const int *ids, int n, int L);

#endif
