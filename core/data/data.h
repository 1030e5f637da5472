/* Data sets: numbered pictures with labels, one split at a time.
 *
 *     DataConfig c = data_defaults();
 *     c.name = "fashion-mnist", c.train_count = 8192;
 *     if (data_open(&d, &c, SPLIT_TRAIN, &err)) ...
 *     data_read(d, 7, &image, &err), label = d->labels[7];
 *     data_close(d);
 *
 * A data set is one file that fills in a DataKind, and one row in data.c.
 * Pictures keep the size they have on disk; the loader makes them equal.
 */
#ifndef CORE_DATA_DATA_H
#define CORE_DATA_DATA_H

#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/base/text.h"
#include "core/data/image.h"
#include "core/data/seen.h"
#include "core/data/scenes.h"

enum { DATA_PATH = 4096, DATA_FILE = 2 * DATA_PATH }; /* of a folder, of a file in it */

typedef enum { SPLIT_TRAIN = 0, SPLIT_TEST = 1, SPLIT_UNLABELED = 2 } Split;

typedef struct {
    const char  *name;        /* a row of data_kinds                             */
    const char  *fallback;    /* taken where `name` is not installed; or NULL    */
    const char  *folder;      /* of its files; NULL: the usual places            */
    const char  *list;        /* of a folder's flat val/; NULL: val.txt          */
    int          train_count; /* the first so many; 0: all there are             */
    int          test_count;
    int          unlabeled_count; /* to pre-train on, instead of train; 0: none    */
    int          size;        /* side of what the model sees; 0: the data set's  */
    int          channels;    /* of a folder's pictures: 1 gray, 3 colours       */
    int          bad_images;  /* so many of a folder may be unreadable           */
    int          cache_mib;   /* of a folder's decoded pictures in memory        */
    ScenesConfig scenes;      /* for "scenes" only                               */
} DataConfig;

typedef struct DataKind DataKind;
typedef struct Album    Album;

typedef struct {
    const char        *name;
    const DataKind    *kind;
    int                count, classes;
    int                channels, height, width; /* of what the model sees          */
    int                stored_height, stored_width; /* of every picture; 0 if they
                                                   vary, photographs               */
    size_t             bytes;                   /* that the pictures take in memory, once
                                                   each was read                   */
    float              mean[MAX_CHANNELS], std[MAX_CHANNELS]; /* of x / 255, train */
    const char *const *class_names;             /* [classes]                       */
    int               *labels;                  /* [count], 0..classes-1; 0 of the
                                                   unlabelled                      */
    const char *const *names;                   /* [count] of the pictures' files below
                                                   the folder; NULL: they have none */
    uint8_t           *pixels;                  /* [count, stored_height, stored_width,
                                                   channels]; NULL where it reads  */
    void              *own;                     /* of the data set                 */
} Data;

/* What a data set provides.  find tells whether it is there (STATUS_MISSING),
 * check whether its part of the configuration is in range (NULL: it has none).
 * identify adds to h whatever determines the split, and stamp to s the files that it would
 * read for that (NULL: none, or few bytes).  list is for photographs: what photo.h
 * identifies, stamps and opens.  open fills in all but
 * `name` and `kind`, and count with all there are; pictures in `pixels` have that
 * height and width, data_open sets what is stored and what is seen.  What it has
 * allocated when it fails, labels, pixels or what close frees, data_open frees.  facts is
 * like open, but without labels and pixels, whose `bytes` it tells (NULL: open is quick).
 * read, bad, damaged and close are for sets that are not in `pixels`: data_read, ...  file
 * is for sets with a file for each picture: the file of picture i, to be freed, and its name. */
struct DataKind {
    const char *name, *about;
    bool        unlabeled; /* it has such pictures too */
    Status (*check)(const DataConfig *c, Err *err);
    Status (*find)(const DataConfig *c, Err *err);
    Status (*identify)(Hash *h, const DataConfig *c, Split split, Err *err);
    Status (*stamp)(Stamp *s, const DataConfig *c, Split split, Err *err);
    Status (*list)(Album *a, const DataConfig *c, Split split, Err *err);
    Status (*open)(Data *d, const DataConfig *c, Split split, Err *err);
    Status (*facts)(Data *d, const DataConfig *c, Split split, Err *err);
    Status (*read)(const Data *d, int i, Image *out, Err *err);
    Status (*file)(const Data *d, int i, char path[DATA_FILE], char **bytes, size_t *n,
                   Err *err);
    int (*bad)(const Data *d, Text *why);
    bool (*damaged)(const Data *d, int i);
    void (*close)(Data *d);
};

extern const DataKind *const data_kinds[]; /* ends with NULL */

/* The kind of this name, which data_check has let pass. */
const DataKind *data_kind(const DataConfig *c);

DataConfig data_defaults(void); /* fashion-mnist, complete, no fallback */

/* Names and ranges, without looking at any file.  STATUS_CONFIG. */
MUST_USE Status data_check(const DataConfig *c, Err *err);

/* If `name` is not installed puts `fallback` in its place, and NULL there.
 * STATUS_MISSING, with the paths looked at, if there is neither. */
MUST_USE Status data_resolve(DataConfig *c, Err *err);

/* The hash of all that determines a split: the set, its files, the count, the
 * knobs.  Reads the packed files but does not unpack them; where nothing says that they
 * have changed since the last time, not even that (seen.h). */
MUST_USE Status data_identity(char hex[HASH_HEX], const DataConfig *c, Split split,
                              Err *err);

/* What tells that a split is the same without reading it; not ended yet (seen.h). */
MUST_USE Status data_stamp(Stamp *s, const DataConfig *c, Split split, Err *err);

/* STATUS_MISSING if it is not installed, STATUS_FORMAT if a file is damaged or
 * two of them disagree.  Resolves the fallback. */
MUST_USE Status data_open(Data **d, const DataConfig *c, Split split, Err *err);
void            data_close(Data *d); /* NULL is fine */

/* The same for who asks how many there are and of which kind, and for no picture. */
MUST_USE Status data_facts(Data **d, const DataConfig *c, Split split, Err *err);

/* Picture i, 0 <= i < count.  May be called from several threads.  One that turns out
 * to be damaged is plain gray while config.bad_images allows, then STATUS_FORMAT. */
MUST_USE Status data_read(const Data *d, int i, Image *out, Err *err);

/* How many pictures could not be read until now, left out or gray; adds a line for each
 * to `why`: its file and what is wrong. */
int data_bad(const Data *d, Text *why);

/* Was picture i read, and is it gray for that? */
bool data_damaged(const Data *d, int i);

/* For data sets of files: the first of `files`, other names of one thing, that is in
 * config.folder, or else in $MASKGRID_DATA/<name> or `system` (NULL: there is none).
 * STATUS_MISSING names all that were tried and ends with `cure`, how to get it. */
MUST_USE Status data_file(char path[DATA_FILE], const DataConfig *c, const char *system,
                          const char *const *files, const char *cure, Err *err);

/* Add the bytes of such a file to h, packed as they are; or to s what seen.h tells it by. */
MUST_USE Status data_hash_file(Hash *h, const char *path, Err *err);
MUST_USE Status data_stamp_file(Stamp *s, const char *path, Err *err);

/* No data set is called so, those of `names` are, which end with NULL: STATUS_CONFIG into err. */
void data_unknown(const char *name, const char *const *names, Err *err);

/* How many pictures of a split are asked for; 0: all. */
int data_asked(const DataConfig *c, Split split);

/* What to pre-train on: the unlabelled, if some are asked for, else train. */
Split data_pretraining(const DataConfig *c);

#endif
