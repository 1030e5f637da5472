#include "tests/tape/gradcheck.h"

#include "core/base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#ifdef REAL_IS_DOUBLE
static const double STEP = 1e-3;
#else
static const double STEP = 3e-2;
#endif

/* f' from six points, off by the order of STEP^6.  In double that leaves room
 * for a step large enough that rounding is below 1e-12. */
static const struct {
    int    at;
    double weight;
} stencil[] = { { -3, -1.0 / 60 }, { -2, 9.0 / 60 }, { -1, -45.0 / 60 },
                { 1, 45.0 / 60 },  { 2, -9.0 / 60 }, { 3, 1.0 / 60 } };

const Backend *test_backend(void)
{
    const Backend *be;
    Err            err;
    cr_assert(!backend_open(&be, "cpu", &err), "%s", err.text);
    return be;
}

void test_fill(real *x, size_t n, uint64_t stream)
{
    Rng rng = rng_at(5, STREAM_TEST, 0, stream);
    for (size_t i = 0; i < n; i++) x[i] = (real)rng_normal(&rng);
}

static void fill(const Backend *be, Tensor *x, uint64_t stream)
{
    size_t n = tensor_count(x);
    real  *host = malloc(n * sizeof *host);
    cr_assert(host);
    test_fill(host, n, stream);
    be->write(x->data, host, n);
    free(host);
}

Tensor *test_constant(Tape *t, int rank, const int *dim, uint64_t stream)
{
    Tensor *x = tape_constant(t, rank, dim);
    fill(t->be, x, stream);
    return x;
}

/* <w, f(x)>, summed here in double: rounded to a float it would be worth less
 * than the differences of it. */
static double value(Tape *t, const GradCase *c, Tensor *const *in, uint64_t stream)
{
    t->recording = false;
    Tensor *y = c->fn(t, in);
    Tensor *w = test_constant(t, y->rank, y->dim, stream);
    double  sum = 0;
    for (size_t i = 0; i < tensor_count(y); i++) {
        real a, b;
        t->be->read(&a, y->data + i, 1);
        t->be->read(&b, w->data + i, 1);
        sum += (double)a * (double)b;
    }
    tape_reset(t);
    return sum;
}

static void back(Tape *t, const GradCase *c, Tensor *const *in, uint64_t stream)
{
    t->recording = true;
    Tensor *y = c->fn(t, in);
    tape_backward(t, op_dot(t, y, test_constant(t, y->rank, y->dim, stream)));
    tape_reset(t);
}

static double slope(Tape *t, const GradCase *c, Tensor *const *in, real *x, uint64_t stream)
{
    real   was;
    double sum = 0;
    t->be->read(&was, x, 1);
    for (size_t k = 0; k < sizeof stencil / sizeof *stencil; k++) {
        real moved = (real)((double)was + stencil[k].at * STEP);
        t->be->write(x, &moved, 1);
        sum += stencil[k].weight * value(t, c, in, stream);
    }
    t->be->write(x, &was, 1);
    return sum / STEP;
}

double gradcheck(const GradCase *c, uint64_t seed)
{
    Tape    tape;
    Arena   host, values;
    Tensor *in[MAX_INPUTS] = { NULL };
    double  worst = 0;

    tape_open(&tape, test_backend());
    arena_open(&host, "gradcheck", NULL, NULL);
    arena_open(&values, "gradcheck values", tape.be->alloc, tape.be->release);
    for (int k = 0; k < MAX_INPUTS && c->dim[k][0]; k++) {
        int rank = 0;
        while (rank < c->rank && c->dim[k][rank]) rank++;
        in[k] = tensor_new(&host, &values, rank, c->dim[k], true);
        fill(tape.be, in[k], 10 * seed + (uint64_t)k);
        for (size_t i = 0; i < tensor_count(in[k]); i++)
            tape.be->write(in[k]->grad + i, &(real){ (real)NAN }, 1);
    }
    uint64_t stream = 1000 + seed;
    back(&tape, c, in, stream);
    back(&tape, c, in, stream);

    for (int k = 0; k < MAX_INPUTS && in[k]; k++)
        for (size_t i = 0; i < tensor_count(in[k]); i++) {
            real twice;
            tape.be->read(&twice, in[k]->grad + i, 1);
            double num = slope(&tape, c, in, in[k]->data + i, stream);
            double off = fabs((double)twice / 2 - num) / (1 + fabs(num));
            if (!(off <= worst)) worst = off;
        }
    arena_close(&values);
    arena_close(&host);
    tape_close(&tape);
    return worst;
}
