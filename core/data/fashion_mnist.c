/* Fashion-MNIST: 70,000 gray pictures of clothes, 28 x 28, ten classes.
 *
 * Source: Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747; files as the Debian
 * package dataset-fashion-mnist installs them. */
#include "core/base/file.h"
#include "core/data/data.h"
#include "core/data/idx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 10, SIDE = 28 };

static const char SYSTEM_FOLDER[] = "/usr/share/datasets/fashion-mnist";
static const char CURE[] = "apt-get install dataset-fashion-mnist, or say which folder";

static const char *const names[CLASSES] = {
    "t-shirt", "trouser", "pullover", "dress", "coat",
    "sandal",  "shirt",   "sneaker",  "bag",   "ankle boot",
};

/* pictures, labels */
static const char *const files[2][2] = {
    [SPLIT_TRAIN] = { "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz" },
    [SPLIT_TEST] = { "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz" },
};

static Status locate(char *path, size_t room, const DataConfig *c, const char *file,
                     Err *err)
{
    char folder[DATA_PATH];
    if (data_folder(folder, c, SYSTEM_FOLDER, file, CURE, err)) return err->code;
    snprintf(path, room, "%s/%s", folder, file);
    return STATUS_OK;
}

static Status find(const DataConfig *c, Err *err)
{
    char path[2 * DATA_PATH];
    for (int split = SPLIT_TRAIN; split <= SPLIT_TEST; split++)
        for (int i = 0; i < 2; i++)
            if (locate(path, sizeof path, c, files[split][i], err)) return err->code;
    return STATUS_OK;
}

static Status identify(Hash *h, const DataConfig *c, Split split, Err *err)
{
    const size_t limit = (size_t)1 << 28;
    for (int i = 0; i < 2; i++) {
        char   path[2 * DATA_PATH], *bytes;
        size_t n;
        if (locate(path, sizeof path, c, files[split][i], err) ||
            file_read(path, limit, &bytes, &n, err))
            return err->code;
        hash_bytes(h, bytes, n);
        free(bytes);
    }
    return STATUS_OK;
}

/* Labels become ints, once all agrees, and the file's bytes the pictures: they are
 * 47 MB and need not be there twice. */
static Status adopt(Data *d, Idx *images, const Idx *labels,
                    const char *images_path, const char *labels_path, Err *err)
{
    int count = images->dim[0];
    if (count != labels->dim[0])
        return err_set(err, STATUS_FORMAT, "%s has %d pictures, but %s has %d labels",
                       images_path, count, labels_path, labels->dim[0]);
    if (images->dim[1] != SIDE || images->dim[2] != SIDE)
        return err_set(err, STATUS_FORMAT, "%s: pictures of %d x %d, expected %d x %d",
                       images_path, images->dim[1], images->dim[2], SIDE, SIDE);
    for (int i = 0; i < count; i++)
        if (labels->values[i] >= CLASSES)
            return err_set(err, STATUS_FORMAT, "%s: label %d is %d, expected 0..%d",
                           labels_path, i, labels->values[i], CLASSES - 1);

    size_t bytes = (size_t)count * SIDE * SIDE;
    d->labels = malloc((size_t)count * sizeof *d->labels);
    CHECK(d->labels, "no memory for %d labels", count);
    for (int i = 0; i < count; i++) d->labels[i] = labels->values[i];
    memmove(images->bytes, images->values, bytes);
    d->pixels = (uint8_t *)images->bytes;
    images->bytes = NULL;
    d->count = count, d->height = SIDE, d->width = SIDE;
    return STATUS_OK;
}

static Status load(Data *d, const DataConfig *c, Split split, Err *err)
{
    char images_path[2 * DATA_PATH], labels_path[2 * DATA_PATH];
    Idx  images, labels;
    if (locate(images_path, sizeof images_path, c, files[split][0], err) ||
        locate(labels_path, sizeof labels_path, c, files[split][1], err) ||
        idx_read(&images, images_path, 3, err))
        return err->code;
    if (idx_read(&labels, labels_path, 1, err)) {
        free(images.bytes);
        return err->code;
    }
    Status bad = adopt(d, &images, &labels, images_path, labels_path, err);
    free(images.bytes);
    free(labels.bytes);
    d->classes = CLASSES, d->class_names = names, d->channels = 1;
    d->mean[0] = 0.2860f, d->std[0] = 0.3530f; /* of the 60,000 */
    return bad;
}

const DataKind data_fashion_mnist = {
    .name = "fashion-mnist",
    .about = "70,000 gray pictures of clothes, 28 x 28, ten classes",
    .find = find,
    .identify = identify,
    .open = load,
};
