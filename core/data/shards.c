#define _POSIX_C_SOURCE 200809L /* scandir */
#include "core/data/shards.h"

#include "core/base/file.h"
#include "core/data/samples.h"
#include "core/data/tree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- which shards -------------------------------------------------------- */

static bool has_word(const char *path, const char *word)
{
    size_t n = strlen(word);
    for (const char *s = path; (s = strstr(s, word)); s += n)
        if ((s == path || !isalnum((unsigned char)s[-1])) && !isalnum((unsigned char)s[n]))
            return true;
    return false;
}

static bool has_any(const char *path, const char *const *words)
{
    while (*words && !has_word(path, *words)) words++;
    return *words;
}

static bool ends_in_tar(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && !strcmp(name + n - 4, ".tar");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_seen(const struct dirent *e) { return e->d_name[0] != '.'; }

enum { MOST_SHARDS = 1 << 17 };

/* The .tar files below FOLDER/inside, and, at the top, in its folders. */
static Status list_shards(Album *a, Names *all, const char *inside, Err *err)
{
    char            path[DATA_FILE];
    struct dirent **entry;
    snprintf(path, sizeof path, "%s/%s", a->folder, inside);
    int n = scandir(path, &entry, is_seen, by_bytes);
    if (n < 0 && *inside && errno == ENOTDIR) return STATUS_OK;
    if (n < 0)
        return err_set(err, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "%s: %s", path,
                       strerror(errno));
    Status bad = STATUS_OK;
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s%s%s", inside, *inside ? "/" : "", entry[i]->d_name);
        if (ends_in_tar(path)) {
            if (all->n < MOST_SHARDS) all->name[all->n++] = album_keep(a, path);
            else bad = err_set(err, STATUS_FORMAT, "%s: more than %d shards", a->folder,
                               MOST_SHARDS);
        } else if (!*inside && !bad && strlen(path) < 256) bad = list_shards(a, all, path, err);
        free(entry[i]);
    }
    free(entry);
    return bad;
}

static Status list_split(Album *a, Names *of, Split split, Err *err)
{
    static const char *const train[] = { "train", NULL }, *const test[] = { "test", NULL };
    static const char *const val[] = { "val", "validation", "valid", NULL };
    Names all = { ARENA_NEW(&a->memory, const char *, MOST_SHARDS), 0 };
    if (list_shards(a, &all, "", err)) return err->code;
    *of = (Names){ ARENA_NEW(&a->memory, const char *, all.n), 0 };
    for (int look = 0; look < 2 && !of->n; look++) {
        const char *const *words = split == SPLIT_TRAIN ? train : look ? test : val;
        for (int i = 0; i < all.n; i++)
            if (has_any(all.name[i], words)) of->name[of->n++] = all.name[i];
    }
    if (of->n) return STATUS_OK;
    return err_set(err, STATUS_MISSING, "%s: no shard of %s: no .tar file that is called so",
                   a->folder, split == SPLIT_TRAIN ? "train" : "val, validation or test");
}

Status shards_find(const char *folder, Split split, Err *err)
{
    Album a;
    Names of;
    album_start(&a, folder);
    Status bad = list_split(&a, &of, split, err);
    album_close(&a);
    return bad;
}

/* --- all of a split ------------------------------------------------------ */

static void fill(Album *a, const Shard *shards, int n)
{
    int            count = 0;
    const Sample **sample = ARENA_NEW(&a->memory, const Sample *, a->count);
    int           *labels = ARENA_NEW(&a->memory, int, a->count);
    Place         *place = ARENA_NEW(&a->memory, Place, a->count);
    for (int k = 0; k < n; k++)
        for (const Sample *s = shards[k].first; s; s = s->next)
            sample[count] = s, labels[count++] = s->label;
    const int *order = album_order(a, labels, count);
    a->files = ARENA_NEW(&a->memory, const char *, count);
    a->labels = ARENA_NEW(&a->memory, int, count);
    for (int i = 0; i < count; i++) {
        const Sample *s = sample[order[i]];
        a->files[i] = album_keep(a, s->file);
        a->labels[i] = s->label;
        place[i] = (Place){ (int)(strstr(s->file, ".tar/") - s->file) + 4, s->at, s->size };
    }
    a->places = place;
}

