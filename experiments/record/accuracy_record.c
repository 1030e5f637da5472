#include "core/metrics/accuracy.h"

#include "core/base/arena.h"
#include "experiments/record/record.h"

#include <stdio.h>

void record_pictures(Record *r, const char *const *names, const int *labels, int n)
{
    enum { DIGITS = 12 };
    Arena host;
    arena_open(&host, "names of pictures", NULL, NULL);
    const char **number = ARENA_NEW(&host, const char *, n);
    for (int i = 0; i < n && !names; i++) {
        char *text = ARENA_NEW(&host, char, DIGITS);
        snprintf(text, DIGITS, "%d", i);
        number[i] = text;
    }
    record_texts(r, "outcomes/image", names ? names : number, (size_t)n);
    record_outcomes(r, "label", NUMBER_INT32, labels, (size_t)n, "1", "true class");
    arena_close(&host);
}

void record_accuracy(Record *r, const char *name, const char *how, const float *scores,
                     const int *labels, int n, int classes, bool scored)
{
    Arena host;
    char  key[64], label[128];
    arena_open(&host, "outcomes", NULL, NULL);
    int     *predicted = ARENA_NEW(&host, int, n), *rank = ARENA_NEW(&host, int, n);
    uint8_t *correct = ARENA_NEW(&host, uint8_t, n);

    Accuracy a = accuracy_of(scores, labels, n, classes, predicted, rank);
    snprintf(key, sizeof key, "%s_top1", name);
    snprintf(label, sizeof label, "top-1 accuracy, %s", how);
    record_metric(r, key, 100 * a.top1, "percent", label, HIGHER);
    snprintf(key, sizeof key, "%s_top5", name);
    snprintf(label, sizeof label, "top-5 accuracy, %s", how);
    if (scored) record_metric(r, key, 100 * a.top5, "percent", label, HIGHER);

    for (int i = 0; i < n; i++) correct[i] = rank[i] == 0;
    record_outcomes(r, "predicted", NUMBER_INT32, predicted, (size_t)n, "1", "predicted class");
    if (scored)
        record_outcomes(r, "rank", NUMBER_INT32, rank, (size_t)n, "1",
                        "classes that come before the true one");
    record_outcomes(r, "correct", NUMBER_BOOL, correct, (size_t)n, "1", "top-1 correct");
    arena_close(&host);
}
