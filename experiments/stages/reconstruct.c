/* reconstruct: how well does the autoencoder draw what is hidden?
 *
 * All models of a recipe are asked about the same patches of the same test images: the mask
 * is drawn by a strategy that looks at nothing, with a seed of its own.  See
 * core/metrics/restoration.h for the measures. */
#include "experiments/stages/display.h"
#include "experiments/stages/inside.h"

#include "core/base/threads.h"
#include "core/metrics/restoration.h"
#include "core/train/checkpoint.h"
#include "strategies/registry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 16, MASK_SEED = 0 };
static const double LEAST_MSE = 1e-10; /* 100 dB: a perfect image must not be infinite */

/* One number per image each; the first is the one that tables show. */
enum {
    PSNR, PSNR_WHOLE, SSIM, SSIM_WHOLE, MS_SSIM, MSE, MSE_WHOLE, MSE_NORMALIZED,
    SHARPNESS, SHARPNESS_INNER, DISTANCE, DISTANCE_INNER, FREQUENCIES, MEASURES
};

static const struct {
    const char *name, *units, *long_name;
    Better      better;
} measures[MEASURES] = {
    [PSNR] = { "psnr", "dB", "PSNR of hidden pixels", HIGHER },
    [PSNR_WHOLE] = { "psnr_whole", "dB", "PSNR of the whole image", HIGHER },
    [SSIM] = { "ssim", "1", "SSIM around hidden pixels", HIGHER },
    [SSIM_WHOLE] = { "ssim_whole", "1", "SSIM of the whole image", HIGHER },
    [MS_SSIM] = { "ms_ssim", "1", "MS-SSIM of the whole image", HIGHER },
    [MSE] = { "mse", "1", "squared error of hidden pixels, 0 to 1", LOWER },
    [MSE_WHOLE] = { "mse_whole", "1", "squared error of the whole image", LOWER },
    [MSE_NORMALIZED] = { "mse_normalized", "1",
                         "squared error of normalised hidden patches", LOWER },
    [SHARPNESS] = { "sharpness", "1", "log2 of high frequencies over the original's",
                    NEITHER },
    [SHARPNESS_INNER] = { "sharpness_inner", "1",
                          "log2 of high frequencies over the original's, without those of "
                          "patch borders", NEITHER },
    [DISTANCE] = { "spectral_distance", "dB", "distance of log spectra", LOWER },
    [DISTANCE_INNER] = { "spectral_distance_inner", "dB",
                         "distance of log spectra, without those of patch borders", LOWER },
    [FREQUENCIES] = { "frequency_distance", "1", "log distance of transforms", LOWER },
};

typedef struct {
    const Cell *cell;
    Mae         mae;
    Mask       *mask;
    Data       *data;
    Tape        tape;
    Arena       host;
    Display     display;
    int         n, K, T, H, W, C; /* n images are asked about; K visible, T thrown */
    uint8_t    *hidden;                         /* [n, L]             */
    uint8_t    *original, *completed, *drawn;   /* [SHOWN, H, W, C]   */
    double     *of[MEASURES];                   /* [n]                */
    double      laplacian, true_laplacian;      /* sums over images   */
} Reconstruct;

/* --- measures ------------------------------------------------------------ */

static double luma(const double *x, int C)
{
    return C == 1 ? x[0] : 0.299 * x[0] + 0.587 * x[1] + 0.114 * x[2];
}

/* Is the patch of pixel (y, x) hidden? */
static bool is_hidden(const Reconstruct *w, const uint8_t *hidden, int y, int x)
{
    int side = w->display.patch;
    return hidden[y / side * w->display.cols + x / side];
}

/* Means of the map over windows whose middle is hidden, and over all; NaN of none. */
static void structure(const Reconstruct *w, const double *x, const double *y, double *map,
                      const uint8_t *hidden, double *ssim, double *whole)
{
    int    reach = SSIM_WINDOW / 2, rows = w->H - 2 * reach, cols = w->W - 2 * reach;
    double sum = 0, all = 0, n = 0;
    *ssim = *whole = (double)NAN;
    if (rows < 1 || cols < 1) return;
    restoration_ssim(map, x, y, w->H, w->W);
    for (int i = 0; i < rows * cols; i++) {
        all += map[i];
        if (!is_hidden(w, hidden, i / cols + reach, i % cols + reach)) continue;
        sum += map[i], n++;
    }
    *ssim = sum / n;
    *whole = all / (rows * cols);
}

