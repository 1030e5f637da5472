#include "core/model/rules.h"

const BoxRules box_rules = {
    .levels = 5,
    .stride = { 4, 8, 16, 32, 64 },
    .side = { 32, 64, 128, 256, 512 },
    .ratios = 3,
    .ratio = { 0.5, 1, 2 },

    .anchor_weight = { 1, 1, 1, 1 },
    .region_weight = { 10, 10, 5, 5 },
    .log_most = 4.135166556742356, /* log(1000 / 16) */

    .positive = 0.7,
    .negative = 0.3,
    .anchors = 256,
    .anchors_positive = 0.5,

    .before_train = 2000,
    .before_test = 1000,
    .after = 1000,
    .proposal_iou = 0.7,

    .foreground = 0.5,
    .regions = 512,
    .regions_foreground = 0.25,
    .region_levels = 4,
    .usual_side = 224,
    .usual_level = 2,

    .score_least = 0.05,
    .class_iou = 0.5,
    .detections = 100,
    .inside = 0.5,
};
