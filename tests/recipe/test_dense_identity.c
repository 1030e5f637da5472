/* What changes the records of detect and segment, and what does not. */
#include "tests/data/pictures.h"
#include "tests/recipe/recipes.h"

#include "experiments/recipe/dense_look.h"
#include "experiments/recipe/schema.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(dense_identity, .init = open_scratch, .fini = close_scratch);

typedef struct { char id[STAGE_KINDS][HASH_HEX]; } Ids;

static Ids ids_of(const char *one, const char *two)
{
    const char *settings[] = { one, two, NULL };
    Ids         ids;
    Recipe     *r = recipe_good(&scratch, EVALUATED, one ? settings : NULL);
    for (int s = 0; s < STAGE_KINDS; s++) strcpy(ids.id[s], r->cells[0].stage[s].id);
    recipe_close(r);
    return ids;
}

static bool same(const Ids *a, const Ids *b, StageKind s) { return !strcmp(a->id[s], b->id[s]); }

enum { DETECT = 1 << STAGE_DETECT, SEGMENT = 1 << STAGE_SEGMENT };

/* Another value of every key of the two, on drawn scenes. */
static const struct { const char *setting; unsigned changes; } something[] = {
    { "detect.set=scenes", 0 }, { "detect.train=48", DETECT }, { "detect.test=8", DETECT },
    { "detect.train=64", 0 },
    { "detect.model=vitdet", DETECT }, { "detect.model=plain", DETECT },
    { "detect.size=56", DETECT },
    { "detect.proposals=50", DETECT }, { "detect.proposals=0", 0 },
    { "detect.regions=8", DETECT }, { "detect.epochs=3", DETECT }, { "detect.blr=1e-3", DETECT },
    { "detect.lr=1e-3", DETECT }, { "detect.min-lr=1e-6", DETECT },
    { "detect.batch=8", DETECT }, { "detect.accumulate=2", DETECT },
    { "detect.accumulate=1", 0 }, { "detect.schedule=cosine", DETECT },
    { "detect.warmup=2", DETECT }, { "detect.weight-decay=0", DETECT },
    { "detect.beta2=0.95", DETECT }, { "detect.layer-decay=0.5", DETECT },
    { "detect.drop-path=0", DETECT }, { "detect.scale-min=0.5", DETECT },
    { "detect.scale-max=1.5", DETECT }, { "detect.flip=no", DETECT },
    { "detect.on=train", DETECT },
    { "segment.set=scenes", 0 }, { "segment.train=48", SEGMENT }, { "segment.test=8", SEGMENT },
    { "segment.model=upernet", SEGMENT }, { "segment.size=56", SEGMENT },
    { "segment.epochs=3", SEGMENT }, { "segment.lr=1e-3", SEGMENT },
    { "segment.min-lr=1e-6", SEGMENT }, { "segment.batch=8", SEGMENT },
    { "segment.accumulate=2", SEGMENT },
    { "segment.schedule=cosine", SEGMENT }, { "segment.warmup=2", SEGMENT },
    { "segment.weight-decay=0", SEGMENT }, { "segment.beta2=0.95", SEGMENT },
    { "segment.layer-decay=0.5", SEGMENT }, { "segment.drop-path=0", SEGMENT },
    { "segment.scale-min=0.6", SEGMENT }, { "segment.scale-max=1.5", SEGMENT },
    { "segment.flip=no", SEGMENT }, { "segment.colours=no", SEGMENT },
    { "segment.on=train", SEGMENT },
};
enum { N_SOMETHING = sizeof something / sizeof *something };

ParameterizedTestParameters(dense_identity, changes_with)
{
    static int index[N_SOMETHING];
    for (int i = 0; i < N_SOMETHING; i++) index[i] = i;
    return cr_make_param_array(int, index, N_SOMETHING);
}

ParameterizedTest(int *i, dense_identity, changes_with)
{
    Ids a = ids_of(NULL, NULL), b = ids_of(something[*i].setting, NULL);
    for (int s = 0; s < STAGE_KINDS; s++)
        cr_expect(same(&a, &b, s) == !(something[*i].changes & 1U << s), "%s, %s",
                  something[*i].setting, stage_word(s));
}

Test(dense_identity, every_key_is_tried)
{
    for (int k = 0; k < schema_count(); k++) {
        const Key *key = schema_key(k);
        bool       tried = false;
        size_t     n = strlen(key->name);
        if (!(key->of & (DETECT | SEGMENT)) || strstr(key->name, ".scratch-")) continue;
        for (int i = 0; i < N_SOMETHING && !tried; i++)
            tried = !strncmp(something[i].setting, key->name, n) &&
                    something[i].setting[n] == '=';
        cr_expect(tried, "%s", key->name);
    }
}

