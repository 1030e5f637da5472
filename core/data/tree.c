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

enum { DEPTH_MOST = 8 };

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

/* The folders in `path`, of what is wanted. */
static Status list_folders(Names *out, Album *a, const char *path,
                           int (*wanted)(const struct dirent *), Err *err)
{
    Names all;
    if (list(&all, a, path, wanted, err)) return err->code;
    *out = (Names){ all.name, 0 };
    for (int i = 0; i < all.n; i++) {
        char        full[DATA_PATH];
        struct stat st;
        if (join(full, path, all.name[i], err)) return err->code;
        if (!stat(full, &st) && S_ISDIR(st.st_mode)) out->name[out->n++] = all.name[i];
    }
    return STATUS_OK;
}

static Status list_classes(Names *out, Album *a, const char *path, Err *err)
{
    return list_folders(out, a, path, is_seen, err);
}

/* --- the pictures of a class --------------------------------------------- */

static int is_other(const struct dirent *e) { return is_seen(e) && !is_picture(e); }

static Status walk(Names *out, Album *a, const char *path, int depth, Err *err);

/* Behind the pictures of `path`, which are in out, those of its folders. */
static Status walk_folders(Names *out, Album *a, const char *path, const Names *folders,
                           int depth, Err *err)
{
    Names *below = ARENA_NEW(&a->memory, Names, folders->n);
    int    n = out->n;
    char   full[DATA_PATH];
    for (int i = 0; i < folders->n; i++) {
        if (join(full, path, folders->name[i], err) || walk(&below[i], a, full, depth + 1, err))
            return err->code;
        n += below[i].n;
    }
    const char **name = ARENA_NEW(&a->memory, const char *, n);
    memcpy(name, out->name, (size_t)out->n * sizeof *name);
    *out = (Names){ name, out->n };
    for (int i = 0; i < folders->n; i++)
        for (int k = 0; k < below[i].n; k++) {
            if (join(full, folders->name[i], below[i].name[k], err)) return err->code;
            out->name[out->n++] = album_keep(a, full);
        }
    return STATUS_OK;
}

/* All below `path`, named from there; links may lead round in circles. */
static Status walk(Names *out, Album *a, const char *path, int depth, Err *err)
{
    Names folders;
    if (depth > DEPTH_MOST)
        return err_set(err, STATUS_FORMAT, "%s: more than %d folders in each other", path,
                       DEPTH_MOST);
    if (tree_pictures(out, a, path, err) || list_folders(&folders, a, path, is_other, err))
        return err->code;
    return folders.n ? walk_folders(out, a, path, &folders, depth, err) : STATUS_OK;
}

static int folder_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (int)(slash - name) : 0;
}

/* By folder, then by name, as torchvision walks; "a/b" is a folder behind "a-". */
static int by_folder(const void *x, const void *y)
{
    const char *a = *(const char *const *)x, *b = *(const char *const *)y;
    const int   n = folder_length(a), m = folder_length(b), both = n < m ? n : m;
    int         order = strncmp(a, b, (size_t)both);
    return order ? order : n != m ? n - m : strcmp(a, b);
}

static Status list_pictures(Names *out, Album *a, const char *path, Err *err)
{
    if (walk(out, a, path, 0, err)) return err->code;
    qsort(out->name, (size_t)out->n, sizeof *out->name, by_folder);
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
        if (join(full, path, here->name[i], err) || list_pictures(&files[label], a, full, err))
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
