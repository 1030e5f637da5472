/* knn: how good are the features of an encoder without any training?
 *
 * Weighted nearest neighbours among the training images' features; see
 * core/metrics/knn.h and the protocol it follows. */
#include "experiments/stages/inside.h"

#include "core/base/arena.h"
#include "core/base/threads.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/knn.h"

#include <stdio.h>
#include <string.h>

/* Scores [count, classes] of one kind of feature; the memory is host's. */
static Status vote(Scores *s, const Cell *c, const StageContext *x, const char *feature,
                   Arena *host, Err *err)
{
    const Backend *be;
    FeatureSet     train, test;
    const int      classes = c->data->classes;
    if (backend_open(&be, NULL, err) || features_get(c, x, feature, &train, &test, err))
        return err->code;
    *s = (Scores){ ARENA_NEW(host, float, (size_t)test.count * (size_t)classes), test.labels,
                   test.names, test.count, test.bad };
    knn_scores(be, s->scores, &c->config.knn, train.x, train.labels, train.count, test.x,
               test.count, test.D, classes);
    return STATUS_OK;
}

static void name_metric(Record *r, const char *feature, int top, double share, const char *how)
{
    char key[32], label[128];
    snprintf(key, sizeof key, "knn_%s_top%d", feature, top);
    snprintf(label, sizeof label, "top-%d accuracy, %s", top, how);
    record_metric(r, key, 100 * share, "percent", label, HIGHER);
}

/* Accuracy with the recipe's feature, then with either: which of a masked autoencoder's
 * is meant nobody has said. */
Status stage_knn(const Cell *c, const StageContext *x, Err *err)
{
    static const char *const features[] = { "mean", "class" };
    static const char *const words[] = { "mean of the patches", "class token" };
    const Config *config = &c->config;
    const Scores *first;
    Scores        s[2];
    Record       *r;
    Arena         host;
    char          how[96];
    double        start = clock_s();
    arena_open(&host, "knn", NULL, NULL);
    Status bad = vote(&s[0], c, x, features[0], &host, err);
    if (!bad) bad = vote(&s[1], c, x, features[1], &host, err);
    if (!bad) bad = stage_record(&r, c, STAGE_KNN, x, err);
    if (!bad) {
        first = &s[!strcmp(config->knn_feature, features[1])];
        snprintf(how, sizeof how, "k-NN, k %d", config->knn.k);
        stage_accuracy(r, c, "knn", how, first);
        for (int i = 0; i < 2; i++) {
            Accuracy a = accuracy_of(s[i].scores, s[i].labels, s[i].count, c->data->classes,
                                     NULL, NULL);
            snprintf(how, sizeof how, "k-NN, k %d, %s", config->knn.k, words[i]);
            name_metric(r, features[i], 1, a.top1, how);
            name_metric(r, features[i], 5, a.top5, how);
        }
        record_cost(r, clock_s() - start, s[0].count);
        bad = record_close(r, err);
    }
    arena_close(&host);
    return bad;
}
