/* Identities: equal cells have equal ids however they are written, and whatever
 * determines a stage changes its id and no other's. */
#include "core/base/file.h"
#include "tests/recipe/recipes.h"
#include "tests/run/whole.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(identity, .init = open_scratch, .fini = close_scratch);

typedef struct { char id[STAGE_KINDS][HASH_HEX]; } Ids;

static Ids ids_of(const char *text, const char *const *settings)
{
    Recipe *r = recipe_good(&scratch, text, settings);
    Ids     ids;
    for (int s = 0; s < STAGE_KINDS; s++) strcpy(ids.id[s], r->cells[0].stage[s].id);
    recipe_close(r);
    return ids;
}

static bool same(const Ids *a, const Ids *b, StageKind kind)
{
    return !strcmp(a->id[kind], b->id[kind]);
}

/* Settings that say what SMALL says, or nothing that matters. */
static const char *const nothing[] = {
    "name=other", "about=words", "run.jobs=7", "run.threads=2", "untrained=no",
    "pretrain.ratio=0.750", "pretrain.ratio=75e-2", "pretrain.blr=0.00015",
    "pretrain.lr=1.875e-05", "pretrain.strategy=random:sym=0", "pretrain.flip=true",
    "model.preset=tiny", "model.recompute=yes", "pretrain.accumulate=2",
    "data.fallback=scenes", "data.scenes.size=28",
    "knn.temperature=7e-2", "grid.seed=0", "grid.pretrain.strategy=random",
};
enum { N_NOTHING = sizeof nothing / sizeof *nothing };

ParameterizedTestParameters(identity, does_not_change_with)
{
    static int index[N_NOTHING];
    for (int i = 0; i < N_NOTHING; i++) index[i] = i;
    return cr_make_param_array(int, index, N_NOTHING);
}

ParameterizedTest(int *i, identity, does_not_change_with)
{
    const char *settings[] = { nothing[*i], NULL };
    Ids         a = ids_of(EVALUATED, NULL), b = ids_of(EVALUATED, settings);
    for (int s = 0; s < STAGE_KINDS; s++)
        cr_expect(same(&a, &b, s), "%s changes %s", nothing[*i], stage_word(s));
}

/* What is pre-trained on and what is evaluated on are told apart. */
Test(identity, unlabelled_pictures_are_of_pre_training_alone)
{
    enum { STL = 3 * 96 * 96, N = 3 };
    static char pictures[N * STL];
    char        text[1024];
    scratch_file(&scratch, "train_X.bin", pictures, N * STL);
    scratch_file(&scratch, "train_y.bin", "\1\2\3", N);
    scratch_file(&scratch, "test_X.bin", pictures, STL);
    scratch_file(&scratch, "test_y.bin", "\1", 1);
    pictures[0] = 1;
    scratch_file(&scratch, "unlabeled_X.bin", pictures, N * STL);
    snprintf(text, sizeof text, "data: {set: stl10, folder: %s}\nmodel: {patch: 48, width: 16, "
             "depth: 1, heads: 2, decoder-width: 8, decoder-depth: 1, decoder-heads: 2}\n"
             "evaluate: [knn]\npretrain.batch: 2\n", scratch.folder);
    Ids train = ids_of(text, NULL);
    Ids unlabelled = ids_of(text, (const char *[]){ "data.unlabeled=3", NULL });
    Ids fewer = ids_of(text, (const char *[]){ "data.unlabeled=3", "data.train=2", NULL });
    Ids least = ids_of(text, (const char *[]){ "data.unlabeled=2", NULL });
    cr_expect(!same(&train, &unlabelled, STAGE_PRETRAIN) && !same(&train, &unlabelled, STAGE_KNN));
    cr_expect(same(&unlabelled, &fewer, STAGE_PRETRAIN) && !same(&unlabelled, &fewer, STAGE_KNN));
    cr_expect(!same(&unlabelled, &least, STAGE_PRETRAIN));
}

