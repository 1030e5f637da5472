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

void miou_of(Miou *m, double *iou, double *accuracy, const Confusion *c)
{
    uint64_t right = 0, all = 0;
    double   sum_iou = 0, sum_accuracy = 0;
    int      there = 0, labelled = 0;
    for (int k = 0; k < c->classes; k++) {
        uint64_t truth = 0, predicted = 0, both = row(c, k)[k];
        for (int j = 0; j <= c->classes; j++) truth += row(c, k)[j];
        for (int j = 0; j < c->classes; j++) predicted += row(c, j)[k];
        uint64_t either = truth + predicted - both;
        iou[k] = either ? (double)both / (double)either : NAN;
        accuracy[k] = truth ? (double)both / (double)truth : NAN;
        if (either) sum_iou += iou[k], there++;
        if (truth) sum_accuracy += accuracy[k], labelled++;
        right += both, all += truth;
    }
    *m = (Miou){ there ? sum_iou / there : NAN, labelled ? sum_accuracy / labelled : NAN,
                 all ? (double)right / (double)all : NAN, all };
}
