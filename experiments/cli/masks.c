/* maskgrid masks: draw masks of one strategy, or record them. */
#include "experiments/cli/cli.h"

#include "core/data/picture.h"
#include "core/mask/recording.h"
#include "core/mask/replay.h"
#include "experiments/figures/sight.h"
#include "experiments/figures/sketch.h"
#include "experiments/record/mask_record.h"
#include "strategies/registry.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *grid, *out, *over, *checkpoint, *data;
    double      ratio, progress;
    long        count, seed, epoch, epochs, cell;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, grid, "RxC", NULL,
                "rows and columns of patches (default: the recording's or the "
                "checkpoint's, else 14x14)"),
    OPTION_NUMBER(Options, ratio, "R", NULL, 0.0001, 0.9999,
                  "share of hidden patches (default: the recording's, else 0.75)"),
    OPTION_INT(Options, count, "N", "0", 0, 100000000,
               "masks, of images 0 to N - 1; 0: four, or to record all of --data"),
    OPTION_INT(Options, seed, "N", "0", 0, 1L << 53, "seed of all chance"),
    OPTION_INT(Options, epoch, "N", "0", 0, 1000000, "epoch"),
    OPTION_INT(Options, epochs, "N", "1", 1, 1000000, "record so many from --epoch on"),
    OPTION_NUMBER(Options, progress, "P", "1", 0, 1,
                  "share of training done, for start, anneal, until; of several epochs, "
                  "at their end"),
    OPTION_TEXT(Options, out, "FILE", NULL,
                "draw a picture instead (.png, .svg), or record the masks (.h5)"),
    OPTION_TEXT(Options, over, "IMAGE", NULL,
                "over this JPEG or PNG, which is looked at too"),
    OPTION_TEXT(Options, checkpoint, "FILE", NULL,
                "the encoder that guides masks, in safetensors"),
    OPTION_TEXT(Options, data, "SET", NULL,
                "it looks at images of this data set or folder"),
    OPTION_INT(Options, cell, "N", "0", 0, 64,
               "pixels a patch of a picture; 0: 10, or more with --over"),
    { 0 }
};

enum {
    SHOWN = 400, /* masks at most, but of a recording */
    AT_ONCE = 64, /* images that are looked at         */
    OVER = 448   /* pixels of a picture's longer side */
};
static const size_t MOST_BYTES = (size_t)1 << 28; /* of a recording */
static const double RATIO = 0.75;

typedef struct {
    const Options *o;
    Mask  *mask;
    int    rows, cols, K, T, N, *ids; /* [N, rows cols]; T patches of K.. are thrown */
    double ratio;
    Image  over;
    Data  *data;
    Sight  sight;
} Work;

static Status look(Work *w, int first, int N, Err *err)
{
    SightPlan plan = { .needs = mask_needs(w->mask), .rows = w->rows, .cols = w->cols,
                       .N = N, .picture = w->o->over ? &w->over : NULL, .data = w->data,
                       .partners = mask_together(w->mask) > 1,
                       .first = first, .checkpoint = w->o->checkpoint,
                       .seed = (uint64_t)w->o->seed };
    return sight_open(&w->sight, &plan, err);
}

/* Of several epochs each has its own, as in a training that ends with the last of them:
 * what is done before it begins. */
static double progress_of(const Options *o, long epoch)
{
    return o->epochs == 1 ? o->progress
                          : o->progress * (double)epoch / (double)(o->epoch + o->epochs);
}

static void draw(const Work *w, int *ids, int seen, long epoch, int image)
{
    MaskView view = sight_view(&w->sight, w->mask, seen, progress_of(w->o, epoch));
    mask_draw(w->mask, ids, &view, (uint64_t)w->o->seed, (uint64_t)epoch, (uint64_t)image,
              w->K);
}

/* --- a picture ---------------------------------------------------------------- */