Test(identity, does_not_depend_on_how_it_is_written)
{
    Ids a = ids_of(EVALUATED "seed: 3\nknn: {k: 10}\npretrain.epochs: 4\n", NULL);
    Ids b = ids_of("# a comment\nknn.k: 10\npretrain:\n  epochs: '4'\n  batch: 32\n"
                   "seed: \"3\"\nmodel:\n  decoder-heads: 2\n  decoder-depth: 1\n"
                   "  decoder-width: 8\n  heads: 2\n  depth: 4\n  width: 16\n  patch: 4\n"
                   "data:\n  test: 16\n  train: 64\n  set: scenes\n" EVALUATIONS, NULL);
    for (int s = 0; s < STAGE_KINDS; s++) cr_expect(same(&a, &b, s), "%s", stage_word(s));
}

enum {
    KNN = 1 << STAGE_KNN,
    CACHED = 1 << STAGE_LINEAR_CACHED,
    LINEAR = 1 << STAGE_LINEAR,
    PARTIAL = 1 << STAGE_PARTIAL,
    FINETUNE = 1 << STAGE_FINETUNE,
    DENSE = 1 << STAGE_DETECT | 1 << STAGE_SEGMENT, /* their keys: test_dense_identity.c */
    RECONSTRUCT = 1 << STAGE_RECONSTRUCT,
    REPRESENT = 1 << STAGE_REPRESENT,
    OTHERS = KNN | CACHED | LINEAR | PARTIAL | FINETUNE | DENSE | RECONSTRUCT | REPRESENT,
    ALL = 1 << STAGE_PRETRAIN | OTHERS
};

