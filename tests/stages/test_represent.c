/* reconstruct and represent: what they leave, and what it means. */
#include "core/base/file.h"
#include "core/metrics/geometry.h"
#include "experiments/record/record.h"
#include "experiments/stages/display.h"
#include "tests/stages/home.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(call) cr_assert(!(call), "%s", err.text)

/* Predicted as it is, plain or normalised, a patch is what it was. */
Test(represent, a_picture_comes_back)
{
    Data    data = { .channels = 3, .height = 4, .width = 4, .mean = { 0.5F, 0.4F, 0.3F },
                     .std = { 0.2F, 0.1F, 0.5F } };
    Display plain = { &data, 2, 2, 2, false }, oracle = { &data, 2, 2, 2, true };
    real    raw[48], pred[48];
    uint8_t hidden[4] = { 1, 0, 0, 1 };
    double  x[48], y[48];
    for (int i = 0; i < 48; i++) raw[i] = (real)((i * 7 % 11) / 11.0 - 0.5), pred[i] = raw[i];
    display_image(x, y, &plain, pred, raw, hidden);
    for (int i = 0; i < 48; i++) cr_expect(x[i] == y[i] && x[i] >= 0 && x[i] <= 1);
    /* Value 0 of patch 3 is the pixel (2, 2), its first colour. */
    cr_expect(fabs(x[(2 * 4 + 2) * 3] - ((double)raw[36] * 0.2 + 0.5)) <= 1e-7);
    for (int i = 0; i < 4; i++) { /* the same patches, normalised */
        double mean = 0, square = 0;
        for (int k = 0; k < 12; k++) mean += (double)raw[i * 12 + k] / 12;
        for (int k = 0; k < 12; k++) square += pow((double)raw[i * 12 + k] - mean, 2);
        for (int k = 0; k < 12; k++)
            pred[i * 12 + k] = (real)(((double)raw[i * 12 + k] - mean) / sqrt(square / 11 + 1e-6));
    }
    display_image(x, y, &oracle, pred, raw, hidden);
    for (int i = 0; i < 48; i++) cr_expect(fabs(x[i] - y[i]) <= 1e-6, "%d: %g %g", i, x[i], y[i]);
    cr_expect(display_error(&oracle, pred, raw, hidden) <= 1e-10);
    for (int i = 0; i < 48; i++) pred[i] += R(0.5);
    cr_expect(fabs(display_error(&oracle, pred, raw, hidden) - 0.25) <= 1e-6);
    /* As far in pixels, that is 0.5 deviations, is as far. */
    for (int i = 0; i < 48; i++) {
        double mean = 0, square = 0;
        for (int k = 0; k < 12; k++) mean += (double)raw[i / 12 * 12 + k] / 12;
        for (int k = 0; k < 12; k++) square += pow((double)raw[i / 12 * 12 + k] - mean, 2);
        pred[i] = raw[i] + (real)(0.5 * sqrt(square / 11 + 1e-6));
    }
    cr_expect(fabs(display_error(&plain, pred, raw, hidden) - 0.25) <= 1e-6);
    hidden[0] = 0;
    for (int i = 0; i < 48; i++) pred[i] = 100;
    display_image(x, y, &plain, pred, raw, hidden);
    cr_expect(y[0] == x[0] && y[(2 * 4 + 2) * 3] == 1, "a visible patch was drawn, or not clipped");
}

