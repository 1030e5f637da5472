/* maskgrid augment: what training with labels sees of a recipe's pictures. */
#include "experiments/cli/cli.h"

#include "experiments/figures/canvas.h"
#include "experiments/figures/dense_sheet.h"
#include "experiments/figures/sheet.h"
#include "experiments/recipe/recipe.h"
#include "experiments/stages/dense.h"
#include "experiments/stages/tune.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    OptionList  set;
    const char *of, *out;
    long        images, seed, epoch;
} Options;

static const Option options[] = {
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key of the recipe, as for run"),
    OPTION_CHOICE(Options, of, "finetune|detect|segment", "finetune", "which training sees it"),
    OPTION_TEXT(Options, out, "FILE.png", "augment.png", "where to draw; or FILE.svg"),
    OPTION_INT(Options, images, "N", "6", 2, 32, "pictures, an even number"),
    OPTION_INT(Options, seed, "N", "0", 0, 1L << 53, "seed of all chance"),
    OPTION_INT(Options, epoch, "N", "0", 0, 1L << 31, "of a training"),
    { 0 }
};

static Status draw(const Options *o, const Recipe *r, Err *err)
{
    const Config    *c = &r->cells[0].config;
    const TuneConfig how = config_finetune(c);
    const Augment    augment = tune_augment(&how);
    const Mixing     mixing = { how.mixup, how.cutmix, how.smoothing };
    char             title[128];
    Data            *data;
    if (data_open(&data, &c->data, SPLIT_TRAIN, err)) return err->code;
    snprintf(title, sizeof title, "What fine-tuning sees: %.60s, %d x %d pixels", data->name,
             data->height, data->width);
    int    images = (int)(o->images < data->count ? o->images : data->count) / 2 * 2;
    Sheet  s = { .data = data, .augment = &augment, .mixing = &mixing, .images = images,
                 .seed = (uint64_t)o->seed, .epoch = (uint64_t)o->epoch, .title = title };
    Status bad = sheet_write(&s, o->out, err);
    data_close(data);
    return bad;
}

/* Of a recipe only the pictures and how they are changed count: what it trains, and
 * measures, may be too large for the few pictures that there are. */
static Status open_recipe(Recipe **r, const char *word, const OptionList *set, Err *err)
{
    static const char *const unused[] = { "evaluate=finetune", "pretrain.epochs=0",
                                          "untrained=no", "finetune.batch=2",
                                          "finetune.accumulate=1" };
    enum { N_UNUSED = sizeof unused / sizeof *unused };
    const char *all[LIST_MOST + N_UNUSED];
    for (int i = 0; i < set->n; i++) all[i] = set->item[i];
    for (int i = 0; i < N_UNUSED; i++) all[set->n + i] = unused[i];
    return recipe_open(r, word, all, set->n + N_UNUSED, err);
}

/* Whether or not the recipe has this stage. */
static Status draw_annotated(const Options *o, const Recipe *r, StageKind kind, Err *err)
{
    Config     c = r->cells[0].config;
    DenseData *data;
    char       title[128];
    config_dense_data(&c, kind);
    const DenseTask how = config_dense(&c, kind);
    const Jitter    jitter = dense_jitter(&how);
    const Cutting   cutting = dense_cutting(&how);
    if (dense_open(&data, &how.data, SPLIT_TRAIN, err)) return err->code;
    const bool finds = kind == STAGE_DETECT;
    snprintf(title, sizeof title, "What %s sees: %.60s, %d x %d pixels",
             finds ? "detection" : "segmentation", data->name, how.size, how.size);
    DenseSheet s = { .data = data, .jitter = finds ? &jitter : NULL,
                     .cutting = finds ? NULL : &cutting, .images = (int)o->images,
                     .seed = (uint64_t)o->seed, .epoch = (uint64_t)o->epoch, .title = title };
    Status bad = STATUS_OK;
    if (finds ? !data->classes : !data->labels)
        bad = err_set(err, STATUS_CONFIG, "%s.data: %s has no %s", stage_word(kind), data->name,
                      finds ? "instances" : "label maps");
    if (!bad) bad = dense_sheet_write(&s, o->out, err);
    dense_close(data);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Recipe        *r = NULL;
    Err            err;
    (void)n;
    Status bad = canvas_can_write(o->out, NULL, &err);
    if (!bad) bad = open_recipe(&r, arguments[0], &o->set, &err);
    if (!bad && !strcmp(o->of, "finetune")) bad = draw(o, r, &err);
    else if (!bad)
        bad = draw_annotated(o, r, !strcmp(o->of, "detect") ? STAGE_DETECT : STAGE_SEGMENT, &err);
    if (!bad) printf("%s\n", o->out);
    recipe_close(r);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(augment) = {
    .place = 35,
    .arguments = "RECIPE",
    .least = 1,
    .most = 1,
    .about = "what training with labels sees of pictures: one figure",
    .details = "Some of the recipe's pictures as they are evaluated, cropped and flipped, "
               "after RandAugment, random erasing, mixup or CutMix, as finetune.* says; then "
               "each change of RandAugment alone, in both directions where it has two.  "
               "--of detect: boxes and masks in jittered pictures; --of segment: crops in "
               "other colours, and their classes; as evaluated, and epoch after epoch.",
    .examples = "  maskgrid augment demo\n"
                "  maskgrid augment photos -s data.folder=PATH --images 8 --epoch 3\n"
                "  maskgrid augment table1-full --of detect --out jitter.png\n"
                "  maskgrid augment demo -s finetune.randaugment=5 -s finetune.crop-min=0.5\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