/* Another value of every key that determines something, and what it determines. */
static const struct { const char *setting; unsigned changes; } something[] = {
    { "seed=1", ALL },
    { "data.train=48", ALL },
    { "data.test=8", OTHERS },
    { "data.scenes.seed=4", ALL },
    { "data.scenes.size=32", ALL },
    { "data.scenes.centre=0.25", ALL },
    { "data.scenes.objects-max=2", ALL },
    { "model.patch=7", ALL },
    { "model.width=32", ALL },
    { "model.depth=5", ALL },
    { "model.heads=1", ALL },
    { "model.decoder-width=16", ALL },
    { "model.decoder-depth=2", ALL },
    { "model.decoder-heads=1", ALL },
    { "pretrain.strategy=grid", ALL },
    { "pretrain.strategy=random:sym=1", ALL },
    { "pretrain.strategy=0.7 random + 0.3 grid", ALL },
    { "pretrain.strategy=random ratio 0.5..0.9", ALL },
    { "pretrain.ratio=0.76", ALL },
    { "pretrain.target=raw", ALL },
    { "pretrain.epochs=9", ALL },
    { "pretrain.batch=16", ALL },
    { "pretrain.blr=1.6e-4", ALL },
    { "pretrain.lr=1e-5", ALL },
    { "pretrain.min-lr=1e-6", ALL },
    { "pretrain.warmup=2", ALL },
    { "pretrain.weight-decay=0.04", ALL },
    { "pretrain.beta2=0.9", ALL },
    { "pretrain.crop-min=0.3", ALL },
    { "pretrain.flip=no", ALL },
    { "pretrain.epochs=0", ALL },
    { "pretrain.snapshots=2", ALL },
    { "reconstruct.strategy=grid", RECONSTRUCT },
    { "reconstruct.ratio=0.5", RECONSTRUCT },
    { "reconstruct.images=8", RECONSTRUCT },
    { "represent.feature=class", REPRESENT },
    { "represent.images=8", REPRESENT },
    { "knn.k=5", KNN },
    { "knn.temperature=0.1", KNN },
    { "knn.feature=class", KNN },
    { "linear-cached.epochs=30", CACHED },
    { "linear-cached.batch=32", CACHED },
    { "linear-cached.blr=0.3", CACHED },
    { "linear-cached.warmup=3", CACHED },
    { "linear-cached.weight-decay=0.1", CACHED },
    { "linear-cached.feature=class", CACHED },
    { "linear.feature=mean", LINEAR },
    { "linear.epochs=30", LINEAR },
    { "linear.batch=32", LINEAR },
    { "linear.blr=0.3", LINEAR },
    { "linear.warmup=3", LINEAR },
    { "linear.weight-decay=0.1", LINEAR },
    { "linear.crop-min=0.2", LINEAR },
    { "linear.flip=no", LINEAR },
    { "linear.each-epoch=yes", LINEAR },
    { "partial.blocks=0.5", PARTIAL },
    { "partial.pool=class", PARTIAL },
    { "partial.epochs=30", PARTIAL },
    { "partial.batch=32", PARTIAL },
    { "partial.lr=3e-4", PARTIAL },
    { "partial.min-lr=1e-7", PARTIAL },
    { "partial.warmup=3", PARTIAL },
    { "partial.weight-decay=0.1", PARTIAL },
    { "partial.beta2=0.95", PARTIAL },
    { "partial.layer-decay=0.5", PARTIAL },
    { "partial.drop-path=0.05", PARTIAL },
    { "partial.crop-min=0.2", PARTIAL },
    { "partial.flip=no", PARTIAL },
    { "partial.randaugment=5", PARTIAL },
    { "partial.erase=0", PARTIAL },
    { "partial.mixup=0", PARTIAL },
    { "partial.cutmix=0", PARTIAL },
    { "partial.smoothing=0", PARTIAL },
    { "finetune.pool=class", FINETUNE },
    { "finetune.epochs=30", FINETUNE },
    { "finetune.batch=32", FINETUNE },
    { "finetune.lr=3e-4", FINETUNE },
    { "finetune.min-lr=1e-7", FINETUNE },
    { "finetune.warmup=3", FINETUNE },
    { "finetune.weight-decay=0.1", FINETUNE },
    { "finetune.beta2=0.95", FINETUNE },
    { "finetune.layer-decay=0.5", FINETUNE },
    { "finetune.drop-path=0.05", FINETUNE },
    { "finetune.crop-min=0.2", FINETUNE },
    { "finetune.flip=no", FINETUNE },
    { "finetune.randaugment=5", FINETUNE },
    { "finetune.erase=0", FINETUNE },
    { "finetune.mixup=0", FINETUNE },
    { "finetune.cutmix=0", FINETUNE },
    { "finetune.smoothing=0", FINETUNE },
    { "finetune.each-epoch=yes", FINETUNE },
    { "partial.each-epoch=yes", PARTIAL },
};
enum { N_SOMETHING = sizeof something / sizeof *something };

ParameterizedTestParameters(identity, changes_with)
{
    static int index[N_SOMETHING];
    for (int i = 0; i < N_SOMETHING; i++) index[i] = i;
    return cr_make_param_array(int, index, N_SOMETHING);
}

ParameterizedTest(int *i, identity, changes_with)
{
    const char *settings[] = { something[*i].setting, NULL };
    Ids         a = ids_of(EVALUATED, NULL), b = ids_of(EVALUATED, settings);
    for (int s = 0; s < STAGE_KINDS; s++)
        cr_expect(same(&a, &b, s) == !(something[*i].changes & 1U << s), "%s, %s",
                  something[*i].setting, stage_word(s));
}

/* A key that nobody thought of in the list above would be missing in identities. */
Test(identity, every_key_is_tried)
{
    for (int k = 0; k < schema_count(); k++) {
        const Key *key = schema_key(k);
        bool       tried = false;
        size_t     n = strlen(key->name);
        for (int i = 0; i < N_SOMETHING && !tried; i++)
            tried = !strncmp(something[i].setting, key->name, n) && something[i].setting[n] == '=';
        if (!strncmp(key->name, "finetune.scratch-", 17)) continue; /* of untrained cells */
        if (!(key->of & ~(unsigned)DENSE)) continue;
        if (key->of & ((1 << STAGE_KINDS) - 1)) cr_expect(tried, "%s", key->name);
    }
}

