/* A folder of pictures by class, as ImageNet is laid out:
 *
 *     FOLDER/train/<class>/<picture>    FOLDER/val/<class>/<picture>
 *
 * A class is the rank of its name in train/, by bytes.  The pictures are those files
 * in a class's folder, and in folders in it, whose name ends in .jpg .jpeg .png, or in
 * another format's ending, so that what cannot be read is told and not passed over; names
 * that begin with a dot are.
 *
 * Or all of val/ lies flat, FOLDER/val/<picture>, and FOLDER/val.txt, or another list,
 * says what is what (list.h).
 */
#ifndef CORE_DATA_TREE_H
#define CORE_DATA_TREE_H

#include "core/data/album.h"

typedef struct {
    const char **name; /* sorted by bytes */
    int          n;
} Names;

/* List one split; opens no picture.  `given` names the list; NULL: val.txt.
 * STATUS_MISSING if train/ or val/ is not there, STATUS_FORMAT if a class is empty or val/
 * has classes that train/ has not. */
MUST_USE Status tree_open(Album *a, const char *folder, Split split, const char *given,
                          Err *err);

/* The pictures right in folder `path`, in the album's memory. */
MUST_USE Status tree_pictures(Names *out, Album *a, const char *path, Err *err);

int tree_label(const Album *a, const char *class_name); /* -1: there is no such class */

#endif
