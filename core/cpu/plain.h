/* Attention the plain way, to compare ours with: a call of OpenBLAS for each product
 * of each head, then a softmax over the scores of all heads, which lie in memory as
 * [N, H, T, T].  No step uses it.
 */
#ifndef CORE_CPU_PLAIN_H
#define CORE_CPU_PLAIN_H

#include "core/base/real.h"

/* y [N, T, D] of qkv [N, T, 3 D] as cpu_attention_fwd has it; keeps the
 * probabilities p [N, H, T, T] for the way back. */
void plain_attention_fwd(real *y, real *p, const real *qkv, int N, int T, int D, int H);

/* The probabilities alone. */
void plain_attention_map(real *p, const real *qkv, int N, int T, int D, int H);

/* dqkv [N, T, 3 D] is overwritten; ds [N, H, T, T] is room for the gradient of the
 * scores. */
void plain_attention_bwd(real *dqkv, real *ds, const real *dy, const real *qkv,
                         const real *p, int N, int T, int D, int H);

#endif
