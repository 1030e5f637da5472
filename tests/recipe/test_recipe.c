/* Recipes: what a user writes wrongly is named, with file, line and key, before
 * anything starts; what is right means what it says. */
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(recipe, .init = open_scratch, .fini = close_scratch);

/* SMALL has three lines, so the first line after it is line 4. */
static const struct {
    const char *text, *setting;
    Status      code;
    const char *says;
} wrong[] = {
    { "pretrain.strategi: grid\n", NULL, STATUS_CONFIG,
      "r.yaml:4: pretrain.strategi: no such key; did you mean pretrain.strategy?" },
    { "pretrain:\n  strategi: grid\n", NULL, STATUS_CONFIG,
      "r.yaml:5: pretrain.strategi: no such key; did you mean pretrain.strategy?" },
    { "pretain:\n  strategy: grid\n", NULL, STATUS_CONFIG,
      "r.yaml:4: pretain: no such key; did you mean pretrain?" },
    { "strategy: grid\n", NULL, STATUS_CONFIG, "did you mean pretrain.strategy?" },
    { "pretrain:\n  ratio: 1.2\n", NULL, STATUS_CONFIG,
      "r.yaml:5: pretrain.ratio: 1.2 is out of range, expected more than 0 and less than 1" },
    { "pretrain.ratio: 0\n", NULL, STATUS_CONFIG, "pretrain.ratio: 0 is out of range" },
    { "pretrain.ratio: nan\n", NULL, STATUS_CONFIG, "pretrain.ratio: nan is not a number" },
    { "pretrain.epochs: 1e3\n", NULL, STATUS_CONFIG, "1e3 is not a whole number" },
    { "pretrain.epochs: 99999999999999999999\n", NULL, STATUS_CONFIG, "not a whole number" },
    { "pretrain.epochs:\n", NULL, STATUS_CONFIG, "r.yaml:4: pretrain.epochs: has no value" },
    { "pretrain.flip: maybe\n", NULL, STATUS_CONFIG, "maybe is neither yes nor no" },
    { "pretrain.target: normalised\n", NULL, STATUS_CONFIG, "did you mean normalized?" },
    { "pretrain.strategy: spirall\n", NULL, STATUS_CONFIG,
      "r.yaml:4: pretrain.strategy: no strategy spirall; did you mean spiral?" },
    { "pretrain.strategy: spiral:selct=window\n", NULL, STATUS_CONFIG,
      "r.yaml:4: pretrain.strategy:" },
    { "grid:\n  pretrain.strategy:\n    - random\n    - spirall\n", NULL, STATUS_CONFIG,
      "r.yaml:7: pretrain.strategy: no strategy spirall" },
    { "grid:\n  pretrain.ratio: [0.5, 1.5]\n", NULL, STATUS_CONFIG,
      "r.yaml:5: pretrain.ratio: 1.5 is out of range" },
    { "grid:\n  seed: [1, 1]\n", NULL, STATUS_CONFIG, "r.yaml:5: seed: 1 is listed twice" },
    { "grid:\n  pretrain.ratio: [0.5, 0.50]\n", NULL, STATUS_CONFIG, "0.5 is listed twice" },
    { "grid:\n  seed: []\n", NULL, STATUS_CONFIG, "seed: an empty list" },
    { "grid:\n  seed: 5..2\n", NULL, STATUS_CONFIG, "5..2 is not a range" },
    { "grid:\n  seed: {a: 1}\n", NULL, STATUS_CONFIG, "expected a value, not keys" },
    { "grid:\n  seeed: [1]\n", NULL, STATUS_CONFIG, "r.yaml:5: seeed: no such key; did you mean" },
    { "grid:\n  name: [a, b]\n", NULL, STATUS_CONFIG, "cannot be varied" },
    { "grid:\n  model.recompute: [yes, no]\n", NULL, STATUS_CONFIG, "cannot be varied" },
    { "grid:\n  zip: {seed: 0..2, knn.k: [5, 7]}\n", NULL, STATUS_CONFIG,
      "r.yaml:5: zip: seed has 3 values, and knn.k has 2" },
    { "grid:\n  zip: {seed: 0..1}\n  seed: 3\n", NULL, STATUS_CONFIG,
      "r.yaml:6: seed: is varied twice" },
    { "grid:\n  seed: 3\n  union: [{knn.k: 5}, {seed: 4}]\n", NULL, STATUS_CONFIG,
      "r.yaml:6: seed: is varied twice" },
    { "grid:\n  zip: 3\n", NULL, STATUS_CONFIG, "r.yaml:5: zip: expected keys and" },
    { "grid:\n  union: []\n", NULL, STATUS_CONFIG, "r.yaml:5: union: an empty list" },
    { "grid:\n  exlude: {seed: 3}\n", NULL, STATUS_CONFIG, "did you mean exclude?" },
    { "grid:\n  zip: {exclude: {seed: 3}}\n", NULL, STATUS_CONFIG, "exclude: no such key" },
    { "grid:\n  exclude: {seed: 3}\n", NULL, STATUS_CONFIG,
      "r.yaml:5: seed: exclude: is not varied by the grid" },
    { "grid:\n  seed: 0..2\n  exclude: {seed: 1..3}\n", NULL, STATUS_CONFIG,
      "r.yaml:6: seed: exclude: 3 is no value that the grid gives it" },
    { "grid:\n  pretrain.strategy: [random, spiral]\n  exclude: {pretrain.strategy: spirall}\n",
      NULL, STATUS_CONFIG, "did you mean spiral?" },
    { "grid:\n  seed: 0..2\n  exclude: [{seed: 0..1}, {seed: 2}]\n", NULL, STATUS_CONFIG,
      "every cell of the grid is excluded" },
    { "", "grid.exclude=[{seed: 3}]", STATUS_CONFIG, "-s grid.exclude=[{seed: 3}]: seed:" },
    { "", "grid.zip={seed: [1, 2", STATUS_CONFIG, "not YAML" },
    { "grid: 3\n", NULL, STATUS_CONFIG, "r.yaml:4: grid: expected keys below it" },
    { "seed: [1, 2]\n", NULL, STATUS_CONFIG, "r.yaml:4: seed: is a list; to vary it" },
    { "pretrain: 3\n", NULL, STATUS_CONFIG, "r.yaml:4: pretrain: expected keys below it" },
    { "model.patch: 5\n", NULL, STATUS_CONFIG, "model.patch: is given again; first at line 2" },
    { "evaluate: [knn, lines]\n", NULL, STATUS_CONFIG, "r.yaml:4: evaluate: no evaluation" },
    { "name: ../../etc\n", NULL, STATUS_CONFIG, "r.yaml:4: name: '../../etc' is no name" },
    { "pretrain.warmup: 20\n", NULL, STATUS_CONFIG,
      "r.yaml:4: pretrain.warmup: 20 is more than pretrain.epochs 10" },
    { "pretrain.min-lr: 1\n", NULL, STATUS_CONFIG, "pretrain.min-lr: 1 is more than" },
    { "evaluate: [finetun]\n", NULL, STATUS_CONFIG, "did you mean finetune?" },
    { "evaluate: [classification]\n", NULL, STATUS_CONFIG,
      "there are knn, linear-cached, linear, partial, finetune, detect, segment" },
    { "finetune.layerdecay: 0.5\n", NULL, STATUS_CONFIG, "did you mean finetune.layer-decay?" },
    { "finetune.pool: cls\n", NULL, STATUS_CONFIG, "did you mean class?" },
    { "finetune.smoothing: 1\n", NULL, STATUS_CONFIG, "out of range" },
    { "evaluate: [finetune]\n", NULL, STATUS_CONFIG, "finetune.batch: 1024 is more than the 64" },
    { "evaluate: [finetune]\nfinetune: {batch: 7}\n", NULL, STATUS_CONFIG, "make it even" },
    { "evaluate: [finetune]\nfinetune: {batch: 8, epochs: 3}\n", NULL, STATUS_CONFIG,
      "5 is more than finetune.epochs 3" },
    { "evaluate: [finetune]\nfinetune: {batch: 8, lr: 1e-9}\n", NULL, STATUS_CONFIG,
      "1e-06 is more than the learning rate 1e-09" },
    { "evaluate: [finetune]\npretrain.epochs: 0\nfinetune: {batch: 8, scratch-epochs: 3}\n",
      NULL, STATUS_CONFIG, "5 is more than finetune.scratch-epochs 3" },
    { "evaluate: [partial]\npartial: {batch: 8, blocks: 1.5}\n", NULL, STATUS_CONFIG,
      "1.5 is no whole number" },
    { "evaluate: [partial]\npartial: {batch: 8, blocks: 5}\n", NULL, STATUS_CONFIG,
      "5 is more than model.depth 4" },
    { "evaluate: [linear]\n", NULL, STATUS_CONFIG, "linear.batch: 16384 is more than the 64" },
    { "linear-cached.warmup: 200\n", NULL, STATUS_CONFIG, "linear-cached.warmup: 200 is more" },
    { "model.preset: tinny\n", NULL, STATUS_CONFIG, "r.yaml:4: model.preset:" },
    { "", "model.patch=5", STATUS_CONFIG, "-s model.patch=5: model.patch: 5 does not divide" },
    { "", "model.patch=28", STATUS_CONFIG, "nothing could be hidden" },
    { "", "model.heads=3", STATUS_CONFIG, "model.heads: 3 does not divide model.width 16" },
    { "", "model.width=18", STATUS_CONFIG, "model.width: 18 is no multiple of 4" },
    { "pretrain.strategy: sma:control=shuffled\n", "pretrain.batch=1", STATUS_CONFIG,
      "sma:control=shuffled shows each image the view of another: the batch" },
    { "", "pretrain.batch=65", STATUS_CONFIG, "65 is more than the 64 images" },
    { "", "data.scenes.channels=2", STATUS_CONFIG, "data.scenes.channels: 2 is neither" },
    { "", "data.scenes.objects-min=5", STATUS_CONFIG, "data.scenes.objects-max: 3 is less" },
    { "", "data.train=999999999", STATUS_CONFIG, "data.train: 999999999 scenes of 784 bytes" },
    { "", "data.set=fashion-mnst", STATUS_CONFIG, "did you mean 'fashion-mnist'" },
    { "", "pretrain.ratoi=0.5", STATUS_CONFIG, "did you mean pretrain.ratio?" },
    { "", "pretrain=0.5", STATUS_CONFIG, "pretrain: is a section" },
    { "", "grid=3", STATUS_CONFIG, "-s grid=3: grid: is a section; name one of its keys" },
    { "", "seed", STATUS_CONFIG, "-s seed: expected key=value" },
    { "", "=3", STATUS_CONFIG, "expected key=value" },
    { "", "grid.seed=", STATUS_CONFIG, "seed: an empty list" },
    { "", "grid.seed=[1, [2]]", STATUS_CONFIG, "expected one value or a list" },
    { "", "grid.seed=0..99999", STATUS_CONFIG, "at most 10000" },
};
enum { N_WRONG = sizeof wrong / sizeof *wrong };

