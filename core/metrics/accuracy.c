#include "core/metrics/accuracy.h"

#include "core/base/status.h"

#include <math.h>
#include <stddef.h>

/* NaN: no class. */
static int best_of(const float *scores, int classes)
{
    int best = -1;
    for (int j = 0; j < classes; j++)
        if (!isnan(scores[j]) && (best < 0 || scores[j] > scores[best])) best = j;
    return best;
}

static int rank_of(const float *scores, int classes, int label)
{
    float own = scores[label];
    int   before = 0;
    if (isnan(own)) return classes;
    for (int j = 0; j < classes; j++)
        before += scores[j] > own || (scores[j] == own && j < label);
    return before;
}

Accuracy accuracy_of(const float *scores, const int *labels, int n, int classes,
                     int *predicted, int *rank)
{
    int first = 0, top_five = 0;
    for (int i = 0; i < n; i++) {
        const float *s = scores + (size_t)i * (size_t)classes;
        CHECK(labels[i] >= 0 && labels[i] < classes, "label %d of row %d", labels[i], i);
        int r = rank_of(s, classes, labels[i]);
        first += r == 0;
        top_five += r < 5;
        if (predicted) predicted[i] = best_of(s, classes);
        if (rank) rank[i] = r;
    }
    return (Accuracy){ n, (double)first / n, (double)top_five / n };
}
