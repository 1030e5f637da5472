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

/* The most rows and vectors of a tile: all its sums, a row of B and, as gcc likes to
 * load them at once, its numbers of A are in registers. */
#ifdef __AVX512VL__
enum { TILE_ROWS = 5, TILE_VECTORS = 4 }; /* 20 + 4 + 5 of 32 registers */
#else
enum { TILE_ROWS = 4, TILE_VECTORS = 3 }; /* 12 + 3 + 1 of 16 registers */
#endif

/* One tile of `rows` x `vectors`; both are known where this is inlined. */
static inline __attribute__((always_inline)) void
tile(int rows, int vectors, real *c, size_t c_row, TileA a, const real *b, size_t b_row,
     int terms, bool add)
{
    vec sum[5][4]; /* for the largest, whatever the target */
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++)
            sum[i][j] = add ? vec_load(c + (size_t)i * c_row + j * LANES) : (vec){ 0 };
    for (int k = 0; k < terms; k++, a.at += a.col, b += b_row) {
        vec bk[4];
        for (int j = 0; j < vectors; j++) bk[j] = vec_load(b + j * LANES);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < vectors; j++)
                sum[i][j] += a.at[(size_t)i * a.row] * bk[j];
    }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++)
            vec_store(c + (size_t)i * c_row + j * LANES, sum[i][j]);
}

static inline __attribute__((always_inline)) void
tile_of(int rows, int vectors, real *c, size_t c_row, TileA a, const real *b,
        size_t b_row, int terms, bool add)
{
    switch (rows) {
    case 5: tile(5, vectors, c, c_row, a, b, b_row, terms, add); break;
    case 4: tile(4, vectors, c, c_row, a, b, b_row, terms, add); break;
    case 3: tile(3, vectors, c, c_row, a, b, b_row, terms, add); break;
    case 2: tile(2, vectors, c, c_row, a, b, b_row, terms, add); break;
    case 1: tile(1, vectors, c, c_row, a, b, b_row, terms, add); break;
    }
}

/* As few parts of `all` as can be, none larger than `most` and all as even as can be,
 * because a small tile waits for its sums: the first `longer` of them have one more. */
typedef struct {
    int size, longer;
} TileParts;

static inline TileParts tile_parts(int all, int most)
{
    int parts = (all + most - 1) / most;
    return parts ? (TileParts){ all / parts, all % parts } : (TileParts){ 1, 0 };
}

/* C [rows, cols], cols a multiple of LANES.  All columns of a few rows, then the next
 * rows, so that what is read of A stays in cache. */
static __attribute__((noinline)) void
tile_product(real *c, size_t c_row, TileA a, const real *b, size_t b_row, int rows,
             int cols, int terms, bool add)
{
    TileParts down = tile_parts(rows, TILE_ROWS);
    TileParts across = tile_parts(cols / LANES, TILE_VECTORS);
    for (int i = 0, n; i < rows; i += n) {
        n = down.size + (down.longer-- > 0);
        int longer = across.longer;
        for (int j = 0, v; j < cols; j += v * LANES) {
            v = across.size + (longer-- > 0);
            switch (v) {
            case 4: tile_of(n, 4, c + j, c_row, a, b + j, b_row, terms, add); break;
            case 3: tile_of(n, 3, c + j, c_row, a, b + j, b_row, terms, add); break;
            case 2: tile_of(n, 2, c + j, c_row, a, b + j, b_row, terms, add); break;
            case 1: tile_of(n, 1, c + j, c_row, a, b + j, b_row, terms, add); break;
            }
        }
        c += (size_t)n * c_row;
        a.at += (size_t)n * a.row;
    }
}

#endif
