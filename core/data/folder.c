/* A folder of photographs by class (tree.h). */
#include "core/base/file.h"
#include "core/data/photo.h"
#include "core/data/tree.h"

#include <stdio.h>

static Status find(const DataConfig *c, Err *err)
{
    char path[DATA_PATH + 8];
    if (!c->folder)
        return err_set(err, STATUS_MISSING, "data set folder: data.folder does not say where "
                       "its train/ and val/ are");
    for (int split = SPLIT_TRAIN; split <= SPLIT_TEST; split++) {
        snprintf(path, sizeof path, "%s/%s", c->folder, split == SPLIT_TRAIN ? "train" : "val");
        if (!file_exists(path))
            return err_set(err, STATUS_MISSING, "data set folder: no %s", path);
    }
    return STATUS_OK;
}

static Status list(Album *a, const DataConfig *c, Split split, Err *err)
{
    return tree_open(a, c->folder, split, c->list, err);
}

const DataKind data_photographs = {
    .name = "folder",
    .about = "photographs in train/<class>/ and val/<class>/, JPEG and PNG",
    .check = photo_check,
    .find = find,
    .identify = photo_identify_split,
    .stamp = photo_stamp_split,
    .list = list,
    .open = photo_open,
    .read = photo_read,
    .file = photo_file,
    .bad = photo_bad,
    .damaged = photo_damaged,
    .close = photo_close,
};
