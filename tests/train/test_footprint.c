#include "core/train/footprint.h"

#include "core/train/adamw.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>

static const MaeConfig config = { .encoder = { 3, 24, 16, 4, { 48, 3, 3 } },
                                  .decoder = { 32, 2, 4 },
                                  .normalized = true };
enum { N = 5, L = 24, K = 6 };

/* What the arenas of a step that is really done have handed out. */
static size_t measured(bool recompute)
{
    Mae         mae;
    AdamW       adamw;
    Tape        t;
    AdamWConfig c = adamw_defaults();
    int         ids[N * L];
    for (int i = 0; i < N * L; i++) ids[i] = i % L;
    mae_open(&mae, test_backend(), &config, 1);
    adamw_open(&adamw, &mae.params, &c);
    tape_open(&t, test_backend());
    t.recompute = recompute;
    size_t opened = mae.params.values.used;
    for (int step = 0; step < 3; step++) {
        Visible v = { .N = N, .L = L, .K = K, .ids = ids };
        Tensor *x = tape_constant(&t, 4, (int[]){ N, 3, 24, 16 });
        test_fill(x->data, tensor_count(x), 1);
        adamw_backward(&adamw, &t, mae_forward(&t, &mae, x, &v).loss, 1e-3);
        tape_reset(&t);
    }
    cr_expect(mae.params.values.used == opened, "a step allocates for the model");
    size_t all = mae.params.host.used + mae.params.values.peak + t.nodes.peak +
                 t.values.peak + t.grads.peak;
    tape_close(&t);
    mae_close(&mae);
    return all;
}

/* To the byte: the dry step makes the same requests. */
Test(footprint, is_what_a_step_takes)
{
    size_t plain = footprint_train(&config, N, K, false), real_plain = measured(false);
    size_t again = footprint_train(&config, N, K, true), real_again = measured(true);
    cr_expect(plain == real_plain, "%zu bytes, measured %zu", plain, real_plain);
    cr_expect(again == real_again, "recomputing: %zu bytes, measured %zu", again, real_again);
    cr_expect(again < plain);
}

/* More than any machine has: nothing is allocated, so nothing aborts. */
Test(footprint, of_what_does_not_fit)
{
    MaeConfig huge = config;
    Err       err;
    cr_assert(!mae_preset(&huge, "huge", &err));
    huge.encoder.height = huge.encoder.width = 512;
    huge.encoder.patch = 16;
    double bytes = (double)footprint_train(&huge, 4096, 1024 / 4, false);
    cr_expect(bytes > 1e12, "%g bytes", bytes);
}

/* Where nothing goes back, blocks leave nothing but their result. */
Test(footprint, of_features_does_not_grow_with_depth)
{
    MaeConfig deep = config;
    deep.encoder.size.depth *= 4;
    size_t weights = (mae_count(&deep) - mae_count(&config)) * sizeof(real);
    size_t more = footprint_features(&deep, 256) - footprint_features(&config, 256);
    size_t result = (size_t)256 * (L + 1) * 48 * sizeof(real);
    cr_expect(more < weights + 10 * result, "%zu bytes more, %zu of weights", more, weights);
}
