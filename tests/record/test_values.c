/* What is in the arrays of records, held against the schema, and tables against arrays. */
#include "core/base/file.h"
#include "core/base/h5_inside.h"
#include "experiments/record/check.h"
#include "tests/ok.h"
#include "tests/record/pretrained.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static Scratch scratch;
static Err     err;

static void prepare(void) { scratch_open(&scratch); }
static void clean_up(void) { scratch_close(&scratch); }

TestSuite(values, .init = prepare, .fini = clean_up);

/* An encoder that stays as it began has neither losses nor curves. */
Test(values, a_record_of_no_training)
{
    const char *path = scratch_path(&scratch, "pretrain.h5");
    Record     *r = started(path, "pretrain", "stage: pretrain\npretrain.epochs: 0\n", false);
    Text        where = { 0 };
    int         n;
    record_text(r, "data", "scenes");
    record_whole(r, "parameters", 1234);
    record_whole(r, "bad_images", 0);
    record_cost(r, 0, 0);
    OK(record_close(r, &err));
    OK(record_check(path, &where, &n, &err));
    cr_expect(n == 0, "%s", text_get(&where));
    text_free(&where);
}

/* --- what evaluations must have ------------------------------------------------ */

static const struct { const char *wrong, *said; } of_knn[] = {
    { NULL, NULL },
    { "outcomes", "/outcomes/correct: missing, expected bool [image]" },
    { "names", "/outcomes/image: missing, expected text [image]" },
    { "over", "/metrics/knn_top1: 172, expected 0 to 100" },
    { "below", "/metrics/knn_top1: -1, expected 0 to 100" },
    { "nan", "/metrics/knn_top1: nan, expected 0 to 100" },
    { "rank", "/outcomes/rank: -2 is value 4 of 4, expected 0 or more" },
    { "top1", "/metrics/knn_top1: 99, expected 50, which the outcomes give" },
    { "top5", "/metrics/knn_top5: 99, expected 100, which the outcomes give" },
    { "feature", "/metrics/knn_top1: 50, expected 99, as /metrics/knn_mean_top1" },
    { "correct", "/outcomes/correct: true of image 3 of 4, expected false of rank 1" },
    { "predicted", "/outcomes/predicted: 0 of image 2 of 4, expected its label 1" },
    { "twice", "/outcomes/image: 0 is there twice, expected each image once" },
    { "seed", "/: seed 0, expected 5, as configured" },
    { "strategy", "/: strategy random, expected block, as configured" },
    { "ratio", "/: ratio 0.75, expected 0.5, as configured" },
};
enum { OF_KNN = sizeof of_knn / sizeof *of_knn };

static const char *knn_written(const char *wrong)
{
    static const char *const twice[4] = { "0", "1", "2", "0" };
    static const int     labels[4] = { 0, 1, 2, 0 };
    const int            predicted[4] = { 0, !wrong_in(wrong, "predicted"), 1, 2 };
    const uint8_t        correct[4] = { 1, 1, wrong_in(wrong, "correct"), 0 };
    const int            rank[4] = { 0, 0, 1, wrong_in(wrong, "rank") ? -2 : 2 };
    const char          *path = scratch_path(&scratch, "knn.h5");
    Record              *r = started(path, "knn",
                                  wrong_in(wrong, "seed")       ? "stage: knn\nseed: 5\n"
                                  : wrong_in(wrong, "strategy") ? "pretrain.strategy: block\n"
                                  : wrong_in(wrong, "feature")  ? "knn.feature: mean\n"
                                  : wrong_in(wrong, "ratio")    ? "pretrain.ratio: 0.5\n"
                                                                : "stage: knn\nknn.k: 20\n",
                                  false);
    record_text(r, "data", "scenes");
    record_text(r, "builds_on", "0123456789abcdef0123456789abcdef");
    record_whole(r, "bad_test_images", 0);
    record_metric(r, "knn_top1", wrong_in(wrong, "over")    ? 172
                                 : wrong_in(wrong, "top1")  ? 99
                                 : wrong_in(wrong, "below") ? -1
                                 : wrong_in(wrong, "nan")   ? (double)NAN
                                                            : 50, "percent", "top-1", HIGHER);
    record_metric(r, "knn_top5", wrong_in(wrong, "top5") ? 99 : 100, "percent", "top-5", HIGHER);
    if (wrong_in(wrong, "feature"))
        record_metric(r, "knn_mean_top1", 99, "percent", "top-1, mean of patches", HIGHER);
    if (!wrong_in(wrong, "names"))
        record_pictures(r, wrong_in(wrong, "twice") ? twice : NULL, labels, 4);
    if (!wrong_in(wrong, "outcomes")) {
        record_outcomes(r, "predicted", NUMBER_INT32, predicted, 4, "1", "class");
        record_outcomes(r, "rank", NUMBER_INT32, rank, 4, "1", "rank");
        record_outcomes(r, "correct", NUMBER_BOOL, correct, 4, "1", "correct");
    }
    record_cost(r, 2.5, 4);
    OK(record_close(r, &err));
    return path;
}

