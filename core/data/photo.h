/* Photographs as a data set, each of its own size: decoding, keeping, counting what is
 * damaged.  What the data sets "folder" and "webdataset" share; they only fill an album.
 *
 * Decoded pictures stay in memory while they fit.  Whether a picture is damaged is
 * told in two steps: at open what can be seen without decoding, and such pictures are
 * left out; when decoding the rest, and such a picture is seen as plain gray.  Both
 * count against data.bad-images; one more ends the run.
 */
#ifndef CORE_DATA_PHOTO_H
#define CORE_DATA_PHOTO_H

#include "core/data/album.h"

/* Members of a DataKind whose `list` fills the album, and what photo_identify_split and
 * photo_stamp_split do with one. */
MUST_USE Status photo_check(const DataConfig *c, Err *err);
MUST_USE Status photo_open(Data *d, const DataConfig *c, Split split, Err *err);
MUST_USE Status photo_identify_split(Hash *h, const DataConfig *c, Split split, Err *err);
MUST_USE Status photo_stamp_split(Stamp *s, const DataConfig *c, Split split, Err *err);
MUST_USE Status photo_stamp(Stamp *s, const Album *a, const DataConfig *c, Err *err);
MUST_USE Status photo_identify(Hash *h, const Album *a, const DataConfig *c, Err *err);
MUST_USE Status photo_read(const Data *d, int i, Image *out, Err *err);
MUST_USE Status photo_file(const Data *d, int i, char path[DATA_FILE], char **bytes,
                            size_t *n, Err *err);
int             photo_bad(const Data *d, Text *why);
bool            photo_damaged(const Data *d, int i);
void            photo_close(Data *d);

/* mean and std [MAX_CHANNELS] of x / 255 of photographs: IMAGENET_DEFAULT_MEAN and _STD of
 * timm, which facebookresearch/mae (build_transform in util/datasets.py) and others use
 * whatever the photographs; of gray, the luma of the mean, and of the deviations, which
 * nearly always go together. */
void photo_scale(float *mean, float *std, int channels);

#endif
