/* Products of matrices too small for a call of BLAS, made of register tiles.
 *
 *     C[i][j] (+)= sum_k A(i, k) B[k][j]
 *
 * A is read a number at a time, so any strides will do; rows of B and C are
 * whole vectors, their padding computed like the rest.
 */
#ifndef CORE_CPU_TILE_H
#define CORE_CPU_TILE_H

#include "core/cpu/vmath.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const real *at;
    size_t      row, col; /* strides: A(i, k) = at[i row + k col] */
} TileA;

enum { TILE_ROWS = 4, TILE_VECTORS = 3 }; /* 12 sums, 3 of B, 1 of A: 16 registers */

/* One tile of `rows` x `vectors`; both are known where this is inlined. */
static inline __attribute__((always_inline)) void
tile(int rows, int vectors, real *c, size_t c_row, TileA a, const real *b, size_t b_row,
     int terms, bool add)
{
    vec sum[TILE_ROWS][TILE_VECTORS];
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++)
            sum[i][j] = add ? vec_load(c + (size_t)i * c_row + j * LANES) : (vec){ 0 };
    for (int k = 0; k < terms; k++, a.at += a.col, b += b_row) {
        vec bk[TILE_VECTORS];
        for (int j = 0; j < vectors; j++) bk[j] = vec_load(b + j * LANES);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < vectors; j++)
                sum[i][j] += a.at[(size_t)i * a.row] * bk[j];
    }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++)
            vec_store(c + (size_t)i * c_row + j * LANES, sum[i][j]);
}

/* A strip of `vectors` columns of C, all rows. */
static inline __attribute__((always_inline)) void
tile_strip(int vectors, int rows, real *c, size_t c_row, TileA a, const real *b,
           size_t b_row, int terms, bool add)
{
    int i = 0;
    for (; i + TILE_ROWS <= rows; i += TILE_ROWS) {
        tile(TILE_ROWS, vectors, c, c_row, a, b, b_row, terms, add);
        c += TILE_ROWS * c_row;
        a.at += TILE_ROWS * a.row;
    }
    switch (rows - i) {
    case 3: tile(3, vectors, c, c_row, a, b, b_row, terms, add); break;
    case 2: tile(2, vectors, c, c_row, a, b, b_row, terms, add); break;
    case 1: tile(1, vectors, c, c_row, a, b, b_row, terms, add); break;
    }
}

/* C [rows, cols], cols a multiple of LANES.  Strips are as even as can be: four
 * vectors are two and two, because a tile of one vector waits for its sums. */
static inline void tile_product(real *c, size_t c_row, TileA a, const real *b,
                                size_t b_row, int rows, int cols, int terms, bool add)
{
    int left = cols / LANES;
    while (left > 0) {
        int vectors = left == 4 || left == 2 ? 2 : left == 1 ? 1 : TILE_VECTORS;
        switch (vectors) {
        case 3: tile_strip(3, rows, c, c_row, a, b, b_row, terms, add); break;
        case 2: tile_strip(2, rows, c, c_row, a, b, b_row, terms, add); break;
        case 1: tile_strip(1, rows, c, c_row, a, b, b_row, terms, add); break;
        }
        c += vectors * LANES;
        b += vectors * LANES;
        left -= vectors;
    }
}

#endif