ParameterizedTestParameters(values, of_knn)
{
    static int index[OF_KNN];
    for (int i = 0; i < OF_KNN; i++) index[i] = i;
    return cr_make_param_array(int, index, OF_KNN);
}

ParameterizedTest(int *i, values, of_knn, .init = prepare, .fini = clean_up)
{
    const char *said = of_knn[*i].said;
    Text        where = { 0 };
    int         n;
    OK(record_check(knn_written(of_knn[*i].wrong), &where, &n, &err));
    cr_expect(said ? n >= 1 && strstr(text_get(&where), said) : n == 0, "%s: %s",
              of_knn[*i].wrong, text_get(&where));
    text_free(&where);
}

/* --- files that say another thing ----------------------------------------------- */

/* A copy in which `from` has become `to`, and whose seal is right. */
static const char *altered(const void *from, const void *to, size_t size)
{
    char  *bytes, *at = NULL;
    size_t n;
    OK(file_read(pretrained(&scratch, NULL), 1 << 24, &bytes, &n, &err));
    for (size_t i = 0; i + size <= n && !at; i++)
        if (!memcmp(bytes + i, from, size)) at = bytes + i;
    cr_assert(at != NULL);
    memcpy(at, to, size);
    h5_seal(bytes, bytes + H5_SEAL, n - H5_SEAL);
    const char *path = scratch_file(&scratch, "altered.h5", bytes, n);
    free(bytes);
    return path;
}

static void expect_said(const char *path, const char *said)
{
    Text where = { 0 };
    int  n;
    OK(record_check(path, &where, &n, &err));
    cr_expect(n == 1 && strstr(text_get(&where), said), "%s: %s", said, text_get(&where));
    text_free(&where);
}

Test(values, a_table_of_metrics_is_the_metrics)
{
    static const char name[] = "pretrain_loss";
    char              row[32], other[32];
    const size_t      length = sizeof name - 1;
    memcpy(row, name, length);
    memcpy(other, name, length);
    memcpy(row + length, &(double){ 5.5 }, sizeof(double));
    memcpy(other + length, &(double){ 5.25 }, sizeof(double));
    expect_said(altered(row, other, length + sizeof(double)),
                "/metrics/table: value of pretrain_loss is not that of /metrics/pretrain_loss");
    memcpy(other, "pretrain_lost", length);
    memcpy(other + length, &(double){ 5.5 }, sizeof(double));
    expect_said(altered(row, other, length + sizeof(double)),
                "/metrics/table: no row pretrain_loss, expected one of each metric");
}

/* Epoch, step, loss, rate and visible patches at the end of the second epoch. */
Test(values, a_table_of_epochs_is_the_curves)
{
    const double row[] = { 2, 4, 3.5, 0, 3.5 }, other[] = { 2, 4, 3.25, 0, 3.5 };
    expect_said(altered(row, other, sizeof row),
                "/epochs/table: 3.25 is loss in row 2, but the curves give 3.5");
}

Test(values, when_it_was_made_is_a_time)
{
    char        other[32];
    const char *created;
    Arena       a;
    H5         *f;
    arena_open(&a, "test", NULL, NULL);
    OK(h5_open(&f, pretrained(&scratch, NULL), &err));
    OK(h5_get_text(f, "/", "created", &a, &created, &err));
    h5_close(f);
    strcpy(other, created);
    memcpy(other + 5, "13", 2); /* the month */
    expect_said(altered(created, other, strlen(created)), "expected as 2026-01-31T23:59:59Z");
    arena_close(&a);
}