/* The middle of m in the shape of the grid, so that neither is stretched. */
static void crop(Image *m, int rows, int cols)
{
    int height = m->height, width = m->width;
    if ((int64_t)width * rows > (int64_t)height * cols) width = height * cols / rows;
    else height = width * rows / cols;
    if (height < 1 || width < 1) return;
    size_t row = (size_t)width * (size_t)m->channels;
    size_t from = (size_t)m->width * (size_t)m->channels;
    size_t left = (size_t)((m->width - width) / 2) * (size_t)m->channels;
    size_t top = (size_t)((m->height - height) / 2);
    for (size_t y = 0; y < (size_t)height; y++)
        memmove(m->pixels + y * row, m->pixels + (top + y) * from + left, row);
    m->height = height, m->width = width;
}

static int cell_of(const Work *w)
{
    int side = w->rows > w->cols ? w->rows : w->cols;
    if (w->o->cell) return (int)w->o->cell;
    return !w->o->over ? 10 : side < OVER / 4 ? OVER / side : 4;
}

/* Masks in rows, as square as can be. */
static Status write_picture(const Work *w, Err *err)
{
    enum { LEGEND = 10 };
    int cell = cell_of(w), gap = 8, beside = 1;
    while (beside * beside < w->N) beside++;
    int    below = (w->N + beside - 1) / beside;
    int    width = w->cols * cell + gap, height = w->rows * cell + gap;
    int    wide = beside * width + gap, high = below * height + gap;
    int    legend = w->T ? sketch_legend(NULL, 0, 0, LEGEND, true) + 2 * gap : 0;
    Canvas c;
    if (legend > wide) wide = legend;
    if (legend) high += LEGEND + 2 * gap;
    if (wide > CANVAS_SIDE || high > CANVAS_SIDE)
        return err_set(err, STATUS_CONFIG,
                       "%s: %d masks of %d x %d pixels are too large a "
                       "picture; give a smaller --cell or --count",
                       w->o->out, w->N, width, height);
    canvas_open_for(&c, wide, high, WHITE, w->o->out);
    for (int n = 0; n < w->N; n++) {
        int          x = gap + n % beside * width, y = gap + n / beside * height;
        const int   *ids = w->ids + (size_t)n * (size_t)(w->rows * w->cols);
        const Image *seen = w->sight.pictures ? &w->sight.pictures[n % w->sight.N] : NULL;
        sketch_patches(&c, x, y, cell, ids, w->rows, w->cols, w->K,
                       w->o->over ? &w->over : seen);
        sketch_thrown(&c, x, y, cell, ids, w->rows, w->cols, w->T);
    }
    if (legend) sketch_legend(&c, gap, high - LEGEND - gap, LEGEND, true);
    Status bad = canvas_write(&c, w->o->out, err);
    canvas_close(&c);
    return bad;
}

static Status show(Work *w, Err *err)
{
    size_t L = (size_t)(w->rows * w->cols);
    w->N = w->o->count ? (int)w->o->count : 4;
    if (w->N > SHOWN)
        return err_set(err, STATUS_CONFIG, "--count: %d masks; at most %d are drawn, more are "
                       "recorded with --out FILE.h5", w->N, SHOWN);
    if (mask_check(w->mask, w->K, 0, (uint64_t)w->N, err) || look(w, 0, w->N, err))
        return err->code;
    w->ids = malloc((size_t)w->N * L * sizeof *w->ids);
    CHECK(w->ids, "no memory for %d masks", w->N);
    for (int n = 0; n < w->N; n++) draw(w, w->ids + (size_t)n * L, n, w->o->epoch, n);

    if (w->o->out && write_picture(w, err)) return err->code;

    /* What only a training can tell is even here. */
    bool untaught = !sight_meets(&w->sight, w->mask);
    char thrown[32] = "";
    if (w->T) snprintf(thrown, sizeof thrown, ", %d thrown", w->T);
    printf("%s: %d x %d patches, %d visible, %d hidden%s%s%s%s\n", mask_spec(w->mask),
           w->rows, w->cols, w->K, w->rows * w->cols - w->K - w->T, thrown,
           mask_fixed(w->mask) ? "; the same in every image and epoch" : "",
           !mask_needs(w->mask) ? "" : untaught ? "; before it has learned" : "; seen by ",
           mask_needs(w->mask) && !untaught ? w->sight.eyes : "");
    if (!w->o->out)
        sketch_masks(stdout, w->ids, w->N, w->rows, w->cols, w->K, w->T,
                     cli_columns(STDOUT_FILENO));
    return STATUS_OK;
}

