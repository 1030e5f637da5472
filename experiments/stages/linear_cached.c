/* linear-cached: a linear classifier on features computed once.
 *
 * See core/train/linear_head.h for what it shares with the field's linear
 * probe and what it does not. */
#include "experiments/stages/inside.h"

#include "core/base/arena.h"
#include "core/base/threads.h"
#include "core/train/linear_head.h"

Status stage_linear_cached(const Cell *c, const StageContext *x, Err *err)
{
    const Config  *config = &c->config;
    const Backend *be;
    FeatureSet     train, test;
    Record        *r;
    Arena          host;
    LinearConfig   linear = config->linear;
    double         start = clock_s();
    if (backend_open(&be, NULL, err)) return err->code;
    if (features_get(c, x, config->linear_feature, &train, &test, err))
        return err->code;

    arena_open(&host, "linear", NULL, NULL);
    size_t  E = (size_t)linear.epochs;
    Scores  s = { ARENA_NEW(&host, float, (size_t)test.count * c->data->classes), test.labels,
                  test.names, test.count, test.bad };
    double *loss = ARENA_NEW(&host, double, E), *epoch = ARENA_NEW(&host, double, E);
    for (size_t e = 0; e < E; e++) epoch[e] = (double)e + 1;
    linear.seed = config->seed;
    linear_cached(be, s.scores, loss, &linear, train.x, train.labels, train.count, test.x,
                  test.count, test.D, c->data->classes);

    Status bad = stage_record(&r, c, STAGE_LINEAR_CACHED, x, err);
    if (!bad) {
        stage_accuracy(r, c, "linear_cached", "linear probe on cached features", &s);
        record_axis(r, "epoch", epoch, E, "1", "epochs done");
        record_curve(r, "loss", "epoch", loss, E, "1", "cross entropy, mean of the epoch");
        record_cost(r, clock_s() - start, (double)train.count * linear.epochs);
        bad = record_close(r, err);
    }
    arena_close(&host);
    return bad;
}