/* Edges within hidden patches, patch by patch: what lies between patches is no edge of the
 * image. */
static void edges(Reconstruct *w, const double *x, const double *y, const uint8_t *hidden)
{
    int     side = w->display.patch;
    double *a = ARENA_NEW(&w->host, double, side * side);
    double *b = ARENA_NEW(&w->host, double, side * side);
    for (int i = 0; i < w->display.rows * w->display.cols; i++) {
        if (!hidden[i]) continue;
        int top = i / w->display.cols * side, left = i % w->display.cols * side;
        for (int k = 0; k < side * side; k++) {
            int at = (top + k / side) * w->W + left + k % side;
            a[k] = x[at], b[k] = y[at];
        }
        w->laplacian += restoration_laplacian(a, NULL, side, side);
        w->true_laplacian += restoration_laplacian(b, NULL, side, side);
    }
}

/* Squared error [0..1] of the hidden pixels, and of all of them. */
static void errors(Reconstruct *w, int i, const double *x, const double *y,
                   const uint8_t *hidden)
{
    size_t pixels = (size_t)(w->H * w->W), C = (size_t)w->C;
    double sum = 0, all = 0, n = 0;
    for (size_t k = 0; k < pixels * C; k++) {
        double square = (x[k] - y[k]) * (x[k] - y[k]);
        all += square;
        if (!is_hidden(w, hidden, (int)(k / C) / w->W, (int)(k / C) % w->W)) continue;
        sum += square, n++;
    }
    w->of[MSE][i] = sum /= n;
    w->of[MSE_WHOLE][i] = all /= (double)(pixels * C);
    w->of[PSNR][i] = restoration_psnr(sum > LEAST_MSE ? sum : LEAST_MSE);
    w->of[PSNR_WHOLE][i] = restoration_psnr(all > LEAST_MSE ? all : LEAST_MSE);
}

/* Channel by channel. */
static void structures(Reconstruct *w, int i, const double *x, const double *y,
                       const uint8_t *hidden)
{
    size_t  pixels = (size_t)(w->H * w->W), C = (size_t)w->C;
    double  ssim, whole;
    double *a = ARENA_NEW(&w->host, double, pixels);
    double *b = ARENA_NEW(&w->host, double, pixels);
    double *map = ARENA_NEW(&w->host, double, pixels);
    w->of[SSIM][i] = w->of[SSIM_WHOLE][i] = w->of[MS_SSIM][i] = 0;
    for (size_t c = 0; c < C; c++) {
        for (size_t k = 0; k < pixels; k++) a[k] = x[k * C + c], b[k] = y[k * C + c];
        structure(w, a, b, map, hidden, &ssim, &whole);
        w->of[SSIM][i] += ssim / w->C, w->of[SSIM_WHOLE][i] += whole / w->C;
        w->of[MS_SSIM][i] += restoration_ms_ssim(a, b, w->H, w->W) / w->C;
    }
}

/* Of luma; borders of patches lie at multiples of so many periods over the image. */
static void frequencies(Reconstruct *w, int i, const double *x, const double *y,
                        const uint8_t *hidden)
{
    size_t  pixels = (size_t)(w->H * w->W), C = (size_t)w->C;
    int     bins = (w->H < w->W ? w->H : w->W) / 2 + 1;
    int     rows = w->display.rows, cols = w->display.cols, border = rows < cols ? rows : cols;
    double *a = ARENA_NEW(&w->host, double, pixels);
    double *b = ARENA_NEW(&w->host, double, pixels);
    double *p = ARENA_NEW(&w->host, double, bins), *q = ARENA_NEW(&w->host, double, bins);
    for (size_t k = 0; k < pixels; k++)
        a[k] = luma(x + k * C, w->C), b[k] = luma(y + k * C, w->C);
    restoration_spectrum(p, a, w->H, w->W);
    restoration_spectrum(q, b, w->H, w->W);
    w->of[SHARPNESS][i] = restoration_sharpness(p, q, bins, 0);
    w->of[SHARPNESS_INNER][i] = restoration_sharpness(p, q, bins, border);
    w->of[DISTANCE][i] = restoration_spectral_distance(p, q, bins, 0);
    w->of[DISTANCE_INNER][i] = restoration_spectral_distance(p, q, bins, border);
    w->of[FREQUENCIES][i] = restoration_frequency_distance(a, b, w->H, w->W);
    edges(w, a, b, hidden);
}