ParameterizedTestParameters(recipe, names_what_is_wrong)
{
    static int index[N_WRONG];
    for (int i = 0; i < N_WRONG; i++) index[i] = i;
    return cr_make_param_array(int, index, N_WRONG);
}

ParameterizedTest(int *i, recipe, names_what_is_wrong)
{
    char        text[1024];
    const char *settings[] = { wrong[*i].setting, NULL };
    Recipe     *r = NULL;
    Err         err;
    snprintf(text, sizeof text, "%s%s", SMALL, wrong[*i].text);
    Status bad = recipe_of(&r, &scratch, text, settings, &err);
    cr_assert(bad == wrong[*i].code, "case %d: status %d", *i, (int)bad);
    cr_expect(strstr(err.text, wrong[*i].says) != NULL, "case %d: '%s' lacks '%s'", *i, err.text,
              wrong[*i].says);
}

/* All at once, each with its line. */
Test(recipe, every_key_that_is_wrong_is_named)
{
    const char *text = "data: {set: scenes, train: 64, test: 16}\n"
                       "evaluate: [linear, partial, finetune]\n"
                       "pretrain: {batch: 4096, accumulate: 3}\n"
                       "linear.batch: 16384\npartial: {batch: 1024, blocks: 99}\n"
                       "finetune: {batch: 1024, min-lr: 7}\n";
    static const char *const says[] = {
        ":3: pretrain.batch: 4096 is more than the 64", ":3: pretrain.accumulate: 3 parts of",
        ":4: linear.batch: 16384 is more", ":5: partial.batch: 1024 is more",
        ":5: partial.blocks: 99 is more", ":6: finetune.batch: 1024", ":6: finetune.min-lr: 7",
    };
    Recipe *r;
    Err     err;
    cr_assert(recipe_of(&r, &scratch, text, NULL, &err) == STATUS_CONFIG);
    for (int i = 0; i < 7; i++) cr_expect(strstr(err.text, says[i]), "'%s' lacks '%s'", err.text,
                                          says[i]);
}

