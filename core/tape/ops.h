/* The differentiable ops, one family per file of core/tape/ops/.
 *
 * Letters: N images, L patches of an image, K of them visible, D width, H
 * heads, P values of a patch, T tokens of an image (K + 1 or L + 1: a class
 * token comes first), I and O inputs and outputs of a linear layer.
 *
 * An op aborts (CHECK) if shapes disagree, or if what is said to be constant wants
 * a gradient.
 */
#ifndef CORE_TAPE_OPS_H
#define CORE_TAPE_OPS_H

#include "core/tape/tape.h"
#include "core/tape/visible.h"

/* linear.c ------------------------------------------------------------- */

/* y = x w^T + b;  x [..., I], w [O, I] as in the reference, b [O] or NULL. */
Tensor *op_linear(Tape *t, Tensor *x, Tensor *w, Tensor *b);

/* y = residual + x w^T + b;  residual [..., O]. */
Tensor *op_linear_add(Tape *t, Tensor *x, Tensor *w, Tensor *b, Tensor *residual);

/* y = norm(x) w^T + b, with norm as op_norm.  Keeps x and two numbers a row;
 * the normalised rows are computed again when going back. */
Tensor *op_norm_linear(Tape *t, Tensor *x, Tensor *gain, Tensor *bias, double eps,
                       Tensor *w, Tensor *b);

/* op_spread of that, which is all it keeps beside. */
Tensor *op_norm_linear_spread(Tape *t, Tensor *x, Tensor *gain, Tensor *bias, double eps,
                              Tensor *w, Tensor *b, const Visible *v);

/* y = residual + gelu(h) w^T + b, residual may be NULL.  Keeps h only. */
Tensor *op_gelu_linear_add(Tape *t, Tensor *h, Tensor *w, Tensor *b, Tensor *residual);

Tensor *op_add(Tape *t, Tensor *x, Tensor *y); /* same shape */
/* y_n = x_n + share_n branch_n;  x, branch [N, ...], share [N] constant. */
Tensor *op_add_share(Tape *t, Tensor *x, Tensor *branch, Tensor *share);
Tensor *op_dot(Tape *t, Tensor *x, Tensor *w); /* same count -> scalar; w constant */
Tensor *op_times(Tape *t, Tensor *x, double factor); /* of a scalar */

/* norm.c --------------------------------------------------------------- */

/* Layer norm over the last dimension: (x - mean) / sqrt(var + eps) * gain + bias, biased
 * variance.  gain, bias [D]. */
Tensor *op_norm(Tape *t, Tensor *x, Tensor *gain, Tensor *bias, double eps);

/* act.c ---------------------------------------------------------------- */

Tensor *op_gelu(Tape *t, Tensor *x);    /* x Phi(x), the erf form; any shape */
Tensor *op_softmax(Tape *t, Tensor *x); /* over the last dimension           */

/* attn.c --------------------------------------------------------------- */

/* Multi-head self-attention of the last M rows of an image to all T, and its projection:
 * y = residual + softmax(q k^T / sqrt(D / H)) v w^T + b.  qkv [N, T, 3 D], of each row
 * first all queries, then keys, then values, each head-major; w [O, D], b [O] or NULL,
 * y [N, M, O], residual NULL, [N, M, O], or [N, T, O] for its last M.  Keeps qkv only. */
Tensor *op_attention_linear_add(Tape *t, Tensor *qkv, int H, int M, Tensor *w, Tensor *b,
                                Tensor *residual);

/* The same of all T rows to op_spread of a residual, which is nowhere kept. */
Tensor *op_attention_linear_add_spread(Tape *t, Tensor *qkv, int H, Tensor *w, Tensor *b,
                                       Tensor *residual, const Visible *v);

/* The probabilities of that softmax, without gradient, over patches only: the class
 * token, row 0, neither asks nor is asked.  -> [N, H, L, L]; each row sums to 1. */
Tensor *op_attention_map(Tape *t, Tensor *qkv, int H);

/* How the class token, row 0, attends to the patches, without gradient: -> [N, H, L].
 * It attends to itself too, so that a row sums to less than 1. */
Tensor *op_class_attention(Tape *t, Tensor *qkv, int H);

/* rows.c --------------------------------------------------------------- */

/* Visible patches, ready for the embedding: images [N, C, rows p, cols p] constant ->
 * [N, K, C p p], values ordered (channel, row, column) like the reference's
 * convolution weights.  Patches in ascending order. */
Tensor *op_take_patches(Tape *t, Tensor *images, const Visible *v, int p);

/* Targets of all patches, [N, L, p p C], or of the M hidden, [N, M, p p C]; constant,
 * values ordered (row, column, channel).  With `normalized` each patch is
 * (x - mean) / sqrt(var + 1e-6), var with n - 1. */
Tensor *op_target_patches(Tape *t, Tensor *images, int p, bool normalized);
Tensor *op_target_hidden(Tape *t, Tensor *images, const Visible *v, int p, bool normalized);

/* Tokens of the encoder: x [N, K, D], cls [1, 1, D], pos [1, L + 1, D] ->
 * y [N, K + 1, D];  y_0 = cls + pos_0,  y_(1+j) = x_j + pos_(1 + ids_j). */
Tensor *op_tokens(Tape *t, Tensor *x, Tensor *cls, Tensor *pos, const Visible *v);

/* Tokens of the decoder, each once: x [N, K + 1, D], mask [1, 1, D], pos [1, L + 1, D] ->
 * [N (K + 1) + L, D], each with its position: x, then the mask token at each patch, which
 * is the same for all images that hide it. */
Tensor *op_restore(Tape *t, Tensor *x, Tensor *mask, Tensor *pos, const Visible *v);

