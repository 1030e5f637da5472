/* What is trained beside the autoencoder, each kind. */
#include "core/train/checkpoint.h"
#include "core/train/learner.h"
#include "tests/scratch.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

static const unsigned kinds[] = { MASK_NEEDS_PREDICTOR, MASK_NEEDS_SAMPLER,
                                  MASK_NEEDS_MASKER };
enum { KINDS = sizeof kinds / sizeof *kinds };

enum { N = 6, L = 16, K = 4, SIDE = 16, EPOCHS = 5 };

static const MaeConfig config = { .encoder = { 1, SIDE, SIDE, 4, { 16, 2, 2 } },
                                  .decoder = { 8, 1, 2 } };

typedef struct {
    Mae     mae;
    AdamW   adamw;
    Learner learner;
    Tape    tape;
    int     ids[N * L];
    real    images[N * SIDE * SIDE];
    int     epoch; /* of all steps */
} Training;

static void open_training(Training *x, unsigned kind, bool still)
{
    MaskLearner how = { .blocks = 2, .weight = 1 };
    AdamWConfig c = adamw_defaults();
    x->epoch = 0;
    mae_open(&x->mae, test_backend(), &config, 3);
    adamw_open(&x->adamw, &x->mae.params, &c);
    tape_open(&x->tape, test_backend());
    learner_open(&x->learner, kind, &how, &x->mae, &c, 3, still);
}

static void close_training(Training *x)
{
    learner_close(&x->learner);
    tape_close(&x->tape);
    mae_close(&x->mae);
}

static Tensor *images_of(Training *x, int step)
{
    test_fill(x->images, N * SIDE * SIDE, 40 + (uint64_t)(step % 4));
    for (int i = 0; i < N * SIDE * SIDE; i++) /* patches of the upper half are flat */
        if (i % (SIDE * SIDE) < SIDE * SIDE / 2) x->images[i] *= R(0.001);
    Tensor *images = tape_constant(&x->tape, 4, (int[]){ N, 1, SIDE, SIDE });
    x->tape.be->write(images->data, x->images, N * SIDE * SIDE);
    return images;
}

static void look(Training *x, int step, float learned[N * L])
{
    real host[N * L];
    x->tape.be->read(host, learner_look(&x->learner, &x->tape, images_of(x, step))->data, N * L);
    for (int i = 0; i < N * L; i++) learned[i] = (float)host[i];
    tape_reset(&x->tape);
}

/* Returns the loss before it. */
static double step_once(Training *x, int step)
{
    real loss;
    for (int n = 0; n < N; n++)
        for (int l = 0; l < L; l++) x->ids[n * L + l] = (l * 5 + n + step) % L;
    Visible   v = { .N = N, .L = L, .K = K, .ids = x->ids };
    Tensor   *images = images_of(x, step);
    MaeResult r = mae_train(&x->tape, &x->mae, images, &v);
    x->tape.be->read(&loss, r.loss->data, 1);
    Err         err;
    LearnerStep s = { .epoch = x->epoch, .epochs = EPOCHS, .lr = 3e-3, .images = x->images };
    cr_assert(!learner_step(&x->learner, &x->adamw, &x->tape, images, &r, &v, &s, &err), "%s",
              err.text);
    return (double)loss;
}

#define EACH_KIND(test)                                                      \
    ParameterizedTestParameters(learner, test)                               \
    {                                                                        \
        static int index[KINDS];                                             \
        for (int i = 0; i < KINDS; i++) index[i] = i;                        \
        return cr_make_param_array(int, index, KINDS);                       \
    }                                                                        \
    ParameterizedTest(int *kind, learner, test)

EACH_KIND(both_learn)
{
    Training x;
    float    before[N * L], after[N * L];
    open_training(&x, kinds[*kind], false);
    look(&x, 0, before);
    double first = step_once(&x, 0), last = 0;
    for (int step = 1; step < 50; step++) last = step_once(&x, step);
    look(&x, 0, after);
    cr_expect(last < 0.95 * first, "kind %d: loss from %g to %g", *kind, first, last);
    cr_expect(memcmp(before, after, sizeof after), "kind %d has learned nothing", *kind);
    cr_expect(x.adamw.steps == 50 && x.learner.adamw.steps == 50);
    close_training(&x);
}

