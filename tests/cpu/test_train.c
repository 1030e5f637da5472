#include "core/cpu/cpu.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#ifdef REAL_IS_DOUBLE
static const double OFF = 1e-13;
#else
static const double OFF = 1e-6;
#endif

/* The published recursion, in double, over five steps. */
Test(train, adamw)
{
    enum { COUNT = 101 };
    const double lr = 0.01, b1 = 0.9, b2 = 0.95, eps = 1e-8, decay = 0.05;
    real   w[COUNT], m[COUNT] = { 0 }, v[COUNT] = { 0 }, g[COUNT];
    double sw[COUNT], sm[COUNT] = { 0 }, sv[COUNT] = { 0 };
    test_fill(w, COUNT, 1);
    for (int i = 0; i < COUNT; i++) sw[i] = (double)w[i];
    for (int step = 1; step <= 5; step++) {
        test_fill(g, COUNT, 1 + (uint64_t)step);
        g[7] = 0; /* a weight nobody pulls decays only */
        cpu_adamw(w, m, v, g, COUNT, lr, b1, b2, eps, decay, step);
        for (int i = 0; i < COUNT; i++) {
            double d = (double)g[i];
            sw[i] *= 1 - lr * decay;
            sm[i] = b1 * sm[i] + (1 - b1) * d;
            sv[i] = b2 * sv[i] + (1 - b2) * d * d;
            sw[i] -= lr * (sm[i] / (1 - pow(b1, step))) /
                     (sqrt(sv[i] / (1 - pow(b2, step))) + eps);
            cr_expect(fabs((double)w[i] - sw[i]) <= OFF, "step %d, [%d]: %g", step, i,
                      (double)w[i] - sw[i]);
        }
    }
}

Test(train, follow)
{
    enum { COUNT = 37 };
    real y[COUNT], x[COUNT], was[COUNT];
    test_fill(y, COUNT, 1), test_fill(x, COUNT, 2);
    memcpy(was, y, sizeof y);
    cpu_follow(y, x, COUNT, 0.75);
    for (int i = 0; i < COUNT; i++) {
        double want = 0.75 * (double)was[i] + 0.25 * (double)x[i];
        cr_expect(fabs((double)y[i] - want) <= OFF, "[%d] off by %g", i, (double)y[i] - want);
    }
    for (int i = 0; i < COUNT; i++) y[i] = (real)NAN;
    cpu_follow(y, x, COUNT, 0);
    cr_expect_arr_eq(y, x, sizeof y);
}
