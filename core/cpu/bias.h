/* What is added to the scores of attention before their softmax, and how it learns:
 * numbers that depend on where query and key lie in a grid of rows x cols tokens.  Between
 * attn.c, which knows no more of it than this, and relative.c. */
#ifndef CORE_CPU_BIAS_H
#define CORE_CPU_BIAS_H

#include "core/cpu/heads.h"
#include "core/tape/backend.h"

#include <stdbool.h>

struct Bias {
    int         rows, cols;
    const real *along[2];  /* of rows and columns, [2 side - 1, d], asked by the query */
    real       *dalong[2]; /* [N H, 2 side - 1, d], or NULL                            */
    const real *table;     /* else, [count, H]: itself                                 */
    real       *dtable;    /* [N, count, H], or NULL                                   */
    int         count;
};

/* Of one head: which, and bias_room() values of scratch. */
typedef struct {
    real  *room;
    size_t head;
} Added;

size_t bias_room(const Heads *s); /* 0 without a bias */

/* Scores p [T, wide] of n queries from i on; turned [d, wide] are these, scaled. */
void bias_add(real *p, const real *turned, int i, int n, const Added *a, const Heads *s);

/* The way back from ds [T, wide], scaled too.  True if that began dq [n, d]. */
bool bias_bwd(Out dq, real *ds, Rows q, int i, int n, const Added *a, const Heads *s);
void bias_settle(const Added *a, const Heads *s); /* after the last block of queries */

/* All heads; y of the backward as in attention_bwd.  In attn.c. */
void heads_fwd(real *y, real *lse, const real *qkv, const Heads *s);
void heads_bwd(Share dqkv, real *y, const real *dy, const real *qkv, const real *lse,
               const Heads *s);

#endif
