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
#include <string.h>

enum { SHOWN = 16, MASK_SEED = 0 };
static const double LEAST_MSE = 1e-10; /* 100 dB: a perfect image must not be infinite */

/* One value per image, and sums over images of what is a ratio of sums. */
typedef struct {
    double *psnr, *ssim, *whole, *sharpness, *inner, *distance; /* [n] */
    double  mse, laplacian, true_laplacian;
} Measures;

typedef struct {
    const Cell *cell;
    Mae         mae;
    Mask       *mask;
    Data       *data;
    Tape        tape;
    Arena       host;
    Display     display;
    int         n, K, T, H, W, C; /* n images are asked about; K visible, T thrown */
    uint8_t    *hidden, *original, *completed; /* [n, L]; [SHOWN, H, W, C] */
    Measures    of;
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
        w->of.laplacian += restoration_laplacian(a, NULL, side, side);
        w->of.true_laplacian += restoration_laplacian(b, NULL, side, side);
    }
}

/* Image i, completed x and original y [H, W, C]. */
static void measure(Reconstruct *w, int i, const double *x, const double *y,
                    const uint8_t *hidden)
{
    ArenaMark mark = arena_mark(&w->host);
    Measures *of = &w->of;
    size_t    pixels = (size_t)(w->H * w->W), C = (size_t)w->C;
    int       bins = (w->H < w->W ? w->H : w->W) / 2 + 1;
    int       border = w->display.rows < w->display.cols ? w->display.rows : w->display.cols;
    double    mse = 0, n = 0, ssim, whole;
    double   *a = ARENA_NEW(&w->host, double, pixels), *b = ARENA_NEW(&w->host, double, pixels);
    double   *map = ARENA_NEW(&w->host, double, pixels);
    double   *power = ARENA_NEW(&w->host, double, bins), *truth = ARENA_NEW(&w->host, double, bins);
    for (size_t k = 0; k < pixels * C; k++) {
        size_t at = k / C;
        if (!is_hidden(w, hidden, (int)at / w->W, (int)at % w->W)) continue;
        mse += (x[k] - y[k]) * (x[k] - y[k]), n++;
    }
    mse /= n;
    of->mse += mse / w->n;
    of->psnr[i] = restoration_psnr(mse > LEAST_MSE ? mse : LEAST_MSE);
    of->ssim[i] = of->whole[i] = 0;
    for (size_t c = 0; c < C; c++) {
        for (size_t k = 0; k < pixels; k++) a[k] = x[k * C + c], b[k] = y[k * C + c];
        structure(w, a, b, map, hidden, &ssim, &whole);
        of->ssim[i] += ssim / w->C, of->whole[i] += whole / w->C;
    }
    for (size_t k = 0; k < pixels; k++) a[k] = luma(x + k * C, w->C), b[k] = luma(y + k * C, w->C);
    restoration_spectrum(power, a, w->H, w->W);
    restoration_spectrum(truth, b, w->H, w->W);
    of->sharpness[i] = restoration_sharpness(power, truth, bins, 0);
    of->inner[i] = restoration_sharpness(power, truth, bins, border);
    of->distance[i] = restoration_spectral_distance(power, truth, bins, 0);
    edges(w, a, b, hidden);
    arena_rewind(&w->host, mark);
}

/* --- images -------------------------------------------------------------- */

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
    be->read(pred, r.pred->data, tensor_count(r.pred));
    be->read(pixels, raw->data, tensor_count(raw));
    for (int i = 0; i < N; i++) { /* row 0 of pred is the class token's */
        size_t at = (size_t)i;
        display_image(y, x, &w->display, pred + (at * (size_t)(L + 1) + 1) * P,
                      pixels + at * (size_t)L * P, hidden + at * (size_t)L);
        measure(w, first + i, x, y, hidden + at * (size_t)L);
        for (size_t k = 0; first + i < SHOWN && k < size; k++) {
            w->original[(size_t)(first + i) * size + k] = display_pixel(y[k]);
            w->completed[(size_t)(first + i) * size + k] = display_pixel(x[k]);
        }
    }
    arena_rewind(&w->host, mark);
}

/* --- the record ---------------------------------------------------------- */

static double mean(const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += x[i] / n;
    return sum;
}

static void put_outcomes(Record *r, const Reconstruct *w)
{
    const Measures *of = &w->of;
    size_t          n = (size_t)w->n;
    record_outcomes(r, "psnr", NUMBER_DOUBLE, of->psnr, n, "dB", "PSNR of the hidden pixels");
    record_outcomes(r, "ssim", NUMBER_DOUBLE, of->ssim, n, "1", "SSIM around hidden pixels");
    record_outcomes(r, "sharpness", NUMBER_DOUBLE, of->sharpness, n, "1",
                    "log2 of high frequencies over the original's");
}

static Status write_record(Reconstruct *w, const StageContext *x, double wall_s, Err *err)
{
    Record         *r;
    const Measures *of = &w->of;
    if (stage_record(&r, w->cell, STAGE_RECONSTRUCT, x, err)) return err->code;
    record_text(r, "evaluation_mask", mask_spec(w->mask));
    record_whole(r, "evaluation_visible", w->K);
    record_text(r, "pixels", w->display.normalized
                                 ? "predicted normalised: with the true mean and deviation of "
                                   "each hidden patch, not comparable with plain pixels"
                                 : "predicted plain");
    record_metric(r, "psnr", mean(of->psnr, w->n), "dB",
                  "PSNR of hidden pixels, mean over images", HIGHER);
    if (w->H >= SSIM_WINDOW && w->W >= SSIM_WINDOW) {
        record_metric(r, "ssim", mean(of->ssim, w->n), "1", "SSIM around hidden pixels", HIGHER);
        record_metric(r, "ssim_whole", mean(of->whole, w->n), "1", "SSIM of the whole image",
                      HIGHER);
    }
    record_metric(r, "mse", of->mse, "1", "squared error of hidden pixels, 0 to 1", LOWER);
    record_metric(r, "sharpness", mean(of->sharpness, w->n), "1",
                  "log2 of high frequencies over the original's, below 0 is blurred", NEITHER);
    record_metric(r, "sharpness_inner", mean(of->inner, w->n), "1",
                  "the same without the frequencies of patch borders", NEITHER);
    record_metric(r, "spectral_distance", mean(of->distance, w->n), "dB",
                  "distance of log spectra", LOWER);
    if (w->display.patch > 2)
        record_metric(r, "edges", of->laplacian / of->true_laplacian, "1",
                      "variance of the Laplacian within hidden patches over the original's",
                      NEITHER);
    put_outcomes(r, w);
    record_reconstruction(r, w->original, w->hidden, w->completed,
                          (size_t)(w->n < SHOWN ? w->n : SHOWN), (size_t)w->H, (size_t)w->W,
                          (size_t)w->C);
    record_cost(r, wall_s, w->n);
    return record_close(r, err);
}

/* --- the stage ----------------------------------------------------------- */

static Status open_model(Reconstruct *w, const StageContext *x, Err *err)
{
    const Backend *be;
    char           path[CELL_PATH];
    cell_file(path, x->results, w->cell, "encoder.safetensors");
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
    double **const lists[] = { &w->of.psnr, &w->of.ssim, &w->of.whole, &w->of.sharpness,
                               &w->of.inner, &w->of.distance };
    for (int i = 0; i < 6; i++) *lists[i] = ARENA_NEW(&w->host, double, w->n);
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