Test(identity, untrained_cells_do_not_depend_on_training)
{
    const char *a[] = { "pretrain.epochs=0", NULL };
    const char *b[] = { "pretrain.epochs=0", "pretrain.strategy=grid", "pretrain.ratio=0.5",
                        "pretrain.blr=1", "pretrain.target=raw", NULL };
    Ids x = ids_of(EVALUATED, a), y = ids_of(EVALUATED, b);
    for (int s = 0; s < STAGE_KINDS; s++) cr_expect(same(&x, &y, s), "%s", stage_word(s));
}

/* What is fine-tuned from scratch has settings of its own; the others do not matter. */
Test(identity, scratch_is_set_apart)
{
    const char *plain[] = { "pretrain.epochs=0", NULL };
    Ids         a = ids_of(EVALUATED, plain);
    const struct { const char *setting; bool untrained, changes; } tries[] = {
        { "finetune.layer-decay=0.5", true, false }, { "finetune.layer-decay=0.5", false, true },
        { "finetune.scratch-layer-decay=0.5", true, true },
        { "finetune.scratch-epochs=7", true, true }, { "finetune.scratch-epochs=7", false, false },
        { "finetune.scratch-lr=1e-3", true, true },  { "finetune.scratch-lr=1e-3", false, false },
        { "finetune.epochs=7", true, true }, /* by way of scratch-epochs */
        { "finetune.mixup=0", true, true },
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        const char *set[] = { tries[i].setting, tries[i].untrained ? plain[0] : NULL, NULL };
        Ids b = ids_of(EVALUATED, set), c = tries[i].untrained ? a : ids_of(EVALUATED, NULL);
        cr_expect(same(&b, &c, STAGE_FINETUNE) == !tries[i].changes, "%s", tries[i].setting);
        cr_expect(same(&b, &c, STAGE_PARTIAL), "%s", tries[i].setting);
    }
}

Test(identity, a_grid_that_grows_keeps_its_cells)
{
    const char *two[] = { "grid.seed=0..1", "grid.pretrain.strategy=random,grid", NULL };
    const char *six[] = { "grid.pretrain.strategy=spiral,random,grid", "grid.seed=0..5", NULL };
    Recipe     *a = recipe_good(&scratch, SMALL, two), *b = recipe_good(&scratch, SMALL, six);
    cr_assert(a->n_cells == 4 && b->n_cells == 18);
    for (int i = 0; i < a->n_cells; i++) {
        int found = 0;
        for (int k = 0; k < b->n_cells; k++)
            found += !strcmp(a->cells[i].stage[0].id, b->cells[k].stage[0].id) &&
                     !strcmp(a->cells[i].stage[1].id, b->cells[k].stage[1].id);
        cr_expect(found == 1, "cell %d is found %d times", i, found);
    }
    recipe_close(a);
    recipe_close(b);
}

Test(identity, all_images_and_their_number_are_the_same)
{
    const char *all[] = { "data.test=0", NULL };
    Recipe     *a = recipe_good(&scratch, SMALL, all);
    char        number[32];
    snprintf(number, sizeof number, "data.test=%d", a->cells[0].data->test_count);
    const char *written[] = { number, NULL };
    Recipe     *b = recipe_good(&scratch, SMALL, written);
    cr_expect_str_eq(a->cells[0].stage[STAGE_KNN].id, b->cells[0].stage[STAGE_KNN].id);
    recipe_close(a);
    recipe_close(b);
}

