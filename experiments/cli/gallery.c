/* maskgrid gallery: every strategy side by side, as a figure. */
#include "experiments/cli/cli.h"

#include "experiments/record/gallery.h"
#include "strategies/registry.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *grid, *out, *checkpoint, *data;
    double      ratio, progress;
    long        seed, draws, cell;
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
    { 0 }
};

enum { IMAGES = 16, PANEL = 140 }; /* looked at; pixels of a mask */

typedef struct {
    Gallery g;
    Mask   *mask[GALLERY_MOST];
    int     n;
    Sight   sight;
    Data   *data;
    const char *checkpoint;
} Work;

static Status add(Work *w, const char *spec, Err *err)
{
    const StrategyEntry *e = NULL;
    Err                  none;
    Mask               **m = &w->mask[w->n];
    if (w->n == GALLERY_MOST)
        return err_set(err, STATUS_CONFIG, "at most %d strategies", GALLERY_MOST);
    if (strategy_open(m, spec, w->g.rows, w->g.cols, err)) return err->code;
    w->n++;
    if (mask_check(*m, w->g.K, 0, IMAGES, err) || sight_suits(*m, w->checkpoint, err))
        return err->code;
    if (strchr(mask_spec(*m), ' ') || strategy_find(&e, mask_spec(*m), &none))
        return gallery_add(&w->g, *m, "expressions", "strategies made of strategies",
                           "this suite", err);
    return gallery_add(&w->g, *m, strategy_family(e), e->strategy->about,
                       e->strategy->source, err);
}

/* All there are, family by family. */
static Status add_all(Work *w, Err *err)
{
    for (const char *const *family = strategy_families; *family; family++)
        for (const StrategyEntry *e = strategies; e->name; e++)
            if (strategy_family(e) == *family && add(w, e->name, err)) return err->code;
    return STATUS_OK;
}

static Status make(Work *w, const Options *o, char *const *specs, int n, Err *err)
{
    Gallery *g = &w->g;
    if (sight_grid(&g->rows, &g->cols, o->grid, o->checkpoint, err)) return err->code;
    int side = g->rows > g->cols ? g->rows : g->cols;
    g->K = mask_visible(g->rows * g->cols, o->ratio);
    g->cell = o->cell ? (int)o->cell : side < PANEL ? PANEL / side : 1;
    g->draws = (int)o->draws;
    g->ratio = o->ratio, g->progress = o->progress, g->seed = (uint64_t)o->seed;
    for (int i = 0; i < n; i++)
        if (add(w, specs[i], err)) return err->code;
    if ((!n && add_all(w, err)) || sight_data(&w->data, o->data, o->checkpoint, err))
        return err->code;

    SightPlan plan = { .rows = g->rows, .cols = g->cols, .N = IMAGES, .data = w->data,
                       .checkpoint = o->checkpoint, .seed = g->seed };
    for (int i = 0; i < w->n; i++)
        if (!(mask_needs(w->mask[i]) & GALLERY_CANNOT)) plan.needs |= mask_needs(w->mask[i]);
    if (sight_open(&w->sight, &plan, err)) return err->code;
    g->sight = &w->sight;
    return gallery_write(g, o->out, err);
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Work           w = { .checkpoint = o->checkpoint };
    Err            err;
    Status         bad = make(&w, o, arguments, n, &err);
    if (!bad) printf("%s\n", o->out);
    for (int i = 0; i < w.n; i++) mask_close(w.mask[i]);
    sight_close(&w.sight);
    data_close(w.data);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(gallery) = {
    .place = 30,
    .arguments = "[STRATEGY ...]",
    .most = GALLERY_MOST,
    .about = "strategies side by side, with how often each patch is visible: one figure",
    .details = "Without arguments every strategy there is, by family. Strategies that look "
               "at the image look at --data, or at drawn scenes, through the encoder of "
               "--checkpoint, or through an untrained one; the figure says which. Those "
               "that only a training can guide are named in gray.",
    .examples = "  maskgrid gallery\n"
                "  maskgrid gallery random spiral spiral:select=window --out g.svg\n"
                "  maskgrid gallery --checkpoint encoder.safetensors --data fashion-mnist\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
