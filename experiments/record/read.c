#include "experiments/record/record.h"

#include "core/base/text.h"
#include "experiments/record/fields.h"

#include <stdio.h>
#include <string.h>

static Status read_schema(H5 *f, const char *path, int64_t *version, Arena *a, Err *err)
{
    const char *conventions;
    if (h5_get_text(f, "/", "Conventions", a, &conventions, err) ||
        strncmp(conventions, "maskgrid-", 9))
        return err_set(err, STATUS_FORMAT, "%s: an HDF5 file, but no record of maskgrid",
                       path);
    if (text_starts(conventions, "maskgrid-index-"))
        return err_set(err, STATUS_FORMAT, "%s: an index of records, and no record", path);
    return h5_get_whole(f, "/", "schema_version", version, err);
}

static Status check_head(H5 *f, const char *path, const char *id, Arena *a, Err *err)
{
    const char *hash;
    int64_t     version;
    if (read_schema(f, path, &version, a, err)) return err->code;
    if (version < RECORD_OLDEST || version > RECORD_SCHEMA)
        return err_set(err, STATUS_FORMAT,
                       "%s: schema version %lld, this program reads %d to %d%s", path,
                       (long long)version, RECORD_OLDEST, RECORD_SCHEMA,
                       version > RECORD_SCHEMA ? ": a newer maskgrid has written it" : "");
    if (h5_get_text(f, "/", "config_hash", a, &hash, err)) return err->code;
    if (id && strcmp(hash, id))
        return err_set(err, STATUS_FORMAT, "%s: record of %.16s, expected %.16s", path,
                       hash, id);
    return STATUS_OK;
}

Status record_read(H5 **f, const char *path, const char *id, Err *err)
{
    Arena a;
    *f = NULL;
    if (h5_verify(path, err) || h5_open(f, path, err)) return err->code;
    arena_open(&a, "head of a record", NULL, NULL);
    Status bad = check_head(*f, path, id, &a, err);
    arena_close(&a);
    if (!bad) return STATUS_OK;
    h5_close(*f);
    *f = NULL;
    return bad;
}

int64_t record_schema(const char *path)
{
    Arena   a;
    H5     *f;
    int64_t version;
    Err     err;
    if (h5_verify(path, &err) || h5_open(&f, path, &err)) return 0;
    arena_open(&a, "schema of a record", NULL, NULL);
    const bool known = !read_schema(f, path, &version, &a, &err);
    arena_close(&a);
    h5_close(f);
    return known ? version : 0;
}

Status record_metrics(H5 *f, Arena *a, Metric **metrics, int *n, Err *err)
{
    const char *const *names;
    const char        *primary;
    int                k = 0;
    *metrics = NULL;
    *n = 0;
    if (!h5_has(f, "metrics")) return STATUS_OK;
    if (h5_list(f, "metrics", a, &names, err) ||
        h5_get_text(f, "metrics", "primary", a, &primary, err))
        return err->code;
    while (names[k]) k++;
    *metrics = ARENA_NEW(a, Metric, k);
    for (int i = 0; i < k; i++) {
        char  where[256];
        if (!strcmp(names[i], "table")) continue; /* the same once more */
        void *x;
        H5Set set = { .name = where, .kind = NUMBER_DOUBLE };
        snprintf(where, sizeof where, "metrics/%s", names[i]);
        if (h5_get(f, &set, a, &x, err)) return err->code;
        (*metrics)[(*n)++] = (Metric){
            .name = names[i], .x = *(double *)x, .units = set.units,
            .long_name = set.long_name ? set.long_name : names[i],
            .better = !set.better                  ? NEITHER
                      : !strcmp(set.better, "lower") ? LOWER
                                                     : HIGHER,
            .primary = field_of(primary, names[i]),
        };
    }
    return STATUS_OK;
}

Status record_curve_read(H5 *f, const char *name, const char *axis, Arena *a, double **x,
                         double **y, size_t *n, const char **label, Err *err)
{
    char  where[256];
    void *p;
    H5Set set = { .name = where, .kind = NUMBER_DOUBLE, .rank = 1 };
    snprintf(where, sizeof where, "curves/%s", axis);
    if (h5_get(f, &set, a, &p, err)) return err->code;
    *n = set.dim[0];
    *x = p;
    snprintf(where, sizeof where, "curves/%s", name);
    if (h5_get(f, &set, a, &p, err)) return err->code;
    *y = p;
    if (set.dim[0] != *n)
        return err_set(err, STATUS_FORMAT, "curve %s has %zu values on an axis of %zu",
                       name, set.dim[0], *n);
    if (label) *label = set.long_name ? set.long_name : name;
    return STATUS_OK;
}

/* --- comparing ---------------------------------------------------------- */

static bool of_time(const char *path)
{
    static const char *const names[] = { "/created", "/started", "/history", "/cost",
                                         "/metrics/mask_share", "/metrics/table" };
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(path, names[i])) return true;
    return text_starts(path, "/metrics/") && n > 2 && !strcmp(path + n - 2, "_s");
}

Status record_compare(const char *a, const char *b, Text *where, Err *err)
{
    return h5_compare(a, b, of_time, where, err);
}

static bool of_maker(const char *path)
{
    static const char *const groups[] = { "/provenance", "/source", "/schema_version", "/entry",
                                          "/default", "/epochs" };
    static const char *const marks[] = { "DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME",
                                         "NX_class", "signal", "axes" };
    const char *last = strrchr(path, '/') + 1;
    const char *indices = strstr(last, "_indices");
    bool        is = of_time(path) || (indices && !indices[8]);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        is = is || !strcmp(path, groups[i]);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) is = is || !strcmp(last, marks[i]);
    return is;
}

Status record_same(const char *a, const char *b, Text *where, Err *err)
{
    return h5_compare(a, b, of_maker, where, err);
}
