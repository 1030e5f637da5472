/* CIFAR-10 and CIFAR-100: 60,000 pictures of 32 x 32 in the binary version's files.
 *
 * A record is the label, for CIFAR-100 after a coarse one that does not count, then 1024
 * bytes each of red, green and blue.
 *
 * Source: Krizhevsky 2009, Learning multiple layers of features from tiny images; files as
 * its home page describes them. */
#include "core/data/data.h"

#include "core/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 32, PIXELS = SIDE * SIDE, MOST_FILES = 5 };

static const char *const ten[] = { "airplane", "automobile", "bird",  "cat",  "deer",
                                   "dog",      "frog",       "horse", "ship", "truck" };

static const char *const hundred[] = {
    "apple", "aquarium fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle",
    "bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle",
    "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch",
    "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox",
    "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn mower", "leopard", "lion",
    "lizard", "lobster", "man", "maple tree", "motorcycle", "mountain", "mouse", "mushroom",
    "oak tree", "orange", "orchid", "otter", "palm tree", "pear", "pickup truck", "pine tree",
    "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road",
    "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake",
    "spider", "squirrel", "streetcar", "sunflower", "sweet pepper", "table", "tank",
    "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle",
    "wardrobe", "whale", "willow tree", "wolf", "woman", "worm",
};

typedef struct {
    const char        *name;
    const char        *inside; /* the folder in the archive */
    const char        *files[2][MOST_FILES + 1];
    int                classes, label_at, record; /* bytes */
    const char *const *names;
    float              mean[3], std[3];
} Version;

/* Means and deviations are those of each training set's pixels, computed by others from
 * torchvision's copy: 0.49139968 0.48215841 0.44653091, 0.24703223 0.24348513 0.26158784 of
 * CIFAR-10, and 0.50707516 0.48654887 0.44091784, 0.26733429 0.25643846 0.27615047 of
 * CIFAR-100.  Some programs divide CIFAR-10 by 0.2023, 0.1994, 0.2010, means of each
 * picture's own deviation; we do not.  Source: mean_std.py of Armour/pytorch-nn-practice;
 * kuangliu/pytorch-cifar, issue 16. */
static const Version versions[] = {
    { "cifar10", "cifar-10-batches-bin",
      { { "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
          "data_batch_5.bin" },
        { "test_batch.bin" } },
      10, 0, 1 + 3 * PIXELS, ten,
      { 0.4914f, 0.4822f, 0.4465f }, { 0.2470f, 0.2435f, 0.2616f } },
    { "cifar100", "cifar-100-binary", { { "train.bin" }, { "test.bin" } },
      100, 1, 2 + 3 * PIXELS, hundred,
      { 0.5071f, 0.4865f, 0.4409f }, { 0.2673f, 0.2564f, 0.2762f } },
};

static const Version *version(const DataConfig *c)
{
    return &versions[!strcmp(c->name, versions[1].name)];
}

static Status locate(char path[DATA_FILE], const DataConfig *c, const char *file, Err *err)
{
    static const char CURE[] = "say in which folder the files of the binary version are";
    char              inside[128];
    snprintf(inside, sizeof inside, "%s/%s", version(c)->inside, file);
    return data_file(path, c, NULL, (const char *const[]){ file, inside, NULL }, CURE, err);
}

static Status find(const DataConfig *c, Err *err)
{
    char path[DATA_FILE];
    for (int split = SPLIT_TRAIN; split <= SPLIT_TEST; split++)
        for (const char *const *file = version(c)->files[split]; *file; file++)
            if (locate(path, c, *file, err)) return err->code;
    return STATUS_OK;
}

static Status identify(Hash *h, const DataConfig *c, Split split, Err *err)
{
    char path[DATA_FILE];
    for (const char *const *file = version(c)->files[split]; *file; file++)
        if (locate(path, c, *file, err) || data_hash_file(h, path, err)) return err->code;
    return STATUS_OK;
}

/* Behind the pictures that d has already, n records of one file. */
static Status add_records(Data *d, const Version *v, const char *bytes, int n, const char *path,
                          Err *err)
{
    size_t count = (size_t)d->count + (size_t)n;
    d->labels = realloc(d->labels, count * sizeof *d->labels);
    d->pixels = realloc(d->pixels, count * 3 * PIXELS);
    CHECK(d->labels && d->pixels, "no memory for %zu pictures", count);
    for (int i = 0; i < n; i++) {
        const uint8_t *record = (const uint8_t *)bytes + (size_t)i * (size_t)v->record;
        const uint8_t *planes = record + v->label_at + 1;
        uint8_t       *to = d->pixels + (size_t)d->count * 3 * PIXELS;
        if (record[v->label_at] >= v->classes)
            return err_set(err, STATUS_FORMAT, "%s: label %d is %d, expected 0..%d", path, i,
                           record[v->label_at], v->classes - 1);
        for (int k = 0; k < PIXELS; k++)
            for (int c = 0; c < 3; c++) *to++ = planes[c * PIXELS + k];
        d->labels[d->count++] = record[v->label_at];
    }
    return STATUS_OK;
}

static Status load_file(Data *d, const Version *v, const char *path, Err *err)
{
    const size_t limit = (size_t)1 << 30, record = (size_t)v->record;
    char        *bytes;
    size_t       n;
    if (file_read(path, limit, &bytes, &n, err)) return err->code;
    Status bad = STATUS_OK;
    if (!n || n % record)
        bad = err_set(err, STATUS_FORMAT, "%s: %zu bytes, expected a multiple of %zu", path, n,
                      record);
    else bad = add_records(d, v, bytes, (int)(n / record), path, err);
    free(bytes);
    return bad;
}

static Status load(Data *d, const DataConfig *c, Split split, Err *err)
{
    const Version *v = version(c);
    char           path[DATA_FILE];
    for (const char *const *file = v->files[split]; *file; file++)
        if (locate(path, c, *file, err) || load_file(d, v, path, err)) return err->code;
    d->classes = v->classes, d->class_names = v->names;
    d->channels = 3, d->height = d->width = SIDE;
    memcpy(d->mean, v->mean, sizeof v->mean);
    memcpy(d->std, v->std, sizeof v->std);
    return STATUS_OK;
}

const DataKind data_cifar10 = { .name = "cifar10",
                                .about = "60,000 pictures of things, 32 x 32, ten classes",
                                .find = find, .identify = identify, .open = load };

const DataKind data_cifar100 = { .name = "cifar100",
                                 .about = "60,000 pictures of things, 32 x 32, 100 classes",
                                 .find = find, .identify = identify, .open = load };
