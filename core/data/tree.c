#define _POSIX_C_SOURCE 200809L /* scandir, strcasecmp */
#include "core/data/tree.h"

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

typedef struct {
    const char **name; /* sorted by bytes */
    int          n;
} Names;

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

static char *keep(Arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(arena_take(a, n), s, n);
}

static Status list(Names *out, Arena *a, const char *path,
                   int (*wanted)(const struct dirent *), Err *err)
{
    struct dirent **entry;
    int             n = scandir(path, &entry, wanted, by_bytes);
    if (n < 0)
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? STATUS_MISSING : STATUS_IO,
                       "%s: %s", path, strerror(errno));
    *out = (Names){ ARENA_NEW(a, const char *, n), n };
    for (int i = 0; i < n; i++) {
        out->name[i] = keep(a, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    return STATUS_OK;
}

/* The folders in `path`; other files in it do not matter. */
static Status list_classes(Names *out, Arena *a, const char *path, Err *err)
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

static int label_of(const Tree *t, const char *name)
{
    for (int low = 0, high = t->classes; low < high;) {
        int middle = low + (high - low) / 2;
        int order = strcmp(name, t->class_names[middle]);
        if (!order) return middle;
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return -1;
}

/* files[label] from the folders of a split. */
static Status list_files(Tree *t, Names *files, const char *path, Split split, Err *err)
{
    Names here;
    long  count = 0;
    if (list_classes(&here, &t->memory, path, err)) return err->code;
    for (int i = 0; i < here.n; i++) {
        char full[DATA_PATH];
        int  label = label_of(t, here.name[i]);
        if (join(full, path, here.name[i], err)) return err->code;
        if (label < 0)
            return err_set(err, STATUS_FORMAT, "%s: a class that is not in train/", full);
        if (list(&files[label], &t->memory, full, is_picture, err)) return err->code;
        if (!files[label].n && split == SPLIT_TRAIN)
            return err_set(err, STATUS_FORMAT, "%s: a class without a picture", full);
        count += files[label].n;
    }
    if (!count || count > INT_MAX)
        return err_set(err, STATUS_FORMAT, "%s: %ld pictures", path, count);
    t->count = (int)count;
    return STATUS_OK;
}

static void put_in_order(Tree *t, const Names *files, const char *split)
{
    int n = 0;
    t->files = ARENA_NEW(&t->memory, const char *, t->count);
    t->labels = ARENA_NEW(&t->memory, int, t->count);
    for (int round = 0; n < t->count; round++)
        for (int c = 0; c < t->classes; c++) {
            if (round >= files[c].n) continue;
            char path[DATA_PATH];
            snprintf(path, sizeof path, "%s/%s/%s", split, t->class_names[c],
                     files[c].name[round]);
            t->files[n] = keep(&t->memory, path);
            t->labels[n++] = c;
        }
}

static Status fill(Tree *t, const char *folder, Split split, Err *err)
{
    char  path[DATA_PATH];
    Names classes;
    if (join(path, folder, split_folders[SPLIT_TRAIN], err) ||
        list_classes(&classes, &t->memory, path, err) ||
        join(path, folder, split_folders[split], err))
        return err->code;
    t->class_names = classes.name, t->classes = classes.n;
    Names *files = ARENA_NEW(&t->memory, Names, t->classes);
    for (int c = 0; c < t->classes; c++) files[c] = (Names){ 0 };
    if (list_files(t, files, path, split, err)) return err->code;
    put_in_order(t, files, split_folders[split]);
    return STATUS_OK;
}

Status tree_open(Tree *t, const char *folder, Split split, Err *err)
{
    *t = (Tree){ 0 };
    arena_open(&t->memory, "tree of pictures", NULL, NULL);
    if (fill(t, folder, split, err)) tree_close(t);
    else return STATUS_OK;
    return err->code;
}

void tree_close(Tree *t) { arena_close(&t->memory); }
