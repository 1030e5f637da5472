/* A folder of pictures by class, as ImageNet is laid out:
 *
 *     FOLDER/train/<class>/<picture>    FOLDER/val/<class>/<picture>
 *
 * A class is the rank of its name in train/, by bytes.  The pictures are those files
 * right in a class's folder whose name ends in .jpg .jpeg .png, or in another format's
 * ending, so that what cannot be read is told and not passed over; names that begin
 * with a dot are.
 *
 * The order is the first picture of each class by name, then the second of each: the
 * first so many of them have all classes.
 */
#ifndef CORE_DATA_TREE_H
#define CORE_DATA_TREE_H

#include "core/base/arena.h"
#include "core/data/data.h"

typedef struct {
    Arena        memory;
    int          classes, count;
    const char **class_names; /* [classes]                                */
    const char **files;       /* [count] below FOLDER: "train/dress/7.jpg" */
    int         *labels;      /* [count]                                  */
} Tree;

/* List one split; opens no picture.  STATUS_MISSING if train/ or val/ is not there,
 * STATUS_FORMAT if a class is empty or val/ has one that train/ has not. */
MUST_USE Status tree_open(Tree *t, const char *folder, Split split, Err *err);
void            tree_close(Tree *t);

#endif
