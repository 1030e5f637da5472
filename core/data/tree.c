#define _POSIX_C_SOURCE 200809L /* scandir, strcasecmp */
#include "core/data/tree.h"

#include "core/base/file.h"
#include "core/data/list.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char *const split_folders[] = { "train", "val" };

static const char *const endings[] = { ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".pgm",
                                       ".ppm", ".tif",  ".tiff", ".webp", NULL };

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_seen(const struct dirent *e) { return e->d_name[0] != '.'; }

static int is_picture(const struct dirent *e)
{
    const char *dot = strrchr(e->d_name, '.');
    if (!dot || !is_seen(e)) return 0;
    for (int i = 0; endings[i]; i++)
        if (!strcasecmp(dot, endings[i])) return 1;
    return 0;
}

static Status join(char out[DATA_PATH], const char *folder, const char *name, Err *err)
{
    int n = snprintf(out, DATA_PATH, "%s/%s", folder, name);
    if (n > 0 && n < DATA_PATH) return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "%.200s...: a path of more than %d bytes", folder,
                   DATA_PATH - 1);
}

static Status list(Names *out, Album *a, const char *path,
                   int (*wanted)(const struct dirent *), Err *err)
{
    struct dirent **entry;
    int             n = scandir(path, &entry, wanted, by_bytes);
    if (n < 0)
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? STATUS_MISSING : STATUS_IO,
                       "%s: %s", path, strerror(errno));
    *out = (Names){ ARENA_NEW(&a->memory, const char *, n), n };
    for (int i = 0; i < n; i++) {
        out->name[i] = album_keep(a, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    return STATUS_OK;
}

Status tree_pictures(Names *out, Album *a, const char *path, Err *err)
{
    return list(out, a, path, is_picture, err);
}

/* The folders in `path`; other files in it do not matter. */
static Status list_classes(Names *out, Album *a, const char *path, Err *err)
{
    Names all;
    if (list(&all, a, path, is_seen, err)) return err->code;
    *out = (Names){ all.name, 0 };
    for (int i = 0; i < all.n; i++) {
        char        full[DATA_PATH];
        struct stat st;
        if (join(full, path, all.name[i], err)) return err->code;
        if (!stat(full, &st) && S_ISDIR(st.st_mode)) out->name[out->n++] = all.name[i];
    }
    return STATUS_OK;
}

int tree_label(const Album *a, const char *class_name)
{
    for (int low = 0, high = a->classes; low < high;) {
        int middle = low + (high - low) / 2;
        int order = strcmp(class_name, a->class_names[middle]);
        if (!order) return middle;
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return -1;
}

/* Every class of val/ that train/ has not, in one message. */
static Status check_classes(const Album *a, const Names *here, const char *path, Err *err)
{
    Text strange = { 0 };
    int  n = 0;
    for (int i = 0; i < here->n; i++)
        if (tree_label(a, here->name[i]) < 0)
            text_add(&strange, "%s%s", n++ ? ", " : "", here->name[i]);
    Status bad = STATUS_OK;
    if (n) bad = err_set(err, STATUS_FORMAT, "%s: %s not in train/: %s", path,
                         n > 1 ? "classes that are" : "a class that is", text_get(&strange));
    text_free(&strange);
    return bad;
}

/* files[label] of the classes that are `here`; *count is how many. */
static Status list_files(Album *a, Names *files, const Names *here, const char *path,
                         Split split, int *count, Err *err)
{
    long all = 0;
    if (check_classes(a, here, path, err)) return err->code;
    for (int i = 0; i < here->n; i++) {
        char full[DATA_PATH];
        int  label = tree_label(a, here->name[i]);
        if (join(full, path, here->name[i], err) || tree_pictures(&files[label], a, full, err))
            return err->code;
        if (!files[label].n && split == SPLIT_TRAIN)
            return err_set(err, STATUS_FORMAT, "%s: a class without a picture", full);
        all += files[label].n;
    }
    *count = (int)all;
    if (all && all <= INT_MAX) return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "%s: %ld pictures", path, all);
}

static void put_in_order(Album *a, const Names *files, int count, const char *split)
{
    int  n = 0, *labels = ARENA_NEW(&a->memory, int, count);
    int *rank = ARENA_NEW(&a->memory, int, count); /* in its class */
    for (int c = 0; c < a->classes; c++)
        for (int i = 0; i < files[c].n; i++) labels[n] = c, rank[n++] = i;
    const int *order = album_order(a, labels, count);
    a->files = ARENA_NEW(&a->memory, const char *, count);
    a->labels = ARENA_NEW(&a->memory, int, count);
    for (int i = 0; i < count; i++) {
        char path[DATA_PATH];
        int  c = labels[order[i]];
        snprintf(path, sizeof path, "%s/%s/%s", split, a->class_names[c],
                 files[c].name[rank[order[i]]]);
        a->files[i] = album_keep(a, path);
        a->labels[i] = c;
    }
    a->count = count, a->by_class = true;
}

/* val/ flat, with a list: `given`, below the folder unless its path is absolute, or
 * val.txt. */
static Status fill_flat(Album *a, const char *given, const char *val, Err *err)
{
    char path[DATA_PATH];
    if (given && given[0] == '/') return list_open(a, given, val, err);
    if (join(path, a->folder, given ? given : "val.txt", err)) return err->code;
    if (!given && !file_exists(path))
        return err_set(err, STATUS_FORMAT, "%s: no folder of a class, and no %s that says "
                       "what its pictures show", val, path);
    return list_open(a, path, val, err);
}

static Status fill(Album *a, Split split, const char *given, Err *err)
{
    char  path[DATA_PATH];
    Names classes, here;
    int   count = 0;
    if (join(path, a->folder, split_folders[SPLIT_TRAIN], err) ||
        list_classes(&classes, a, path, err))
        return err->code;
    a->class_names = classes.name, a->classes = classes.n, here = classes;
    if (join(path, a->folder, split_folders[split], err) ||
        (split != SPLIT_TRAIN && list_classes(&here, a, path, err)))
        return err->code;
    if (split != SPLIT_TRAIN && (given || !here.n)) return fill_flat(a, given, path, err);
    Names *files = ARENA_NEW(&a->memory, Names, a->classes);
    for (int c = 0; c < a->classes; c++) files[c] = (Names){ 0 };
    if (list_files(a, files, &here, path, split, &count, err)) return err->code;
    put_in_order(a, files, count, split_folders[split]);
    return STATUS_OK;
}

Status tree_open(Album *a, const char *folder, Split split, const char *given, Err *err)
{
    album_start(a, folder);
    if (fill(a, split, given, err)) album_close(a);
    else return STATUS_OK;
    return err->code;
}
