#include "core/data/list.h"

#include "core/base/file.h"
#include "core/data/tree.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 28 };

typedef struct {
    const char *picture; /* NULL where the line has only a class */
    const char *class_name;
    int         number; /* of the line, from 1 */
} Line;

typedef struct {
    Line *line;
    int   n;
} Lines;

static Status refuse(const char *path, const Line *l, const char *why, Err *err)
{
    return err_set(err, STATUS_FORMAT, "%s:%d: %.200s: %s", path, l->number,
                   l->picture ? l->picture : l->class_name, why);
}

static int count_lines(const char *text)
{
    int n = 1;
    for (; (text = strchr(text, '\n')); text++) n++;
    return n;
}

static char *trim(char *s)
{
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n && isspace((unsigned char)s[n - 1])) n--;
    s[n] = '\0';
    return s;
}

/* The lines that are not blank; the class is the last word of each.  Cuts text up. */
static Lines split_lines(Arena *a, char *text)
{
    Lines all = { ARENA_NEW(a, Line, count_lines(text)), 0 };
    char *end = text;
    for (int number = 1; text && *text; text = end, number++) {
        end = strchr(text, '\n');
        if (end) *end++ = '\0';
        char *s = trim(text), *word = s + strlen(s);
        while (word > s && !isspace((unsigned char)word[-1])) word--;
        if (!*s) continue;
        Line *l = &all.line[all.n++];
        *l = (Line){ .class_name = word, .number = number };
        if (word == s) continue;
        word[-1] = '\0';
        l->picture = trim(s);
    }
    return all;
}

/* --- classes ------------------------------------------------------------- */

static Status class_by_rank(int *label, const Album *a, const char *path, const Line *l,
                            Err *err)
{
    int64_t rank;
    if (!text_to_int64(l->class_name, &rank))
        return err_set(err, STATUS_FORMAT, "%s:%d: %.100s is no class of train/", path,
                       l->number, l->class_name);
    if (!l->picture)
        return refuse(path, l, "a number without a picture, which may count the classes in "
                      "any order; expected their names", err);
    if (rank < 0 || rank >= a->classes)
        return err_set(err, STATUS_FORMAT, "%s:%d: class %lld, expected 0..%d", path, l->number,
                       (long long)rank, a->classes - 1);
    *label = (int)rank;
    return STATUS_OK;
}

static Status find_classes(int *labels, const Album *a, const char *path, const Lines *all,
                           Err *err)
{
    int named = 0;
    for (int i = 0; i < all->n; i++)
        named += (labels[i] = tree_label(a, all->line[i].class_name)) >= 0;
    for (int i = 0; i < all->n; i++) {
        const Line *l = &all->line[i];
        if (labels[i] >= 0) continue;
        if (named)
            return err_set(err, STATUS_FORMAT, "%s:%d: %.100s is no class of train/", path,
                           l->number, l->class_name);
        if (class_by_rank(&labels[i], a, path, l, err)) return err->code;
    }
    return STATUS_OK;
}

/* --- pictures ------------------------------------------------------------ */

static int by_picture(const void *a, const void *b)
{
    const Line *x = *(const Line *const *)a, *y = *(const Line *const *)b;
    int         order = strcmp(x->picture, y->picture);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Each has a picture, below val/, and no other has it. */
static Status check_pictures(Arena *a, const char *path, const Lines *all, Err *err)
{
    const Line **sorted = ARENA_NEW(a, const Line *, all->n);
    for (int i = 0; i < all->n; i++) {
        Line *l = &all->line[i];
        if (!l->picture) return refuse(path, l, "a line without a picture", err);
        if (text_starts(l->picture, "val/")) l->picture += 4;
        if (album_leaves(l->picture)) return refuse(path, l, "a picture outside of val/", err);
        if (strlen(l->picture) > 1000) return refuse(path, l, "a name of over 1000 bytes", err);
        sorted[i] = l;
    }
    qsort(sorted, (size_t)all->n, sizeof *sorted, by_picture);
    for (int i = 1; i < all->n; i++)
        if (!strcmp(sorted[i]->picture, sorted[i - 1]->picture))
            return refuse(path, sorted[i], "is named twice", err);
    return STATUS_OK;
}

/* Lines with nothing but a class are of the pictures that are there, by name. */
static Status name_pictures(Album *a, const char *path, const Lines *all, const char *folder,
                            Err *err)
{
    Names there;
    if (tree_pictures(&there, a, folder, err)) return err->code;
    if (there.n != all->n)
        return err_set(err, STATUS_FORMAT, "%s has %d classes for the %d pictures of %s", path,
                       all->n, there.n, folder);
    for (int i = 0; i < all->n; i++) {
        if (all->line[i].picture)
            return refuse(path, &all->line[i], "a picture, where other lines have none", err);
        all->line[i].picture = there.name[i];
    }
    return STATUS_OK;
}

static Status fill(Album *a, char *text, const char *path, const char *folder, Err *err)
{
    Lines all = split_lines(&a->memory, text);
    int  *labels = ARENA_NEW(&a->memory, int, all.n);
    if (!all.n) return err_set(err, STATUS_FORMAT, "%s: empty", path);
    if (find_classes(labels, a, path, &all, err)) return err->code;
    if (all.line[0].picture ? check_pictures(&a->memory, path, &all, err)
                            : name_pictures(a, path, &all, folder, err))
        return err->code;
    const int *order = album_order(a, labels, all.n);
    a->files = ARENA_NEW(&a->memory, const char *, all.n);
    a->labels = ARENA_NEW(&a->memory, int, all.n);
    for (int i = 0; i < all.n; i++) {
        char file[1100];
        snprintf(file, sizeof file, "val/%s", all.line[order[i]].picture);
        a->files[i] = album_keep(a, file);
        a->labels[i] = labels[order[i]];
    }
    a->count = all.n;
    return STATUS_OK;
}

Status list_open(Album *a, const char *path, const char *folder, Err *err)
{
    char  *text;
    size_t n;
    if (file_read(path, MOST_BYTES, &text, &n, err)) return err->code;
    Status bad = STATUS_OK;
    if (strlen(text) != n) bad = err_set(err, STATUS_FORMAT, "%s: no text, it has a NUL", path);
    const bool marked = text_starts(text, "\xef\xbb\xbf"); /* as some editors begin UTF-8 */
    if (!bad) bad = fill(a, text + (marked ? 3 : 0), path, folder, err);
    free(text);
    return bad;
}