EACH_KIND(looks_as_in_the_beginning_if_asked)
{
    Training x;
    float    before[N * L], after[N * L];
    open_training(&x, kinds[*kind], true);
    look(&x, 0, before);
    for (int step = 0; step < 3; step++) step_once(&x, step);
    look(&x, 0, after);
    cr_expect_arr_eq(before, after, sizeof after);
    close_training(&x);
}

EACH_KIND(leaves_the_autoencoder_its_start)
{
    Training x;
    Mae      alone;
    open_training(&x, kinds[*kind], false);
    mae_open(&alone, test_backend(), &config, 3);
    cr_expect(alone.params.all == x.mae.params.all);
    cr_expect_arr_eq(alone.params.weights, x.mae.params.weights,
                     alone.params.all * sizeof(real));
    mae_close(&alone);
    close_training(&x);
}

static void save(const Training *x, const char *path)
{
    SafetensorsOut out;
    Err            err;
    safetensors_start(&out);
    params_put(&x->mae.params, "", &out);
    adamw_put(&x->adamw, "", &out);
    learner_put(&x->learner, &out);
    cr_assert(!safetensors_write(&out, path, &err), "%s", err.text);
}

static void load(Training *x, const char *path)
{
    Safetensors in;
    Err         err;
    cr_assert(!safetensors_open(&in, path, &err), "%s", err.text);
    cr_assert(!params_get(&x->mae.params, "", &in, &err), "%s", err.text);
    cr_assert(!adamw_get(&x->adamw, "", &in, &err), "%s", err.text);
    cr_assert(!learner_get(&x->learner, &in, &err), "%s", err.text);
    safetensors_close(&in);
}

EACH_KIND(goes_on_with_the_same_bits)
{
    Scratch  s;
    Training whole, first, second;
    const char *path;
    float    a[N * L], b[N * L];
    scratch_open(&s);
    path = scratch_path(&s, "state.safetensors");
    open_training(&whole, kinds[*kind], false);
    for (int step = 0; step < 24; step++) step_once(&whole, step);

    open_training(&first, kinds[*kind], false);
    for (int step = 0; step < 11; step++) step_once(&first, step);
    save(&first, path);
    open_training(&second, kinds[*kind], false);
    load(&second, path);
    for (int step = 11; step < 24; step++) step_once(&second, step);

    cr_expect_arr_eq(whole.mae.params.weights, second.mae.params.weights,
                     whole.mae.params.all * sizeof(real));
    look(&whole, 1, a), look(&second, 1, b);
    cr_expect_arr_eq(a, b, sizeof a);
    close_training(&second), close_training(&first), close_training(&whole);
    scratch_close(&s);
}

/* A weight that is not a number is met in the learner's loss, and nothing learns of it. */
EACH_KIND(says_when_it_has_burst)
{
    static const char *const names[KINDS] = { "predictor", "sampler", "masker" };
    Training    x;
    Err         err;
    LearnerStep s = { .epochs = EPOCHS, .lr = 3e-3 };
    open_training(&x, kinds[*kind], false);
    for (int i = 0; i < N * L; i++) x.ids[i] = i % L;
    Visible   v = { .N = N, .L = L, .K = K, .ids = x.ids };
    Tensor   *images = images_of(&x, 0);
    MaeResult r = mae_train(&x.tape, &x.mae, images, &v);
    Params   *p = x.learner.model.params;
    s.images = x.images;
    for (size_t i = 0; i < p->all; i++) p->weights[i] = (real)NAN;
    cr_assert_eq(learner_step(&x.learner, &x.adamw, &x.tape, images, &r, &v, &s, &err),
                 STATUS_FAILED);
    cr_expect(strstr(err.text, names[*kind]) && strstr(err.text, "nan"), "%s", err.text);
    for (size_t i = 0; i < x.mae.params.all; i++) cr_assert(isfinite(x.mae.params.weights[i]));
    close_training(&x);
}