/* --- a recording -------------------------------------------------------------- */

/* One record has one K. */
static Status check_counts(const Work *w, Err *err)
{
    const Options *o = w->o;
    double         first = mask_ratio(w->mask, w->ratio, progress_of(o, o->epoch));
    for (long e = o->epoch + 1; e < o->epoch + o->epochs; e++) {
        double ratio = mask_ratio(w->mask, w->ratio, progress_of(o, e));
        int    K = ratio == first ? w->K : mask_count(w->mask, w->ratio, progress_of(o, e));
        if (K != w->K)
            return err_set(err, STATUS_CONFIG, "%s: epoch %ld has %d visible patches and epoch "
                           "%ld has %d; those of a recording are as many in all",
                           mask_spec(w->mask), o->epoch, w->K, e, K);
    }
    return STATUS_OK;
}

static Status check_record(const Work *w, int images, size_t each, Err *err)
{
    const Options *o = w->o;
    if (w->data && images > w->data->count)
        return err_set(err, STATUS_CONFIG, "--count: %d images, and %s has %d", images, o->data,
                       w->data->count);
    if ((size_t)images > MOST_BYTES / each)
        return err_set(err, STATUS_CONFIG, "masks of %d images in %ld epochs are more than the "
                       "%zu MiB that a recording may have", images, o->epochs, MOST_BYTES >> 20);
    if (check_counts(w, err)) return err->code;
    return mask_check(w->mask, w->K, 0, (uint64_t)images, err);
}

static Status fill(Work *w, uint8_t *hidden, uint8_t *thrown, int images, Err *err)
{
    int    L = w->rows * w->cols, ids[MASK_MAX_PATCHES];
    size_t bytes = recording_bytes(L);
    for (int first = 0; first < images; first += AT_ONCE) {
        int n = images - first < AT_ONCE ? images - first : AT_ONCE;
        if (look(w, first, AT_ONCE, err)) return err->code;
        for (long e = 0; e < w->o->epochs; e++)
            for (int i = 0; i < n; i++) {
                size_t at = ((size_t)e * (size_t)images + (size_t)(first + i)) * bytes;
                draw(w, ids, i, w->o->epoch + e, first + i);
                recording_pack(hidden + at, ids + w->K, L - w->K - w->T, L);
                if (w->T) recording_pack(thrown + at, ids + L - w->T, w->T, L);
            }
        sight_close(&w->sight);
    }
    return STATUS_OK;
}

static Status write_record(Work *w, const MaskRecord *drawn, Err *err)
{
    const Options *o = w->o;
    MaskRecord     m = *drawn;
    Text           needs = { 0 };
    if (look(w, 0, 1, err)) return err->code; /* for the name of the eyes */
    mask_needs_text(&needs, mask_needs(w->mask));
    if (mask_needs(w->mask)) text_add(&needs, " of %s", w->sight.eyes);
    m.strategy = mask_spec(w->mask), m.seen = text_get(&needs);
    m.rows = w->rows, m.cols = w->cols, m.K = w->K, m.T = w->T;
    m.seed = (uint64_t)o->seed, m.epoch = o->epoch;
    m.ratio = mask_ratio(w->mask, w->ratio, m.progress[0]);
    Status bad = mask_record_write(o->out, &m, err);
    if (!bad)
        printf("%s: %s, %zu image%s, %ld epoch%s\n", o->out, m.strategy, m.images,
               text_s(m.images), o->epochs, text_s(o->epochs));
    text_free(&needs);
    return bad;
}

static Status record(Work *w, Err *err)
{
    const Options *o = w->o;
    int    images = o->count ? (int)o->count : w->data ? w->data->count : 4;
    size_t each = recording_bytes(w->rows * w->cols) * (size_t)o->epochs * (w->T ? 2 : 1);
    if (check_record(w, images, each, err)) return err->code;
    uint8_t *bits = malloc(each * (size_t)images);
    double  *progress = malloc((size_t)o->epochs * sizeof *progress);
    CHECK(bits && progress, "no memory for masks of %d images", images);
    for (long e = 0; e < o->epochs; e++) progress[e] = progress_of(o, o->epoch + e);
    uint8_t *thrown = w->T ? bits + each / 2 * (size_t)images : NULL;
    Status   bad = fill(w, bits, thrown, images, err);
    if (!bad)
        bad = write_record(w, &(MaskRecord){ .images = (size_t)images, .hidden = bits,
                                             .epochs = (size_t)o->epochs, .thrown = thrown,
                                             .progress = progress }, err);
    free(progress);
    free(bits);
    return bad;
}

