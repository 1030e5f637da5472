/* Ops of detection and segmentation beside those of ops.h and maps.h.
 *
 * Maps are channels last, [N, rows, cols, C].  What is on the host (regions, targets,
 * labels) the caller keeps alive until the tape is reset.
 */
#ifndef CORE_TAPE_DENSE_H
#define CORE_TAPE_DENSE_H

#include "core/tape/tape.h"

/* rois.c --------------------------------------------------------------- */

/* Regions of a batch, on the host. */
typedef struct {
    int         count; /* at least 1                                             */
    const int  *image; /* [count], which image of the batch                      */
    const real *box;   /* [count, 4] x0 y0 x1 y1 in pixels of the image, finite  */
    const int  *level; /* [count], which map it is cut from; NULL: all from map 0 */
} Rois;

/* What lies in regions, as squares of size x size cells: -> [count, size, size, C].
 *
 *   map    `levels` maps [N, rows_l, cols_l, C]
 *   scale  cells of that map per pixel, 1 / stride
 *
 * A region is box * scale - 0.5, so that a cell's value is that of its middle.  A cell of
 * the result is the mean of ceil(side / size) samples along each axis, each bilinear
 * between four values of the map; up to one cell outside of the map it takes the edge,
 * further out it is 0.  So is a region without height or width.
 *
 * Source: He et al. 2017, arXiv:1703.06870, section 3; same value as
 * roi_align(aligned=True, sampling_ratio=0) of torchvision. */
Tensor *op_roi_align(Tape *t, Tensor *const *map, const double *scale, int levels,
                     const Rois *rois, int size);

/* windows.c ------------------------------------------------------------ */

/* A map as windows of S x S: [N, rows, cols, D] -> [N w, S S, D], w of an image, row by
 * row.  Windows that reach over the map are filled with zeros.  And back, without. */
Tensor *op_to_windows(Tape *t, Tensor *x, int S);
Tensor *op_from_windows(Tape *t, Tensor *x, int rows, int cols);

/* relative.c ----------------------------------------------------------- */

/* Self-attention of rows x cols tokens that also look at where the others are:
 * y = softmax(q k^T / sqrt(d) + what is added) v, d = D / H.  qkv [N, T, 3 D] as for
 * op_attention_linear_add -> [N, T, D].  Keeps qkv, y and one number per query and head.
 *
 * op_relative_attention adds, to query (r, c) and key (r', c'),
 *
 *   q . rel_rows_(r - r' + rows - 1)  +  q . rel_cols_(c - c' + cols - 1)
 *
 * with tables [2 rows - 1, d] and [2 cols - 1, d], shared by the heads; q is not scaled.
 * Source: Li et al. 2022, arXiv:2203.16527, as in detectron2's ViTDet.
 *
 * op_table_attention adds a number of the table [(2 rows - 1) (2 cols - 1) (+ 3), H],
 * that at (r - r' + rows - 1) (2 cols - 1) + c - c' + cols - 1.  T may be rows cols + 1:
 * then a class token comes first and the last three are what it adds to patches, what
 * patches add to it, and it to itself.  Source: Bao et al. 2022, arXiv:2106.08254, as in
 * microsoft/unilm. */
Tensor *op_relative_attention(Tape *t, Tensor *qkv, int H, int rows, int cols,
                              Tensor *rel_rows, Tensor *rel_cols);
Tensor *op_table_attention(Tape *t, Tensor *qkv, int H, int rows, int cols,
                           Tensor *table);

/* linear.c ------------------------------------------------------------- */

Tensor *op_gain(Tape *t, Tensor *x, Tensor *gain); /* y_j = gain_j x_j; x [..., D], gain [D] */

/* Of an image's rows others: y = weights x;  x [N, I, D], weights [O, I] constant ->
 * [N, O, D]. */
Tensor *op_mix_rows(Tape *t, Tensor *x, Tensor *weights);

/* labels.c ------------------------------------------------------------- */

/* What some values of a tensor should be; the others do not count. */
typedef struct {
    int         n;     /* may be 0: then the loss is 0                           */
    const int  *at;    /* [n], which values, counted from the tensor's first     */
    const real *value; /* [n]                                                    */
} Targets;

/* sum of max(x, 0) - x value + log(1 + exp(-|x|)) over the targets, / count: the cross
 * entropy of 1 / (1 + exp(-x)) with value, 0..1 -> scalar. */
Tensor *op_sigmoid_cross_entropy(Tape *t, Tensor *x, const Targets *y, double count);

/* With e = |x - value|: sum of e^2 / (2 beta) where e < beta, else e - beta / 2, over the
 * targets, / count -> scalar.  beta 0 is the sum of e. */
Tensor *op_smooth_l1(Tape *t, Tensor *x, const Targets *y, double beta, double count);

/* sum over rows of -log softmax(x)_label, / count;  x [..., C], label of each row 0..C-1,
 * or `ignore`, which adds nothing -> scalar.  The published losses count all sampled
 * regions, or all pixels, those ignored too. */
Tensor *op_label_cross_entropy(Tape *t, Tensor *x, const int *label, int ignore,
                               double count);

#endif
