/* WebDataset: pictures and labels in tar shards, read in place.
 *
 *     FOLDER/imagenet1k-train-0000.tar ...   FOLDER/imagenet1k-validation-00.tar ...
 *
 * A shard is a .tar in FOLDER or in a folder of it; the words of its path tell its split:
 * train; val, validation or valid, or, where there is none of these, test.
 *
 * Consecutive members with one key, the path up to the first dot of the last name, are a
 * sample: one picture (jpg, jpeg, png, or another format, which is then told as
 * unreadable) and its class in cls, decimal digits; other members do not count, nor do
 * links, folders and names like __this__.
 *
 * FOLDER/classes.txt, where there is one, names the classes, one a line; else they are
 * the numbers up to the largest of train.
 *
 * Source: the WebDataset format, webdataset.github.io.
 */
#ifndef CORE_DATA_SHARDS_H
#define CORE_DATA_SHARDS_H

#include "core/data/album.h"

/* STATUS_MISSING if there is no shard of that split. */
MUST_USE Status shards_find(const char *folder, Split split, Err *err);

/* List one split; reads headers and labels, no picture.  STATUS_FORMAT names the shard and
 * the sample: no picture or two, no label or one that is none, two members that are called
 * the same, an archive that is damaged or truncated. */
MUST_USE Status shards_open(Album *a, const char *folder, Split split, Err *err);

#endif
