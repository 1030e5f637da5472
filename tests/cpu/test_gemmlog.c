#include "core/cpu/cpu.h"
#include "core/cpu/gemmlog.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>

/* Queries, keys and values of x, of which M rows of an image ask, and a projection. */
static Tensor *attend(Tape *t, Tensor *x, Tensor *w, Tensor *projection, int M)
{
    return op_attention_linear_add(t, op_linear(t, x, w, NULL), 3, M, projection, NULL, NULL);
}

/* A linear layer forwards and backwards is three products of the same size;
 * attention two, then four, of T x T x D an image.  What is made again is not counted. */
Test(gemmlog, counts_the_products_of_a_step)
{
    enum { N = 2, T = 7, D = 12 };
    Tape    t;
    Arena   host, values;
    GemmLog log = { 0 };
    tape_open(&t, test_backend());
    arena_open(&host, "test", NULL, NULL);
    arena_open(&values, "test values", t.be->alloc, t.be->release);
    Tensor *x = tensor_new(&host, &values, 3, (int[]){ N, T, D }, true);
    Tensor *w = tensor_new(&host, &values, 2, (int[]){ 3 * D, D }, true);
    test_fill(x->data, tensor_count(x), 1);
    Tensor *projection = tensor_new(&host, &values, 2, (int[]){ D, D }, true);
    test_fill(w->data, tensor_count(w), 2);
    test_fill(projection->data, tensor_count(projection), 4);

    op_linear(&t, x, w, NULL); /* nobody listens */
    gemmlog_start(&log);
    Tensor *y = attend(&t, x, w, projection, T);
    tape_backward(&t, op_dot(&t, y, test_constant(&t, 3, y->dim, 3)));
    gemmlog_stop();
    op_linear(&t, x, w, NULL);

    double linear = 2.0 * N * T * D * 3 * D, attention = 2.0 * N * T * T * D;
    cr_expect(log.products == 8, "%zu products", log.products);
    cr_expect(gemmlog_take(&log) == 3 * (linear + linear / 3) + 6 * attention);

    gemmlog_start(&log);
    y = attend(&t, x, w, projection, 3); /* of 7 rows ask */
    tape_backward(&t, op_dot(&t, y, test_constant(&t, 3, y->dim, 3)));
    gemmlog_stop();
    cr_expect(gemmlog_flop(&log) == 3 * linear + (linear + 6 * attention) * 3 / T);

    real before = x->data[0], grad = w->grad[0];
    cr_expect(gemmlog_replay(&log) > 0);
    cr_expect(gemmlog_replay(&log) > 0);
    cr_expect(x->data[0] == before && w->grad[0] == grad, "a replay touched the step");
    gemmlog_free(&log);
    arena_close(&values);
    arena_close(&host);
    tape_close(&t);
}

/* Overlapping operands share private memory, as they shared the step's. */
Test(gemmlog, lays_memory_out_as_it_was)
{
    real    x[400] = { 0 }, out[100] = { 0 };
    GemmLog log = { 0 };
    gemmlog_start(&log);
    cpu_gemm(0, 0, 10, 10, 10, x, x + 50, 0, out);
    cpu_gemm(0, 0, 10, 10, 10, x + 100, x + 300, 0, out);
    gemmlog_stop();
    cr_expect(gemmlog_replay(&log) >= 0);
    cr_expect(log.operands == 3, "%zu pieces", log.operands); /* x 0..200, 300..400, out */
    gemmlog_free(&log);
}