static Status scan_all(Shard *shards, const Album *a, const Names *of, Err *err)
{
    int bad_at = of->n; /* of several that fail the first is told, on any threads */
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < of->n; i++) {
        Err own;
        if (!samples_scan(&shards[i], a->folder, of->name[i], &own)) continue;
#pragma omp critical(shards_failure)
        if (i < bad_at) bad_at = i, *err = own;
    }
    return bad_at < of->n ? err->code : STATUS_OK;
}

/* Learn the number of classes where it is not known, and take the samples if `wanted`. */
static Status add_split(Album *a, const Shard *shards, const Names *of, bool wanted, Err *err)
{
    long count = 0;
    int  most = 0;
    for (int i = 0; i < of->n; i++) {
        count += shards[i].n;
        if (shards[i].most > most) most = shards[i].most;
    }
    if (!count || count > INT_MAX)
        return err_set(err, STATUS_FORMAT, "%s/%s and others: %ld samples", a->folder,
                       of->name[0], count);
    if (!a->classes) a->classes = most + 1;
    if (most >= a->classes)
        return err_set(err, STATUS_FORMAT, "%s/%s and others: a label is %d, expected 0..%d",
                       a->folder, of->name[0], most, a->classes - 1);
    a->count = (int)count;
    if (wanted) fill(a, shards, of->n);
    return STATUS_OK;
}

static Status read_split(Album *a, Split split, bool wanted, Err *err)
{
    Names of;
    if (list_split(a, &of, split, err)) return err->code;
    Shard *shards = ARENA_NEW(&a->memory, Shard, of.n);
    memset(shards, 0, sizeof *shards * (size_t)of.n);
    Status bad = scan_all(shards, a, &of, err);
    if (!bad) bad = add_split(a, shards, &of, wanted, err);
    for (int i = 0; i < of.n; i++) arena_close(&shards[i].memory);
    return bad;
}

/* --- classes ------------------------------------------------------------- */

static Status read_classes(Album *a, Err *err)
{
    char   path[DATA_FILE], *text;
    size_t n;
    snprintf(path, sizeof path, "%s/classes.txt", a->folder);
    if (!file_exists(path)) return STATUS_OK;
    if (file_read(path, 1 << 26, &text, &n, err)) return err->code;
    Status bad = STATUS_OK;
    char  *end = text + n;
    while (end > text && isspace((unsigned char)end[-1])) *--end = '\0';
    int lines = 1;
    for (const char *s = text; s < end; s++) lines += *s == '\n';
    a->class_names = ARENA_NEW(&a->memory, const char *, lines);
    for (char *s = text, *next; s && s < end && !bad; s = next) {
        if ((next = strchr(s, '\n'))) *next++ = '\0';
        s[strcspn(s, "\r")] = '\0';
        if (!*s || a->classes == SAMPLES_MOST_CLASSES)
            bad = err_set(err, STATUS_FORMAT, "%s:%d: %s", path, a->classes + 1,
                          *s ? "too many classes" : "a class without a name");
        a->class_names[a->classes++] = album_keep(a, s);
    }
    free(text);
    return bad;
}

static void number_classes(Album *a)
{
    a->class_names = ARENA_NEW(&a->memory, const char *, a->classes);
    for (int i = 0; i < a->classes; i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", i);
        a->class_names[i] = album_keep(a, number);
    }
}

Status shards_open(Album *a, const char *folder, Split split, Err *err)
{
    album_start(a, folder);
    Status bad = read_classes(a, err);
    bool   named = a->classes;
    if (!bad && !named && split != SPLIT_TRAIN) bad = read_split(a, SPLIT_TRAIN, false, err);
    if (!bad) bad = read_split(a, split, true, err);
    if (bad) album_close(a);
    else if (!named) number_classes(a);
    return bad;
}
