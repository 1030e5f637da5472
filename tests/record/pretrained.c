#include "tests/ok.h"
#include "tests/record/pretrained.h"

#include "core/base/hash.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

enum { STEPS = 6, ROWS = 3, COLS = 5 };

static Err err;

bool wrong_in(const char *wrong, const char *what) { return wrong && !strcmp(wrong, what); }

static void put_curves(Record *r, const char *wrong)
{
    double x[STEPS], done[STEPS], lr[STEPS] = { wrong_in(wrong, "rate") ? -1 : 0 };
    if (wrong_in(wrong, "curves")) return;
    for (int i = 0; i < STEPS; i++) x[i] = i + 1, done[i] = (i + 1) / 2.0;
    record_axis(r, "step", x, STEPS, "1", "step");
    record_curve(r, "epoch", "step", done, STEPS, "1", "epochs done");
    if (!wrong_in(wrong, "group")) record_curve(r, "loss", "step", x, STEPS, "1", "loss");
    if (!wrong_in(wrong, "missing")) record_curve(r, "lr", "step", lr, STEPS, "1", "rate");
    record_curve(r, "visible", "step", x, STEPS, "1", "visible patches");
}

static void put_map(Record *r, const char *wrong)
{
    static double share[ROWS * COLS];
    static int32_t whole[ROWS * COLS];
    H5Set set = { .name = "maps/visible_share", .kind = NUMBER_DOUBLE, .rank = 2,
                  .dim = { ROWS, COLS }, .units = "1", .long_name = "share" };
    if (wrong_in(wrong, "text")) {
        record_texts(r, set.name, (const char *const[]){ "a", "b" }, 2);
        return;
    }
    share[ROWS * COLS - 1] = wrong_in(wrong, "share") ? 2 : 1;
    if (wrong_in(wrong, "type")) set.kind = NUMBER_INT32;
    if (wrong_in(wrong, "rank")) set.rank = 1;
    if (wrong_in(wrong, "size")) set.dim[1] = 4;
    record_data(r, &set, wrong_in(wrong, "type") ? (void *)whole : share);
}

static void put_pictures(Record *r, const char *wrong)
{
    static uint8_t bytes[9 * 6 * 10];
    const size_t   n = wrong_in(wrong, "dimension") ? 9 : 2;
    const H5Set    original = { .name = "reconstruction/original", .kind = NUMBER_UINT8,
                                .rank = 4, .dim = { n, 6, 10, 1 }, .units = "1",
                                .long_name = "images" };
    if (!wrong_in(wrong, "dimension")) {
        record_reconstruction(r, bytes, bytes, bytes, 2, 6, 10, 1);
        return;
    }
    record_data(r, &original, bytes);
    record_data(r, &(H5Set){ .name = "reconstruction/hidden", .kind = NUMBER_UINT8, .rank = 2,
                             .dim = { 2, ROWS * COLS }, .units = "1", .long_name = "1 hidden" },
                bytes);
}

Record *started(const char *path, const char *stage, const char *config, bool foreign)
{
    char    id[HASH_HEX];
    Hash    h;
    Record *r;
    hash_start(&h);
    hash_text(&h, config);
    hash_end(&h, id);
    if (foreign) id[0] = id[0] == '0' ? '1' : '0';
    OK(record_open(&r, path, &(RecordHead){
        .stage = stage, .id = id, .title = stage, .config = config, .strategy = "random",
        .ratio = 0.75, .rows = ROWS, .cols = COLS, .K = 3, .threads = 1 }, &err));
    return r;
}

const char *pretrained(Scratch *scratch, const char *wrong)
{
    const char *path = scratch_path(scratch, "pretrain.h5");
    Record     *r = started(path, "pretrain", "stage: pretrain\nmodel.width: 64\n",
                            wrong_in(wrong, "identity"));
    if (!wrong_in(wrong, "no attribute")) record_text(r, "data", "scenes");
    if (wrong_in(wrong, "attribute type")) record_text(r, "parameters", "many");
    else record_whole(r, "parameters", 1234);
    record_whole(r, "bad_images", 0);
    if (wrong_in(wrong, "attribute")) record_text(r, "colour", "red");
    if (wrong_in(wrong, "grid")) record_number(r, "realised_ratio", 0.5);
    if (wrong_in(wrong, "primary")) record_primary(r, "nothing");
    record_metric(r, wrong_in(wrong, "name") ? "pretrain_los" : "pretrain_loss",
                  wrong_in(wrong, "nan") ? (double)NAN : wrong_in(wrong, "loss") ? 0.5 : 5.5,
                  wrong_in(wrong, "units") ? "percent" : "1",
                  wrong_in(wrong, "long_name") ? NULL : "loss",
                  wrong_in(wrong, "better") ? HIGHER : LOWER);
    record_metric(r, "train_gflop", 4, "Gflop", "products", LOWER);
    record_metric(r, "train_s", 2, "s", "time", LOWER);
    record_metric(r, "mask_share", 3, "percent", "share of the time", LOWER);
    put_curves(r, wrong);
    put_map(r, wrong);
    put_pictures(r, wrong);
    if (wrong_in(wrong, "array"))
        record_data(r, &(H5Set){ .name = "elsewhere", .kind = NUMBER_DOUBLE }, &(double){ 1 });
    if (!wrong_in(wrong, "cost")) record_cost(r, 2.5, 100);
    OK(record_close(r, &err));
    return path;
}
