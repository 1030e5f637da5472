#define _POSIX_C_SOURCE 200809L /* setenv */
#include "core/base/file.h"
#include "core/data/data.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const names[] = {
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
};

static Scratch scratch;
static char    folder[80];

static void open_scratch(void)
{
    scratch_open(&scratch);
    strcpy(folder, scratch.folder);
}

static void close_scratch(void) { scratch_close(&scratch); }
TestSuite(mnist, .init = open_scratch, .fini = close_scratch);

static uint32_t crc32_of(const uint8_t *p, size_t n)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void put_little(uint8_t **p, uint32_t x)
{
    for (int k = 0; k < 4; k++) *(*p)++ = (uint8_t)(x >> 8 * k);
}

/* A gzip file of one stored block, of which only `share` is written. */
static void write_gzip(const char *name, const uint8_t *bytes, size_t n, double share)
{
    static const uint8_t head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1 };
    uint8_t              out[1 << 16], *p = out;
    char                 path[256];
    Err                  err;
    cr_assert(n < 60000);
    memcpy(p, head, sizeof head), p += sizeof head;
    *p++ = (uint8_t)n, *p++ = (uint8_t)(n >> 8);
    *p++ = (uint8_t)~n, *p++ = (uint8_t)(~n >> 8);
    memcpy(p, bytes, n), p += n;
    put_little(&p, crc32_of(bytes, n));
    put_little(&p, (uint32_t)n);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(!file_write(path, out, (size_t)((double)(p - out) * share), &err));
}

static size_t put_big(uint8_t *p, uint32_t x)
{
    for (int k = 0; k < 4; k++) p[k] = (uint8_t)(x >> (24 - 8 * k));
    return 4;
}

/* What a file says and what it holds may differ. */
typedef struct {
    uint32_t magic, dim[3];
    size_t   values;
    uint8_t  value;
    double   share;
} Planned;

static void write_idx(const char *name, int rank, Planned p)
{
    static uint8_t bytes[60000];
    size_t         n = put_big(bytes, p.magic);
    for (int i = 0; i < rank; i++) n += put_big(bytes + n, p.dim[i]);
    memset(bytes + n, p.value, p.values);
    write_gzip(name, bytes, n + p.values, p.share);
}

static Planned pictures(void) { return (Planned){ 2051, { 6, 28, 28 }, 6 * 784, 7, 1 }; }
static Planned labels(void) { return (Planned){ 2049, { 6 }, 6, 3, 1 }; }

static Status load(Planned x, Planned y, Data **d, Err *err)
{
    DataConfig c = data_defaults();
    c.folder = folder;
    for (int split = 0; split < 2; split++) {
        write_idx(names[2 * split], 3, x);
        write_idx(names[2 * split + 1], 1, y);
    }
    return data_open(d, &c, SPLIT_TRAIN, err);
}

static void refused(Planned x, Planned y, const char *part, const char *other)
{
    Data *d = NULL;
    Err   err = { 0 };
    Status got = load(x, y, &d, &err);
    cr_expect(got == STATUS_FORMAT, "status %d: %s", got, err.text);
    cr_expect(strstr(err.text, part) && strstr(err.text, other),
              "message '%s' lacks '%s' or '%s'", err.text, part, other);
}

Test(mnist, reads_what_is_well_formed)
{
    Data *d;
    Err   err;
    Image m = { 0 };
    cr_assert(!load(pictures(), labels(), &d, &err), "%s", err.text);
    cr_expect(d->count == 6 && d->height == 28 && d->width == 28 && d->channels == 1);
    cr_expect(d->labels[5] == 3 && !strcmp(d->class_names[3], "dress"));
    cr_expect(!data_read(d, 5, &m, &err) && m.pixels[783] == 7);
    image_free(&m);
    data_close(d);
}

/* EMNIST's names, unpacked, with a dot; its columns become rows and its labels ranks. */
Test(mnist, letters_are_turned_and_counted_from_nought)
{
    uint8_t pictures[16 + 2 * 784] = { 0 }, labels[8 + 2] = { 0 };
    size_t  n = put_big(pictures, 2051);
    n += put_big(pictures + n, 2), n += put_big(pictures + n, 28), n += put_big(pictures + n, 28);
    pictures[n + 784 + 3] = 99; /* of the second: fourth of the first column */
    n = put_big(labels, 2049), n += put_big(labels + n, 2);
    labels[n] = 1, labels[n + 1] = 26;
    const char *const splits[] = { "train", "test" };
    for (int i = 0; i < 2; i++) {
        char name[64];
        snprintf(name, sizeof name, "emnist-letters-%s-images.idx3-ubyte", splits[i]);
        scratch_file(&scratch, name, pictures, sizeof pictures);
        snprintf(name, sizeof name, "emnist-letters-%s-labels-idx1-ubyte", splits[i]);
        scratch_file(&scratch, name, labels, sizeof labels);
    }
    Data      *d;
    Image      m = { 0 };
    Err        err;
    DataConfig c = data_defaults();
    c.name = "emnist-letters", c.folder = folder;
    cr_assert(!data_open(&d, &c, SPLIT_TEST, &err), "%s", err.text);
    cr_expect(d->classes == 26 && d->labels[0] == 0 && d->labels[1] == 25);
    cr_expect_str_eq(d->class_names[25], "Z");
    cr_expect(!data_read(d, 1, &m, &err) && m.pixels[3 * 28] == 99 && m.pixels[3] == 0);
    image_free(&m);
    data_close(d);

    scratch_file(&scratch, "emnist-letters-train-labels-idx1-ubyte", "\0\0\x8\1\0\0\0\2\0\1", 10);
    cr_expect_eq(data_open(&d, &c, SPLIT_TRAIN, &err), STATUS_FORMAT);
    cr_expect(strstr(err.text, "label 0 is 0, expected 1..26"), "%s", err.text);
}

