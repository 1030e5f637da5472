#include "experiments/record/record.h"

#include "core/base/text.h"
#include "core/mask/plugin.h"
#include "experiments/record/provenance.h"
#include "experiments/record/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME_MOST = 256 };

static const char CONVENTIONS[] = "maskgrid-1.0";

struct Record {
    H5    *f;
    int    rows, cols;
    Views  views;
    double wall_s;   /* of the stage, once record_cost was told */
    double began_s;  /* since 1970; 0: wall_s ago               */
    Err    err;      /* the first failure; the calls after it do nothing */
};

/* Calls between open and close look like `if (ok(r)) keep(r, h5_...(&e), &e)`. */
static bool ok(const Record *r) { return !r->err.code; }

static void text_at(Record *r, const char *object, const char *key, const char *text)
{
    if (ok(r)) r->err.code = h5_put_text(r->f, object, key, text, &r->err);
}

static void whole_at(Record *r, const char *object, const char *key, int64_t x)
{
    if (ok(r)) r->err.code = h5_put_whole(r->f, object, key, x, &r->err);
}

static void number_at(Record *r, const char *object, const char *key, double x)
{
    if (ok(r)) r->err.code = h5_put_number(r->f, object, key, x, &r->err);
}

/* "group/name" */
static const char *in(char out[NAME_MOST], const char *group, const char *name)
{
    int n = snprintf(out, NAME_MOST, "%s/%s", group, name);
    CHECK(n > 0 && n < NAME_MOST && !strchr(name, '/'), "name of an array: %s", name);
    return out;
}

/* --- head --------------------------------------------------------------- */

static void put_head(Record *r, const RecordHead *h)
{
    int patches = h->rows * h->cols;
    text_at(r, "/", "Conventions", CONVENTIONS);
    whole_at(r, "/", "schema_version", RECORD_SCHEMA);
    text_at(r, "/", "title", h->title);
    text_at(r, "/", "stage", h->stage);
    text_at(r, "/", "config_hash", h->id);
    text_at(r, "/", "NX_class", "NXroot");
    if (ok(r)) r->err.code = h5_put_long_text(r->f, "config", h->config, &r->err);
    if (!patches) return;
    text_at(r, "/", "strategy", h->strategy);
    whole_at(r, "/", "seed", h->seed);
    number_at(r, "/", "ratio", h->ratio);
    number_at(r, "/", "realised_ratio", 1 - (double)h->K / patches);
    whole_at(r, "/", "rows", h->rows);
    whole_at(r, "/", "cols", h->cols);
    whole_at(r, "/", "patches", patches);
    whole_at(r, "/", "visible", h->K);
}

/* The strategy's text has the first digits of the hash of each plug-in. */
static void put_plugins(Record *r, const char *strategy)
{
    Text plugins = { 0 };
    plugin_hashes(&plugins, strategy);
    if (plugins.length) text_at(r, "/", "plugins", plugins.s);
    text_free(&plugins);
}

/* Each line "key: value" of the configuration as an attribute, to search in. */
static void put_settings(Record *r, const char *config)
{
    for (size_t n; *config; config += n + (config[n] == '\n')) {
        Text key = { 0 }, value = { 0 };
        n = strcspn(config, "\n");
        const char *colon = memchr(config, ':', n);
        if (!colon || colon == config || colon[1] != ' ') continue;
        text_add_bytes(&key, config, (size_t)(colon - config));
        text_add_bytes(&value, colon + 2, n - (size_t)(colon + 2 - config));
        text_at(r, "settings", key.s, value.s);
        text_free(&key);
        text_free(&value);
    }
}

static void put_provenance(Record *r, int threads)
{
    Fact facts[PROVENANCE_MOST];
    int  n = provenance(facts);
    char source[PROVENANCE_TEXT];
    provenance_source(source);
    text_at(r, "/", "source", source);
    for (int i = 0; i < n; i++) text_at(r, "provenance", facts[i].key, facts[i].text);
    whole_at(r, "provenance", "threads", threads);
}

Status record_open(Record **r, const char *path, const RecordHead *h, Err *err)
{
    CHECK(h->stage && h->id && h->title && h->config && h->strategy, "%s: head with gaps",
          path);
    bool masks = h->rows > 0 && h->cols > 0 && h->K > 0 && h->K <= h->rows * h->cols;
    CHECK(masks || (!h->rows && !h->cols && !h->K),
          "%s: %d visible of %d x %d patches", path, h->K, h->rows, h->cols);
    Record *made = malloc(sizeof *made);
    CHECK(made, "no memory for a record");
    *made = (Record){ .rows = h->rows, .cols = h->cols };
    *r = NULL;
    if (h5_create(&made->f, path, err)) {
        free(made);
        return err->code;
    }
    views_open(&made->views, h->stage);
    put_head(made, h);
    put_plugins(made, h->strategy);
    put_settings(made, h->config);
    put_provenance(made, h->threads);
    *r = made;
    return STATUS_OK;
}

/* --- contents ----------------------------------------------------------- */

void record_text(Record *r, const char *key, const char *text)
{
    text_at(r, "/", key, text);
}
void record_number(Record *r, const char *key, double x) { number_at(r, "/", key, x); }
void record_whole(Record *r, const char *key, int64_t x) { whole_at(r, "/", key, x); }

void record_data(Record *r, const H5Set *set, const void *x)
{
    views_array(&r->views, set->name);
    if (ok(r)) r->err.code = h5_put(r->f, set, x, &r->err);
}