/* Of two strategies and seeds the same patches are hidden. */
Test(represent, one_mask_for_all, .timeout = 60)
{
    static const char *const settings[] = { "seed=1 pretrain.epochs=0",
                                            "pretrain.strategy=block pretrain.epochs=1" };
    Arena    a;
    uint8_t *hidden[2];
    double   psnr[2];
    arena_open(&a, "test", NULL, NULL);
    for (int i = 0; i < 2; i++) {
        Home         h;
        Err          err;
        H5          *f;
        char         results[128], path[CELL_PATH];
        const Cell  *c = open_cell(&h, settings[i]);
        StageContext x = context(&h, results, "results", c);
        REQUIRE(stage_run(c, STAGE_PRETRAIN, &x, &err));
        REQUIRE(stage_run(c, STAGE_RECONSTRUCT, &x, &err));
        cell_record(path, results, c, STAGE_RECONSTRUCT);
        REQUIRE(h5_open(&f, path, &err));
        H5Set set = { .name = "reconstruction/hidden", .kind = NUMBER_UINT8, .rank = 2 };
        REQUIRE(h5_get(f, &set, &a, (void **)&hidden[i], &err));
        cr_expect(set.dim[0] == 16 && set.dim[1] == 16);
        h5_close(f);
        psnr[i] = metric(&x, c, STAGE_RECONSTRUCT, "psnr");
        double mse = metric(&x, c, STAGE_RECONSTRUCT, "mse");
        cr_expect(psnr[i] > 0 && psnr[i] < 40 && mse > 0, "%g dB, %g", psnr[i], mse);
        /* 12 of 16 patches are hidden, and where one is visible nothing is wrong. */
        double whole = metric(&x, c, STAGE_RECONSTRUCT, "mse_whole");
        cr_expect(fabs(whole - 0.75 * mse) <= 1e-12 * mse, "%g of %g", whole, mse);
        cr_expect(fabs(metric(&x, c, STAGE_RECONSTRUCT, "psnr_whole") - psnr[i] +
                       10 * log10(0.75)) <= 1e-9);
        cr_expect(metric(&x, c, STAGE_RECONSTRUCT, "mse_normalized") > 0);
        cr_expect(metric(&x, c, STAGE_RECONSTRUCT, "ms_ssim") == -1, "28 pixels have no MS-SSIM");
        /* The mean of logarithms is at least the logarithm of the mean. */
        cr_expect(psnr[i] >= -10 * log10(mse) - 1e-9);
        features_free(x.features);
        close_home(&h);
    }
    cr_expect(!memcmp(hidden[0], hidden[1], 16 * 16), "other patches are hidden");
    int sum = 0;
    for (int i = 0; i < 16; i++) sum += hidden[0][i];
    cr_expect(sum == 12, "%d of 16 hidden", sum);
    cr_expect(psnr[0] != psnr[1]);
    arena_close(&a);
}

Test(represent, over_the_epochs_and_again, .timeout = 60)
{
    Home         h;
    Err          err;
    H5          *f;
    Arena        a;
    double      *epoch, *y;
    size_t       n;
    char         results[128], path[CELL_PATH];
    const Cell  *c = open_cell(&h, "pretrain.snapshots=3");
    StageContext x = context(&h, results, "results", c);
    arena_open(&a, "test", NULL, NULL);
    REQUIRE(stage_run(c, STAGE_PRETRAIN, &x, &err));
    REQUIRE(stage_run(c, STAGE_REPRESENT, &x, &err));
    cell_record(path, results, c, STAGE_REPRESENT);
    REQUIRE(h5_open(&f, path, &err));
    REQUIRE(record_curve_read(f, "cut_agreement", "epoch", &a, &epoch, &y, &n, NULL, &err));
    cr_assert(n == 4, "%zu moments", n);
    for (int k = 0; k < 4; k++) cr_expect(epoch[k] == k && y[k] >= 0 && y[k] <= 1 + 1e-9);
    cr_expect(fabs(y[3] - 1) <= 1e-9, "the last agrees with itself: %g", y[3]);
    REQUIRE(record_curve_read(f, "relation_divergence", "epoch", &a, &epoch, &y, &n, NULL, &err));
    cr_expect(y[0] > 0 && fabs(y[3]) <= 1e-9);

    double *after, *share;
    H5Set   blocks = { .name = "blocks/relation_divergence", .kind = NUMBER_DOUBLE, .rank = 2 };
    REQUIRE(h5_get(f, &blocks, &a, (void **)&after, &err));
    cr_assert(blocks.dim[0] == 4 && blocks.dim[1] == 2);
    for (int i = 0; i < 2; i++) cr_expect(after[i] > 0 && fabs(after[6 + i]) <= 1e-12);
    REQUIRE(record_curve_read(f, "relation_divergence_of_block", "block", &a, &epoch, &y, &n, NULL,
                              &err));
    cr_assert(n == 2);
    for (int i = 0; i < 2; i++)
        cr_expect(fabs(y[i] - (after[i] + after[2 + i] + after[4 + i]) / 3) <= 1e-12);
    REQUIRE(record_curve_read(f, "exploitation_share", "epoch", &a, &epoch, &share, &n, NULL,
                              &err));
    REQUIRE(record_curve_read(f, "exploitation_rate", "epoch", &a, &epoch, &y, &n, NULL, &err));
    for (size_t k = 0; k < n; k++) /* 12 are hidden, 4 visible */
        cr_expect(share[k] > 0 && share[k] < 1 &&
                  fabs(y[k] - share[k] / 12 / ((1 - share[k]) / 4)) <= 1e-12);
    cr_expect(fabs(share[0] - 0.75) <= 0.05, "what knows nothing looks everywhere: %g", share[0]);
    REQUIRE(record_curve_read(f, "frequencies", "frequency", &a, &epoch, &y, &n, NULL, &err));
    cr_expect(n == 2 && epoch[1] == 0.5 && y[0] == 0 && y[1] < 0);
    cr_expect(metric(&x, c, STAGE_REPRESENT, "high_frequencies") == y[1]);
    double some = metric(&x, c, STAGE_REPRESENT, "components_90");
    cr_expect(some >= 1 && some <= metric(&x, c, STAGE_REPRESENT, "components_99"));

    H5Set set = { .name = "features/mean", .kind = NUMBER_FLOAT, .rank = 2 };
    void *features;
    REQUIRE(h5_get(f, &set, &a, &features, &err));
    cr_assert(set.dim[0] == 40 && set.dim[1] == 16);
    cr_expect(metric(&x, c, STAGE_REPRESENT, "uniformity") ==
              geometry_uniformity(features, 40, 16));
    double rank = metric(&x, c, STAGE_REPRESENT, "effective_rank");
    cr_expect(rank >= 1 && rank <= 16 && metric(&x, c, STAGE_REPRESENT, "alignment") > 0);
    cr_expect(metric(&x, c, STAGE_REPRESENT, "rank_of_mean") == rank &&
              metric(&x, c, STAGE_REPRESENT, "rank_of_patch") > rank);
    h5_close(f);
    arena_close(&a);
    features_free(x.features);
    close_home(&h);
}

