/* What the pictures of a flat val/ show, from a text file.
 *
 * Either a line for each picture, that names it below val/ and its class:
 *
 *     ILSVRC2012_val_00000001.JPEG n01751748
 *     ILSVRC2012_val_00000002.JPEG 65
 *
 * or as many lines as there are pictures, with nothing but the class, in the order of
 * their names.  A class is the name of a folder of train/, or, if none of the file's is
 * one, the rank of such a name from 0.  Ranks alone without pictures are refused: the
 * file of ImageNet's own kit that looks like that numbers the classes in another order.
 */
#ifndef CORE_DATA_LIST_H
#define CORE_DATA_LIST_H

#include "core/data/album.h"

/* Fill in files and labels of an album that knows its classes; `path` is the list,
 * `folder` val/.  STATUS_FORMAT names the line; pictures outside of val/, named twice, or
 * of no class are wrong.  Whether they are there is seen when they are read. */
MUST_USE Status list_open(Album *a, const char *path, const char *folder, Err *err);

#endif