/* Image i, completed x and original y [H, W, C]. */
static void measure(Reconstruct *w, int i, const double *x, const double *y,
                    const uint8_t *hidden)
{
    ArenaMark mark = arena_mark(&w->host);
    errors(w, i, x, y, hidden);
    structures(w, i, x, y, hidden);
    frequencies(w, i, x, y, hidden);
    arena_rewind(&w->host, mark);
}

/* --- images -------------------------------------------------------------- */

static void keep(uint8_t *out, const double *x, int image, size_t size)
{
    for (size_t k = 0; k < size; k++) out[(size_t)image * size + k] = display_pixel(x[k]);
}

static void see(void *self, Tape *t, Tensor *images, int first)
{
    Reconstruct   *w = self;
    ArenaMark      mark = arena_mark(&w->host);
    const Backend *be = t->be;
    int            N = images->dim[0], L = w->display.rows * w->display.cols;
    size_t         size = (size_t)(w->H * w->W * w->C);
    uint8_t       *hidden = w->hidden + (size_t)first * (size_t)L;
    MaskView       view = { .rows = w->display.rows, .cols = w->display.cols, .progress = 1 };
    int           *ids = ARENA_NEW(&w->host, int, N * L);
    uint64_t      *numbers = ARENA_NEW(&w->host, uint64_t, N);
    for (int i = 0; i < N; i++) numbers[i] = (uint64_t)(first + i);
    mask_draw_batch(w->mask, ids, &view, MASK_SEED, 0, numbers, N, w->K);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < L; k++) hidden[i * L + ids[i * L + k]] = k >= w->K;

    Visible   visible = { .N = N, .L = L, .K = w->K, .ids = ids, .thrown = w->T };
    MaeResult r = mae_forward(t, &w->mae, images, &visible);
    Tensor   *raw = op_target_patches(t, images, w->display.patch, false);
    size_t    P = (size_t)r.pred->dim[2];
    real     *pred = ARENA_NEW(&w->host, real, tensor_count(r.pred));
    real     *pixels = ARENA_NEW(&w->host, real, tensor_count(raw));
    double   *x = ARENA_NEW(&w->host, double, size), *y = ARENA_NEW(&w->host, double, size);
    uint8_t  *everything = memset(ARENA_NEW(&w->host, uint8_t, L), 1, (size_t)L);
    be->read(pred, r.pred->data, tensor_count(r.pred));
    be->read(pixels, raw->data, tensor_count(raw));
    for (int i = 0; i < N; i++) { /* row 0 of pred is the class token's */
        size_t         at = (size_t)i;
        const uint8_t *mask = hidden + at * (size_t)L;
        const real    *drawn = pred + (at * (size_t)(L + 1) + 1) * P;
        const real    *truth = pixels + at * (size_t)L * P;
        display_image(y, x, &w->display, drawn, truth, mask);
        measure(w, first + i, x, y, mask);
        w->of[MSE_NORMALIZED][first + i] = display_error(&w->display, drawn, truth, mask);
        if (first + i >= SHOWN) continue;
        keep(w->original, y, first + i, size);
        keep(w->completed, x, first + i, size);
        display_image(y, x, &w->display, drawn, truth, everything);
        keep(w->drawn, x, first + i, size);
    }
    arena_rewind(&w->host, mark);
}

/* --- the record ---------------------------------------------------------- */

/* Of the images that have it; NaN if none has, such as the SSIM of small ones. */
static double mean(const double *x, int n)
{
    double sum = 0, count = 0;
    for (int i = 0; i < n; i++)
        if (isfinite(x[i])) sum += x[i], count++;
    return sum / count;
}

static void put_measures(Record *r, const Reconstruct *w)
{
    char long_name[128];
    for (int i = 0; i < MEASURES; i++) {
        double x = mean(w->of[i], w->n);
        if (!isfinite(x)) continue;
        snprintf(long_name, sizeof long_name, "%s, mean over images", measures[i].long_name);
        record_metric(r, measures[i].name, x, measures[i].units, long_name,
                      measures[i].better);
        record_outcomes(r, measures[i].name, NUMBER_DOUBLE, w->of[i], (size_t)w->n,
                        measures[i].units, measures[i].long_name);
    }
    if (w->display.patch > 2)
        record_metric(r, "edges", w->laplacian / w->true_laplacian, "1",
                      "variance of the Laplacian in hidden patches over the original's",
                      NEITHER);
}

