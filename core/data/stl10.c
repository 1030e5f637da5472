/* STL-10: pictures of 96 x 96, ten classes; 5,000 to train on, 8,000 to test, and 100,000
 * without labels, of these and other things.
 *
 * The file of pictures holds each as three planes, red, green and blue, whose columns
 * follow each other; that of labels a byte each, from 1.  Pictures are read from the file
 * when they are wanted.
 *
 * Source: Coates, Lee, Ng 2011, An analysis of single-layer networks in unsupervised
 * feature learning; files as its home page describes them. */
#include "core/data/data.h"

#include "core/base/file.h"
#include "core/base/reader.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 10, SIDE = 96, PLANE = SIDE * SIDE, PICTURE = 3 * PLANE };

static const char *const names[CLASSES] = { "airplane", "bird",  "car",    "cat",  "deer",
                                            "dog",      "horse", "monkey", "ship", "truck" };

/* pictures, labels */
static const char *const files[][3] = { [SPLIT_TRAIN] = { "train_X.bin", "train_y.bin" },
                                        [SPLIT_TEST] = { "test_X.bin", "test_y.bin" },
                                        [SPLIT_UNLABELED] = { "unlabeled_X.bin" } };

typedef struct {
    Reader pictures;
    char   path[DATA_FILE];
} Stl;

static Status locate(char path[DATA_FILE], const DataConfig *c, const char *file, Err *err)
{
    static const char CURE[] = "say in which folder the files of the binary version are";
    char              inside[64];
    snprintf(inside, sizeof inside, "stl10_binary/%s", file);
    return data_file(path, c, NULL, (const char *const[]){ file, inside, NULL }, CURE, err);
}

static Status find(const DataConfig *c, Err *err)
{
    char path[DATA_FILE];
    const int last = c->unlabeled_count ? SPLIT_UNLABELED : SPLIT_TEST;
    for (int split = SPLIT_TRAIN; split <= last; split++)
        for (const char *const *file = files[split]; *file; file++)
            if (locate(path, c, *file, err)) return err->code;
    return STATUS_OK;
}

static Status identify(Hash *h, const DataConfig *c, Split split, Err *err)
{
    char path[DATA_FILE];
    for (const char *const *file = files[split]; *file; file++)
        if (locate(path, c, *file, err) || data_hash_file(h, path, err)) return err->code;
    return STATUS_OK;
}

static Status stamp(Stamp *s, const DataConfig *c, Split split, Err *err)
{
    char path[DATA_FILE];
    for (const char *const *file = files[split]; *file; file++)
        if (locate(path, c, *file, err) || data_stamp_file(s, path, err)) return err->code;
    return STATUS_OK;
}

static Status read_one(const Data *d, int i, Image *out, Err *err)
{
    const Stl *s = d->own;
    uint8_t    planes[PICTURE];
    if (reader_take(&s->pictures, planes, (uint64_t)i * PICTURE, PICTURE, err))
        return err->code;
    image_size(out, SIDE, SIDE, 3);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            for (int c = 0; c < 3; c++)
                out->pixels[(y * SIDE + x) * 3 + c] = planes[c * PLANE + x * SIDE + y];
    return STATUS_OK;
}

static Status no_labels(Data *d)
{
    d->labels = calloc((size_t)d->count, sizeof *d->labels);
    CHECK(d->labels, "no memory for %d labels", d->count);
    return STATUS_OK;
}

static Status read_labels(Data *d, const char *path, Err *err)
{
    const size_t limit = (size_t)1 << 24;
    char        *bytes;
    size_t       n;
    if (file_read(path, limit, &bytes, &n, err)) return err->code;
    Status bad = STATUS_OK;
    if (n != (size_t)d->count)
        bad = err_set(err, STATUS_FORMAT, "%s has %zu labels for %d pictures", path, n,
                      d->count);
    d->labels = malloc((n ? n : 1) * sizeof *d->labels);
    CHECK(d->labels, "no memory for %zu labels", n);
    for (size_t i = 0; i < n && !bad; i++) {
        d->labels[i] = (uint8_t)bytes[i] - 1;
        if (d->labels[i] < 0 || d->labels[i] >= CLASSES)
            bad = err_set(err, STATUS_FORMAT, "%s: label %zu is %d, expected 1..%d", path, i,
                          d->labels[i] + 1, CLASSES);
    }
    free(bytes);
    return bad;
}

static Status load(Data *d, const DataConfig *c, Split split, Err *err)
{
    /* Of the 5,000 to train on, as implementations on torchvision's STL10 have them. */
    static const float mean[] = { 0.4467f, 0.4398f, 0.4066f };
    static const float std[] = { 0.2603f, 0.2566f, 0.2713f };
    char               labels[DATA_FILE];
    Stl               *s = calloc(1, sizeof *s);
    CHECK(s, "no memory for STL-10");
    reader_over(&s->pictures, NULL, 0, s->path);
    d->own = s;
    if (locate(s->path, c, files[split][0], err) ||
        (files[split][1] && locate(labels, c, files[split][1], err)) ||
        reader_open(&s->pictures, s->path, err))
        return err->code;
    uint64_t bytes = s->pictures.size;
    if (!bytes || bytes % PICTURE || bytes / PICTURE > INT_MAX)
        return err_set(err, STATUS_FORMAT, "%s: %llu bytes, expected a multiple of %d", s->path,
                       (unsigned long long)bytes, PICTURE);
    d->count = (int)(bytes / PICTURE);
    d->classes = CLASSES, d->class_names = names, d->channels = 3;
    d->height = d->width = d->stored_height = d->stored_width = SIDE;
    memcpy(d->mean, mean, sizeof mean);
    memcpy(d->std, std, sizeof std);
    return files[split][1] ? read_labels(d, labels, err) : no_labels(d);
}

static void unload(Data *d)
{
    Stl *s = d->own;
    reader_close(&s->pictures);
    free(s);
}

const DataKind data_stl10 = { .name = "stl10",
                              .about = "13,000 pictures of things, 96 x 96, ten classes, "
                                       "and 100,000 without",
                              .unlabeled = true,
                              .find = find, .identify = identify, .stamp = stamp,
                              .open = load,
                              .read = read_one, .close = unload };
