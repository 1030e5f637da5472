#include "core/train/linear_head.h"

#include "core/tape/maps.h"
#include "core/tape/ops.h"
#include "core/train/lars.h"
#include "core/train/schedule.h"

#include <string.h>

/* Of STREAM_HEAD: image 0 draws the order of an epoch, image 1 the weights. */
enum { DRAW_ORDER = 0, DRAW_WEIGHTS = 1 };

enum { EVAL_ROWS = 1024 };

LinearConfig linear_defaults(void)
{
    return (LinearConfig){ .epochs = 90, .warmup_epochs = 10, .batch = 512,
                           .lr_per_256 = 2 };
}

/* The reference draws them truncated, but at 200 standard deviations. */
static void draw_weights(LinearHead *h, uint64_t seed)
{
    const Backend *be = h->params.be;
    size_t         n = tensor_count(h->fc.w), D = tensor_count(h->var);
    ArenaMark      mark = arena_mark(&h->params.host);
    real          *w = ARENA_NEW(&h->params.host, real, n);
    Rng            rng = rng_at(seed, STREAM_HEAD, 0, DRAW_WEIGHTS);
    for (size_t i = 0; i < n; i++) w[i] = R(0.01) * (real)rng_normal(&rng);
    be->write(h->fc.w->data, w, n);
    for (size_t i = 0; i < D; i++) w[i] = 1;
    be->write(h->var->data, w, D);
    arena_rewind(&h->params.host, mark);
}

void linear_head_open(LinearHead *h, const Backend *be, int D, int classes, uint64_t seed)
{
    const Init fixed = { INIT_FIXED, 0 };
    CHECK(D > 0 && classes > 0, "a linear head of %d inputs, %d classes", D, classes);
    params_open(&h->params, be);
    h->mean = params_add(&h->params, "head.0.running_mean", fixed, 1, &D);
    h->var = params_add(&h->params, "head.0.running_var", fixed, 1, &D);
    h->fc = params_linear(&h->params, classes, D, "head.1");
    params_place(&h->params, seed);
    draw_weights(h, seed);
}

void linear_head_close(LinearHead *h) { params_close(&h->params); }

Tensor *linear_head_forward(Tape *t, const LinearHead *h, Tensor *x, bool training)
{
    Tensor *y = op_batch_norm(t, x, h->mean, h->var, training, 0.1);
    return op_linear(t, y, h->fc.w, h->fc.b);
}

/* --- training on a cache ------------------------------------------------ */

typedef struct {
    const LinearConfig *config;
    const real         *features;
    const int          *labels;
    int                 n, D, classes, batch, steps;
    int                *order;  /* [n] */
    real               *rows;   /* [batch, D], gathered */
    real               *target; /* [batch, classes], one-hot */
} Cache;

static void shuffle(Cache *c, int epoch)
{
    Rng rng = rng_at(c->config->seed, STREAM_HEAD, (uint64_t)epoch, DRAW_ORDER);
    rng_shuffle(&rng, c->order, c->n);
}

static void gather(Cache *c, int step)
{
    size_t wide = (size_t)c->D, classes = (size_t)c->classes;
    memset(c->target, 0, (size_t)c->batch * classes * sizeof *c->target);
    for (int i = 0; i < c->batch; i++) {
        size_t row = (size_t)c->order[step * c->batch + i];
        memcpy(c->rows + (size_t)i * wide, c->features + row * wide, wide * sizeof(real));
        c->target[(size_t)i * classes + (size_t)c->labels[row]] = 1;
    }
}

static Tensor *constant(Tape *t, const real *values, int rows, int cols)
{
    Tensor *x = tape_constant(t, 2, (int[]){ rows, cols });
    t->be->write(x->data, values, (size_t)rows * (size_t)cols);
    return x;
}

static double train_step(Tape *t, LinearHead *h, Lars *lars, const Cache *c, double lr)
{
    real    value;
    Tensor *x = constant(t, c->rows, c->batch, c->D);
    Tensor *y = constant(t, c->target, c->batch, c->classes);
    Tensor *loss = op_cross_entropy(t, linear_head_forward(t, h, x, true), y);
    t->be->read(&value, loss->data, 1);
    tape_backward(t, loss);
    lars_step(lars, lr);
    tape_reset(t);
    return (double)value;
}

static double train_epoch(Tape *t, LinearHead *h, Lars *lars, Cache *c, int epoch)
{
    const LinearConfig *k = c->config;
    const Schedule      s = { .lr = schedule_peak(k->lr_per_256, c->batch),
                              .warmup = k->warmup_epochs, .epochs = k->epochs };
    double              sum = 0;
    shuffle(c, epoch);
    for (int step = 0; step < c->steps; step++) {
        double lr = schedule_lr(&s, epoch + (double)step / c->steps);
        gather(c, step);
        sum += train_step(t, h, lars, c, lr);
    }
    return sum / c->steps;
}

static void score(Tape *t, const LinearHead *h, float *scores, real *room,
                  const real *test, int count, int D, int classes)
{
    t->recording = false;
    for (int from = 0; from < count; from += EVAL_ROWS) {
        int     rows = count - from < EVAL_ROWS ? count - from : EVAL_ROWS;
        size_t  n = (size_t)rows * (size_t)classes;
        Tensor *x = constant(t, test + (size_t)from * (size_t)D, rows, D);
        t->be->read(room, linear_head_forward(t, h, x, false)->data, n);
        for (size_t i = 0; i < n; i++) *scores++ = (float)room[i];
        tape_reset(t);
    }
    t->recording = true;
}

void linear_cached(const Backend *be, float *scores, double *loss, const LinearConfig *c,
                   const real *train, const int *labels, int n, const real *test,
                   int count, int D, int classes)
{
    CHECK(n > 1 && c->batch > 1 && c->epochs > 0,
          "%d features, batches of %d, %d epochs", n, c->batch, c->epochs);
    for (int i = 0; i < n; i++)
        CHECK(labels[i] >= 0 && labels[i] < classes, "label %d of row %d", labels[i], i);

    LinearHead head;
    Lars       lars;
    Tape       tape;
    Arena      host;
    LarsConfig config = lars_defaults();
    config.decay = c->decay;
    linear_head_open(&head, be, D, classes, c->seed);
    lars_open(&lars, &head.params, &config);
    tape_open(&tape, be);
    arena_open(&host, "linear-cached", NULL, NULL);

    Cache cache = { .config = c, .features = train, .labels = labels, .n = n, .D = D,
                    .classes = classes, .batch = c->batch < n ? c->batch : n };
    cache.steps = n / cache.batch;
    cache.order = ARENA_NEW(&host, int, n);
    cache.rows = ARENA_NEW(&host, real, (size_t)cache.batch * (size_t)D);
    cache.target = ARENA_NEW(&host, real, (size_t)cache.batch * (size_t)classes);
    for (int epoch = 0; epoch < c->epochs; epoch++) {
        double mean = train_epoch(&tape, &head, &lars, &cache, epoch);
        if (loss) loss[epoch] = mean;
    }
    real *room = ARENA_NEW(&host, real, (size_t)EVAL_ROWS * (size_t)classes);
    score(&tape, &head, scores, room, test, count, D, classes);
    arena_close(&host);
    tape_close(&tape);
    linear_head_close(&head);
}
