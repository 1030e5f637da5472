/* What a caption says about the numbers below it. */
#include "experiments/record/results.h"

#include <stdio.h>
#include <string.h>

void results_key(const Results *r, int setting, char out[64])
{
    const char *name = schema_key(r->settings[setting])->name, *dot = strrchr(name, '.');
    snprintf(out, 64, "%s", dot ? dot + 1 : name);
    for (char *c = out; *c; c++)
        if (*c == '-') *c = ' ';
}

void results_settings(const Results *r, int row, Text *out)
{
    const char *separator = "";
    char        key[64];
    for (int i = 0; i < r->n_settings; i++) {
        const char *value = r->rows[row].settings[i];
        if (!*value) continue;
        results_key(r, i, key);
        text_add(out, "%s%s %s", separator, key, value);
        separator = ", ";
    }
}

void results_label(const Results *r, int row, Text *out)
{
    Text settings = { 0 };
    results_settings(r, row, &settings);
    text_add(out, "%s%s%s", r->rows[row].strategy, settings.length ? ", " : "",
             text_get(&settings));
    text_free(&settings);
}

static bool varies(const Results *r, const char *key)
{
    for (int i = 0; i < r->n_settings; i++)
        if (!strcmp(schema_key(r->settings[i])->name, key)) return true;
    return false;
}

/* A trained cell says most; a recipe of untrained ones has less to tell. */
static const Cell *spokesman(const Results *r)
{
    const Recipe *recipe = r->recipe;
    for (int i = 0; i < recipe->n_cells; i++)
        if (cell_trains(&recipe->cells[i])) return &recipe->cells[i];
    return recipe->n_cells ? &recipe->cells[0] : NULL;
}

/* A part of the sentence is left out when the grid varies what it is about. */
void results_scale(const Results *r, Text *out)
{
    const Cell *c = spokesman(r);
    if (!c) return;
    const Config    *config = &c->config;
    const DataFacts *d = c->data;
    text_add(out, "%s, %d training and %d test images of %d x %d pixels",
             config->data.name, d->train_count, d->test_count, d->height, d->width);
    if (config->data.unlabeled_count)
        text_add(out, ", pre-trained on %d without labels", d->pretrain_count);
    if (!varies(r, "model.preset") && !varies(r, "model.width") &&
        !varies(r, "model.depth"))
        text_add(out, "; %s encoder (width %d, %d blocks)", config->model.preset,
                 config->model.width, config->model.depth);
    if (!varies(r, "model.patch"))
        text_add(out, "; patch %d, %d x %d patches", config->model.patch, c->rows,
                 c->cols);
    if (!cell_trains(c)) return;
    if (!varies(r, "pretrain.ratio")) {
        text_add(out, ", ratio %g", config->pretrain.ratio);
        if (!varies(r, "model.patch")) text_add(out, " (%d visible)", c->K);
    }
    if (!varies(r, "pretrain.epochs"))
        text_add(out, "; %d epochs of pre-training", config->pretrain.epochs);
}