static void put_images(Record *r, const Reconstruct *w)
{
    size_t n = (size_t)(w->n < SHOWN ? w->n : SHOWN);
    size_t H = (size_t)w->H, W = (size_t)w->W, C = (size_t)w->C;
    record_reconstruction(r, w->original, w->hidden, w->completed, n, H, W, C);
    record_data(r, &(H5Set){ .name = "reconstruction/drawn", .kind = NUMBER_UINT8,
                             .rank = 4, .dim = { n, H, W, C }, .units = "1",
                             .long_name = "all patches as predicted" }, w->drawn);
}

static Status write_record(Reconstruct *w, const StageContext *x, double wall_s, Err *err)
{
    Record *r;
    if (stage_record(&r, w->cell, STAGE_RECONSTRUCT, x, err)) return err->code;
    record_text(r, "evaluation_mask", mask_spec(w->mask));
    record_whole(r, "evaluation_visible", w->K);
    record_text(r, "pixels", w->display.normalized
                                 ? "predicted normalised: with the true mean and deviation of "
                                   "each hidden patch, not comparable with plain pixels"
                                 : "predicted plain");
    put_measures(r, w);
    record_pictures(r, w->data->names, w->data->labels, w->n);
    put_images(r, w);
    record_cost(r, wall_s, w->n);
    return record_close(r, err);
}

/* --- the stage ----------------------------------------------------------- */

static Status open_model(Reconstruct *w, const StageContext *x, Err *err)
{
    const Backend *be;
    char           path[CELL_PATH];
    cell_model(path, x->results, w->cell, MODEL_ENCODER);
    if (backend_open(&be, NULL, err) || checkpoint_open(&w->mae, be, path, NULL, err))
        return err->code;
    tape_open(&w->tape, be);
    if (w->mae.config.decoder.D) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: an encoder alone, and it takes a decoder to draw",
                   path);
}

static Status open_all(Reconstruct *w, const StageContext *x, Err *err)
{
    const Cell              *c = w->cell;
    const ReconstructConfig *how = &c->config.reconstruct;
    DataConfig               data = c->config.data;
    if (how->images < c->data->test_count) data.test_count = how->images;
    if (data_open(&w->data, &data, SPLIT_TEST, err) || open_model(w, x, err) ||
        strategy_open(&w->mask, how->strategy, c->rows, c->cols, err))
        return err->code;
    w->display = (Display){ w->data, c->rows, c->cols, c->config.model.patch,
                            w->mae.config.normalized };
    w->H = w->data->height, w->W = w->data->width, w->C = w->data->channels;
    w->n = w->data->count;
    w->K = mask_count(w->mask, how->ratio, 1);
    w->T = mask_thrown(w->mask, w->K);
    size_t shown = (size_t)SHOWN * (size_t)(w->H * w->W * w->C);
    w->hidden = ARENA_NEW(&w->host, uint8_t, w->n * c->rows * c->cols);
    w->original = ARENA_NEW(&w->host, uint8_t, shown);
    w->completed = ARENA_NEW(&w->host, uint8_t, shown);
    w->drawn = ARENA_NEW(&w->host, uint8_t, shown);
    for (int i = 0; i < MEASURES; i++) w->of[i] = ARENA_NEW(&w->host, double, w->n);
    return STATUS_OK;
}

Status stage_reconstruct(const Cell *c, const StageContext *x, Err *err)
{
    Reconstruct w = { .cell = c };
    double      start = clock_s();
    arena_open(&w.host, "reconstruct", NULL, NULL);
    Status bad = open_all(&w, x, err);
    if (!bad) bad = stage_pass(x, w.data, &w.tape, &w.mae.config.encoder, see, &w, err);
    if (!bad) bad = write_record(&w, x, clock_s() - start, err);
    if (w.tape.be) tape_close(&w.tape);
    if (w.mae.params.be) mae_close(&w.mae);
    mask_close(w.mask);
    data_close(w.data);
    arena_close(&w.host);
    return bad;
}
