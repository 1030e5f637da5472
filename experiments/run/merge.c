#define _XOPEN_SOURCE 700 /* scandir, lstat */
#include "experiments/run/merge.h"

#include "core/base/file.h"
#include "core/base/h5.h"
#include "experiments/run/claim.h"
#include "experiments/run/merge_inside.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what there is --------------------------------------------------------- */

typedef struct {
    Merge      *m;
    Arena       arena;
    const char *into;
    Brought    *all; /* in the order of folders, cells and names */
    int         n, room;
} Plan;

static void say(Plan *p, const char *path, const char *what)
{
    text_add_tame(&p->m->said, path);
    text_add(&p->m->said, ": ");
    text_add_tame(&p->m->said, what);
    text_add(&p->m->said, "\n");
}

static const char *keep(Arena *a, const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(arena_take(a, n), text, n);
}

static bool is_training(const Brought *b)
{
    Place place;
    return place_in(&place, b->cell, b->name) && place.kind == STAGE_PRETRAIN;
}

static void add(Plan *p, const Brought *b)
{
    if (p->n == p->room) {
        p->room = 2 * p->room + 64;
        p->all = realloc(p->all, (size_t)p->room * sizeof *p->all);
        CHECK(p->all, "no memory for %d records", p->room);
    }
    p->all[p->n++] = *b;
}

/* Is the record at `to`, whole, the same?  Adds to m->conflicts if it is not. */
static bool is_same(Plan *p, const Brought *b, const char *to)
{
    Text where = { 0 };
    Err  err;
    bool same = !record_same(b->from, to, &where, &err) && !where.length;
    if (!same) {
        p->m->conflicts++;
        text_add_tame(&p->m->said, b->from);
        text_add(&p->m->said, " and ");
        text_add_tame(&p->m->said, to);
        text_add(&p->m->said, " are not the same:\n%s", text_get(&where));
    }
    text_free(&where);
    return same;
}

/* What is here may be damaged, and is made good; but what is whole and none of ours to judge,
 * of a newer version or behind a link, stays. */
static bool is_in_the_way(Plan *p, const char *to)
{
    struct stat st;
    Err         err;
    if (lstat(to, &st) || (S_ISREG(st.st_mode) && h5_verify(to, &err))) return false;
    p->m->left++;
    say(p, to, "in the way and not damaged: left out");
    return true;
}

/* Against what is here, and what another folder would bring.  What belongs to a record may be
 * where another of the same is not. */
static void plan_record(Plan *p, Brought b)
{
    char to[CELL_PATH];
    merge_path(to, p->into, b.cell, b.name);
    if (merge_is_record(to, b.cell, b.name, NULL)) {
        b.counted = is_same(p, &b, to);
        p->m->same += b.counted;
        if (b.counted && merge_lacks(&b, p->into)) add(p, &b);
        return;
    }
    if (is_in_the_way(p, to)) return;
    for (int i = 0; i < p->n && !b.counted; i++) {
        if (strcmp(p->all[i].cell, b.cell) || strcmp(p->all[i].name, b.name)) continue;
        b.counted = is_same(p, &b, p->all[i].from);
        p->m->same += b.counted;
        if (!b.counted) return;
    }
    add(p, &b);
}

static void look_at(Plan *p, const char *folder, const char *cell, const char *name)
{
    char    path[CELL_PATH];
    Err     why;
    Place   place;
    Brought b = { .folder = folder, .cell = cell, .name = keep(&p->arena, name) };
    merge_path(path, folder, cell, name);
    b.from = keep(&p->arena, path);
    if (strstr(name, ".state.safetensors")) {
        p->m->unfinished++;
        say(p, path, "a stage that is not done, left out");
    } else if (place_in(&place, cell, name)) {
        if (merge_is_record(path, cell, name, &why)) plan_record(p, b);
        else p->m->left++, say(p, why.text, "left out");
    }
}

static int visible(const struct dirent *e) { return *e->d_name != '.'; }

typedef void Each(Plan *p, const char *folder, const char *cell, const char *name);

/* In alphabetical order, so that the same folders give the same lines. */
static bool list(Plan *p, const char *path, const char *folder, const char *cell, Each *each)
{
    struct dirent **names;
    int             n = scandir(path, &names, visible, alphasort);
    for (int i = 0; i < n; i++) {
        each(p, folder, cell, names[i]->d_name);
        free(names[i]);
    }
    if (n >= 0) free(names);
    return n >= 0;
}

