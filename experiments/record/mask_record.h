/* Masks as a record, for others to train with: core/mask/recording.h reads them.
 * What is in the file stands in results/README.md. */
#ifndef EXPERIMENTS_RECORD_MASK_RECORD_H
#define EXPERIMENTS_RECORD_MASK_RECORD_H

#include "core/base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char    *strategy; /* mask_spec()                                        */
    int            rows, cols, K;
    uint64_t       seed;
    double         ratio, progress;
    const char    *seen;     /* what the strategy looked at, "nothing"             */
    int64_t        epoch, image; /* the first of each                              */
    size_t         epochs, images;
    const uint8_t *hidden;   /* [epochs, images, recording_bytes(L)]               */
} MaskRecord;

MUST_USE Status mask_record_write(const char *path, const MaskRecord *m, Err *err);

#endif
