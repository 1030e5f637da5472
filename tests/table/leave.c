#include "tests/table/leave.h"

#include "core/base/file.h"

#include <criterion/criterion.h>

#include <stdlib.h>

/* The first `right` of `images` are told rightly. */
static void leave_images(Record *r, int images, int right)
{
    int     *labels = calloc((size_t)images, sizeof *labels);
    int     *predicted = calloc((size_t)images, sizeof *predicted);
    int     *rank = calloc((size_t)images, sizeof *rank);
    uint8_t *correct = calloc((size_t)images, 1);
    cr_assert(labels && predicted && rank && correct);
    for (int i = 0; i < images; i++) {
        labels[i] = i % 10;
        correct[i] = i < right;
        predicted[i] = correct[i] ? labels[i] : (i + 1) % 10;
        rank[i] = correct[i] ? 0 : 9;
    }
    record_pictures(r, NULL, labels, (size_t)images);
    record_outcomes(r, "predicted", NUMBER_INT32, predicted, (size_t)images, "1", "class");
    record_outcomes(r, "rank", NUMBER_INT32, rank, (size_t)images, "1", "classes before it");
    record_outcomes(r, "correct", NUMBER_BOOL, correct, (size_t)images, "1", "correct");
    free(labels);
    free(predicted);
    free(rank);
    free(correct);
}

/* Metrics until one that has no name. */
static void leave(const Cell *c, StageKind stage, const char *folder, const Left *metrics,
                  int images, int right)
{
    char    path[CELL_PATH];
    Record *r;
    Text    config = { 0 };
    Err     err;
    cell_folder(path, folder, c);
    cr_assert(!file_make_folders(path, &err), "%s", err.text);
    cell_record(path, folder, c, stage);
    cell_canonical(c, stage, &config);
    const RecordHead head = { .stage = stage_word(stage), .id = c->stage[stage].id,
                              .title = "test", .config = text_get(&config), .threads = 1,
                              .strategy = c->config.pretrain.strategy,
                              .seed = (int64_t)c->config.seed,
                              .ratio = c->config.pretrain.ratio, .rows = c->rows,
                              .cols = c->cols, .K = c->K };
    cr_assert(!record_open(&r, path, &head, &err), "%s", err.text);
    if (stage != STAGE_PRETRAIN) record_text(r, "builds_on", c->stage[STAGE_PRETRAIN].id);
    for (const Left *m = metrics; m->name; m++)
        record_metric(r, m->name, m->x, "percent", "accuracy", m->better);
    if (images) leave_images(r, images, right);
    cr_assert(!record_close(r, &err), "%s", err.text);
    text_free(&config);
}

void leave_record(const Cell *c, StageKind stage, const char *folder, Left metric)
{
    leave(c, stage, folder, (const Left[]){ metric, { NULL, 0, NEITHER } }, 0, 0);
}

void leave_knn(const Cell *c, const char *folder, double top1)
{
    leave_record(c, STAGE_PRETRAIN, folder, (Left){ NULL, 0, NEITHER });
    leave_record(c, STAGE_KNN, folder, (Left){ "knn_top1", top1, HIGHER });
}

void leave_outcomes(const Cell *c, const char *folder, int images, int right)
{
    const double x = 100.0 * right / images;
    const Left   pretrain[] = { { "pretrain_loss", 1, LOWER },   { "train_s", 2, LOWER },
                                { "train_gflop", 3, LOWER },     { "guide_s", 0, LOWER },
                                { "guide_gflop", 0, LOWER },     { "mask_share", 0, NEITHER },
                                { NULL, 0, NEITHER } };
    const Left   knn[] = { { "knn_top1", x, HIGHER },       { "knn_top5", x, HIGHER },
                           { "knn_class_top1", x, HIGHER }, { "knn_class_top5", x, HIGHER },
                           { "knn_mean_top1", x, HIGHER },  { "knn_mean_top5", x, HIGHER },
                           { NULL, 0, NEITHER } };
    const Left   linear[] = { { "linear_cached_top1", x, HIGHER },
                              { "linear_cached_top5", x, HIGHER }, { NULL, 0, NEITHER } };
    leave(c, STAGE_PRETRAIN, folder, pretrain, 0, 0);
    leave(c, STAGE_KNN, folder, knn, images, right);
    leave(c, STAGE_LINEAR_CACHED, folder, linear, images, right);
}
