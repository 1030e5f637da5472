#define _POSIX_C_SOURCE 200809L /* scandir */
#include "experiments/chaos/verdict.h"

#include "core/base/file.h"
#include "experiments/record/record.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    struct dirent **entry;
    int             n;
} Listing;

static int counts(const struct dirent *e)
{
    return e->d_name[0] != '.' && strcmp(e->d_name, "log.txt") && strcmp(e->d_name, "lock");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static Status list(Listing *l, const char *folder, Err *err)
{
    *l = (Listing){ 0 };
    l->n = scandir(folder, &l->entry, counts, by_bytes);
    if (l->n >= 0) return STATUS_OK;
    l->n = 0;
    return err_set(err, STATUS_IO, "%s: %s", folder, strerror(errno));
}

static void unlist(Listing *l)
{
    while (l->n > 0) free(l->entry[--l->n]);
    free(l->entry);
}

static bool ends(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);
    return n >= m && !strcmp(name + n - m, ending);
}

static Status compare_files(Verdict *v, const char *a, const char *b, Err *err)
{
    char x[HASH_HEX], y[HASH_HEX];
    Text where = { 0 };
    if (!ends(a, ".h5")) {
        if (file_hash(x, a, err) || file_hash(y, b, err)) return err->code;
        v->files++;
        if (strcmp(x, y)) text_add(&v->differences, "%s: other bytes than %s\n", b, a);
        return STATUS_OK;
    }
    v->records++;
    Status bad = record_compare(a, b, &where, err);
    if (where.length) text_add(&v->differences, "%s: not as %s\n%s", b, a, text_get(&where));
    text_free(&where);
    return bad;
}

static Status compare_listings(Verdict *v, const char *a, const Listing *x, const char *b,
                               const Listing *y, Err *err)
{
    for (int i = 0, k = 0; i < x->n || k < y->n;) {
        int order = i == x->n   ? 1
                    : k == y->n ? -1
                                : strcmp(x->entry[i]->d_name, y->entry[k]->d_name);
        const char *name = order <= 0 ? x->entry[i]->d_name : y->entry[k]->d_name;
        char        here[CELL_PATH + 256], there[CELL_PATH + 256];
        snprintf(here, sizeof here, "%s/%s", a, name);
        snprintf(there, sizeof there, "%s/%s", b, name);
        if (order < 0) text_add(&v->differences, "%s: is missing\n", there);
        else if (order > 0) text_add(&v->differences, "%s: is left\n", there);
        else if (compare_files(v, here, there, err)) return err->code;
        i += order <= 0, k += order >= 0;
    }
    return STATUS_OK;
}

Status verdict_of(Verdict *v, const Works *quiet, const Works *stormy, Err *err)
{
    *v = (Verdict){ 0 };
    for (int i = 0; i < quiet->n; i++) {
        char    a[CELL_PATH], b[CELL_PATH];
        Listing x, y;
        cell_folder(a, quiet->results, quiet->work[i].cell);
        cell_folder(b, stormy->results, stormy->work[i].cell);
        if (list(&x, a, err)) return err->code;
        if (list(&y, b, err)) {
            unlist(&x);
            return err->code;
        }
        Status bad = compare_listings(v, a, &x, b, &y, err);
        unlist(&x);
        unlist(&y);
        if (bad) return bad;
    }
    return STATUS_OK;
}
