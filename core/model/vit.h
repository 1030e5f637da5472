/* The vision transformer, as a masked autoencoder uses it: it encodes the
 * visible patches only, or all of them.
 *
 * Letters as in core/tape/ops.h.  Source: Dosovitskiy et al. 2021,
 * arXiv:2010.11929; names and numbers as in facebookresearch/mae.
 */
#ifndef CORE_MODEL_VIT_H
#define CORE_MODEL_VIT_H

#include "core/model/params.h"
#include "core/tape/ops.h"

/* A stack of transformer blocks; their hidden layer is four times as wide. */
typedef struct {
    int D, depth, heads;
} VitSize;

typedef struct {
    int     channels, height, width; /* of an image, in pixels               */
    int     patch;                   /* side in pixels; divides both sides   */
    VitSize size;
    double  norm_eps;                /* of the layer norms; 0: NORM_EPS      */
} VitConfig;

/* How far apart two tokens are, as the blocks of dense tasks look at it: tables of a
 * row's and a column's distance, or a table of what is added to the logits of a pair. */
typedef struct {
    int     rows, cols;          /* of the grid that the tokens are                     */
    int     window;              /* its side: only tokens of one window see each other;
                                    0: all do, and there may be a class token           */
    Tensor *rel_rows, *rel_cols; /* [2 S - 1, D / H], S of the window or of the grid    */
    Tensor *table;               /* [distances, H] in their place                       */
} Relative;

typedef struct {
    Layer           norm1, qkv, proj, norm2, fc1, fc2;
    const Relative *relative;        /* NULL: plain attention                         */
    Tensor         *gain_1, *gain_2; /* [D] of the two branches: LayerScale; or NULL  */
} Block;

typedef struct {
    VitConfig config;
    Tensor   *cls_token, *pos_embed; /* [1, 1, D], [1, L + 1, D] (fixed) */
    Layer     patch_embed;           /* [D, C p p], [D]                  */
    Block    *blocks;                /* [depth]                          */
    Layer     norm;
} Vit;

/* STATUS_CONFIG, naming the value, unless the sizes make a model: heads divide
 * D, 4 divides D, the patch divides the image, nothing absurdly large. */
MUST_USE Status vit_check(const VitConfig *c, Err *err);
MUST_USE Status vit_check_size(const VitSize *s, const char *which, Err *err);

int vit_rows(const VitConfig *c);
int vit_cols(const VitConfig *c);
int vit_patches(const VitConfig *c); /* L */

double vit_norm_eps(const VitConfig *c);

/* Add the encoder's parameters to p, or all but the final norm; once p is placed,
 * write the positions.  In a larger model it is a part: names have a prefix there.  Norms
 * that are added to p afterwards have its eps. */
void vit_add(Vit *v, Params *p, const VitConfig *c);
void vit_add_body(Vit *v, Params *p, const VitConfig *c);
void vit_write_positions(const Vit *v, Params *p);

/* Where an encoder's parameter stands: 0 what makes tokens, i + 1 block i, depth + 1 what
 * follows the blocks. */
int vit_layer(const char *name, int depth);

/* The blocks of an encoder or a decoder: names.0 .. names.(depth-1). */
Block  *blocks_add(Params *p, const VitSize *s, const char *names);
Tensor *blocks_forward(Tape *t, const Block *blocks, const VitSize *s, Tensor *x);

/* The same for the hidden tokens of each image, [N, M, D], and no more than they take:
 * x [N (K + 1) + L, D] are tokens that are there once, as op_restore makes them. */
Tensor *blocks_forward_hidden(Tape *t, const Block *blocks, const VitSize *s, Tensor *x,
                              const Visible *v);

/* The same with stochastic depth: what an image's branch is multiplied by, shares[2 i]
 * [N] for the attention of block i, shares[2 i + 1] for its hidden layer. */
Tensor *blocks_forward_some(Tape *t, const Block *blocks, const VitSize *s, Tensor *x,
                            Tensor *const *shares);

/* Which branches are left out, keyed by image: 0, or 1 over how often it is not; of the
 * last block's `drop_path`, from 0 in the first block on.  For blocks_forward_some, as
 * long as the tape's nodes; NULL where drop_path is 0.
 *
 * Source: Huang et al. 2016, arXiv:1603.09382; per image and branch, as the reference. */
Tensor **blocks_shares(Tape *t, int depth, double drop_path, uint64_t seed,
                       uint64_t epoch, const uint64_t *ids, int N);

/* Fixed positions [1, rows cols + 1, D], written to x: of D numbers the first
 * half encodes the column, the second the row; each half is sines, then cosines,
 * of position / 10000^(4 i / D).  The class token's row is zero. */
void positions_write(Params *p, Tensor *x, int rows, int cols);

/* What the first block sees: images [N, C, H, W] -> [N, K + 1, D], class token first,
 * positions added.  Then the blocks and the final norm: any tokens, same shape. */
Tensor *vit_embed(Tape *t, const Vit *v, Tensor *images, const Visible *visible);
Tensor *vit_think(Tape *t, const Vit *v, Tensor *x);

/* norm(x) w^T + b, and a norm alone. */
Tensor *layer_norm(Tape *t, Tensor *x, Layer norm);
Tensor *layer_norm_linear(Tape *t, Tensor *x, Layer norm, Layer linear);

/* The embedding of every patch, without class token and positions: -> [N, L, D]. */
Tensor *vit_embed_patches(Tape *t, const Vit *v, Tensor *images);

/* Nothing hidden; lives as long as the tape's nodes. */
const Visible *vit_all_visible(Tape *t, const Vit *v, const Tensor *images);

/* Both: images [N, C, H, W] -> [N, K + 1, D], after the final norm. */
Tensor *vit_encode(Tape *t, const Vit *v, Tensor *images, const Visible *visible);

/* The same with every patch visible: -> [N, L + 1, D]. */
Tensor *vit_features(Tape *t, const Vit *v, Tensor *images);

/* How the first block's heads look from patch to patch when all are visible:
 * -> [N, H, L, L], rows sum to 1, no gradient.  Costs a small part of one
 * block: the embedding, one norm and one linear layer. */
Tensor *vit_first_attention(Tape *t, const Vit *v, Tensor *images);

/* What the last block makes of patches that are all visible; no gradient. */
typedef struct {
    Tensor *class_attention; /* [N, H, L] of the class token; rows sum to less than 1 */
    Tensor *features;        /* [N, L, D] after the block, before the final norm      */
} VitLook;

/* A forward of the encoder; without `features` that of the last block ends early. */
VitLook vit_last_look(Tape *t, const Vit *v, Tensor *images, bool features);

#endif
