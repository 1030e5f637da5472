/* knn: how good are the features of an encoder without any training?
 *
 * Weighted nearest neighbours among the training images' features; see
 * core/metrics/knn.h and the protocol it follows. */
#include "experiments/stages/inside.h"

#include "core/base/arena.h"
#include "core/base/threads.h"
#include "core/metrics/knn.h"

#include <stdio.h>

Status stage_knn(const Cell *c, const StageContext *x, Err *err)
{
    const Config  *config = &c->config;
    const Backend *be;
    FeatureSet     train, test;
    Record        *r;
    Arena          host;
    char           how[64];
    double         start = clock_s();
    if (backend_open(&be, NULL, err)) return err->code;
    if (features_get(c, x, config->knn_feature, &train, &test, err))
        return err->code;

    arena_open(&host, "knn", NULL, NULL);
    float *scores = ARENA_NEW(&host, float, (size_t)test.count * c->data->classes);
    knn_scores(be, scores, &config->knn, train.x, train.labels, train.count, test.x, test.count,
               test.D, c->data->classes);

    Status bad = stage_record(&r, c, STAGE_KNN, x, err);
    if (!bad) {
        snprintf(how, sizeof how, "k-NN, k %d", config->knn.k);
        stage_accuracy(r, c, "knn", how, scores, test.labels, test.count);
        record_cost(r, clock_s() - start, test.count);
        bad = record_close(r, err);
    }
    arena_close(&host);
    return bad;
}