Test(recipe, missing_data_are_named)
{
    const char *text = "data: {set: fashion-mnist, folder: none-such}\n";
    Recipe     *r;
    Err         err;
    cr_expect(recipe_of(&r, &scratch, text, NULL, &err) == STATUS_MISSING);
    cr_expect(strstr(err.text, "none-such") != NULL, "%s", err.text);
    cr_expect(status_exit(err.code) == EXIT_DATA);
}

Test(recipe, says_that_scenes_stand_in)
{
    const char *text = "data: {set: fashion-mnist, folder: none-such, fallback: scenes,"
                       " train: 128, test: 16}\n";
    Recipe *r = recipe_good(&scratch, text, NULL);
    cr_expect_str_eq(r->cells[0].config.data.name, "scenes");
    cr_assert(r->notice != NULL);
    cr_expect(strstr(r->notice, "fashion-mnist is not installed") != NULL, "%s", r->notice);
    cr_expect(recipe_origin(r, r->cells, schema_find("data.set")).kind == FROM_FILE);
    recipe_close(r);
}

Test(recipe, no_file_names_the_nearest)
{
    Recipe *r;
    Err     err;
    cr_expect(recipe_open(&r, scratch_path(&scratch, "none.yaml"), NULL, 0, &err) ==
              STATUS_CONFIG);
    cr_expect(recipe_open(&r, "demoo", NULL, 0, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "did you mean demo?") != NULL, "%s", err.text);
}

