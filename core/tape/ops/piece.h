/* Rows of a matrix that are made, used and forgotten together: a piece of about `most`
 * values stays in cache, and the whole is nowhere.
 *
 *     for (int i = 0; i < piece_of(rows, width, most, 0).n; i++) {
 *         Piece p = piece_of(rows, width, most, i);      rows [p.lo, p.lo + p.rows)
 */
#ifndef CORE_TAPE_OPS_PIECE_H
#define CORE_TAPE_OPS_PIECE_H

#include <stddef.h>

typedef struct {
    int n, lo, rows; /* n is how many pieces there are */
} Piece;

static inline Piece piece_of(int rows, int width, int most, int i)
{
    long n = ((long)rows * width + most - 1) / most;
    if (n > rows) n = rows;
    int lo = (int)(rows * (long)i / n), end = (int)(rows * (i + 1L) / n);
    return (Piece){ (int)n, lo, end - lo };
}

/* Of the largest piece. */
static inline size_t piece_values(int rows, int width, int most)
{
    int n = piece_of(rows, width, most, 0).n;
    return (size_t)((rows - 1) / n + 1) * (size_t)width;
}

#endif
