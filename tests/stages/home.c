#include "tests/stages/home.h"

#include "core/base/file.h"
#include "experiments/record/check.h"
#include "experiments/record/record.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char recipe_text[] =
    "name: small\n"
    "data: {set: scenes, train: 96, test: 40}\n"
    "model: {preset: micro, patch: 7, width: 16, depth: 2, heads: 2,\n"
    "        decoder-width: 8, decoder-depth: 1, decoder-heads: 2}\n"
    "pretrain: {strategy: random, ratio: 0.75, epochs: 3, batch: 16, warmup: 1, blr: 1e-2}\n"
    "evaluate: [knn, linear-cached, linear, partial, finetune, reconstruct, represent]\n"
    "linear-cached: {epochs: 4, batch: 32, warmup: 1}\n"
    "linear: {epochs: 3, batch: 16, warmup: 1}\n"
    "partial: {epochs: 3, batch: 16, warmup: 1, blocks: 0.5}\n"
    "finetune: {epochs: 3, batch: 16, warmup: 1, drop-path: 0.3}\n";

enum { SETTINGS = 12 };

const Cell *open_cell(Home *h, const char *settings)
{
    static char words[400];
    const char *setting[SETTINGS];
    int         n = 0;
    Err         err;
    snprintf(words, sizeof words, "%s", settings ? settings : "");
    for (char *w = strtok(words, " "); w && n < SETTINGS; w = strtok(NULL, " "))
        setting[n++] = w;
    scratch_open(&h->scratch);
    const char *path = scratch_file(&h->scratch, "small.yaml", recipe_text, strlen(recipe_text));
    cr_assert(!recipe_open(&h->recipe, path, setting, n, &err), "%s", err.text);
    cr_assert(h->recipe->n_cells >= 1);
    return &h->recipe->cells[h->recipe->n_cells - 1];
}

void close_home(Home *h)
{
    recipe_close(h->recipe);
    scratch_close(&h->scratch);
}

StageContext context(const Home *h, char results[128], const char *name, const Cell *c)
{
    char folder[CELL_PATH];
    Err  err;
    snprintf(results, 128, "%s/%s", h->scratch.folder, name);
    cell_folder(folder, results, c);
    cr_assert(!file_make_folders(folder, &err), "%s", err.text);
    return (StageContext){ .results = results, .features = features_new() };
}

void stop_count(void *self, const StageProgress *p) { ((Stopper *)self)->seen = p->step; }
bool stop_enough(void *self) { return ((Stopper *)self)->seen >= ((Stopper *)self)->stop_at; }

void expect_same_file(const Cell *c, const char *a, const char *b, const char *name)
{
    char   path_a[CELL_PATH], path_b[CELL_PATH], *x, *y;
    size_t n, m;
    Err    err;
    cell_file(path_a, a, c, name);
    cell_file(path_b, b, c, name);
    cr_assert(!file_read(path_a, 1 << 24, &x, &n, &err), "%s", err.text);
    cr_assert(!file_read(path_b, 1 << 24, &y, &m, &err), "%s", err.text);
    cr_expect(n == m && !memcmp(x, y, n), "%s differs", name);
    free(x);
    free(y);
}

char *encoder_numbers(const Cell *c, const char *results, size_t *n)
{
    char     path[CELL_PATH], *bytes;
    uint64_t header;
    Err      err;
    cell_model(path, results, c, MODEL_ENCODER);
    cr_assert(!file_read(path, 1 << 24, &bytes, n, &err), "%s", err.text);
    memcpy(&header, bytes, sizeof header);
    header += sizeof header;
    cr_assert(header < *n);
    memmove(bytes, bytes + header, *n -= header);
    return bytes;
}

/* A record is what the schema says, down to its last attribute. */
static void expect_schema(const char *path)
{
    Text where = { 0 };
    int  departures;
    Err  err;
    cr_assert(!record_check(path, &where, &departures, &err), "%s", err.text);
    cr_expect(departures == 0, "%s", text_get(&where));
    text_free(&where);
}

double metric(const StageContext *x, const Cell *c, StageKind kind, const char *name)
{
    char    path[CELL_PATH];
    H5     *f;
    Arena   a;
    Metric *m;
    int     n;
    Err     err;
    double  value = -1;
    cell_record(path, x->results, c, kind);
    arena_open(&a, "test", NULL, NULL);
    expect_schema(path);
    cr_assert(!record_read(&f, path, c->stage[kind].id, &err), "%s", err.text);
    cr_assert(!record_metrics(f, &a, &m, &n, &err), "%s", err.text);
    for (int i = 0; i < n; i++)
        if (!strcmp(m[i].name, name)) value = m[i].x;
    h5_close(f);
    arena_close(&a);
    return value;
}
