/* Photographs in the tar shards of a WebDataset (shards.h). */
#include "core/data/photo.h"
#include "core/data/shards.h"

static Status find(const DataConfig *c, Err *err)
{
    if (!c->folder)
        return err_set(err, STATUS_MISSING, "data set webdataset: data.folder does not say "
                       "where its shards are");
    if (shards_find(c->folder, SPLIT_TRAIN, err)) return err->code;
    return shards_find(c->folder, SPLIT_TEST, err);
}

static Status list(Album *a, const DataConfig *c, Split split, Err *err)
{
    return shards_open(a, c->folder, split, err);
}

const DataKind data_webdataset = {
    .name = "webdataset",
    .about = "photographs in tar shards with KEY.jpg and KEY.cls, read in place",
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
