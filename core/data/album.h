/* The photographs of a split: what each is called, what it shows, where its bytes are.
 *
 *     Album a;
 *     if (tree_open(&a, "imagenet", SPLIT_TRAIN, NULL, &err)) ...
 *     album_read(&a, 7, &bytes, &n, path, &err), label = a.labels[7];
 *     album_close(&a);
 *
 * tree.h and shards.h fill one; photo.h makes a data set of it.
 */
#ifndef CORE_DATA_ALBUM_H
#define CORE_DATA_ALBUM_H

#include "core/base/arena.h"
#include "core/data/data.h"

/* Of a file within an archive: `archive` bytes of its name are the archive's. */
typedef struct {
    int      archive;
    uint64_t at, size;
} Place;

struct Album {
    Arena        memory;
    const char  *folder;
    int          classes, count;
    const char **class_names; /* [classes]                                          */
    const char **files;       /* [count] below the folder: "train/dress/7.jpg"      */
    int         *labels;      /* [count]                                            */
    bool         by_class;    /* the files' names tell the classes                  */
    const Place *places;      /* [count]; NULL: each is a file of its own           */
};

void album_start(Album *a, const char *folder);
void album_close(Album *a);

/* Which file of the system picture i lies in: its own, or an archive. */
void album_file(const Album *a, int i, char file[DATA_FILE]);

/* The file of picture i; free() it.  Its name, path, is there whatever happens. */
MUST_USE Status album_read(const Album *a, int i, char path[DATA_FILE], char **bytes,
                           size_t *n, Err *err);

/* The same where only its head and its end matter: of a long file what is between them is
 * left out, which spares the disk most of a large set. */
MUST_USE Status album_glance(const Album *a, int i, char path[DATA_FILE], char **bytes,
                             size_t *n, Err *err);

/* In which order an album has n pictures of these labels: the first of each class, then
 * the second of each, so that the first so many of them have all classes. */
const int *album_order(Album *a, const int *labels, int n);

/* A file's name that would not be below the folder: it begins with /, or goes up. */
bool album_leaves(const char *s);

/* A copy of s in the album's memory. */
const char *album_keep(Album *a, const char *s);

#endif
