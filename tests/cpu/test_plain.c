/* What ours is compared with computes the same. */
#include "core/cpu/cpu.h"
#include "core/cpu/plain.h"
#include "experiments/bench/attention.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>

static const double OFF = 1e-5;

static double worst_of(const real *x, const real *y, size_t n)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double off = fabs((double)x[i] - (double)y[i]);
        if (!(off <= worst)) worst = off;
    }
    return worst;
}

static void compare(const AttentionShape *s)
{
    enum { N = 2 };
    size_t scores = (size_t)(N * s->heads * s->tokens);
    size_t values = (size_t)(N * s->tokens * s->width);
    Arena  a;
    arena_open(&a, "test", NULL, NULL);
    real *qkv = ARENA_NEW(&a, real, 3 * values), *dy = ARENA_NEW(&a, real, values);
    real *y = ARENA_NEW(&a, real, values), *plain = ARENA_NEW(&a, real, values);
    real *dx = ARENA_NEW(&a, real, 3 * values);
    real *plain_dx = ARENA_NEW(&a, real, 3 * values);
    real *p = ARENA_NEW(&a, real, scores * (size_t)s->tokens);
    real *ds = ARENA_NEW(&a, real, scores * (size_t)s->tokens);
    real *lse = ARENA_NEW(&a, real, scores);
    test_fill(qkv, 3 * values, 1);
    test_fill(dy, values, 2);
    cpu_attention_fwd(y, lse, qkv, N, s->tokens, s->tokens, s->width, s->heads);
    cpu_attention_bwd((Share){ dx, 0 }, NULL, dy, qkv, lse, N, s->tokens, s->tokens,
                      s->width, s->heads);
    plain_attention_fwd(plain, p, qkv, N, s->tokens, s->width, s->heads);
    plain_attention_bwd(plain_dx, ds, dy, qkv, p, N, s->tokens, s->width, s->heads);
    double forward = worst_of(y, plain, values);
    double back = worst_of(dx, plain_dx, 3 * values);
    cr_expect(forward <= OFF, "%d tokens: off by %.2e", s->tokens, forward);
    cr_expect(back <= OFF, "%d tokens: gradients off by %.2e", s->tokens, back);
    arena_close(&a);
}

Test(plain, agrees_with_ours)
{
    for (const AttentionShape *s = attention_shapes; s->tokens; s++) compare(s);
}