static void look_in(Plan *p, const char *folder, const char *none, const char *name)
{
    char        path[CELL_PATH];
    struct stat st;
    (void)none;
    merge_path(path, folder, name, NULL);
    if (lstat(path, &st) || !S_ISDIR(st.st_mode) || !place_names_cell(name)) {
        p->m->left++;
        say(p, path, "no folder of a cell, left out");
    } else if (!list(p, path, folder, keep(&p->arena, name), look_at)) {
        p->m->left++;
        say(p, path, strerror(errno));
    }
}

static Status plan_folder(Plan *p, const char *folder, Err *err)
{
    char        path[CELL_PATH], into[CELL_PATH];
    struct stat there;
    merge_path(path, folder, NULL, NULL);
    if (stat(path, &there) || !S_ISDIR(there.st_mode))
        return err_set(err, STATUS_MISSING, "%s: no folder of cells", path);
    merge_path(into, p->into, NULL, NULL);
    if (file_same(path, into))
        return err_set(err, STATUS_CONFIG, "%s is what is merged into", folder);
    if (!list(p, path, folder, NULL, look_in))
        return err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
    return STATUS_OK;
}

/* --- bringing -------------------------------------------------------------- */

/* An evaluation is of an encoder: without the record of its training it says nothing. */
static bool is_trained(Plan *p, const Brought *b)
{
    char to[CELL_PATH];
    merge_path(to, p->into, b->cell, "pretrain.h5");
    if (merge_is_record(to, b->cell, "pretrain.h5", NULL)) return true;
    p->m->left++;
    say(p, b->from, "its pretrain.h5 is neither here nor brought: left out");
    return false;
}

/* It may have come here since it was looked for: whoever has the claim looks again.  What
 * belongs to a record comes before it: who finds one, finds all. */
static Status bring(Plan *p, const Brought *b, Err *err)
{
    char to[CELL_PATH];
    merge_path(to, p->into, b->cell, b->name);
    const bool here = merge_is_record(to, b->cell, b->name, NULL);
    if (here && !b->counted) {
        if (!is_same(p, b, to)) return STATUS_OK;
        p->m->same++;
    }
    if (!here && is_in_the_way(p, to)) return STATUS_OK;
    if (!is_training(b) && !is_trained(p, b)) return STATUS_OK;
    Status bad = merge_copy_beside(b, p->into, here, p->m, err);
    if (!bad && !here) bad = merge_copy_record(b, to, err);
    p->m->brought += !bad && !here;
    return bad;
}

static Status bring_cell(Plan *p, const Brought *b, int n, Err *err)
{
    char folder[CELL_PATH], path[CELL_PATH];
    int  claim;
    merge_path(folder, p->into, b->cell, NULL);
    if (file_make_folders(folder, err) || claim_take(&claim, folder, err)) return err->code;
    if (claim < 0) {
        p->m->left += n;
        say(p, folder, "somebody works on it, left out; merge again later");
        return STATUS_OK;
    }
    Status bad = STATUS_OK;
    for (int i = 0; i < n && !bad; i++) bad = bring(p, &b[i], err);
    if (!bad) {
        merge_path(path, p->into, b->cell, "failed.txt"); /* of another try */
        unlink(path);
        claim_clear(folder);
    }
    close(claim);
    return bad;
}

/* The training of a cell before what builds on it, and the first of two that are the same. */
static int by_cell(const void *a, const void *b)
{
    const Brought *x = a, *y = b;
    int            order = strcmp(x->cell, y->cell);
    if (!order) order = is_training(y) - is_training(x);
    if (!order) order = strcmp(x->name, y->name);
    if (!order) order = x->counted - y->counted;
    return order ? order : strcmp(x->from, y->from);
}

static Status bring_all(Plan *p, Err *err)
{
    Status bad = STATUS_OK;
    if (p->n) qsort(p->all, (size_t)p->n, sizeof *p->all, by_cell);
    for (int i = 0, k; i < p->n && !bad; i = k) {
        for (k = i; k < p->n && !strcmp(p->all[k].cell, p->all[i].cell);) k++;
        bad = bring_cell(p, &p->all[i], k - i, err);
    }
    return bad;
}

Status merge_results(Merge *m, const char *into, const char *const *folders, int n, Err *err)
{
    Plan   p = { .m = m, .into = into };
    Status bad = STATUS_OK;
    *m = (Merge){ .brought = 0 };
    arena_open(&p.arena, "merge", NULL, NULL);
    for (int i = 0; i < n && !bad; i++) bad = plan_folder(&p, folders[i], err);
    if (!bad && !m->conflicts) bad = bring_all(&p, err);
    free(p.all);
    arena_close(&p.arena);
    return bad;
}
