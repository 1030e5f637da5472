/* Compare backward with central differences.
 *
 * The loss is <w, f(x)> with random w.  A plain sum would hide mistakes: the
 * sum of a softmax is constant, its true gradient zero, and zero passes.
 */
#ifndef TESTS_TAPE_GRADCHECK_H
#define TESTS_TAPE_GRADCHECK_H

#include "core/tape/ops.h"

#include <stdint.h>

typedef Tensor *GradFn(Tape *t, Tensor *const *x);

typedef struct {
    const char *name;
    GradFn     *fn;
    int         rank, dim[MAX_INPUTS][MAX_RANK]; /* of the inputs; zeros end them */
} GradCase;

#ifdef REAL_IS_DOUBLE
static const double GRAD_LIMIT = 1e-10; /* measured: 1e-11 */
#else
static const double GRAD_LIMIT = 5e-4; /* measured: 6e-5 */
#endif

/* Worst |analytic - numeric| / (1 + |numeric|) over all inputs; NaN is kept.
 * The gradients start as NaN and are taken twice, so that the share that must
 * overwrite and the share that must be added are both seen. */
double gradcheck(const GradCase *c, uint64_t seed);

/* The CPU's backend. */
const Backend *test_backend(void);

/* n values of a fixed stream, standard normal, and a constant tensor of them. */
void    test_fill(real *x, size_t n, uint64_t stream);
Tensor *test_constant(Tape *t, int rank, const int *dim, uint64_t stream);

#endif
