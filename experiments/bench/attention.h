/* How long attention takes, ours and the plain way (core/cpu/plain.h): products of each
 * head by OpenBLAS, and a softmax over scores that all lie in memory. */
#ifndef EXPERIMENTS_BENCH_ATTENTION_H
#define EXPERIMENTS_BENCH_ATTENTION_H

#include "experiments/bench/watch.h"
#include "experiments/stats/stats.h"

typedef struct {
    int tokens, width, heads, batch;
} AttentionShape;

/* Where 17, 50, 65, 197 and 257 tokens occur: tiny's encoder, base's, tiny's decoder,
 * base's, and a large encoder at patch 14, all visible; ends with { 0 }. */
enum { ATTENTION_SHAPES = 5 };
extern const AttentionShape attention_shapes[ATTENTION_SHAPES + 1];

typedef struct {
    AttentionShape shape;
    Quartiles forward_s, plain_forward_s;
    Quartiles backward_s, plain_backward_s; /* plain has kept all scores          */
    Quartiles plain_again_s;                /* plain makes them again, as ours does */
    Quartiles forward_times, backward_times, again_times; /* plain over ours, of each
                                                             try its own                */
} AttentionTime;

/* Of `seconds`, at least three tries, of all five in turn.  In a process of its
 * own. */
MUST_USE Status attention_measure(AttentionTime *t, const AttentionShape *s,
                                  double seconds, int threads, Watch *watch, Err *err);

#endif
