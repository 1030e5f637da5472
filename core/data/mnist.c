/* The MNIST family: gray pictures of 28 x 28 in IDX files, packed by gzip or not.
 *
 * Sources: MNIST, LeCun et al. 1998; Fashion-MNIST, Xiao, Rasul, Vollgraf 2017,
 * arXiv:1708.07747; KMNIST, Clanuwat et al. 2018, arXiv:1812.01718; EMNIST, Cohen et al.
 * 2017, arXiv:1702.05373, whose files hold columns where the others hold rows. */
#include "core/data/data.h"
#include "core/data/idx.h"

#include "core/base/file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 28 };

typedef struct {
    const DataKind    *kind;
    const char        *prefix, *test; /* of its files' names           */
    int                classes, first; /* labels are first, first + 1, ... */
    bool               by_columns;
    float              mean, std;      /* of x / 255, train; EMNIST's of its balanced split */
    const char *const *names;
    const char        *system, *cure;
} Member;

static const char *const garments[] = { "t-shirt", "trouser", "pullover", "dress", "coat",
                                        "sandal",  "shirt",   "sneaker",  "bag",   "ankle boot" };
static const char *const kana[] = { "o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo" };

#define DIGITS   "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"
#define CAPITALS "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", \
                 "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z"

static const char *const letters[] = { CAPITALS };
static const char *const by_class[] = { DIGITS, CAPITALS, "a", "b", "c", "d", "e", "f", "g",
                                        "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r",
                                        "s", "t", "u", "v", "w", "x", "y", "z" };
/* Small letters that look like their capitals are those. */
static const char *const merged[] = { DIGITS, CAPITALS, "a", "b", "d", "e", "f", "g", "h", "n",
                                      "q", "r", "t" };
#define digits by_class /* the first ten */

extern const DataKind data_mnist, data_fashion_mnist, data_kmnist, data_emnist_balanced,
    data_emnist_by_class, data_emnist_by_merge, data_emnist_letters, data_emnist_digits;

static const char HOME[] = "say in which folder its four IDX files are";

#define EMNIST(kind, part, classes, first, names)                                          \
    { &kind, "emnist-" part "-", "test", classes, first, true, 0.1751f, 0.3332f, names, NULL, \
      HOME }

static const Member members[] = {
    { &data_mnist, "", "t10k", 10, 0, false, 0.1307f, 0.3081f, digits, NULL, HOME },
    { &data_fashion_mnist, "", "t10k", 10, 0, false, 0.2860f, 0.3530f, garments,
      "/usr/share/datasets/fashion-mnist",
      "apt-get install dataset-fashion-mnist, or say which folder" },
    { &data_kmnist, "", "t10k", 10, 0, false, 0.1918f, 0.3483f, kana, NULL, HOME },
    EMNIST(data_emnist_balanced, "balanced", 47, 0, merged),
    EMNIST(data_emnist_by_class, "byclass", 62, 0, by_class),
    EMNIST(data_emnist_by_merge, "bymerge", 47, 0, merged),
    EMNIST(data_emnist_letters, "letters", 26, 1, letters),
    EMNIST(data_emnist_digits, "digits", 10, 0, digits),
};
enum { N_MEMBERS = sizeof members / sizeof *members };

static const Member *member(const DataConfig *c)
{
    for (int i = 0; i < N_MEMBERS; i++)
        if (!strcmp(members[i].kind->name, c->name)) return &members[i];
    CHECK(false, "%s is not of the MNIST family", c->name);
}

/* Pictures (rank 3) or labels (rank 1) of a split.  Some mirrors write a dot before idx,
 * some have unpacked the files. */
static Status locate(char path[DATA_FILE], const DataConfig *c, Split split, int rank, Err *err)
{
    static const char *const forms[] = { "-idx%d-ubyte.gz", "-idx%d-ubyte", ".idx%d-ubyte.gz",
                                         ".idx%d-ubyte" };
    enum { FORMS = sizeof forms / sizeof *forms };
    const Member *m = member(c);
    char          name[FORMS][64];
    const char   *names[FORMS + 1] = { NULL };
    for (int i = 0; i < FORMS; i++) {
        int n = snprintf(name[i], sizeof name[i], "%s%s-%s", m->prefix,
                         split == SPLIT_TRAIN ? "train" : m->test,
                         rank == 3 ? "images" : "labels");
        snprintf(name[i] + n, sizeof name[i] - (size_t)n, forms[i], rank);
        names[i] = name[i];
    }
    return data_file(path, c, m->system, names, m->cure, err);
}

