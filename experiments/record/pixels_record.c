#include "experiments/record/dense_record.h"

#include <math.h>
#include <stdio.h>

const char *const pixel_name[] = { "mIoU", "mAcc", "aAcc" };
const char *const pixel_about[] = {
    "intersection over union, mean of classes",
    "share of a class's pixels that is right, mean of classes",
    "share of all pixels that is right",
};

void pixel_percent(double total[PIXEL_NUMBERS], double *each, const Confusion *c)
{
    Arena a;
    Miou  m;
    arena_open(&a, "numbers of classes", NULL, NULL);
    double *iou = ARENA_NEW(&a, double, c->classes);
    double *accuracy = ARENA_NEW(&a, double, c->classes);
    miou_of(&m, iou, accuracy, c);
    total[PIXEL_MIOU] = 100 * m.miou;
    total[PIXEL_MACC] = 100 * m.macc;
    total[PIXEL_AACC] = 100 * m.aacc;
    for (int k = 0; k < c->classes; k++) {
        each[k * PIXEL_NUMBERS + PIXEL_MIOU] = 100 * iou[k];
        each[k * PIXEL_NUMBERS + PIXEL_MACC] = 100 * accuracy[k];
        each[k * PIXEL_NUMBERS + PIXEL_AACC] = NAN;
    }
    arena_close(&a);
}

void record_miou(Record *r, const double total[PIXEL_NUMBERS], const double *each, int classes)
{
    for (int i = 0; i < PIXEL_NUMBERS; i++) {
        char key[32];
        snprintf(key, sizeof key, "pixel_%s", pixel_name[i]);
        record_metric(r, key, total[i], "percent", pixel_about[i], HIGHER);
    }
    record_data(r, &(H5Set){ .name = "classes/numbers", .kind = NUMBER_DOUBLE, .rank = 2,
        .dim = { (size_t)classes, PIXEL_NUMBERS }, .units = "percent",
        .long_name = "IoU and accuracy of each class; the third is not known" }, each);
}

void pixel_counts(int64_t *counts, const Confusion *c)
{
    for (int k = 0; k < c->classes; k++, counts += PIXEL_COUNTS) {
        ClassPixels of = confusion_class(c, k);
        counts[PIXELS_RIGHT] = of.right;
        counts[PIXELS_PREDICTED] = of.predicted;
        counts[PIXELS_TRUE] = of.truth;
    }
}

void record_pixels(Record *r, const int64_t *counts, int images, int classes)
{
    record_data(r, &(H5Set){ .name = "pixels/counts", .kind = NUMBER_INT64, .rank = 3,
        .dim = { (size_t)images, (size_t)classes, PIXEL_COUNTS }, .units = "1",
        .long_name = "pixels of each image and class: right, predicted, true; mIoU is the mean "
                     "over classes of right / (predicted + true - right), each a sum over "
                     "images" }, counts);
}