/* Such rows for each image: x [N (K + 1) + L, D] -> [N, L + 1 - thrown, D], its own, then
 * those of its hidden patches.  Thrown patches are not there for the others to attend to. */
Tensor *op_spread(Tape *t, Tensor *x, const Visible *v);

/* Rows in that order go to their places: -> [N, L + 1, D], zeros where thrown. */
Tensor *op_to_places(Tape *t, Tensor *x, const Visible *v);

/* Of x [N, T, D]: the last M rows, [N, M, D]; rows 1.., [N, T - 1, D]; row 0, [N, D]; the
 * mean of rows 1.., [N, D]. */
Tensor *op_last_rows(Tape *t, Tensor *x, int M);
Tensor *op_drop_class(Tape *t, Tensor *x);
Tensor *op_take_class(Tape *t, Tensor *x);
Tensor *op_mean_patches(Tape *t, Tensor *x);

/* loss.c --------------------------------------------------------------- */

/* Mean squared error of the M hidden patches; nothing else counts.
 *
 *   pred    [N, T, P]  decoder output, of which the last M rows are the hidden
 *   target  [N, M, P]  constant
 *   result  scalar     target units squared
 *
 *   loss = sum over hidden (pred - target)^2 / (P N M)
 *
 * Other rows get a gradient of exactly zero.  Going back takes target's room, a constant
 * of this tape, which is gone then.  Source: He et al. 2022, arXiv:2111.06377,
 * section 3; same value as forward_loss() in facebookresearch/mae. */
Tensor *op_hidden_mse(Tape *t, Tensor *pred, Tensor *target);

/* The same of each patch, or of each hidden one, else 0: -> [N, L], no gradient. */
Tensor *op_patch_mse(Tape *t, Tensor *pred, Tensor *target);
Tensor *op_hidden_errors(Tape *t, Tensor *pred, Tensor *target, const Visible *v);

/* Mean over rows of -sum_c target_c log softmax(x)_c;  x, constant target [N, C]. */
Tensor *op_cross_entropy(Tape *t, Tensor *x, Tensor *target);

/* predict.c ------------------------------------------------------------ */

/* The mean over values of each patch: [N, L + 1, P] -> [N, L], without the class token. */
Tensor *op_patch_mean(Tape *t, Tensor *x);

/* How badly guesses put the hidden patches of an image into the order of their losses:
 * guess [N, L], losses [N, L] constant -> scalar.  Over all pairs of hidden patches of
 * one image whose losses differ, i the costlier:
 *
 *   loss = mean of -log(s(guess_i - guess_j) + 1e-6),  s(x) = 1 / (1 + exp(-x))
 *
 * 0 if there is no such pair.  Visible patches get a gradient of exactly zero.
 * Source: Wang et al. 2023, arXiv:2304.05919; same value as forward_learning_loss() in
 * Haochen-Wang409/HPM, which counts each pair twice above and below the line. */
Tensor *op_order_loss(Tape *t, Tensor *guess, Tensor *losses, const Visible *v);

/* The same source's other choice: mean squared distance to (loss - mean) / sqrt(var +
 * 1e-6) over the hidden of an image, var with n - 1. */
Tensor *op_size_loss(Tape *t, Tensor *guess, Tensor *losses, const Visible *v);

/* sample.c ------------------------------------------------------------- */

/* The same row added to each: x [N, ...] + row [1, ...]. */
Tensor *op_add_row(Tape *t, Tensor *x, Tensor *row);

/* That patches with a high loss should have been more probable: odds [N, L] or
 * [N, L, 1], losses [N, L] constant -> scalar.
 *
 *   loss = - mean over the hidden of all images of losses_i log softmax(odds)_i
 *
 * Source: Bandara et al. 2023, arXiv:2211.09120; l_s in engine_for_pretraining.py of
 * wgcban/adamae. */
Tensor *op_sampling_loss(Tape *t, Tensor *odds, Tensor *losses, const Visible *v);

/* soft.c --------------------------------------------------------------- */

/* A soft mask m [N, L] says of each patch from 0, hide, to 1, keep. */
Tensor *op_sigmoid(Tape *t, Tensor *x); /* 1 / (1 + exp(-x)); any shape */

/* Tokens multiplied: x [N, L + 1, D], y_n(1+l) = m_nl x_n(1+l), the class token as it is. */
Tensor *op_scale_patches(Tape *t, Tensor *x, Tensor *m);

/* Squared error of each patch by how much of it is hidden: pred
 * [N, L + 1, P], target [N, L, P] constant -> scalar;  loss = sum (1 - m) error / sum (1 - m). */
Tensor *op_soft_mse(Tape *t, Tensor *pred, Tensor *target, Tensor *m);

/* What a mask should not be, each -> scalar: near 1/2 anywhere (the mean of a bell of
 * width 0.12), far from `share` in the mean (the divergence, summed over images), like
 * those of other images (the mean over pairs of exp(-0.1 distance); 0 of one image).
 *
 * Source: Madan et al. 2024, arXiv:2308.16572; forward_loss_mask() of ristea/cl-mae. */
Tensor *op_undecided(Tape *t, Tensor *m);
Tensor *op_share_kl(Tape *t, Tensor *m, double share);
Tensor *op_alike(Tape *t, Tensor *m);

/* recompute.c ---------------------------------------------------------- */

typedef Tensor *Part(Tape *t, const void *env, Tensor *x);

/* y = part(x), which has that shape, keeping x and y only: going back runs the part again,
 * recording, and then through it; where nothing goes back only y stays.  Same bits as
 * part(x) itself.  The part depends on nothing but x, env and leaves that are used
 * nowhere else; env lives as long as the tape's nodes. */
Tensor *op_recompute(Tape *t, Tensor *x, int rank, const int *dim, Part *part,
                     const void *env);

#endif