/* Without its moments, by another autoencoder of the same weights. */
EACH_KIND(looks_the_same_when_read_back)
{
    Scratch        s;
    SafetensorsOut out;
    Safetensors    in;
    Err            err;
    Training       x;
    Learner        again;
    float          a[N * L], b[N * L];
    real           host[N * L];
    scratch_open(&s);
    const char *path = scratch_path(&s, "guide.safetensors");
    open_training(&x, kinds[*kind], false);
    for (int step = 0; step < 5; step++) step_once(&x, step);
    safetensors_start(&out);
    learner_put_taught(&x.learner, &out);
    cr_assert(!safetensors_write(&out, path, &err), "%s", err.text);
    cr_assert(!safetensors_open(&in, path, &err), "%s", err.text);
    cr_expect(!safetensors_find(&in, "learner.adamw.0.pred.weight"));
    cr_assert(!learner_open_taught(&again, &x.mae, &in, &err), "%s", err.text);
    look(&x, 1, a);
    x.tape.be->read(host, learner_look(&again, &x.tape, images_of(&x, 1))->data, N * L);
    for (int i = 0; i < N * L; i++) b[i] = (float)host[i];
    cr_expect(again.kind == kinds[*kind]);
    cr_expect_arr_eq(a, b, sizeof a);
    learner_close(&again);
    safetensors_close(&in);
    close_training(&x);
    scratch_close(&s);
}

/* The lower half alone is costly: the predictor finds out, and its teacher follows. */
Test(learner, a_predictor_knows_what_is_hard)
{
    Training x;
    float    learned[N * L];
    int      right = 0;
    open_training(&x, MASK_NEEDS_PREDICTOR, false);
    for (int step = 0; step < 150; step++) step_once(&x, step);
    params_follow(&x.learner.slow_mae.params, &x.mae.params, 0);
    params_follow(x.learner.slow_model.params, x.learner.model.params, 0);
    look(&x, 1, learned);
    for (int n = 0; n < N; n++)
        for (int i = 0; i < L / 2; i++)
            for (int j = L / 2; j < L; j++) right += learned[n * L + i] < learned[n * L + j];
    cr_expect(right > 0.8 * N * L * L / 4, "%d of %d pairs", right, N * L * L / 4);
    close_training(&x);
}

/* The lower half alone is costly to hide: it becomes worth a look. */
Test(learner, a_sampler_knows_what_was_costly)
{
    Training x;
    float    learned[N * L];
    double   upper = 0, lower = 0;
    open_training(&x, MASK_NEEDS_SAMPLER, false);
    for (int step = 0; step < 100; step++) step_once(&x, step);
    look(&x, 1, learned);
    for (int i = 0; i < N * L; i++) *(i % L < L / 2 ? &upper : &lower) += (double)learned[i];
    cr_expect(lower - upper > 0.5 * N * L / 2, "log odds %g of the lower half, %g of the upper",
              lower * 2 / (N * L), upper * 2 / (N * L));
    close_training(&x);
}

/* Where all the error is, in the lower half, a masker that helps keeps more than one
 * that works against the autoencoder; both say keep or hide. */
static double kept_below(int epoch)
{
    Training x;
    float    learned[N * L];
    double   below = 0, undecided = 0;
    open_training(&x, MASK_NEEDS_MASKER, false);
    x.epoch = epoch;
    for (int step = 0; step < 120; step++) step_once(&x, step);
    look(&x, 1, learned);
    for (int i = 0; i < N * L; i++) {
        below += i % L < L / 2 ? 0 : (double)learned[i] / (N * L / 2);
        undecided += learned[i] > 0.3F && learned[i] < 0.7F;
    }
    cr_expect(undecided <= 0.1 * N * L, "epoch %d: %g undecided", epoch, undecided);
    close_training(&x);
    return below;
}

Test(learner, a_masker_helps_then_hinders)
{
    double helping = kept_below(0), hindering = kept_below(EPOCHS - 1);
    cr_expect(helping > hindering + 0.3, "%g kept by one that helps, %g by one that hinders",
              helping, hindering);
}