static Status find(const DataConfig *c, Err *err)
{
    char path[DATA_FILE];
    for (int split = SPLIT_TRAIN; split <= SPLIT_TEST; split++)
        if (locate(path, c, split, 3, err) || locate(path, c, split, 1, err)) return err->code;
    return STATUS_OK;
}

static Status identify(Hash *h, const DataConfig *c, Split split, Err *err)
{
    char path[DATA_FILE];
    for (int rank = 3; rank >= 1; rank -= 2)
        if (locate(path, c, split, rank, err) || data_hash_file(h, path, err)) return err->code;
    return STATUS_OK;
}

static void turn(uint8_t *pixels)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < y; x++) {
            uint8_t *a = &pixels[y * SIDE + x], *b = &pixels[x * SIDE + y], was = *a;
            *a = *b, *b = was;
        }
}

static Status check_labels(const Member *m, const Idx *labels, const char *path, Err *err)
{
    for (int i = 0; i < labels->dim[0]; i++) {
        int label = labels->values[i];
        if (label < m->first || label >= m->first + m->classes)
            return err_set(err, STATUS_FORMAT, "%s: label %d is %d, expected %d..%d", path, i,
                           label, m->first, m->first + m->classes - 1);
    }
    return STATUS_OK;
}

/* Pictures take over the file's bytes: they are 47 MB or more and need not be there
 * twice. */
static Status load_pictures(Data *d, const Member *m, const char *path, Err *err)
{
    Idx    x;
    char  *bytes;
    if (idx_read(&x, &bytes, path, 3, err)) return err->code;
    d->pixels = (uint8_t *)bytes;
    if (x.dim[1] != SIDE || x.dim[2] != SIDE)
        return err_set(err, STATUS_FORMAT, "%s: pictures of %d x %d, expected %d x %d", path,
                       x.dim[1], x.dim[2], SIDE, SIDE);
    const size_t each = SIDE * SIDE;
    d->count = x.dim[0], d->height = SIDE, d->width = SIDE;
    memmove(d->pixels, x.values, (size_t)d->count * each);
    if (m->by_columns)
        for (int i = 0; i < d->count; i++) turn(d->pixels + (size_t)i * each);
    return STATUS_OK;
}

static Status load(Data *d, const DataConfig *c, Split split, Err *err)
{
    const Member *m = member(c);
    char          pictures[DATA_FILE], path[DATA_FILE], *bytes;
    Idx           labels;
    if (locate(pictures, c, split, 3, err) || locate(path, c, split, 1, err) ||
        load_pictures(d, m, pictures, err) || idx_read(&labels, &bytes, path, 1, err))
        return err->code;
    Status bad = check_labels(m, &labels, path, err);
    if (!bad && labels.dim[0] != d->count)
        bad = err_set(err, STATUS_FORMAT, "%s has %d pictures, but %s has %d labels", pictures,
                      d->count, path, labels.dim[0]);
    if (!bad) {
        d->labels = malloc((size_t)d->count * sizeof *d->labels);
        CHECK(d->labels, "no memory for %d labels", d->count);
        for (int i = 0; i < d->count; i++) d->labels[i] = labels.values[i] - m->first;
    }
    free(bytes);
    d->classes = m->classes, d->class_names = m->names, d->channels = 1;
    d->mean[0] = m->mean, d->std[0] = m->std;
    return bad;
}

#define KIND(id, called, what) \
    const DataKind id = { .name = called, .about = what, .find = find, \
                          .identify = identify, .open = load }

KIND(data_fashion_mnist, "fashion-mnist", "70,000 gray pictures of clothes, 28 x 28, ten classes");
KIND(data_mnist, "mnist", "70,000 handwritten digits, gray, 28 x 28");
KIND(data_kmnist, "kmnist", "70,000 old Japanese letters, gray, 28 x 28, ten classes");
KIND(data_emnist_balanced, "emnist-balanced", "131,600 handwritten letters and digits, 47 classes");
KIND(data_emnist_by_class, "emnist-byclass", "814,255 handwritten letters and digits, 62 classes");
KIND(data_emnist_by_merge, "emnist-bymerge", "814,255 handwritten letters and digits, 47 classes");
KIND(data_emnist_letters, "emnist-letters", "145,600 handwritten letters, 26 classes");
KIND(data_emnist_digits, "emnist-digits", "280,000 handwritten digits, 28 x 28");
