/* maskgrid gallery: every strategy side by side, as a figure. */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "experiments/figures/canvas.h"
#include "experiments/figures/gallery.h"
#include "experiments/recipe/recipe.h"
#include "strategies/registry.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *grid, *out, *checkpoint, *data, *recipe, *results;
    double      ratio, progress;
    long        seed, draws, cell;
    OptionList  set;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, out, "FILE.png", "gallery.png",
                "where to draw; FILE.svg is sharp at any size"),
    OPTION_TEXT(Options, grid, "RxC", NULL,
                "rows and columns of patches (default: the checkpoint's, else 14x14)"),
    OPTION_NUMBER(Options, ratio, "R", "0.75", 0.0001, 0.9999, "share of hidden patches"),
    OPTION_INT(Options, draws, "N", "3", 1, GALLERY_DRAWS, "masks of each strategy"),
    OPTION_INT(Options, cell, "N", "0", 0, 64, "pixels a patch; 0: as the grid asks for"),
    OPTION_INT(Options, seed, "N", "0", 0, 1L << 53, "seed of all chance"),
    OPTION_NUMBER(Options, progress, "P", "1", 0, 1,
                  "share of training done, for start, anneal"),
    OPTION_TEXT(Options, checkpoint, "FILE", NULL,
                "the encoder that guides masks, in safetensors"),
    OPTION_TEXT(Options, data, "SET", NULL,
                "it looks at images of this data set or folder"),
    OPTION_TEXT(Options, recipe, "RECIPE", NULL,
                "each is guided by the cell of this recipe that was trained with it"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key of the recipe, as for run"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where its cells/ are"),
    { 0 }
};

enum { IMAGES = 16, PANEL = 140 }; /* looked at; pixels of a mask */

/* Who looks: the encoder of a cell, or without one that of --checkpoint. */
typedef struct {
    const Cell *cell;
    unsigned    needs;
    bool        partners; /* for control=shuffled */
    Sight       sight;
} Eyes;

typedef struct {
    const Options *o;
    Gallery g;
    Mask   *mask[GALLERY_MOST];
    int     n;
    Eyes    eyes[GALLERY_MOST + 1]; /* the first of those that no cell was trained with */
    int     n_eyes;
    char    words[256]; /* who they all are */
    Data   *data;
    Recipe *recipe;
} Work;

/* --- trained with it ----------------------------------------------------------- */

static bool encoder_of(char path[CELL_PATH], const Work *w, const Cell *c)
{
    cell_model(path, w->o->results, c, MODEL_ENCODER);
    return file_exists(path);
}

/* A cell whose strategy has this text, or else this name; any without a text.  NULL if
 * none is trained. */
static const Cell *trained_with(const Work *w, const char *spec)
{
    char        path[CELL_PATH];
    const Cell *near = NULL;
    for (int i = 0; w->recipe && i < w->recipe->n_cells; i++) {
        const Cell *c = &w->recipe->cells[i];
        const char *has = c->config.pretrain.strategy;
        size_t      name = strcspn(has, ": |");
        if (!cell_trains(c) || !encoder_of(path, w, c)) continue;
        if (!spec || !strcmp(has, spec)) return c;
        if (!near && has[name] != ' ' && strlen(spec) == name && !strncmp(has, spec, name))
            near = c;
    }
    return near;
}

static Eyes *eyes_of(Work *w, const Cell *c)
{
    for (int i = 0; i < w->n_eyes; i++)
        if (w->eyes[i].cell == c) return &w->eyes[i];
    Eyes *e = &w->eyes[w->n_eyes++];
    *e = (Eyes){ .cell = c };
    return e;
}

/* --- strategies ---------------------------------------------------------------- */

/* `family`: its heading; NULL: that of the strategy. */
static Status add(Work *w, const char *spec, const char *family, Err *err)
{
    const StrategyEntry *e = NULL;
    const char          *checkpoint = w->o->checkpoint;
    Err                  none;
    Mask               **m = &w->mask[w->n];
    if (w->n == GALLERY_MOST)
        return err_set(err, STATUS_CONFIG, "at most %d strategies", GALLERY_MOST);
    if (strategy_open(m, spec, w->g.rows, w->g.cols, err)) return err->code;
    w->n++;
    const Cell *c = mask_needs(*m) ? trained_with(w, mask_spec(*m)) : NULL;
    if (c) { /* drawn as it was trained */
        mask_close(*m), *m = NULL;
        spec = c->config.pretrain.strategy;
        if (strategy_open(m, spec, w->g.rows, w->g.cols, err)) return err->code;
    }
    if (mask_check(*m, w->g.K, 0, IMAGES, err) || sight_suits(*m, checkpoint, err))
        return err->code;
    Eyes *eyes = c ? eyes_of(w, c) : &w->eyes[0];
    eyes->partners |= mask_together(*m) > 1;
    if (c || !(mask_needs(*m) & SIGHT_TAUGHT) || checkpoint) eyes->needs |= mask_needs(*m);
    if (strchr(mask_spec(*m), ' ') || strategy_find(&e, spec, &none))
        return gallery_add(&w->g, *m, &eyes->sight, "expressions",
                           "strategies made of strategies", "this suite", err);
    return gallery_add(&w->g, *m, &eyes->sight, family ? family : strategy_family(e),
                       e->strategy->about, e->strategy->source, err);
}

/* Colours are as different as strategies. */
static Status add_variants(Work *w, const char *name, Err *err)
{
    static const char *const colours[] = { "noise:colour=red", "noise:colour=green",
                                           "noise:colour=blue", "noise:colour=purple" };
    if (strcmp(name, "noise")) return add(w, name, NULL, err);
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        if (add(w, colours[i], NULL, err)) return err->code;
    return STATUS_OK;
}