Test(dense_identity, regions_and_proposals_are_the_models_unless_given)
{
    const char *settings[] = { "detect.proposals=300", "detect.regions=24", NULL };
    Recipe     *given = recipe_good(&scratch, EVALUATED, settings);
    BoxRules    more = dense_mask_rcnn(&given->cells[0]).rules;
    Recipe     *r = recipe_good(&scratch, EVALUATED, NULL);
    BoxRules    usual = dense_mask_rcnn(&r->cells[0]).rules;
    cr_expect(more.after == 300 && more.regions == 24 && more.before_test == 600);
    cr_expect(more.before_train == 3 * usual.before_train && usual.after == 100);
    recipe_close(given);
    recipe_close(r);
}

/* Records that are older than a key stay what they are. */
Test(dense_identity, a_later_key_is_silent_at_its_default)
{
    const char *settings[] = { "detect.accumulate=2", NULL };
    Recipe     *r = recipe_good(&scratch, EVALUATED, settings);
    Text        text = { 0 };
    cell_canonical(&r->cells[0], STAGE_SEGMENT, &text);
    cr_expect(!strstr(text_get(&text), "accumulate"), "%s", text_get(&text));
    cr_expect(!strstr(text_get(&text), "snapshots"), "%s", text_get(&text));
    text_clear(&text);
    cell_canonical(&r->cells[0], STAGE_DETECT, &text);
    cr_expect(strstr(text_get(&text), "detect.accumulate: 2\n"), "%s", text_get(&text));
    text_free(&text);
    recipe_close(r);
}

/* Of an encoder that was never trained, and of one that was. */
Test(dense_identity, scratch_is_set_apart)
{
    static const char *const scratch_of[] = { "detect.scratch-epochs=7", "detect.scratch-lr=1e-3",
                                              "detect.scratch-layer-decay=0.5" };
    const char *untrained = "pretrain.epochs=0";
    Ids         a = ids_of(untrained, NULL), b = ids_of(NULL, NULL);
    for (int i = 0; i < 3; i++) {
        Ids x = ids_of(untrained, scratch_of[i]), y = ids_of(scratch_of[i], NULL);
        cr_expect(!same(&a, &x, STAGE_DETECT), "%s", scratch_of[i]);
        cr_expect(same(&b, &y, STAGE_DETECT) && same(&a, &x, STAGE_SEGMENT), "%s", scratch_of[i]);
    }
    Ids x = ids_of(untrained, "detect.layer-decay=0.5");
    cr_expect(same(&a, &x, STAGE_DETECT));
}

/* Who gives a folder of COCO's and forgets to say so would train on scenes.  Who asks for them,
 * to try a recipe without its files, gets them. */
Test(dense_identity, what_is_said_of_files_is_refused_of_scenes)
{
    static const struct { const char *setting, *why; } of[] = {
        { "detect.folder=.", "detect.folder: scenes, as data.set is, has none; detect.set" },
        { "segment.folder=.", "segment.folder: scenes, as data.set is, has none; segment.set" },
        { "segment.classes=5", "segment.classes: scenes, as data.set is, has labels of its own" },
        { "segment.ignore=7", "segment.ignore: scenes, as data.set is, has labels" },
        { "segment.reduce-zero=yes", "segment.reduce-zero: scenes, as data.set is, has " },
    };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        const char *settings[] = { of[i].setting, NULL };
        const char *asked[] = { of[i].setting, "detect.set=scenes", "segment.set=scenes", NULL };
        Recipe     *r;
        Err         err;
        cr_expect(recipe_of(&r, &scratch, EVALUATED, settings, &err) == STATUS_CONFIG, "%s",
                  of[i].setting);
        cr_expect(strstr(err.text, of[i].why), "%s", err.text);
        recipe_close(recipe_good(&scratch, EVALUATED, asked));
    }
}

Test(dense_identity, files_that_are_not_there_blame_the_key_of_the_folder)
{
    static const char *const sets[][2] = { { "detect.set=coco", "detect.folder" },
                                           { "segment.set=label-maps", "segment.folder" } };
    for (int i = 0; i < 2; i++) {
        char        folder[200], named[40];
        const char *settings[] = { sets[i][0], folder, NULL };
        Recipe     *r;
        Err         err;
        snprintf(folder, sizeof folder, "%s=%s/none", sets[i][1], scratch.folder);
        snprintf(named, sizeof named, "%s: ", sets[i][1]);
        cr_assert(recipe_of(&r, &scratch, EVALUATED, settings, &err) == STATUS_MISSING);
        cr_expect(strstr(err.text, named) && strstr(err.text, "/none"), "%s", err.text);
        cr_expect(!strstr(err.text, "data.folder"), "%s", err.text);
    }
}