/* --- the command --------------------------------------------------------------- */

static bool is_recording(const char *path)
{
    size_t n = path ? strlen(path) : 0;
    return n > 3 && !strcmp(path + n - 3, ".h5");
}

/* What is not asked for is as it was recorded. */
static Status find_sizes(Work *w, const char *spec, Err *err)
{
    const Options   *o = w->o;
    const Recording *r;
    if (strategy_recording(&r, spec, err)) return err->code;
    w->ratio = o->ratio > 0 ? o->ratio : RATIO;
    if (r && !(o->ratio > 0)) {
        w->K = r->K;
        w->ratio = 1 - (double)r->K / (r->rows * r->cols);
    }
    if (!r || o->grid) return sight_grid(&w->rows, &w->cols, o->grid, o->checkpoint, err);
    w->rows = r->rows, w->cols = r->cols;
    return STATUS_OK;
}

static void say_what_comes_again(const Work *w)
{
    Text notice = { 0 };
    replay_notice(&notice, w->mask, (uint64_t)w->o->epoch, (uint64_t)w->o->epochs);
    if (notice.length) fprintf(stderr, "maskgrid: %s\n", notice.s);
    text_free(&notice);
}

static Status work(Work *w, const char *spec, Err *err)
{
    const Options *o = w->o;
    if (o->out && !is_recording(o->out) &&
        canvas_can_write(o->out, "in .h5 to record the masks", err))
        return err->code;
    if (find_sizes(w, spec, err) ||
        strategy_open(&w->mask, spec, w->rows, w->cols, err) ||
        sight_suits(w->mask, o->checkpoint, err) ||
        sight_data(&w->data, o->data, o->checkpoint, err) ||
        (o->over && picture_read(&w->over, 0, o->over, err)))
        return err->code;
    if (o->over) crop(&w->over, w->rows, w->cols);
    if (!w->K) w->K = mask_count(w->mask, w->ratio, progress_of(o, o->epoch));
    w->T = mask_thrown(w->mask, w->K);
    say_what_comes_again(w);
    if (is_recording(o->out)) return record(w, err);
    if (o->epochs > 1)
        return err_set(err, STATUS_CONFIG, "--epochs has no effect without --out FILE.h5");
    return show(w, err);
}

static int run(const void *opt, char *const *arguments, int n)
{
    Work w = { .o = opt };
    Err  err;
    (void)n;
    Status bad = work(&w, arguments[0], &err);
    sight_close(&w.sight);
    data_close(w.data);
    mask_close(w.mask);
    image_free(&w.over);
    free(w.ids);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(masks) = {
    .place = 20,
    .arguments = "STRATEGY",
    .least = 1,
    .most = 1,
    .about = "draw masks: in the terminal, as a picture, over an image; or record them",
    .details = "STRATEGY is a name with parameters, such as spiral:select=window,sym=1; "
               "`maskgrid strategies` lists them, and its --help says how they are put "
               "together. Strategies that look at the image look "
               "at --over, at --data or at drawn scenes, through the encoder of "
               "--checkpoint, or through an untrained one; with control=shuffled each "
               "image has the view of the next one, in a training of the next in its "
               "batch. A recording is a strategy too: "
               "./masks.h5 hides the same patches again, here and in recipes; after its last "
               "epoch the first comes again, which is said on stderr.",
    .examples = "  maskgrid masks hilbert:select=window --count 8\n"
                "  maskgrid masks 'random until 0.25 then hilbert | sma' --progress 0.3\n"
                "  maskgrid masks block --ratio 0.6 --out block.png\n"
                "  maskgrid masks sma --over cat.png --out cat-sma.png\n"
                "  maskgrid masks block --count 60000 --epochs 10 --out masks.h5\n"
                "  maskgrid masks ./masks.h5 --count 8\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
