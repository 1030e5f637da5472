#include "core/metrics/miou.h"

#include "core/base/status.h"

#include <math.h>
#include <string.h>

static uint64_t *row(const Confusion *c, int truth)
{
    return c->pixels + (size_t)truth * (size_t)(c->classes + 1);
}

void confusion_open(Confusion *c, Arena *a, int classes)
{
    CHECK(classes >= 1 && classes <= CONFUSION_CLASSES, "%d classes", classes);
    size_t n = (size_t)classes * (size_t)(classes + 1);
    *c = (Confusion){ classes, ARENA_NEW(a, uint64_t, n) };
    memset(c->pixels, 0, n * sizeof *c->pixels);
}

/* The class of a true label; -1: it does not count. */
static int class_of(int label, int ignore, bool reduce_zero)
{
    if (label == ignore || (reduce_zero && !label)) return -1;
    return label - reduce_zero;
}

bool confusion_add(Confusion *c, const uint16_t *truth, const uint16_t *predicted, size_t n,
                   int ignore, bool reduce_zero, Flaw *flaw)
{
    for (size_t i = 0; i < n; i++) {
        int k = class_of(truth[i], ignore, reduce_zero), p = predicted[i];
        if (k < 0 || (k < c->classes && (p < c->classes || p == ignore))) continue;
        *flaw = (Flaw){ i, k < c->classes ? p : truth[i], k < c->classes };
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int k = class_of(truth[i], ignore, reduce_zero), p = predicted[i];
        if (k >= 0) row(c, k)[p < c->classes ? p : c->classes]++;
    }
    return true;
}

ClassPixels confusion_class(const Confusion *c, int class)
{
    ClassPixels of = { .right = (int64_t)row(c, class)[class] };
    for (int j = 0; j <= c->classes; j++) of.truth += (int64_t)row(c, class)[j];
    for (int j = 0; j < c->classes; j++) of.predicted += (int64_t)row(c, j)[class];
    return of;
}

void miou_of_classes(Miou *m, double *iou, double *accuracy, const ClassPixels *of,
                     int classes)
{
    int64_t right = 0, all = 0;
    double  sum_iou = 0, sum_accuracy = 0;
    int     there = 0, labelled = 0;
    for (int k = 0; k < classes; k++) {
        int64_t either = of[k].truth + of[k].predicted - of[k].right;
        double  overlap = either ? (double)of[k].right / (double)either : NAN;
        double  share = of[k].truth ? (double)of[k].right / (double)of[k].truth : NAN;
        if (either) sum_iou += overlap, there++;
        if (of[k].truth) sum_accuracy += share, labelled++;
        if (iou) iou[k] = overlap;
        if (accuracy) accuracy[k] = share;
        right += of[k].right, all += of[k].truth;
    }
    *m = (Miou){ there ? sum_iou / there : NAN, labelled ? sum_accuracy / labelled : NAN,
                 all ? (double)right / (double)all : NAN, (uint64_t)all };
}

void miou_of(Miou *m, double *iou, double *accuracy, const Confusion *c)
{
    Arena a;
    arena_open(&a, "pixels of classes", NULL, NULL);
    ClassPixels *of = ARENA_NEW(&a, ClassPixels, c->classes);
    for (int k = 0; k < c->classes; k++) of[k] = confusion_class(c, k);
    miou_of_classes(m, iou, accuracy, of, c->classes);
    arena_close(&a);
}
