/* maskgrid masks: draw masks of one strategy. */
#include "experiments/cli/cli.h"

#include "core/data/picture.h"
#include "experiments/record/sight.h"
#include "experiments/record/sketch.h"
#include "strategies/registry.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct {
    const char *grid, *out, *over;
    double      ratio, progress;
    long        count, seed, epoch, cell;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, grid, "RxC", "14x14", "rows and columns of patches"),
    OPTION_NUMBER(Options, ratio, "R", "0.75", 0.0001, 0.9999, "share of hidden patches"),
    OPTION_INT(Options, count, "N", "4", 1, 400, "masks, of images 0 to N - 1"),
    OPTION_INT(Options, seed, "N", "0", 0, 1L << 53, "seed of all chance"),
    OPTION_INT(Options, epoch, "N", "0", 0, 1000000, "epoch"),
    OPTION_NUMBER(Options, progress, "P", "1", 0, 1,
                  "share of training done, for start, anneal, until"),
    OPTION_TEXT(Options, out, "FILE.png", NULL, "draw a picture instead"),
    OPTION_TEXT(Options, over, "IMAGE", NULL,
                "over this JPEG or PNG, which is looked at too"),
    OPTION_INT(Options, cell, "N", "10", 1, 64, "pixels a patch, with --out"),
    { 0 }
};

typedef struct {
    Mask *mask;
    int   rows, cols, K, N, *ids; /* [N, rows cols] */
    Sight sight;
} Work;

static void draw(Work *w, const Options *o)
{
    size_t L = (size_t)(w->rows * w->cols);
    w->ids = malloc((size_t)w->N * L * sizeof *w->ids);
    CHECK(w->ids, "no memory for %d masks", w->N);
    for (int n = 0; n < w->N; n++) {
        MaskView view = sight_view(&w->sight, w->mask, n, o->progress);
        mask_draw(w->mask, w->ids + (size_t)n * L, &view, (uint64_t)o->seed,
                  (uint64_t)o->epoch, (uint64_t)n, w->K);
    }
}

/* Masks in rows, as square as can be. */
static Status write_picture(const Work *w, const Options *o, const Image *over, Err *err)
{
    int cell = (int)o->cell, gap = 8, beside = 1;
    while (beside * beside < w->N) beside++;
    int    below = (w->N + beside - 1) / beside;
    int    width = w->cols * cell + gap, height = w->rows * cell + gap;
    Canvas c;
    if (beside * width + gap >= 1 << 15 || below * height + gap >= 1 << 15)
        return err_set(err, STATUS_CONFIG,
                       "%s: %d masks of %d x %d pixels are too large a "
                       "picture; give a smaller --cell or --count",
                       o->out, w->N, width, height);
    canvas_open(&c, beside * width + gap, below * height + gap, WHITE);
    for (int n = 0; n < w->N; n++) {
        const Image *shown = over || mask_needs(w->mask) ? &w->sight.pictures[n] : NULL;
        sketch_patches(&c, gap + n % beside * width, gap + n / beside * height, cell,
                       w->ids + (size_t)n * (size_t)(w->rows * w->cols), w->rows, w->cols,
                       w->K, shown);
    }
    Status bad = canvas_write(&c, o->out, err);
    canvas_close(&c);
    return bad;
}

static Status work(Work *w, const Options *o, const char *spec, Err *err)
{
    Image over = { 0 };
    if (grid_read(&w->rows, &w->cols, o->grid, err) ||
        strategy_open(&w->mask, spec, w->rows, w->cols, err))
        return err->code;
    w->K = mask_visible(w->rows * w->cols, mask_ratio(w->mask, o->ratio, o->progress));
    w->N = (int)o->count;
    Status bad = o->over ? picture_read(&over, 0, o->over, err) : STATUS_OK;
    if (!bad)
        bad = sight_open(&w->sight, mask_needs(w->mask), w->rows, w->cols,
                         o->over ? &over : NULL, w->N, (uint64_t)o->seed, err);
    if (!bad) {
        draw(w, o);
        printf("%s: %d x %d patches, %d visible, %d hidden%s%s%s\n", mask_spec(w->mask),
               w->rows, w->cols, w->K, w->rows * w->cols - w->K,
               mask_fixed(w->mask) ? "; the same in every image and epoch" : "",
               mask_needs(w->mask) ? "; " : "",
               mask_needs(w->mask) ? w->sight.caption : "");
        if (o->out) bad = write_picture(w, o, o->over ? &over : NULL, err);
        else
            sketch_masks(stdout, w->ids, w->N, w->rows, w->cols, w->K,
                         cli_columns(STDOUT_FILENO));
    }
    image_free(&over);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    Work w = { 0 };
    Err  err;
    (void)n;
    Status bad = work(&w, opt, arguments[0], &err);
    sight_close(&w.sight);
    mask_close(w.mask);
    free(w.ids);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(masks) = {
    .place = 20,
    .arguments = "STRATEGY",
    .least = 1,
    .most = 1,
    .about = "draw masks: in the terminal, as PNG, over an image",
    .details = "STRATEGY is a name with parameters, such as spiral:select=window,sym=1; "
               "`maskgrid strategies` lists them, and its --help says how they are put "
               "together. Strategies that look at the image look "
               "at drawn scenes, or at --over, through the first layer of an untrained "
               "encoder.",
    .examples = "  maskgrid masks hilbert:select=window --count 8\n"
                "  maskgrid masks 'random until 0.25 then hilbert | sma' --progress 0.3\n"
                "  maskgrid masks block --ratio 0.6 --out block.png\n"
                "  maskgrid masks sma --over cat.png --out cat-sma.png\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