/* The configuration that is kept with a stage leads back to the same stage. */
Test(identity, survives_its_own_file)
{
    const char *settings[] = { "pretrain.strategy=spiral:select=window,sym=1",
                               "pretrain.blr=0.0003", "seed=7", "knn.k=3",
                               "model.recompute=yes", NULL };
    const char *untrained[] = { "pretrain.epochs=0", "finetune.scratch-layer-decay=0.8",
                                "finetune.epochs=6", NULL };
    const char *several[] = { "pretrain.strategy=(grid | random:sym=1) + random until 0.5 then "
                              "sma ratio 0.5..0.9", NULL };
    const char *const *all[] = { settings, untrained, several };
    for (int round = 0; round < 3; round++) {
        Recipe *r = recipe_good(&scratch, EVALUATED, all[round]);
        for (int s = 0; s < STAGE_KINDS; s++) {
            Text yaml = { 0 };
            cell_yaml(r->cells, s, &yaml);
            Recipe *again = recipe_good(&scratch, text_get(&yaml), NULL);
            cr_expect_str_eq(again->cells[0].stage[s].id, r->cells[0].stage[s].id, "%s",
                             text_get(&yaml));
            cr_expect(again->n_cells == 1);
            cr_expect(again->cells[0].config.model.recompute == !round);
            recipe_close(again);
            text_free(&yaml);
        }
        recipe_close(r);
    }
}

Test(identity, is_the_hash_of_the_canonical_text)
{
    Recipe *r = recipe_good(&scratch, EVALUATED, NULL);
    for (int s = 0; s < STAGE_KINDS; s++) {
        Text text = { 0 };
        Hash h;
        char id[HASH_HEX];
        cell_canonical(r->cells, s, &text);
        hash_start(&h);
        hash_text(&h, text_get(&text));
        hash_end(&h, id);
        cr_expect_str_eq(id, r->cells[0].stage[s].id);
        cr_expect(strstr(text_get(&text), "jobs") == NULL);
        text_free(&text);
    }
    recipe_close(r);
}

/* Of strategies whose masks have changed, alone or in an expression, and of no others. */
Test(identity, has_the_revision_of_strategies)
{
    static const struct { const char *setting; bool revised; } cases[] = {
        { "grid.pretrain.strategy=sgmae", true }, { "pretrain.strategy=random", false },
        { "pretrain.strategy=0.5 random + 0.5 sgmae", true },
        { "pretrain.strategy=random until 0.5 then block", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Recipe *r = recipe_good(&scratch, EVALUATED, (const char *[]){ cases[i].setting, NULL });
        Text    text = { 0 };
        cell_canonical(r->cells, STAGE_PRETRAIN, &text);
        cr_expect(!!strstr(text.s, "strategy-revision: 1\n") == cases[i].revised, "%s", text.s);
        text_free(&text);
        recipe_close(r);
    }
}

Test(identity, names_places_on_disk)
{
    Recipe     *r = recipe_good(&scratch, SMALL, NULL);
    const Cell *c = r->cells;
    char        path[CELL_PATH], expected[CELL_PATH];
    cell_record(path, "results", c, STAGE_KNN);
    snprintf(expected, sizeof expected, "results/cells/%.16s/knn-%.8s.h5", c->stage[0].id,
             c->stage[STAGE_KNN].id);
    cr_expect_str_eq(path, expected);
    cell_record(path, "results", c, STAGE_PRETRAIN);
    cr_expect(strstr(path, "/pretrain.h5") != NULL);

    cr_expect(!cell_done(scratch.folder, c, STAGE_PRETRAIN));
    Err err;
    cell_folder(path, scratch.folder, c);
    cr_assert(!file_make_folders(path, &err), "%s", err.text);
    cell_record(path, scratch.folder, c, STAGE_PRETRAIN);
    cr_assert(!file_write(path, "x", 1, &err));
    cr_expect(!cell_done(scratch.folder, c, STAGE_PRETRAIN), "it is damaged");
    cr_assert(!whole_record(path, &err), "%s", err.text);
    cr_expect(cell_done(scratch.folder, c, STAGE_PRETRAIN));
    recipe_close(r);
}