/* All there are, family by family, and what one that is guided is compared with. */
static Status add_all(Work *w, Err *err)
{
    bool guided = w->o->checkpoint || w->recipe;
    for (const char *const *family = strategy_families; *family; family++)
        for (const StrategyEntry *e = strategies; e->name; e++)
            if (strategy_family(e) == *family && add_variants(w, e->name, err)) return err->code;
    return guided ? add(w, "sma:control=inverted", "controls", err) : STATUS_OK;
}

/* --- who looks at what --------------------------------------------------------- */

static Status open_recipe(Work *w, Err *err)
{
    const Options *o = w->o;
    if (!o->recipe) {
        if (o->set.n)
            return err_set(err, STATUS_CONFIG, "-s has no effect without --recipe");
        return sight_data(&w->data, o->data, o->checkpoint, err);
    }
    if (o->checkpoint || o->data)
        return err_set(err, STATUS_CONFIG, "--%s has no effect with --recipe, whose cells have "
                       "their own", o->checkpoint ? "checkpoint" : "data");
    if (recipe_open(&w->recipe, o->recipe, o->set.item, o->set.n, err)) return err->code;
    const Cell *c = trained_with(w, NULL);
    if (!c)
        return err_set(err, STATUS_MISSING, "no cell of %s is trained in %s; maskgrid run %s",
                       w->recipe->name, o->results, o->recipe);
    return data_open(&w->data, &c->config.data, SPLIT_TRAIN, err);
}

static Status open_grid(Work *w, Err *err)
{
    char        path[CELL_PATH];
    const Cell *c = trained_with(w, NULL);
    const char *checkpoint = c && encoder_of(path, w, c) ? path : w->o->checkpoint;
    return sight_grid(&w->g.rows, &w->g.cols, w->o->grid, checkpoint, err);
}

static Status open_eyes(Work *w, Eyes *e, Err *err)
{
    char        path[CELL_PATH];
    const Cell *c = e->cell ? e->cell : trained_with(w, NULL);
    SightPlan   plan = { .needs = e->needs, .rows = w->g.rows, .cols = w->g.cols, .N = IMAGES,
                         .partners = e->partners, .data = w->data,
                         .checkpoint = w->o->checkpoint, .seed = w->g.seed };
    if (c && encoder_of(path, w, c)) {
        if (cell_check_model(path, c->stage[STAGE_PRETRAIN].id, err)) return err->code;
        plan.checkpoint = path;
    }
    return sight_open(&e->sight, &plan, err);
}

static void name_eyes(Work *w)
{
    if (w->recipe)
        snprintf(w->words, sizeof w->words, "by encoders that were trained with them (%.60s), in "
                 "%.60s", w->recipe->name, w->data->name);
    else
        snprintf(w->words, sizeof w->words, "%s", w->eyes[0].sight.eyes);
    w->g.eyes = w->words;
}

static Status make(Work *w, char *const *specs, int n, Err *err)
{
    const Options *o = w->o;
    Gallery       *g = &w->g;
    w->n_eyes = 1;
    if (canvas_can_write(o->out, NULL, err) || open_recipe(w, err) || open_grid(w, err))
        return err->code;
    int side = g->rows > g->cols ? g->rows : g->cols;
    g->K = mask_visible(g->rows * g->cols, o->ratio);
    g->cell = o->cell ? (int)o->cell : side < PANEL ? PANEL / side : 1;
    g->draws = (int)o->draws;
    g->ratio = o->ratio, g->progress = o->progress, g->seed = (uint64_t)o->seed;
    for (int i = 0; i < n; i++)
        if (add(w, specs[i], NULL, err)) return err->code;
    if (!n && add_all(w, err)) return err->code;
    for (int i = 0; i < w->n_eyes; i++)
        if (open_eyes(w, &w->eyes[i], err)) return err->code;
    name_eyes(w);
    return gallery_write(g, o->out, err);
}

static int run(const void *opt, char *const *arguments, int n)
{
    Work   w = { .o = opt };
    Err    err;
    Status bad = make(&w, arguments, n, &err);
    if (!bad) printf("%s\n", w.o->out);
    for (int i = 0; i < w.n; i++) mask_close(w.mask[i]);
    for (int i = 0; i < w.n_eyes; i++) sight_close(&w.eyes[i].sight);
    data_close(w.data);
    recipe_close(w.recipe);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(gallery) = {
    .place = 30,
    .arguments = "[STRATEGY ...]",
    .most = GALLERY_MOST,
    .about = "strategies side by side, with how often each patch is visible: one figure",
    .details = "Without arguments every strategy there is, by family. Strategies that look "
               "at the image look at --data, or at drawn scenes, through the encoder of "
               "--checkpoint, or through an untrained one; with --recipe each through the "
               "encoder that was trained with it, at the images it was trained on. The "
               "figure says which. What only a training teaches (losses, a predictor, a "
               "sampler, a masker) is found beside the encoder; a strategy for which it "
               "is not there is named in gray, with the command that would draw it. With "
               "--recipe or --checkpoint a control of sma stands beside it.",
    .examples = "  maskgrid gallery\n"
                "  maskgrid gallery random spiral spiral:select=window --out g.svg\n"
                "  maskgrid run guided; maskgrid gallery --recipe guided\n"
                "  maskgrid gallery --checkpoint encoder.safetensors --data fashion-mnist\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
