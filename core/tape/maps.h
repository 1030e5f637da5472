/* The differentiable ops on maps, one family per file of core/tape/ops/.
 *
 * A map lies channels last, [N, H, W, C]: its pixels are the rows of a matrix, so that
 * op_linear is a convolution of 1 x 1, op_norm the layer norm of a pixel's channels, and
 * op_shape makes maps of tokens.  Weights have the names and shapes of the reference.
 *
 * An op aborts (CHECK) if shapes disagree, or if what is said to be constant wants
 * a gradient.
 */
#ifndef CORE_TAPE_MAPS_H
#define CORE_TAPE_MAPS_H

#include "core/tape/tape.h"

/* maps.c --------------------------------------------------------------- */

/* The same values in the same order, of another shape; nothing is copied. */
Tensor *op_shape(Tape *t, Tensor *x, int rank, const int *dim);

/* Maps side by side, one after the other along channels; at most MAX_INPUTS. */
Tensor *op_concat(Tape *t, Tensor *const *x, int count);

/* Whole channels dropped: y_nijc = x_nijc kept_nc, kept [N, C] constant, of a channel
 * 0 or 1 / (1 - p). */
Tensor *op_drop_channels(Tape *t, Tensor *x, Tensor *kept);

/* conv.c --------------------------------------------------------------- */

/* Convolution, as torch's conv2d: x [N, H, W, C], w [O, C, k, k], b [O] or NULL ->
 * [N, (H + 2 pad - k) / stride + 1, ..., O], rounded down; zeros outside.
 *
 *   y_nijo = b_o + sum_cuv x_n(i stride + u - pad)(j stride + v - pad)c w_ocuv
 *
 * Keeps x.  Frames of k x k are laid out as rows a piece at a time, never all. */
Tensor *op_conv(Tape *t, Tensor *x, Tensor *w, Tensor *b, int stride, int pad);

/* Transposed convolution of 2 x 2, stride 2, as torch's conv_transpose2d: each pixel
 * becomes four.  x [N, H, W, C], w [C, O, 2, 2], b [O] or NULL -> [N, 2 H, 2 W, O].
 *
 *   y_n(2 i + u)(2 j + v)o = b_o + sum_c x_nijc w_couv */
Tensor *op_deconv(Tape *t, Tensor *x, Tensor *w, Tensor *b);

/* channels.c ----------------------------------------------------------- */

/* Batch norm without gain and bias, over rows: x [N, D], eps 1e-6.  With
 * `training` uses the batch's mean and biased variance and moves running_mean
 * and running_var [D] (constants, variance unbiased) towards them by `momentum`;
 * else uses those.  Source: the linear probe of facebookresearch/mae. */
Tensor *op_batch_norm(Tape *t, Tensor *x, Tensor *running_mean, Tensor *running_var,
                      bool training, double momentum);

/* Batch norm, eps 1e-5: (x - mean) / std * gain + bias of each channel, over N, H and W;
 * x [..., C], the rest [C].  With `training` uses the batch's mean and biased variance
 * and moves running_mean and running_var (constants, variance unbiased) towards them by
 * `momentum`; else uses those.  Keeps x and two numbers a channel. */
Tensor *op_map_norm(Tape *t, Tensor *x, Tensor *gain, Tensor *bias, Tensor *running_mean,
                    Tensor *running_var, bool training, double momentum);

/* Group norm, eps 1e-5: the same of C / groups channels together, of each image by
 * itself, biased variance; no running statistics.  Source: Wu and He 2018,
 * arXiv:1803.08494. */
Tensor *op_group_norm(Tape *t, Tensor *x, Tensor *gain, Tensor *bias, int groups);

/* act.c ---------------------------------------------------------------- */

Tensor *op_relu(Tape *t, Tensor *x); /* max(x, 0); any shape; NaN stays NaN */

/* pool.c --------------------------------------------------------------- */

/* The largest of size x size pixels, of each channel: -> [N, (H - size) / stride + 1,
 * ..., C], rounded down.  Of equal ones the first, row by row, gets the gradient; NaN is
 * larger than all. */
Tensor *op_max_pool(Tape *t, Tensor *x, int size, int stride);

/* Means of n x n cells, of each channel: -> [N, n, n, C].  Cell i of rows is from
 * floor(i H / n) to ceil((i + 1) H / n), so that cells may share rows; columns alike.
 * Same as torch's adaptive_avg_pool2d. */
Tensor *op_mean_pool(Tape *t, Tensor *x, int n);

/* Bilinear, between pixel centres: row i of the result lies at (i + 0.5) H / rows - 0.5
 * of x, at 0 if that is negative, and beyond the last row there is nothing new.  Without
 * antialiasing; same as torch's interpolate with align_corners false. */
Tensor *op_resize(Tape *t, Tensor *x, int rows, int cols);

#endif
