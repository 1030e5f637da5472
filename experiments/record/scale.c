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

/* --- what it has seen ------------------------------------------------------------- */

static const StageKind dense_kind[] = { STAGE_DETECT, STAGE_SEGMENT };

/* Do detect or segment see other pictures than those of `data:`, or are they scored on what
 * they were trained on? */
static bool sees_its_own(const Cell *c, StageKind kind)
{
    const DenseFacts *f = cell_dense(c, kind);
    if (!f) return false;
    const DenseTask d = config_dense(&c->config, kind);
    return strcmp(d.data.name, c->config.data.name) || !strcmp(d.on, "train") ||
           f->train_count != c->data->train_count || f->test_count != c->data->test_count;
}

static bool varies_what_it_sees(const Results *r, StageKind kind)
{
    static const char *const keys[] = { "set", "folder", "train", "test", "size", "on" };
    bool found = false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s.%s", stage_word(kind), keys[i]);
        found = found || varies(r, name);
    }
    return found;
}

static void say_its_own(const Cell *c, StageKind kind, Text *out)
{
    const DenseFacts *f = cell_dense(c, kind);
    const DenseTask   d = config_dense(&c->config, kind);
    const bool        by_heart = !strcmp(d.on, "train");
    text_add(out, "%s on %s, %d training ", stage_word(kind), d.data.name, f->train_count);
    if (!by_heart) text_add(out, "and %d test ", f->test_count);
    text_add(out, "images at %d x %d pixels%s", d.size, d.size,
             by_heart ? ", scored on the same" : "");
}

/* Does any stage see what `data:` names? */
static bool sees_data(const Cell *c)
{
    for (StageKind kind = STAGE_PRETRAIN + 1; kind < STAGE_KINDS; kind++)
        if (cell_wants(c, kind) && !sees_its_own(c, kind)) return true;
    return cell_trains(c);
}

static void say_data(const Results *r, const Cell *c, Text *out)
{
    const DataFacts *d = c->data;
    const char      *separator = "";
    if (sees_data(c)) {
        text_add(out, "%s, %d training and %d test images of %d x %d pixels",
                 c->config.data.name, d->train_count, d->test_count, d->height, d->width);
        if (c->config.data.unlabeled_count)
            text_add(out, ", pre-trained on %d without labels", d->pretrain_count);
        separator = "; ";
    }
    for (int i = 0; i < 2; i++) {
        if (!sees_its_own(c, dense_kind[i]) || varies_what_it_sees(r, dense_kind[i])) continue;
        text_add(out, "%s", separator);
        say_its_own(c, dense_kind[i], out);
        separator = "; ";
    }
}

/* --- the sentence ----------------------------------------------------------------- */

/* A part of the sentence is left out when the grid varies what it is about. */
void results_scale(const Results *r, Text *out)
{
    const Cell *c = spokesman(r);
    if (!c) return;
    const Config *config = &c->config;
    say_data(r, c, out);
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
        text_add(out, "; %d epoch%s of pre-training", config->pretrain.epochs,
                 text_s(config->pretrain.epochs));
}