void record_texts(Record *r, const char *name, const char *const *texts, size_t n)
{
    views_array(&r->views, name);
    if (ok(r)) r->err.code = h5_put_texts(r->f, name, texts, n, &r->err);
}

/* One number; n of them. */
static void put_one(Record *r, const char *name, double x, const char *units,
                    const char *long_name, const char *better)
{
    H5Set set = { .name = name, .kind = NUMBER_DOUBLE, .units = units,
                  .long_name = long_name, .better = better };
    record_data(r, &set, &x);
}

static void put_many(Record *r, const char *name, NumberKind kind, const void *x,
                     size_t n, const char *units, const char *long_name,
                     const char *scale)
{
    H5Set set = { .name = name, .kind = kind, .rank = 1, .dim = { n }, .units = units,
                  .long_name = long_name, .scale = { scale } };
    record_data(r, &set, x);
}

void record_primary(Record *r, const char *names)
{
    CHECK(!r->views.primary, "%s: too late to be primary", names);
    text_at(r, "metrics", "primary", names);
    views_primary(&r->views, names);
}

void record_metric(Record *r, const char *name, double x, const char *units,
                   const char *long_name, Better better)
{
    static const char *const words[] = { [HIGHER] = "higher", [LOWER] = "lower" };
    char                     where[NAME_MOST];
    put_one(r, in(where, "metrics", name), x, units, long_name, words[better]);
    views_metric(&r->views, name, x, units, words[better]);
    if (!r->views.primary) record_primary(r, name);
}

void record_axis(Record *r, const char *name, const double *x, size_t n,
                 const char *units, const char *long_name)
{
    char where[NAME_MOST];
    put_many(r, in(where, "curves", name), NUMBER_DOUBLE, x, n, units, long_name, NULL);
    views_curve(&r->views, name, name, x, n);
}

void record_curve(Record *r, const char *name, const char *axis, const double *y,
                  size_t n, const char *units, const char *long_name)
{
    char where[NAME_MOST], scale[NAME_MOST];
    put_many(r, in(where, "curves", name), NUMBER_DOUBLE, y, n, units, long_name,
             in(scale, "curves", axis));
    views_curve(&r->views, name, axis, y, n);
}

void record_outcomes(Record *r, const char *name, NumberKind kind, const void *x,
                     size_t n, const char *units, const char *long_name)
{
    char where[NAME_MOST];
    put_many(r, in(where, "outcomes", name), kind, x, n, units, long_name, NULL);
}

void record_map(Record *r, const char *name, const double *x, const char *units,
                const char *long_name)
{
    char  where[NAME_MOST];
    H5Set set = { .name = in(where, "maps", name), .kind = NUMBER_DOUBLE, .rank = 2,
                  .dim = { (size_t)r->rows, (size_t)r->cols }, .units = units,
                  .long_name = long_name };
    record_data(r, &set, x);
}

void record_reconstruction(Record *r, const uint8_t *original, const uint8_t *hidden,
                           const uint8_t *reconstruction, size_t n, size_t H, size_t W,
                           size_t C)
{
    size_t L = (size_t)r->rows * (size_t)r->cols;
    CHECK((C == 1 || C == 3) && H % (size_t)r->rows == 0 && W % (size_t)r->cols == 0,
          "reconstruction [%zu, %zu, %zu] on %d x %d patches", H, W, C, r->rows, r->cols);
    H5Set images = { .name = "reconstruction/original", .kind = NUMBER_UINT8, .rank = 4,
                     .dim = { n, H, W, C }, .units = "1", .long_name = "test image" };
    H5Set masks = { .name = "reconstruction/hidden", .kind = NUMBER_UINT8, .rank = 2,
                    .dim = { n, L }, .units = "1",
                    .long_name = "1 where the patch was hidden" };
    record_data(r, &images, original);
    record_data(r, &masks, hidden);
    images.name = "reconstruction/reconstruction";
    images.long_name = "visible patches as they were, hidden ones as predicted";
    record_data(r, &images, reconstruction);
}

void record_cost(Record *r, double wall_s, double images)
{
    r->wall_s = wall_s;
    put_one(r, "cost/wall_s", wall_s, "s", "time of the stage", "lower");
    put_one(r, "cost/peak_bytes", provenance_peak_bytes(), "byte",
            "peak memory of the process", "lower");
    if (images > 0 && wall_s > 0)
        put_one(r, "cost/images_per_s", images / wall_s, "s-1", "images a second",
                "higher");
}

void record_sittings(Record *r, long sittings, double began_s)
{
    r->began_s = began_s;
    put_one(r, "cost/sittings", (double)sittings, "1", "processes that it took", "lower");
}

/* --- end ---------------------------------------------------------------- */

static void put_times(Record *r)
{
    char now[32], then[32], line[PROVENANCE_TEXT + 64], source[PROVENANCE_TEXT];
    provenance_time(now, 0);
    provenance_time(then, r->began_s > 0 ? (double)time(NULL) - r->began_s : r->wall_s);
    provenance_source(source);
    snprintf(line, sizeof line, "%s written by %s", now, source);
    text_at(r, "/", "created", now);
    text_at(r, "/", "started", then);
    text_at(r, "/", "history", line);
}

Status record_close(Record *r, Err *err)
{
    put_times(r);
    if (ok(r)) r->err.code = views_write(&r->views, r->f, &r->err);
    if (ok(r)) r->err.code = h5_commit(r->f, &r->err);
    else h5_close(r->f);
    *err = r->err;
    views_close(&r->views);
    free(r);
    return err->code;
}

void record_drop(Record *r)
{
    if (!r) return;
    h5_close(r->f);
    views_close(&r->views);
    free(r);
}