/* Moments that are kept change nothing of what is trained. */
Test(represent, snapshots_do_not_disturb, .timeout = 60)
{
    char  *bytes[2];
    size_t n[2];
    for (int i = 0; i < 2; i++) {
        Home         h;
        Err          err;
        char         results[128], path[CELL_PATH];
        const Cell  *c = open_cell(&h, i ? "pretrain.snapshots=2" : NULL);
        StageContext x = context(&h, results, "results", c);
        REQUIRE(stage_run(c, STAGE_PRETRAIN, &x, &err));
        bytes[i] = encoder_numbers(c, results, &n[i]);
        cell_file(path, results, c, "snapshot-1.safetensors");
        cr_expect(file_exists(path) == i);
        features_free(x.features);
        close_home(&h);
    }
    cr_expect(n[0] == n[1] && !memcmp(bytes[0], bytes[1], n[0]));
    free(bytes[0]), free(bytes[1]);
}

/* Beside outcomes stands of which image they are: its number where it has no file. */
Test(represent, outcomes_name_their_images, .timeout = 60)
{
    static const StageKind kinds[] = { STAGE_KNN, STAGE_LINEAR_CACHED, STAGE_RECONSTRUCT,
                                       STAGE_REPRESENT };
    Home         h;
    Err          err;
    Arena        a;
    Data        *d;
    char         results[128], path[CELL_PATH];
    const Cell  *c = open_cell(&h, "pretrain.epochs=0");
    StageContext x = context(&h, results, "results", c);
    arena_open(&a, "test", NULL, NULL);
    REQUIRE(stage_run(c, STAGE_PRETRAIN, &x, &err));
    REQUIRE(data_open(&d, &c->config.data, SPLIT_TEST, &err));
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        H5                *f;
        H5Set              set = { .name = "outcomes/label", .kind = NUMBER_INT32, .rank = 1 };
        int32_t           *label;
        const char *const *name;
        size_t             n;
        REQUIRE(stage_run(c, kinds[k], &x, &err));
        cell_record(path, results, c, kinds[k]);
        REQUIRE(h5_open(&f, path, &err));
        REQUIRE(h5_get(f, &set, &a, (void **)&label, &err));
        REQUIRE(h5_get_texts(f, "outcomes/image", &a, &name, &n, &err));
        cr_assert(n == 40 && set.dim[0] == n, "%zu names", n);
        cr_expect_str_eq(name[0], "0");
        cr_expect_str_eq(name[39], "39");
        cr_expect(!memcmp(label, d->labels, n * sizeof *label));
        h5_close(f);
    }
    data_close(d);
    arena_close(&a);
    features_free(x.features);
    close_home(&h);
}

Test(represent, a_mask_that_looks_is_refused)
{
    Scratch    away;
    Recipe    *r;
    Err        err;
    const char text[] = "data: {set: scenes, train: 64, test: 8}\nevaluate: reconstruct\n"
                        "pretrain.batch: 16\nreconstruct.strategy: sma\n";
    scratch_open(&away);
    const char *path = scratch_file(&away, "r.yaml", text, sizeof text - 1);
    cr_assert(recipe_open(&r, path, NULL, 0, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "reconstruct.strategy") && strstr(err.text, "looks at images"), "%s",
              err.text);
    scratch_close(&away);
}
