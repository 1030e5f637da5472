/* Sums over rows, a number for each column: gradients of biases and gains.
 *
 * Rows are summed in `real` a few at a time, and these sums in double: as good
 * as double throughout, and several times as fast.  Each thread has its own
 * rows; the sums of threads are added in their order, so the same number of
 * threads gives the same bits.
 *
 *     Columns c = columns_open(cols);
 *     #pragma omp parallel
 *     columns_add(&c, x, rows);       its share of the rows
 *     columns_close(&c, db);
 *
 * Takes the scratch of the thread that opens it.
 */
#ifndef CORE_CPU_COLUMNS_H
#define CORE_CPU_COLUMNS_H

#include "core/tape/backend.h"

enum { COLUMNS_ROWS = 32 }; /* that many rows in `real` */

typedef struct {
    double *total; /* [threads, cols] */
    real   *part;  /* [threads, cols] */
    size_t  cols;
    int     threads;
} Columns;

/* columns_open2 makes two that are open at once. */
Columns columns_open(size_t cols);
void    columns_open2(Columns *a, Columns *b, size_t cols);

void columns_add(const Columns *c, const real *x, size_t rows);
void columns_close(const Columns *c, Share to);

/* For a loop that makes its rows as it goes: add to the calling thread's part,
 * and flush it after at most COLUMNS_ROWS rows. */
real *columns_part(const Columns *c);
void  columns_flush(const Columns *c);

/* Of n things in order, those of the calling thread. */
typedef struct {
    int lo, n;
} Span;

Span span_of_thread(int n);

#endif