static void write_coco(const char *split, const char *categories)
{
    static const char rest[] = "\"images\": [{\"id\": 1, \"height\": 20, \"width\": 20, "
        "\"file_name\": \"a.jpg\"}], \"annotations\": [{\"id\": 1, \"image_id\": 1, "
        "\"category_id\": 1, \"area\": 4, \"bbox\": [1, 1, 3, 3], \"iscrowd\": 0, "
        "\"segmentation\": [[1, 1, 4, 1, 4, 4]]}]";
    char json[400], name[60];
    snprintf(json, sizeof json, "{\"categories\": [%s], %s}", categories, rest);
    scratch_folder(&scratch, "annotations"), scratch_folder(&scratch, split);
    snprintf(name, sizeof name, "annotations/instances_%s.json", split);
    scratch_file(&scratch, name, json, strlen(json));
    snprintf(name, sizeof name, "%s/a.jpg", split);
    picture_write(&scratch, name, 4);
}

/* By the key that counts them, and where they are. */
Test(dense_identity, more_pictures_than_there_are_are_refused)
{
    static const char *const one = "{\"id\": 1, \"name\": \"cat\"}";
    static const struct { const char *train, *test, *named; } of[] = {
        { "detect.train=2", "detect.test=0", "detect.train: 2, but " },
        { "detect.train=0", "detect.test=3", "detect.test: 3, but " } };
    char folder[160];
    write_coco("train", one), write_coco("val", one);
    snprintf(folder, sizeof folder, "detect.folder=%s", scratch.folder);
    for (int i = 0; i < 2; i++) {
        const char *settings[] = { "detect.set=coco", of[i].train, of[i].test, folder, NULL };
        Recipe     *r;
        Err         err;
        cr_assert(recipe_of(&r, &scratch, EVALUATED, settings, &err) == STATUS_CONFIG);
        const char *at = strstr(err.text, of[i].named);
        cr_assert(at, "%s", err.text);
        cr_expect(strstr(at, scratch.folder) && strstr(at, " has only 1 picture"), "%s", at);
    }
}

Test(dense_identity, labels_that_do_not_go_together_blame_their_key)
{
    static const struct { const char *classes, *ignore, *named; } of[] = {
        { "segment.classes=4", "segment.ignore=0", "-s segment.ignore=0: segment.ignore: " },
        { "segment.classes=1", "segment.ignore=255", "-s segment.classes=1: segment.classes: " } };
    char folder[160];
    snprintf(folder, sizeof folder, "segment.folder=%s", scratch.folder);
    for (int i = 0; i < 2; i++) {
        const char *settings[] = { "segment.set=label-maps", of[i].classes, of[i].ignore, folder,
                                   NULL };
        Recipe     *r;
        Err         err;
        cr_assert(recipe_of(&r, &scratch, EVALUATED, settings, &err) == STATUS_CONFIG);
        cr_expect(strstr(err.text, of[i].named), "%s", err.text);
    }
}

Test(dense_identity, classes_of_both_splits_are_the_same)
{
    char        folder[160];
    const char *settings[] = { "detect.set=coco", "detect.train=0", "detect.test=0", folder,
                               NULL };
    Recipe     *r;
    Err         err;
    snprintf(folder, sizeof folder, "detect.folder=%s", scratch.folder);
    write_coco("train", "{\"id\": 1, \"name\": \"cat\"}, {\"id\": 2, \"name\": \"dog\"}");
    write_coco("val", "{\"id\": 1, \"name\": \"dog\"}, {\"id\": 2, \"name\": \"cat\"}");
    cr_assert(recipe_of(&r, &scratch, EVALUATED, settings, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "instances_val.json: category 1 by id is 'dog', expected 'cat'"),
              "%s", err.text);
}

/* What a recipe may not say, and the key that is named. */
Test(dense_identity, what_does_not_fit_is_refused)
{
    static const struct { const char *setting, *named; Status code; } tries[] = {
        { "detect.batch=65", "detect.batch: 65 is more than the 64 images", STATUS_CONFIG },
        { "segment.accumulate=3", "segment.accumulate: 3 parts of segment.batch 16 are not equal",
          STATUS_CONFIG },
        { "segment.accumulate=16", "segment.accumulate: parts of one image", STATUS_CONFIG },
        { "segment.batch=1", "segment.batch: 1 image; UPerNet's norms need two", STATUS_CONFIG },
        { "detect.warmup=500", "detect.warmup: 500 is more than detect.epochs", STATUS_CONFIG },
        { "segment.scale-max=0.4", "segment.scale-max: 0.4 is less than scale-min", STATUS_CONFIG },
        { "detect.size=30", "detect.size: 30 is no multiple of model.patch 4", STATUS_CONFIG },
        { "model.depth=2", "segment.model: UPerNet", STATUS_CONFIG },
        { "detect.set=coco", "detect.folder: not given", STATUS_MISSING },
        { "detect.set=cocoa", "detect.set: cocoa is not one of none|scenes|coco", STATUS_CONFIG },
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        const char *settings[] = { tries[i].setting, NULL };
        Recipe     *r;
        Err         err;
        cr_assert(recipe_of(&r, &scratch, EVALUATED, settings, &err) == tries[i].code, "%s",
                  tries[i].setting);
        cr_expect(strstr(err.text, tries[i].named), "%s: %s", tries[i].setting, err.text);
    }
}
