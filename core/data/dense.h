/* Data sets with annotated pictures, one split at a time: instances with boxes and
 * outlines, a class for each pixel, or both.
 *
 *     DenseConfig c = dense_defaults();
 *     c.name = "coco", c.folder = "facade";
 *     if (dense_open(&d, &c, SPLIT_TRAIN, &err)) ...
 *     Annotated s;
 *     annotated_open(&s);
 *     for (int i = 0; i < d->count; i++)
 *         if (dense_get(d, i, &s, &err)) ...
 *     dense_close(d);
 *
 *   scenes      drawn, exact: instances and pixels (0: ground, class + 1); needs no files
 *   coco        FOLDER/annotations/instances_train*.json and _val*.json, pictures in the
 *               folder train* and val* of the same ending: COCO itself has 2017
 *   label-maps  pictures with a PNG of the same name that says the class of each pixel:
 *               images/ and annotations/, each with training/ and validation/, or train/ and
 *               val/, as ADE20K; or as VOC, JPEGImages/, SegmentationClass/ and the lists
 *               ImageSets/Segmentation/{train,val}.txt.  Maps may be of VOC's colours, and
 *               objectInfo150.txt of ADE20K names its classes.
 *
 * A data set is one file that fills in a DenseKind, and one row in dense.c.
 */
#ifndef CORE_DATA_DENSE_H
#define CORE_DATA_DENSE_H

#include "core/base/hash.h"
#include "core/data/annotated.h"
#include "core/data/data.h"

typedef struct {
    const char  *name;        /* a row of dense_kinds                               */
    const char  *folder;      /* of its files                                       */
    int          train_count; /* the first so many; 0: all there are                */
    int          test_count;
    int          classes;     /* of label maps; 0: VOC's                            */
    int          ignore;      /* the label that counts for nothing                  */
    bool         reduce_zero; /* label 0 counts for nothing either, 1 is class 0    */
    ScenesConfig scenes;      /* for "scenes" only                                  */
} DenseConfig;

typedef struct DenseKind DenseKind;

typedef struct {
    const char        *name;
    const DenseKind   *kind;
    Split              split;
    int                count;
    int                classes; /* of instances; 0: it has no instances */
    const char *const *class_names;
    const int64_t     *class_ids;  /* as that file has them; NULL: places */
    const char        *class_file; /* that lists them; NULL: none does */
    int                labels;  /* classes of pixels; 0: it has no label maps */
    const char *const *label_names;
    int                unpaired; /* label maps without a picture: they are left out */
    const char        *first_unpaired;
    int                channels;
    float              mean[MAX_CHANNELS], std[MAX_CHANNELS]; /* of x / 255 */
    void              *own;     /* of the data set */
} DenseData;

/* What a data set provides.  find tells whether files of either split are in the folder,
 * without looking into them (STATUS_MISSING; NULL: it needs none).  check looks at names
 * and ranges alone.  open fills in all but `name`, `kind` and `split`, count with all there
 * are; what it allocated in `own` when it fails close frees.  identify adds to h whatever
 * determines the split, stamp to s the files that it would read for that (NULL: none).  get
 * fills in a cleared sample, all but its index; from several threads. */
struct DenseKind {
    const char *name, *about;
    Status (*find)(const DenseConfig *c, Err *err);
    Status (*check)(const DenseConfig *c, Err *err);
    Status (*open)(DenseData *d, const DenseConfig *c, Split split, Err *err);
    Status (*identify)(Hash *h, const DenseData *d, Err *err);
    Status (*stamp)(Stamp *s, const DenseData *d, Err *err);
    Status (*get)(const DenseData *d, int i, Annotated *s, Err *err);
    void (*close)(DenseData *d);
};

extern const DenseKind *const dense_kinds[]; /* ends with NULL */

int dense_asked(const DenseConfig *c, Split split); /* how many pictures; 0: all */

DenseConfig dense_defaults(void); /* scenes of 64 x 64 in colours, complete; 255 is ignored */

/* STATUS_CONFIG, or STATUS_MISSING where a folder is needed and not given. */
MUST_USE Status dense_check(const DenseConfig *c, Err *err);

/* Of SPLIT_TRAIN only what can be trained on: crowds are left out, and pictures without any
 * other instance.  STATUS_CONFIG, behind dense_check, if they are fewer than asked for;
 * STATUS_MISSING names the picture or label map that is not there,
 * STATUS_FORMAT what is damaged. */
MUST_USE Status dense_open(DenseData **d, const DenseConfig *c, Split split, Err *err);
void            dense_close(DenseData *d); /* NULL is fine */

/* What is learned as the third class must be scored as the third: STATUS_FORMAT names the
 * file of the test split and the first of its classes that is another one than that of the
 * train split, or that only one of them has.  Ids may differ, names and their order not. */
MUST_USE Status dense_same_classes(const DenseData *train, const DenseData *test, Err *err);

/* Of label maps: does any pixel count?  Else nothing can be learned or scored, most likely by a
 * wrong `ignore` or `reduce_zero` (of c, which opened it): STATUS_FORMAT says so.  Reads
 * pictures until one has such a pixel. */
MUST_USE Status dense_has_labels(const DenseData *d, const DenseConfig *c, Err *err);

/* The hash of all that determines it: files byte by byte, the count, knobs.  Of large sets
 * the files are read once, and again when something says that they have changed (seen.h). */
MUST_USE Status dense_identity(char hex[HASH_HEX], const DenseData *d, Err *err);

/* What tells that it is the same without reading it; not ended yet. */
MUST_USE Status dense_stamp(Stamp *s, const DenseData *d, Err *err);

/* Picture i, 0 <= i < count, upright and with all its annotations, into an open sample. */
MUST_USE Status dense_get(const DenseData *d, int i, Annotated *s, Err *err);

#endif