Test(mnist, counts_that_disagree_name_both_files)
{
    Planned y = labels();
    y.dim[0] = 5, y.values = 5;
    refused(pictures(), y, "train-images-idx3-ubyte.gz has 6",
            "train-labels-idx1-ubyte.gz has 5");
}

Test(mnist, truncated_gzip)
{
    Planned x = pictures();
    x.share = 0.7;
    refused(x, labels(), "train-images", "truncated");
    x.share = 0;
    refused(x, labels(), "train-images", "0 bytes, too short");
}

Test(mnist, cut_off_checksum)
{
    Planned x = pictures();
    x.share = 0.999;
    refused(x, labels(), "train-images", "truncated");
}

Test(mnist, shorter_or_longer_than_its_sizes)
{
    Planned x = pictures();
    x.values -= 1;
    refused(x, labels(), "train-images", "4704");
    x.values += 2;
    refused(x, labels(), "train-images", "4704");
}

Test(mnist, wrong_magic)
{
    Planned x = pictures();
    x.magic = 2049;
    refused(x, labels(), "train-images", "2051");
    x.magic = 0x0d03;
    refused(x, labels(), "train-images", "magic");
}

Test(mnist, absurd_sizes)
{
    Planned x = pictures();
    x.dim[0] = x.dim[1] = x.dim[2] = UINT32_MAX;
    refused(x, labels(), "train-images", "4294967295");
    x.dim[0] = 0, x.dim[1] = x.dim[2] = 28, x.values = 0;
    refused(x, labels(), "train-images", "size 0 is 0");
    x = pictures();
    x.dim[1] = 14, x.dim[2] = 56;
    refused(x, labels(), "14 x 56", "28 x 28");
}

Test(mnist, no_values_at_all)
{
    Planned x = pictures();
    write_gzip(names[0], (const uint8_t *)"", 0, 1);
    x.values = 0;
    refused(x, labels(), "train-images", "4704");
}

Test(mnist, label_out_of_range)
{
    Planned y = labels();
    y.value = 10;
    refused(pictures(), y, "train-labels", "label 0 is 10");
}

Test(mnist, missing_names_folder_and_cure)
{
    Data      *d;
    Err        err;
    DataConfig c = data_defaults();
    c.folder = folder;
    cr_expect(data_open(&d, &c, SPLIT_TRAIN, &err) == STATUS_MISSING);
    cr_expect(strstr(err.text, folder) && strstr(err.text, "dataset-fashion-mnist"), "%s",
              err.text);
    c.fallback = "scenes", c.train_count = 10;
    cr_assert(!data_open(&d, &c, SPLIT_TRAIN, &err), "%s", err.text);
    cr_expect(!strcmp(d->name, "scenes"));
    data_close(d);
}

Test(mnist, asking_for_too_many)
{
    Data      *d;
    Err        err;
    DataConfig c = data_defaults();
    cr_assert(!load(pictures(), labels(), &d, &err), "%s", err.text);
    data_close(d);
    c.folder = folder, c.train_count = 7;
    cr_expect(data_open(&d, &c, SPLIT_TRAIN, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "train_count is 7"), "%s", err.text);
}

/* $MASKGRID_DATA/fashion-mnist comes before what the system has installed. */
Test(mnist, folder_by_environment)
{
    Data      *d;
    Err        err;
    DataConfig c = data_defaults();
    strcat(folder, "/fashion-mnist");
    cr_assert(!mkdir(folder, 0777));
    cr_assert(!load(pictures(), labels(), &d, &err), "%s", err.text);
    data_close(d);
    setenv("MASKGRID_DATA", scratch.folder, 1);
    cr_assert(!data_open(&d, &c, SPLIT_TRAIN, &err), "%s", err.text);
    cr_expect(d->count == 6, "%d pictures", d->count);
    data_close(d);
}

Test(mnist, only_the_folder_that_was_named)
{
    Err        err;
    DataConfig c = data_defaults();
    c.folder = folder;
    cr_expect(data_resolve(&c, &err) == STATUS_MISSING);
    cr_expect(!strstr(err.text, "/usr/"), "%s", err.text);
}

Test(mnist, identity_follows_bytes_split_and_count)
{
    char       first[HASH_HEX], other[HASH_HEX];
    Data      *d;
    Err        err;
    Planned    y = labels();
    DataConfig c = data_defaults();
    c.folder = folder;
    cr_assert(!load(pictures(), labels(), &d, &err));
    data_close(d);
    cr_assert(!data_identity(first, &c, SPLIT_TRAIN, &err) && strlen(first) == 32);
    cr_expect(!data_identity(other, &c, SPLIT_TEST, &err) && strcmp(first, other));
    c.train_count = 3;
    cr_expect(!data_identity(other, &c, SPLIT_TRAIN, &err) && strcmp(first, other));
    c.train_count = 0, y.value = 4;
    cr_assert(!load(pictures(), y, &d, &err));
    data_close(d);
    cr_expect(!data_identity(other, &c, SPLIT_TRAIN, &err) && strcmp(first, other));
}

Test(data, unknown_name_is_told_the_nearest)
{
    Err        err;
    DataConfig c = data_defaults();
    c.name = "fashon-mnist";
    cr_expect(data_check(&c, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "did you mean 'fashion-mnist'"), "%s", err.text);
    c = data_defaults(), c.test_count = -1;
    cr_expect(data_check(&c, &err) == STATUS_CONFIG && strstr(err.text, "test_count"));
}
