/* Training under recorded masks is training under the strategy they are from. */
#include "core/base/file.h"
#include "core/mask/recording.h"
#include "experiments/record/mask_record.h"
#include "strategies/registry.h"
#include "tests/stages/home.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The masks of `spec` in that many epochs and images of the cells of home.c. */
static void record(const char *path, const char *spec, size_t epochs, size_t images)
{
    enum { ROWS = 4, COLS = 4, L = 16, K = 4 };
    Err      err;
    Mask    *m;
    int      ids[L];
    uint8_t *hidden = calloc(epochs * images, recording_bytes(L));
    cr_assert(!strategy_open(&m, spec, ROWS, COLS, &err), "%s", err.text);
    for (size_t e = 0; e < epochs; e++)
        for (size_t i = 0; i < images; i++) {
            mask_draw(m, ids, &(MaskView){ 0 }, 0, e, i, K);
            recording_pack(hidden + (e * images + i) * recording_bytes(L), ids + K, L - K, L);
        }
    MaskRecord r = { .strategy = spec, .rows = ROWS, .cols = COLS, .K = K, .ratio = 0.75,
                     .seen = "nothing", .progress = (double[8]){ 0 }, .epochs = epochs,
                     .images = images, .hidden = hidden };
    cr_assert(!mask_record_write(path, &r, &err), "%s", err.text);
    mask_close(m);
    free(hidden);
}

/* The encoder, and the identity of its cell. */
static char *train(const char *strategy, char id[HASH_HEX], size_t *n)
{
    Home         h;
    Err          err;
    char         results[128], setting[256];
    snprintf(setting, sizeof setting, "pretrain.strategy=%s", strategy);
    const Cell  *c = open_cell(&h, setting);
    StageContext x = context(&h, results, "results", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &x, &err), "%s", err.text);
    char *bytes = encoder_numbers(c, results, n);
    strcpy(id, c->stage[STAGE_PRETRAIN].id);
    features_free(x.features);
    close_home(&h);
    return bytes;
}

Test(replay, trains_to_the_same_bits, .timeout = 60)
{
    Scratch s;
    char    path[400], id[3][HASH_HEX];
    size_t  n[3];
    scratch_open(&s);
    strcpy(path, scratch_path(&s, "masks.h5"));
    record(path, "block", 3, 96);
    char *drawn = train("block", id[0], &n[0]), *replayed = train(path, id[1], &n[1]);
    cr_expect(n[0] == n[1] && !memcmp(drawn, replayed, n[0]), "other weights");
    cr_expect(strcmp(id[0], id[1]), "one identity");

    strcpy(path, scratch_path(&s, "other.h5"));
    record(path, "spiral", 3, 96);
    char *other = train(path, id[2], &n[2]);
    cr_expect(n[0] != n[2] || memcmp(drawn, other, n[0]), "the same weights");
    cr_expect(strcmp(id[1], id[2]), "one identity");
    free(drawn), free(replayed), free(other);
    scratch_close(&s);
}

#define SETS "data: {set: scenes, train: 96, test: 8}\nmodel: {preset: micro, patch: 7}\n"

/* The recipe of this text, under one recorded epoch of block on that many images. */
static Status open_replay(Recipe **r, Scratch *s, size_t images, const char *text,
                          Err *err)
{
    char path[400], setting[500];
    strcpy(path, scratch_path(s, "masks.h5"));
    record(path, "block", 1, images);
    snprintf(setting, sizeof setting, "pretrain.strategy=%s", path);
    const char *settings[] = { setting };
    const char *recipe = scratch_file(s, "r.yaml", text, strlen(text));
    return recipe_open(r, recipe, settings, 1, err);
}

Test(replay, of_too_few_images_is_no_recipe)
{
    Scratch s;
    Recipe *r;
    Err     err;
    scratch_open(&s);
    cr_expect_eq(open_replay(&r, &s, 95, SETS "pretrain: {batch: 16}\n", &err), STATUS_CONFIG,
                 "%s", err.text);
    cr_expect(strstr(err.text, "no mask of image 95"), "%s", err.text);
    scratch_close(&s);
}

/* One epoch of masks for three of training: that it comes again is told once. */
Test(replay, of_too_few_epochs_is_told)
{
    Scratch s;
    Recipe *r;
    Err     err;
    scratch_open(&s);
    cr_assert(!open_replay(&r, &s, 96, SETS "pretrain: {batch: 16, epochs: 3, warmup: 0}\n"
                           "grid: {seed: [0, 1]}\n", &err), "%s", err.text);
    cr_assert(r->notice != NULL);
    cr_expect(strstr(r->notice, "1 epoch, from 0 on: of epochs 0 to 2 the others"), "%s",
              r->notice);
    cr_expect(!strchr(r->notice, ';'), "%s", r->notice);
    recipe_close(r);
    scratch_close(&s);
}
