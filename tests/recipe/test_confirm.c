/* Files of settings held against the records that they lie beside. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "core/base/file.h"
#include "core/base/h5.h"
#include "experiments/recipe/confirm.h"
#include "experiments/recipe/recipe.h"
#include "tests/ok.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char RECIPE[] = "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
                             "model: {preset: micro, patch: 4}\n"
                             "pretrain: {epochs: 2, warmup: 1, batch: 8}\n"
                             "evaluate: [knn, linear-cached, reconstruct]\n";

static Scratch scratch;
static Recipe *recipe;
static Err     err;

static void prepare(void)
{
    scratch_open(&scratch);
    OK(recipe_open(&recipe, scratch_file(&scratch, "r.yaml", RECIPE, sizeof RECIPE - 1), NULL, 0,
                   &err));
}

static void clean_up(void)
{
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(confirm, .init = prepare, .fini = clean_up);

/* `yaml` beside a record of the recipe's cell. */
static Status confirmed(const char *yaml, size_t n, StageKind kind)
{
    Text canonical = { 0 };
    cell_canonical(recipe->cells, kind, &canonical);
    const char  *path = scratch_file(&scratch, "config.yaml", yaml, n);
    const Status bad = confirm_config(path, kind, text_get(&canonical), &err);
    text_free(&canonical);
    return bad;
}

Test(confirm, what_a_cell_has_written)
{
    for (StageKind s = 0; s < STAGE_KINDS; s++) {
        Text yaml = { 0 };
        if (!cell_wants(recipe->cells, s)) continue;
        cell_yaml(recipe->cells, s, &yaml);
        cr_expect(!confirmed(yaml.s, yaml.length, s), "%s: %s", stage_word(s), err.text);
        text_free(&yaml);
    }
}

static const struct { const char *from, *to, *said; } changes[] = {
    { "pretrain.ratio: 0.75", "pretrain.ratio: 0.5", "pretrain.ratio: 0.5, expected" },
    { "seed: 0\n", "seed: 00\n", NULL },
    { "pretrain.batch: 8\n", "", "expected pretrain.batch: 8" },
    { "pretrain.epochs: 2\n", "pretrain.epochs: 0\n", "expected pretrain.batch: 8" },
    { "pretrain.batch: 8\n", "pretrain.batch: many\n", ": pretrain.batch" },
    { "pretrain.batch: 8\n", "pretrain.batsch: 8\n", "did you mean pretrain.batch" },
    { "pretrain.batch: 8\n", "pretrain.batch: [8]\n", "expected one value" },
    { "name: pretrain\n", "name: elsewhere\ngrid: {seed: [0, 1]}\n", "grid" },
    { "name: pretrain\n", "\"", "line:" },
};
enum { CHANGES = sizeof changes / sizeof *changes };

ParameterizedTestParameters(confirm, what_was_changed)
{
    static int index[CHANGES];
    for (int i = 0; i < CHANGES; i++) index[i] = i;
    return cr_make_param_array(int, index, CHANGES);
}

ParameterizedTest(int *i, confirm, what_was_changed)
{
    const char *from = changes[*i].from, *said = changes[*i].said;
    Text        yaml = { 0 }, changed = { 0 };
    cell_yaml(recipe->cells, STAGE_PRETRAIN, &yaml);
    const char *at = strstr(text_get(&yaml), from);
    cr_assert(at != NULL, "%s", from);
    text_add_bytes(&changed, yaml.s, (size_t)(at - yaml.s));
    text_add(&changed, "%s%s", changes[*i].to, at + strlen(from));
    const Status bad = confirmed(changed.s, changed.length, STAGE_PRETRAIN);
    if (!said) cr_expect(!bad, "%s", err.text);
    else cr_expect(bad == STATUS_FORMAT && strstr(err.text, said), "%s: %s", changes[*i].to,
                   err.text);
    text_free(&yaml);
    text_free(&changed);
}

Test(confirm, what_is_no_file_of_settings)
{
    static const char zeros[100] = { 0 };
    cr_expect(confirmed("", 0, STAGE_PRETRAIN) == STATUS_FORMAT);
    cr_expect(confirmed("- a\n", 4, STAGE_PRETRAIN) == STATUS_FORMAT);
    cr_expect(confirmed(zeros, sizeof zeros, STAGE_PRETRAIN) == STATUS_FORMAT);
}

/* --- those that are in git --------------------------------------------------- */

static int seen;

/* "config.yaml" beside "pretrain.h5", "knn-1f0c9a33.yaml" beside "knn-1f0c9a33.h5" */
static int check_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    char        record[CELL_PATH];
    const char *config, *name = path + at->base, *dot = strrchr(name, '.');
    StageKind   kind = STAGE_PRETRAIN;
    Arena       a;
    H5         *f;
    (void)st;
    if (flag != FTW_F || !strstr(path, "/cells/") || !dot || strcmp(dot, ".yaml")) return 0;
    const bool training = !strcmp(name, "config.yaml");
    snprintf(record, sizeof record, "%.*s%.*s.h5", at->base, path,
             training ? 8 : (int)(dot - name), training ? "pretrain" : name);
    *strrchr(record, '.') = '\0';
    cr_assert(stage_of(&kind, record + at->base), "%s", record);
    strcat(record, ".h5");
    arena_open(&a, "test", NULL, NULL);
    OK(h5_open(&f, record, &err));
    OK(h5_get_long_text(f, "config", &a, &config, &err));
    cr_expect(!confirm_config(path, kind, config, &err), "%s: %s", path, err.text);
    h5_close(f);
    arena_close(&a);
    seen++;
    return 0;
}

Test(confirm, reference_records_have_their_settings_beside_them)
{
    cr_assert(!nftw("results/reference", check_one, 16, FTW_PHYS));
    cr_expect(seen >= 36, "%d files", seen);
}
