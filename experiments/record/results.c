#include "experiments/record/results.h"

#include "core/base/file.h"
#include "experiments/record/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- rows ---------------------------------------------------------------- */

static const char *keep(Arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(arena_take(a, n), s, n);
}

static void choose_settings(Results *r)
{
    const Grid *g = &r->recipe->grid;
    int         strategy = schema_find("pretrain.strategy"), seed = schema_find("seed");
    r->settings = ARENA_NEW(&r->arena, int, g->n + 1);
    for (int i = 0; i < g->n; i++)
        if (g->axis[i].key != strategy && g->axis[i].key != seed && g->axis[i].n > 1)
            r->settings[r->n_settings++] = g->axis[i].key;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void list_seeds(Results *r)
{
    int n = r->recipe->n_cells, k = 0;
    r->seeds = ARENA_NEW(&r->arena, uint64_t, n + 1);
    for (int i = 0; i < n; i++) r->seeds[i] = r->recipe->cells[i].config.seed;
    qsort(r->seeds, (size_t)n, sizeof *r->seeds, ascending);
    for (int i = 0; i < n; i++)
        if (!i || r->seeds[i] != r->seeds[k - 1]) r->seeds[k++] = r->seeds[i];
    r->n_seeds = k;
}

/* How one would have trained has no say in what was not trained. */
static void setting_of(const Results *r, const Cell *c, int setting, Text *out)
{
    int key = r->settings[setting];
    text_clear(out);
    if (cell_trains(c) || !text_starts(schema_key(key)->name, "pretrain.") ||
        (!cell_untrained(c) && !strcmp(schema_key(key)->name, "pretrain.from")))
        schema_get(&c->config, key, out);
}

static bool same_row(const Results *r, const ResultRow *row, const Cell *c)
{
    Text value = { 0 };
    bool same = row->untrained == cell_untrained(c) &&
                (row->untrained || !strcmp(row->strategy, c->config.pretrain.strategy));
    for (int i = 0; i < r->n_settings && same; i++) {
        setting_of(r, c, i, &value);
        same = !strcmp(row->settings[i], text_get(&value));
    }
    text_free(&value);
    return same;
}

static ResultRow *new_row(Results *r, const Cell *c)
{
    Text       value = { 0 };
    ResultRow *row = &r->rows[r->n_rows++];
    *row = (ResultRow){
        .strategy = cell_untrained(c) ? UNTRAINED : c->config.pretrain.strategy,
        .untrained = cell_untrained(c),
        .settings = ARENA_NEW(&r->arena, const char *, r->n_settings + 1),
        .cells = ARENA_NEW(&r->arena, const Cell *, r->n_seeds),
    };
    for (int i = 0; i < r->n_seeds; i++) row->cells[i] = NULL;
    for (int i = 0; i < r->n_settings; i++) {
        setting_of(r, c, i, &value);
        row->settings[i] = keep(&r->arena, text_get(&value));
    }
    text_free(&value);
    return row;
}

static int seed_index(const Results *r, uint64_t seed)
{
    const uint64_t *at = bsearch(&seed, r->seeds, (size_t)r->n_seeds, sizeof seed,
                                 ascending);
    return (int)(at - r->seeds);
}

static void list_rows(Results *r)
{
    r->rows = ARENA_NEW(&r->arena, ResultRow, r->recipe->n_cells + 1);
    for (int untrained = 0; untrained < 2; untrained++)
        for (int i = 0; i < r->recipe->n_cells; i++) {
            const Cell *c = &r->recipe->cells[i];
            ResultRow  *row = NULL;
            if (cell_untrained(c) != untrained) continue;
            for (int k = r->n_rows - 1; k >= 0 && !row; k--)
                if (same_row(r, &r->rows[k], c)) row = &r->rows[k];
            if (!row) row = new_row(r, c);
            row->cells[seed_index(r, c->config.seed)] = c;
        }
}

/* --- numbers -------------------------------------------------------------- */

static size_t at(const Results *r, int block, int row, int seed)
{
    return ((size_t)block * (size_t)r->n_rows + (size_t)row) * (size_t)r->n_seeds +
           (size_t)seed;
}

static int metric_index(Results *r, const Metric *m, StageKind stage)
{
    for (int i = 0; i < r->n_metrics; i++)
        if (r->metrics[i].stage == stage && !strcmp(r->metrics[i].is.name, m->name))
            return i;
    if (r->n_metrics == METRICS_MOST) return -1;
    ResultMetric *new = &r->metrics[r->n_metrics];
    *new = (ResultMetric){ .is = *m, .stage = stage };
    new->is.name = keep(&r->arena, m->name);
    new->is.long_name = keep(&r->arena, m->long_name);
    new->is.units = keep(&r->arena, m->units ? m->units : "1");
    return r->n_metrics++;
}

/* Numbers of several commits may stand in one table, but not unsaid. */
static void note_source(Results *r, H5 *f, Arena *a)
{
    static const char mixed[] = "several commits or versions";
    const char       *source;
    Err               err;
    if (h5_get_text(f, "/", "source", a, &source, &err)) source = "an unnamed program";
    if (!*r->source) snprintf(r->source, sizeof r->source, "%s", source);
    else if (strcmp(r->source, source))
        snprintf(r->source, sizeof r->source, "%s", mixed);
}

Status results_record(const Results *r, StageKind stage, int row, int seed, H5 **f,
                      Err *err)
{
    const Cell *c = r->rows[row].cells[seed];
    char        path[CELL_PATH];
    cell_record(path, r->folder, c, stage);
    return record_read(f, path, c->stage[stage].id, err);
}

/* What contradicts itself does not count. */
static Status check_agrees(const Results *r, StageKind stage, const Cell *c, H5 *f,
                           const Metric *metrics, int n, Err *err)
{
    char path[CELL_PATH];
    cell_record(path, r->folder, c, stage);
    return record_agrees(f, path, metrics, n, err);
}

static Status read_point(Results *r, StageKind stage, int row, int seed, Err *err)
{
    Arena   a;
    Metric *metrics;
    int     n = 0;
    H5     *f;
    if (results_record(r, stage, row, seed, &f, err)) return err->code;
    arena_open(&a, "metrics of a record", NULL, NULL);
    Status bad = record_metrics(f, &a, &metrics, &n, err);
    if (!bad) bad = check_agrees(r, stage, r->rows[row].cells[seed], f, metrics, n, err);
    for (int i = 0; i < n && !bad; i++) {
        int m = metric_index(r, &metrics[i], stage);
        if (m >= 0) r->x[at(r, m, row, seed)] = metrics[i].x;
    }
    if (!bad) note_source(r, f, &a);
    arena_close(&a);
    h5_close(f);
    return bad;
}

/* A record that is whole, but of a later schema, is not called damaged. */
static PointState unusable(Results *r, StageKind stage, const Cell *c, const Err *why)
{
    char path[CELL_PATH];
    cell_record(path, r->folder, c, stage);
    const int64_t schema = record_schema(path);
    text_add(&r->notes, "%s\n", why->text);
    if (schema > r->newest_schema) r->newest_schema = schema;
    return schema > RECORD_SCHEMA ? POINT_NEWER : POINT_DAMAGED;
}

static PointState look(Results *r, StageKind stage, int row, int seed)
{
    const Cell *c = r->rows[row].cells[seed];
    char        path[CELL_PATH];
    Err         err;
    if (!c || !cell_wants(c, stage)) return POINT_NONE;
    switch (read_point(r, stage, row, seed, &err)) {
    case STATUS_OK: return POINT_DONE;
    case STATUS_MISSING: break;
    default: return unusable(r, stage, c, &err);
    }
    cell_file(path, r->folder, c, "failed.txt");
    return file_exists(path) ? POINT_FAILED : POINT_MISSING;
}

void results_open(Results *r, const Recipe *recipe, const char *folder)
{
    *r = (Results){ .recipe = recipe, .folder = folder, .free_setting = -1 };
    arena_open(&r->arena, "results", NULL, NULL);
    choose_settings(r);
    list_seeds(r);
    list_rows(r);
    size_t n = (size_t)r->n_rows * (size_t)r->n_seeds;
    r->x = ARENA_NEW(&r->arena, double, METRICS_MOST * n);
    r->state = ARENA_NEW(&r->arena, PointState, STAGE_KINDS * n);
    for (size_t i = 0; i < METRICS_MOST * n; i++) r->x[i] = NAN;
    for (int s = 0; s < STAGE_KINDS; s++)
        for (int row = 0; row < r->n_rows; row++)
            for (int k = 0; k < r->n_seeds; k++)
                r->state[at(r, s, row, k)] = look(r, s, row, k);
}

static bool is_departing(Results *r, StageKind stage, int row, int seed)
{
    char path[CELL_PATH];
    Text where = { 0 };
    int  departures;
    Err  err;
    cell_record(path, r->folder, r->rows[row].cells[seed], stage);
    if (record_check(path, &where, &departures, &err)) {
        departures = 1;
        text_add(&where, "%s\n", err.text);
    }
    if (departures) /* one line says enough */
        text_add(&r->notes, "%.*s\n", (int)strcspn(where.s, "\n"), where.s);
    text_free(&where);
    return departures;
}

int results_doubt(Results *r)
{
    int found = 0;
    for (int s = 0; s < STAGE_KINDS; s++)
        for (int row = 0; row < r->n_rows; row++)
            for (int k = 0; k < r->n_seeds; k++) {
                PointState *state = &r->state[at(r, s, row, k)];
                if (*state != POINT_DONE || !is_departing(r, s, row, k)) continue;
                *state = POINT_DAMAGED, found++;
                for (int m = 0; m < r->n_metrics; m++)
                    if ((int)r->metrics[m].stage == s) r->x[at(r, m, row, k)] = NAN;
            }
    return found;
}

void results_close(Results *r)
{
    arena_close(&r->arena);
    text_free(&r->notes);
}

int results_find(const Results *r, const char *metric)
{
    for (int i = 0; i < r->n_metrics; i++)
        if (!strcmp(r->metrics[i].is.name, metric)) return i;
    return -1;
}

const double *results_values(const Results *r, int metric, int row)
{
    return r->x + at(r, metric, row, 0);
}

PointState results_state(const Results *r, StageKind stage, int row, int seed)
{
    return r->state[at(r, stage, row, seed)];
}

int results_count(const Results *r, StageKind stage, int row, PointState state)
{
    int n = 0;
    for (int k = 0; k < r->n_seeds; k++) n += results_state(r, stage, row, k) == state;
    return n;
}

const char *results_state_word(PointState state)
{
    static const char *const words[] = {
        [POINT_NONE] = "none", [POINT_DONE] = "done", [POINT_MISSING] = "missing",
        [POINT_FAILED] = "failed", [POINT_DAMAGED] = "damaged", [POINT_NEWER] = "newer",
    };
    return words[state];
}

Status results_there(const Results *r, Err *err)
{
    for (int s = 0; s < STAGE_KINDS; s++)
        for (int row = 0; row < r->n_rows; row++)
            if (results_count(r, s, row, POINT_NONE) + results_count(r, s, row, POINT_MISSING) <
                r->n_seeds)
                return STATUS_OK;
    return recipe_no_records(r->recipe, r->folder, err);
}

/* --- strategies ------------------------------------------------------------- */

Status results_strategy(const Results *r, const char *name, Err *err)
{
    Arena        a;
    arena_open(&a, "names", NULL, NULL);
    const char **names = ARENA_NEW(&a, const char *, r->n_rows + 1);
    bool         found = false;
    for (int i = 0; i < r->n_rows; i++) {
        names[i] = r->rows[i].strategy;
        found = found || !strcmp(names[i], name);
    }
    names[r->n_rows] = NULL;
    const char  *near = found ? NULL : text_nearest(name, names);
    const Status bad = found ? STATUS_OK
                             : err_set(err, STATUS_CONFIG, "%s has no strategy %.200s%s%s%s",
                                       r->recipe->name, name, near ? "; did you mean " : "",
                                       near ? near : "", near ? "?" : "");
    arena_close(&a);
    return bad;
}

Status results_check_baseline(const Results *r, const char *baseline, Err *err)
{
    if (!strcmp(baseline, BASELINE)) return STATUS_OK;
    return results_strategy(r, baseline, err) ? err_in(err, "--baseline") : STATUS_OK;
}

/* An imported encoder is compared with those that are trained here, wherever it is from. */
static bool is_where_from(const Results *r, int k, const ResultRow *a, const ResultRow *b)
{
    return !strcmp(schema_key(r->settings[k])->name, "pretrain.from") &&
           (!strcmp(a->strategy, IMPORTED) || !strcmp(b->strategy, IMPORTED));
}

bool results_beside(const Results *r, int row, int other)
{
    const ResultRow *of = &r->rows[row], *to = &r->rows[other];
    bool             same = true;
    for (int k = 0; k < r->n_settings && same; k++)
        same = k == r->free_setting || !*of->settings[k] || !*to->settings[k] ||
               is_where_from(r, k, of, to) || !strcmp(of->settings[k], to->settings[k]);
    return same;
}

int results_baseline(const Results *r, int row, const char *strategy)
{
    int found = -1;
    for (int i = 0; i < r->n_rows; i++) {
        if (strcmp(r->rows[i].strategy, strategy) || !results_beside(r, row, i)) continue;
        if (found >= 0) return -1;
        found = i;
    }
    return found;
}

/* Over the trained rows, or over the others. */
static Deviation pool(const Results *r, int metric, const char *baseline, bool untrained)
{
    Deviation all = { .sd = NAN };
    double    squares = 0;
    int       degrees = 0, short_most = 0;
    for (int i = 0; i < r->n_rows; i++) {
        int base = results_baseline(r, i, baseline);
        if (base < 0 || base == i || r->rows[i].untrained != untrained) continue;
        Summary d = stats_paired(results_values(r, metric, i),
                                 results_values(r, metric, base), r->n_seeds);
        if (d.n < STATS_PAIRS_LEAST) {
            all.rows_short++;
            if (d.n > short_most) short_most = d.n;
        } else if (!all.pairs || d.n < all.pairs) all.pairs = d.n;
        if (d.n < 2) continue;
        squares += (d.n - 1) * d.sd * d.sd;
        degrees += d.n - 1;
    }
    if (degrees) all.sd = sqrt(squares / degrees);
    if (!all.pairs) all.pairs = degrees ? short_most : 0, all.rows_short = 0;
    return all;
}

Deviation results_deviation(const Results *r, int metric, const char *baseline)
{
    Deviation trained = pool(r, metric, baseline, false);
    return trained.pairs ? trained : pool(r, metric, baseline, true);
}
