/* The recipes that ship: every key is there, every value goes with the others. */
#include "core/base/file.h"
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* On drawn scenes of the same size, so that no data must be installed. */
static const char *const scenes[] = {
    "data.set=scenes", "data.folder=none", "data.train=48", "data.test=16", "pretrain.batch=16",
    "linear.batch=16", "partial.batch=16", "finetune.batch=16", "pretrain.accumulate=1",
    "partial.accumulate=1", "finetune.accumulate=1",
};
enum { SETTINGS = sizeof scenes / sizeof *scenes };

static Recipe *shipped(const char *name, const char *preset, const char *patch)
{
    const char *settings[SETTINGS + 3];
    char        path[64];
    Recipe     *r;
    Err         err;
    int         n = SETTINGS;
    memcpy(settings, scenes, sizeof scenes);
    settings[n++] = !strcmp(name, "cifar10") ? "data.scenes.size=32" : "data.scenes.size=28";
    if (preset) settings[n++] = preset, settings[n++] = patch;
    snprintf(path, sizeof path, "experiments/recipes/%s.yaml", name);
    cr_assert(!recipe_open(&r, path, settings, n, &err), "%s", err.text);
    return r;
}

static const char *const names[] = { "demo", "table1", "guided", "photos", "cifar10", "imagenet",
                                     "represent" };

ParameterizedTestParameters(shipped, is_whole)
{
    static int index[] = { 0, 1, 2, 3, 4, 5, 6 };
    return cr_make_param_array(int, index, 7);
}

ParameterizedTest(int *i, shipped, is_whole)
{
    Recipe *r = shipped(names[*i], NULL, NULL);
    cr_expect(r->n_cells >= 1 && !strcmp(r->name, names[*i]), "%s", r->name);
    recipe_close(r);
}

/* The table of the protocol: blr 5e-4 and 1e-3 of 256, 1024 images a step. */
Test(shipped, imagenet_is_as_published)
{
    static const struct {
        const char *preset, *patch;
        int         epochs;
        double      lr_per_256, layer_decay, drop_path, partial_drop;
    } published[] = {
        { "model.preset=base", "model.patch=16", 100, 5e-4, 0.65, 0.1, 0.1 },
        { "model.preset=large", "model.patch=16", 50, 1e-3, 0.75, 0.2, 0.1 },
        { "model.preset=huge", "model.patch=14", 50, 1e-3, 0.75, 0.3, 0.2 },
    };
    for (int i = 0; i < 3; i++) {
        Recipe       *r = shipped("imagenet", published[i].preset, published[i].patch);
        const Config *c = &r->cells[0].config;
        TuneConfig    t = config_finetune(c);
        cr_expect(t.epochs == published[i].epochs && t.lr_per_256 == published[i].lr_per_256 &&
                      t.layer_decay == published[i].layer_decay &&
                      t.drop_path == published[i].drop_path,
                  "%s", published[i].preset);
        cr_expect(t.randaugment == 9 && t.erase == 0.25 && t.mixup == 0.8 && t.cutmix == 1 &&
                  t.smoothing == 0.1 && t.beta2 == 0.999 && t.min_lr == 1e-6 && t.warmup == 5);
        cr_expect(fabs(t.lr - t.lr_per_256 * 16 / 256) <= 1e-12);
        cr_expect(c->partial.lr_per_256 == 1e-3 && c->partial.layer_decay == 0.75 &&
                  c->partial.drop_path == published[i].partial_drop);
        cr_expect(c->probe.epochs == 90 && c->probe.lr_per_256 == 0.1 && c->probe.warmup == 10);
        cr_expect(c->pretrain.epochs == 800 && c->pretrain.warmup == 40);
        recipe_close(r);
    }
}

/* ViTDet's and UPerNet's settings, on scenes in the place of their data. */
Test(shipped, dense_tasks_are_as_published)
{
    static const char *const coco[] = { "detect.set=scenes", "detect.train=64", "detect.test=4",
                                        "pretrain.from=none" };
    static const char *const ade[] = { "segment.set=scenes", "segment.train=64", "segment.test=4",
                                       "pretrain.from=none" };
    Recipe *r;
    Err     err;
    cr_assert(!recipe_open(&r, "experiments/recipes/coco.yaml", coco, 4, &err), "%s", err.text);
    const DenseTask *d = &r->cells[0].config.detect;
    cr_expect(d->lr == 1e-4 && d->batch == 64 && d->size == 1024 && d->epochs == 100 &&
              d->weight_decay == 0.1 && d->layer_decay == 0.7 && d->drop_path == 0.1 &&
              d->scale_min == 0.1 && d->scale_max == 2 && d->flip);
    recipe_close(r);
    cr_assert(!recipe_open(&r, "experiments/recipes/ade20k.yaml", ade, 4, &err), "%s", err.text);
    d = &r->cells[0].config.segment;
    cr_expect(d->lr == 1e-4 && d->batch == 16 && d->size == 512 && d->epochs == 127 &&
              d->weight_decay == 0.05 && d->layer_decay == 0.65 && d->drop_path == 0.1 &&
              d->scale_min == 0.5 && d->scale_max == 2 && d->colours);
    recipe_close(r);
}

/* With the settings that stand at the head of coco.yaml. */
Test(shipped, coco_has_the_earlier_protocol_too)
{
    static const char *const settings[] = {
        "detect.set=scenes", "detect.train=64", "detect.test=4", "pretrain.from=none",
        "detect.model=taps", "detect.schedule=cosine", "detect.blr=3.2e-4", "detect.warmup=0.25",
        "detect.layer-decay=1",
    };
    enum { GIVEN = 4, N = sizeof settings / sizeof *settings };
    const char *file = "experiments/recipes/coco.yaml";
    char       *text;
    size_t      n;
    Recipe     *r;
    Err         err;
    cr_assert(!file_read(file, 1 << 16, &text, &n, &err), "%s", err.text);
    for (int i = GIVEN; i < N; i++) {
        char word[64];
        snprintf(word, sizeof word, "-s %s", settings[i]);
        cr_expect(strstr(text, word), "no %s in the head of %s", word, file);
    }
    free(text);
    cr_assert(!recipe_open(&r, file, settings, N, &err), "%s", err.text);
    const DenseTask *d = &r->cells[0].config.detect;
    cr_expect(fabs(d->lr - 8e-5) <= 1e-18 && d->batch == 64 && d->epochs == 100 &&
              d->warmup == 0.25 && d->weight_decay == 0.1 && d->layer_decay == 1 &&
              d->drop_path == 0.1 && d->beta2 == 0.999);
    recipe_close(r);
}

Test(shipped, facade_learns_what_it_is_scored_on)
{
    static const char *const settings[] = { "detect.set=scenes" };
    Recipe *r;
    Err     err;
    cr_assert(!recipe_open(&r, "experiments/recipes/facade.yaml", settings, 1, &err), "%s",
              err.text);
    cr_expect(r->cells[0].detect->train_count == 8 &&
              !strcmp(r->cells[0].config.detect.on, "train"));
    recipe_close(r);
}
