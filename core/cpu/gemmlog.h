/* Which matrix products a step is made of, and how long they take alone.
 *
 *     GemmLog log = { 0 };
 *     gemmlog_start(&log);
 *     ...                                 a step
 *     gemmlog_stop();
 *     double s = gemmlog_replay(&log);    its products, and nothing else
 *     gemmlog_free(&log);
 *
 * A replay runs each product by OpenBLAS at the same shape, in the same order,
 * on private memory laid out as the step's operands were: what the step found
 * in a cache is found there, and what it had to fetch is fetched.
 *
 * Attention makes its products itself, a head at a time.  In a replay they are
 * calls of OpenBLAS too, in a loop over heads that all threads share: two
 * products forwards (q k^T, p v), four backwards (dy v^T, p^T dy, ds k,
 * ds^T q).  Nothing that is computed twice counts twice.
 */
#ifndef CORE_CPU_GEMMLOG_H
#define CORE_CPU_GEMMLOG_H

#include "core/base/real.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    int         ta, tb, m, n, k; /* as in gemm; attention: m rows ask */
    const real *a, *b, *c;       /* where the operands lay            */
    int         N, T, D, H;      /* attention: its shape; else N is 0 */
    bool        backward;
    real        beta;
} Product;

/* Where a private copy of an operand lies. */
typedef struct {
    const real *was;
    size_t      n, at;
} Operand;

typedef struct {
    Product *product;
    Operand *operand;
    size_t   products, operands, room; /* room is for both */
    real    *memory;                   /* allocated by the first replay */
} GemmLog;

/* One log at a time, and not while kernels run in another thread. */
void gemmlog_start(GemmLog *log);
void gemmlog_stop(void);

double gemmlog_flop(const GemmLog *log);
double gemmlog_take(GemmLog *log); /* the same, and forgets them: to add up a training */
double gemmlog_replay(GemmLog *log); /* seconds; aborts if memory runs out */
void   gemmlog_free(GemmLog *log);

/* For the kernels: note what is about to run, if someone listens. */
void gemmlog_product(int ta, int tb, int m, int n, int k, const real *a, const real *b,
                     real beta, const real *c);
void gemmlog_attention(bool backward, const real *qkv, const real *y, int N, int T, int M,
                       int D, int H);

#endif
