/* Heads of attention: where their rows lie, how they come near and go home.  For attn.c
 * and relative.c. */
#ifndef CORE_CPU_HEADS_H
#define CORE_CPU_HEADS_H

#include "core/cpu/vmath.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    BLOCK = 72, /* 65 tokens, the decoder's of an 8 x 8 grid, are one block */
    FAR = 48 /* from so many tokens on a copy of a head's rows pays */
};

typedef struct Bias Bias; /* see bias.h */

/* Of attention: its sizes. */
typedef struct {
    int    T, M;         /* tokens; how many of them, the last, ask           */
    int    d, dp;        /* width of a head, and in whole vectors             */
    int    D, H;         /* width of all heads, and how many                  */
    int    wide;         /* from a row to the next in a block of scores       */
    size_t x_row, y_row; /* from a row to the next in qkv and in y            */
    bool   copied;       /* rows are read from a copy, see near()             */
    size_t all;          /* heads of all images                               */
    real   scale;        /* of the scores, 1 / sqrt(d)                        */
    const Bias *bias;    /* what is added to them, or NULL                    */
} Heads;

static inline Heads heads_of(int N, int T, int M, int D, int H)
{
    int d = D / H, Mp = round_to_lanes(M);
    return (Heads){ .T = T, .M = M, .d = d, .dp = round_to_lanes(d), .D = D, .H = H,
                    .wide = Mp < BLOCK ? Mp : BLOCK,
                    .x_row = 3 * (size_t)D, .y_row = (size_t)D,
                    .all = (size_t)N * (size_t)H, .copied = T >= FAR || d % LANES,
                    .scale = (real)(1 / sqrt((double)d)) };
}

/* Where head i of all N H begins, in images of so many rows. */
static inline size_t head_at(const Heads *s, size_t i, int rows, size_t row)
{
    size_t H = (size_t)s->H;
    return i / H * (size_t)rows * row + i % H * (size_t)s->d;
}

static inline size_t x_at(const Heads *s, size_t i) { return head_at(s, i, s->T, s->x_row); }
static inline size_t y_at(const Heads *s, size_t i) { return head_at(s, i, s->M, s->y_row); }

/* From the first row of qkv to the first that asks. */
static inline size_t asking(const Heads *s) { return (size_t)(s->T - s->M) * s->x_row; }

/* Rows of a head to read: where the first is, and how far to the next. */
typedef struct {
    const real *at;
    size_t      row;
} Rows;

static inline const real *row_of(Rows x, int i) { return x.at + (size_t)i * x.row; }
static inline Rows from_row(Rows x, int i) { return (Rows){ row_of(x, i), x.row }; }

static inline void copy_row(real *to, const real *x, const Heads *s)
{
    int whole = s->d / LANES * LANES;
    for (int c = 0; c < whole; c += LANES) vec_store(to + c, vec_load(x + c));
    for (int c = whole; c < s->d; c++) to[c] = x[c];
}

/* x such that it can be read in whole vectors, again and again: itself, or a padded
 * copy.  Rows of x lie so far apart, often by a power of two, that a cache holds few
 * of them at a time. */
static inline Rows near(real *room, const real *x, size_t row, int rows, const Heads *s)
{
    if (!s->copied) return (Rows){ x, row };
    for (int i = 0; i < rows; i++) {
        real *to = room + (size_t)i * (size_t)s->dp;
        copy_row(to, x + (size_t)i * row, s);
        for (int c = s->d; c < s->dp; c++) to[c] = 0;
    }
    return (Rows){ room, (size_t)s->dp };
}

/* Asks for the rows of a head that will be needed next, unless it is past the last, in
 * so many of q, k and v.  They lie too far from each other for the processor to foresee
 * them.  Into the second cache, because the first is in use.  Inlined always: gcc
 * drops a call that does nothing but this. */
static inline __attribute__((always_inline)) void
ask_for(const real *x, size_t head, int parts, int rows, size_t row, const Heads *s)
{
    enum { LINE = (int)(64 / sizeof(real)) };
    if (head == s->all) return;
    for (x += head_at(s, head, rows, row); parts > 0; parts--, x += s->D)
        for (int i = 0; i < rows; i++)
            for (int c = 0; c < s->d; c += LINE)
                __builtin_prefetch(x + (size_t)i * row + c, 0, 2);
}

/* Rows of a head to write, in whole vectors: in place, or aside if that would touch
 * the next head or if block after block adds to them; then settle() brings them home. */
typedef struct {
    real  *at, *home;
    size_t row, home_row;
    bool   add; /* in place, to what is there */
} Out;

static inline Out out_to(real *aside, real *home, size_t row, real beta, int blocks,
                         const Heads *s)
{
    if (s->d == s->dp && blocks == 1) return (Out){ home, home, row, row, beta != 0 };
    return (Out){ aside, home, (size_t)s->dp, row, false };
}

static inline void settle(Out o, int rows, const Heads *s, real beta)
{
    if (o.at == o.home) return;
    for (int i = 0; i < rows; i++, o.home += o.home_row, o.at += o.row)
        if (beta == 0)
            copy_row(o.home, o.at, s);
        else
            for (int c = 0; c < s->d; c++) o.home[c] += o.at[c];
}

static inline __attribute__((always_inline)) void
turn_lanes(real *to, Rows x, int rows, const Heads *s, real scale)
{
    for (int c = 0; c < s->dp; c += LANES, to += LANES * s->wide) {
        vec part[LANES];
        for (int l = 0; l < LANES; l++)
            part[l] = l < rows ? vec_load(row_of(x, l) + c) * scale : (vec){ 0 };
        vec_turn(part);
        for (int l = 0; l < LANES; l++) vec_store(to + l * s->wide, part[l]);
    }
}

/* Columns of `n` rows x, times scale; lanes without a row are 0. */
static inline void turn(real *to, Rows x, int n, const Heads *s, real scale)
{
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        turn_lanes(to + i, from_row(x, i), LANES, s, scale);
    if (i < n) turn_lanes(to + i, from_row(x, i), n - i, s, scale);
}

#endif