Test(recipe, types_follow_the_schema)
{
    const char *text = SMALL "pretrain: {weight-decay: 1e-3, flip: no, ratio: .5}\n"
                             "name: no\nseed: 012\n";
    Recipe       *r = recipe_good(&scratch, text, NULL);
    const Config *c = &r->cells[0].config;
    cr_expect(c->pretrain.weight_decay == 1e-3);
    cr_expect(!c->pretrain.flip);
    cr_expect(c->seed == 12);
    cr_expect(c->pretrain.ratio == 0.5 && r->cells[0].K == 24, "K %d", r->cells[0].K);
    cr_expect_str_eq(r->name, "no");
    recipe_close(r);
}

Test(recipe, fills_in_what_comes_from_other_keys)
{
    Recipe *r = recipe_good(&scratch, "data: {set: scenes, train: 512, test: 16}\n"
                                      "model: {preset: tiny, depth: 2}\n"
                                      "pretrain: {blr: 1e-3, batch: 512}\n", NULL);
    const Config *c = &r->cells[0].config;
    cr_expect(c->model.width == 192 && c->model.depth == 2);
    cr_expect(c->pretrain.lr == 2e-3);
    cr_expect(recipe_origin(r, r->cells, schema_find("model.width")).kind == FROM_KEYS);
    cr_expect(recipe_origin(r, r->cells, schema_find("model.depth")).line == 2);
    cr_expect(recipe_origin(r, r->cells, schema_find("pretrain.beta2")).kind == FROM_DEFAULT);
    recipe_close(r);
}

Test(recipe, untrained_cells_ask_for_no_strategy)
{
    Recipe *r = recipe_good(&scratch, SMALL "untrained: yes\ngrid:\n"
                            "  pretrain.strategy: [random, grid]\n"
                            "  pretrain.ratio: [0.5, 0.75]\n  seed: [0, 1]\n", NULL);
    cr_assert(r->n_cells == 10, "%d cells", r->n_cells); /* 8, and one for each seed */
    const Cell *c = &r->cells[9];
    cr_expect(cell_untrained(c) && !strcmp(c->config.pretrain.strategy, UNTRAINED));
    cr_expect(c->config.pretrain.ratio == 0 && c->K == 49);
    cr_expect(c->config.seed == 1);
    recipe_close(r);
}

/* Then the recipe's ratio has no say, and the most visible patches are the cell's K. */
Test(recipe, a_strategy_may_have_a_ratio_of_its_own)
{
    Recipe *r = recipe_good(&scratch, SMALL "grid:\n"
                            "  pretrain.strategy: [random, random ratio 0.9..0.5]\n"
                            "  pretrain.ratio: [0.6, 0.75]\n", NULL);
    cr_assert(r->n_cells == 3, "%d cells", r->n_cells);
    const Cell *c = &r->cells[2];
    cr_expect_str_eq(c->config.pretrain.strategy, "random ratio 0.9..0.5");
    cr_expect(c->config.pretrain.ratio == 0.5 && c->K == 24);
    recipe_close(r);
}
