/* Masks as a record, for others to train with: core/mask/recording.h reads them.
 * What is in the file stands in results/README.md. */
#ifndef EXPERIMENTS_RECORD_MASK_RECORD_H
#define EXPERIMENTS_RECORD_MASK_RECORD_H

#include "core/base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char    *strategy; /* mask_spec()                                        */
    int            rows, cols, K, T;
    uint64_t       seed;
    double         ratio;
    const double  *progress; /* [epochs] share of training done in each            */
    const char    *seen;     /* what the strategy looked at, "nothing"             */
    int64_t        epoch, image; /* the first of each                              */
    size_t         epochs, images;
    const uint8_t *hidden;   /* [epochs, images, recording_bytes(L)]               */
    const uint8_t *thrown;   /* the same; NULL where T is 0                        */
} MaskRecord;

MUST_USE Status mask_record_write(const char *path, const MaskRecord *m, Err *err);

#endif
