#include "core/model/vit.h"

#include "core/tape/dense.h"
#include "core/tape/maps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PIXELS = 1 << 14, MOST_WIDTH = 1 << 14, MOST_DEPTH = 256 };
enum { MOST_PATCHES = 1 << 16 };

/* --- sizes ------------------------------------------------------------- */

static Status in_range(int x, int most, const char *which, const char *what, Err *err)
{
    if (x >= 1 && x <= most) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: %s %d is not between 1 and %d", which, what,
                   x, most);
}

Status vit_check_size(const VitSize *s, const char *which, Err *err)
{
    if (in_range(s->D, MOST_WIDTH, which, "width", err) ||
        in_range(s->depth, MOST_DEPTH, which, "depth", err) ||
        in_range(s->heads, s->D, which, "heads", err))
        return err->code;
    if (s->D % 4) /* sine and cosine of row and of column */
        return err_set(err, STATUS_CONFIG, "%s: width %d is not a multiple of 4", which,
                       s->D);
    if (s->D % s->heads)
        return err_set(err, STATUS_CONFIG, "%s: %d heads do not divide the width %d",
                       which, s->heads, s->D);
    return STATUS_OK;
}

Status vit_check(const VitConfig *c, Err *err)
{
    if (in_range(c->channels, MOST_PIXELS, "image", "channels", err) ||
        in_range(c->height, MOST_PIXELS, "image", "height", err) ||
        in_range(c->width, MOST_PIXELS, "image", "width", err) ||
        in_range(c->patch, MOST_PIXELS, "image", "patch", err))
        return err->code;
    if (c->height % c->patch || c->width % c->patch)
        return err_set(err, STATUS_CONFIG, "image: %d x %d pixels are no whole number of "
                       "patches of %d", c->height, c->width, c->patch);
    if ((int64_t)c->channels * c->patch * c->patch > MOST_PIXELS)
        return err_set(err, STATUS_CONFIG, "image: a patch of %d x %d x %d has more than "
                       "%d values", c->channels, c->patch, c->patch, MOST_PIXELS);
    if (vit_patches(c) > MOST_PATCHES)
        return err_set(err, STATUS_CONFIG, "image: %d patches, at most %d",
                       vit_patches(c), MOST_PATCHES);
    return vit_check_size(&c->size, "encoder", err);
}

int vit_rows(const VitConfig *c) { return c->height / c->patch; }
int vit_cols(const VitConfig *c) { return c->width / c->patch; }
int vit_patches(const VitConfig *c) { return vit_rows(c) * vit_cols(c); }

double vit_norm_eps(const VitConfig *c)
{
    return c->norm_eps > 0 ? c->norm_eps : NORM_EPS;
}

/* --- parameters -------------------------------------------------------- */

Block *blocks_add(Params *p, const VitSize *s, const char *names)
{
    Block *blocks = ARENA_NEW(&p->host, Block, s->depth);
    int    D = s->D;
    for (int i = 0; i < s->depth; i++) {
        Block *b = &blocks[i];
        *b = (Block){ 0 };
        b->norm1 = params_norm(p, D, "%s.%d.norm1", names, i);
        b->qkv = params_linear(p, 3 * D, D, "%s.%d.attn.qkv", names, i);
        b->proj = params_linear(p, D, D, "%s.%d.attn.proj", names, i);
        b->norm2 = params_norm(p, D, "%s.%d.norm2", names, i);
        b->fc1 = params_linear(p, 4 * D, D, "%s.%d.mlp.fc1", names, i);
        b->fc2 = params_linear(p, D, 4 * D, "%s.%d.mlp.fc2", names, i);
    }
    return blocks;
}

int vit_layer(const char *name, int depth)
{
    if (!strncmp(name, "blocks.", 7)) return 1 + (int)strtol(name + 7, NULL, 10);
    bool makes_tokens = !strcmp(name, "cls_token") || !strcmp(name, "pos_embed") ||
                        !strncmp(name, "patch_embed.", 12);
    return makes_tokens ? 0 : depth + 1;
}

void vit_add_body(Vit *v, Params *p, const VitConfig *c)
{
    int D = c->size.D;
    *v = (Vit){ .config = *c };
    p->norm_eps = vit_norm_eps(c);
    v->cls_token = params_token(p, D, "cls_token");
    v->pos_embed = params_positions(p, vit_patches(c), D, "pos_embed");
    v->patch_embed = params_embedding(p, D, c->channels, c->patch, "patch_embed.proj");
    v->blocks = blocks_add(p, &c->size, "blocks");
}

void vit_add(Vit *v, Params *p, const VitConfig *c)
{
    vit_add_body(v, p, c);
    v->norm = params_norm(p, c->size.D, "norm");
}

/* Half a position: D / 4 sines, then as many cosines, of `at` at falling
 * frequencies. */
static real *half_position(real *out, int at, int D)
{
    int n = D / 4;
    for (int i = 0; i < n; i++) {
        double angle = at / pow(10000, (double)i / n);
        out[i] = (real)sin(angle);
        out[n + i] = (real)cos(angle);
    }
    return out + 2 * n;
}

void positions_write(Params *p, Tensor *x, int rows, int cols)
{
    ArenaMark mark = arena_mark(&p->host);
    size_t    n = tensor_count(x);
    int       D = x->dim[2];
    CHECK(x->dim[1] == rows * cols + 1, "positions of %d x %d in %d rows", rows, cols,
          x->dim[1]);
    real *values = ARENA_NEW(&p->host, real, n), *at = values;
    for (int i = 0; i < D; i++) *at++ = 0; /* the class token is nowhere */
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++) {
            at = half_position(at, col, D);
            at = half_position(at, row, D);
        }
    p->be->write(x->data, values, n);
    arena_rewind(&p->host, mark);
}

void vit_write_positions(const Vit *v, Params *p)
{
    positions_write(p, v->pos_embed, vit_rows(&v->config), vit_cols(&v->config));
}

/* --- forward ----------------------------------------------------------- */

Tensor *layer_norm(Tape *t, Tensor *x, Layer norm)
{
    return op_norm(t, x, norm.w, norm.b, norm.eps);
}

Tensor *layer_norm_linear(Tape *t, Tensor *x, Layer norm, Layer linear)
{
    return op_norm_linear(t, x, norm.w, norm.b, norm.eps, linear.w, linear.b);
}

typedef struct {
    const Block   *block;
    int            H;
    Tensor *const *shares; /* of its two branches; NULL: both are taken */
    const Visible *spread; /* what its input is spread by, or NULL */
} BlockEnv;

static Tensor *block_qkv(Tape *t, const Block *b, Tensor *x)
{
    return layer_norm_linear(t, x, b->norm1, b->qkv);
}

/* Of tokens that are there once; norm and linear layer see each once, too. */
static Tensor *block_qkv_spread(Tape *t, const Block *b, Tensor *x, const Visible *v)
{
    return op_norm_linear_spread(t, x, b->norm1.w, b->norm1.b, b->norm1.eps, b->qkv.w,
                                 b->qkv.b, v);
}

static Tensor *block_hidden(Tape *t, const Block *b, Tensor *x)
{
    return layer_norm_linear(t, x, b->norm2, b->fc1);
}

static Tensor *block_add(Tape *t, Tensor *x, Tensor *branch, Tensor *gain, Tensor *share)
{
    if (gain) branch = op_gain(t, branch, gain);
    return share ? op_add_share(t, x, branch, share) : op_add(t, x, branch);
}

static Tensor *block_mlp(Tape *t, const Block *b, Tensor *x)
{
    return op_gelu_linear_add(t, block_hidden(t, b, x), b->fc2.w, b->fc2.b, x);
}

/* What it makes of the last M rows. */
static Tensor *block_rest(Tape *t, const Block *b, int H, int M, Tensor *x, Tensor *qkv)
{
    x = op_attention_linear_add(t, qkv, H, M, b->proj.w, b->proj.b, x);
    return block_mlp(t, b, x);
}

/* The whole of it for tokens that are there once, which are spread nowhere but in the sum. */
static Tensor *block_spread(Tape *t, const Block *b, int H, Tensor *x, const Visible *v)
{
    Tensor *qkv = block_qkv_spread(t, b, x, v);
    x = op_attention_linear_add_spread(t, qkv, H, b->proj.w, b->proj.b, x, v);
    return block_mlp(t, b, x);
}

/* Of all rows with stochastic depth: of each branch the image's share. */
static Tensor *block_rest_some(Tape *t, const Block *b, int H, Tensor *x, Tensor *qkv,
                               Tensor *const *shares)
{
    Tensor *branch =
        op_attention_linear_add(t, qkv, H, x->dim[1], b->proj.w, b->proj.b, NULL);
    x = op_add_share(t, x, branch, shares[0]);
    branch = op_gelu_linear_add(t, block_hidden(t, b, x), b->fc2.w, b->fc2.b, NULL);
    return op_add_share(t, x, branch, shares[1]);
}

/* The attention of a dense task, before its projection: x [N, T, D] -> the same shape.
 * Windows are cut after the norm: what pads them is zero there, and is a key. */
static Tensor *relative_attention(Tape *t, const Block *b, int H, Tensor *x)
{
    const Relative *r = b->relative;
    const int       D = x->dim[2], S = r->window;
    Tensor         *h = layer_norm(t, x, b->norm1);
    const int       map[] = { x->dim[0], r->rows, r->cols, D };
    if (S) h = op_to_windows(t, op_shape(t, h, 4, map), S);
    Tensor *qkv = op_linear(t, h, b->qkv.w, b->qkv.b);
    int     rows = S ? S : r->rows, cols = S ? S : r->cols;
    Tensor *y = r->table ? op_table_attention(t, qkv, H, rows, cols, r->table)
                         : op_relative_attention(t, qkv, H, rows, cols, r->rel_rows,
                                                 r->rel_cols);
    return S ? op_shape(t, op_from_windows(t, y, r->rows, r->cols), 3, x->dim) : y;
}

static Tensor *block_relative(Tape *t, const Block *b, int H, Tensor *x,
                              Tensor *const *shares)
{
    Tensor *branch = relative_attention(t, b, H, x);
    branch = op_linear(t, branch, b->proj.w, b->proj.b);
    x = block_add(t, x, branch, b->gain_1, shares ? shares[0] : NULL);
    branch = op_gelu_linear_add(t, block_hidden(t, b, x), b->fc2.w, b->fc2.b, NULL);
    return block_add(t, x, branch, b->gain_2, shares ? shares[1] : NULL);
}

static Tensor *block(Tape *t, const void *env, Tensor *x)
{
    const BlockEnv *e = env;
    if (e->block->relative) return block_relative(t, e->block, e->H, x, e->shares);
    if (e->spread) return block_spread(t, e->block, e->H, x, e->spread);
    Tensor *qkv = block_qkv(t, e->block, x);
    if (e->shares) return block_rest_some(t, e->block, e->H, x, qkv, e->shares);
    return block_rest(t, e->block, e->H, x->dim[1], x, qkv);
}

/* A block through which nothing goes back leaves only its result. */
static bool goes_back(const Tape *t, const Block *b, const Tensor *x)
{
    return t->recording && (x->wants_grad || b->fc2.w->wants_grad);
}

static Tensor *block_forward(Tape *t, BlockEnv e, Tensor *x)
{
    BlockEnv *env = ARENA_NEW(&t->nodes, BlockEnv, 1);
    *env = e;
    if (!t->recompute && goes_back(t, e.block, x)) return block(t, env, x);
    if (!e.spread) return op_recompute(t, x, x->rank, x->dim, block, env);
    const int dim[] = { e.spread->N, visible_tokens(e.spread), x->dim[1] };
    return op_recompute(t, x, 3, dim, block, env);
}

Tensor *blocks_forward_some(Tape *t, const Block *blocks, const VitSize *s, Tensor *x,
                            Tensor *const *shares)
{
    for (int i = 0; i < s->depth; i++)
        x = block_forward(
            t, (BlockEnv){ &blocks[i], s->heads, shares ? shares + 2 * i : NULL, NULL }, x);
    return x;
}

Tensor **blocks_shares(Tape *t, int depth, double drop_path, uint64_t seed,
                       uint64_t epoch, const uint64_t *ids, int N)
{
    const int branches = 2 * depth, last = depth > 1 ? depth - 1 : 1;
    if (drop_path == 0) return NULL;
    Tensor **shares = ARENA_NEW(&t->nodes, Tensor *, branches);
    real    *share = ARENA_NEW(&t->nodes, real, branches * N); /* [branches, N] */
    for (int n = 0; n < N; n++) {
        Rng rng = rng_at(seed, STREAM_DEPTH, epoch, ids[n]);
        for (int b = 0; b < branches; b++) {
            double taken = 1 - drop_path * (b / 2) / last;
            share[b * N + n] = (double)rng_unit(&rng) < taken ? (real)(1 / taken) : 0;
        }
    }
    for (int b = 0; b < branches; b++) {
        shares[b] = tape_constant(t, 1, &N);
        t->be->write(shares[b]->data, share + b * N, (size_t)N);
    }
    return shares;
}

Tensor *blocks_forward(Tape *t, const Block *blocks, const VitSize *s, Tensor *x)
{
    return blocks_forward_some(t, blocks, s, x, NULL);
}

Tensor *blocks_forward_hidden(Tape *t, const Block *blocks, const VitSize *s, Tensor *x,
                              const Visible *v)
{
    const int    H = s->heads, last = s->depth - 1;
    const Block *b = &blocks[last];
    Visible     *spread = ARENA_NEW(&t->nodes, Visible, 1); /* as long as the blocks */
    *spread = *v;
    for (int i = 0; i < last; i++)
        x = block_forward(t, (BlockEnv){ &blocks[i], H, NULL, i ? NULL : spread }, x);
    Tensor *qkv = last ? block_qkv(t, b, x) : block_qkv_spread(t, b, x, v);
    if (!last) x = op_spread(t, x, v);
    return block_rest(t, b, H, visible_hidden(v), x, qkv);
}

static Tensor *patches(Tape *t, const Vit *v, Tensor *images, const Visible *visible)
{
    const VitConfig *c = &v->config;
    const int       *dim = images->dim;
    CHECK(images->rank == 4 && dim[1] == c->channels && dim[2] == c->height &&
              dim[3] == c->width,
          "images [%d, %d, %d, %d] for a model of [%d, %d, %d]", dim[0], dim[1], dim[2],
          dim[3], c->channels, c->height, c->width);
    Tensor *x = op_take_patches(t, images, visible, c->patch);
    return op_linear(t, x, v->patch_embed.w, v->patch_embed.b);
}

Tensor *vit_embed_patches(Tape *t, const Vit *v, Tensor *images)
{
    return patches(t, v, images, vit_all_visible(t, v, images));
}

Tensor *vit_embed(Tape *t, const Vit *v, Tensor *images, const Visible *visible)
{
    Tensor *x = patches(t, v, images, visible);
    return op_tokens(t, x, v->cls_token, v->pos_embed, visible);
}

Tensor *vit_think(Tape *t, const Vit *v, Tensor *x)
{
    x = blocks_forward(t, v->blocks, &v->config.size, x);
    return layer_norm(t, x, v->norm);
}

Tensor *vit_encode(Tape *t, const Vit *v, Tensor *images, const Visible *visible)
{
    return vit_think(t, v, vit_embed(t, v, images, visible));
}

const Visible *vit_all_visible(Tape *t, const Vit *v, const Tensor *images)
{
    int      N = images->dim[0], L = vit_patches(&v->config);
    int     *ids = ARENA_NEW(&t->nodes, int, (size_t)N * (size_t)L);
    Visible *all = ARENA_NEW(&t->nodes, Visible, 1);
    for (int i = 0; i < N * L; i++) ids[i] = i % L;
    *all = (Visible){ .N = N, .L = L, .K = L, .ids = ids };
    return all;
}

Tensor *vit_features(Tape *t, const Vit *v, Tensor *images)
{
    return vit_encode(t, v, images, vit_all_visible(t, v, images));
}

Tensor *vit_first_attention(Tape *t, const Vit *v, Tensor *images)
{
    const Block *b = &v->blocks[0];
    bool         recording = t->recording;
    t->recording = false;
    Tensor *x = vit_embed(t, v, images, vit_all_visible(t, v, images));
    Tensor *map = op_attention_map(t, block_qkv(t, b, x), v->config.size.heads);
    t->recording = recording;
    return map;
}

VitLook vit_last_look(Tape *t, const Vit *v, Tensor *images, bool features)
{
    VitSize      before = v->config.size;
    int          H = before.heads;
    const Block *last = &v->blocks[--before.depth];
    bool         recording = t->recording;
    t->recording = false;
    Tensor *x = vit_embed(t, v, images, vit_all_visible(t, v, images));
    x = blocks_forward(t, v->blocks, &before, x);
    Tensor *qkv = block_qkv(t, last, x);
    VitLook look = { .class_attention = op_class_attention(t, qkv, H) };
    if (features) look.features = op_drop_class(t, block_rest(t, last, H, x->dim[1], x, qkv));
    t->recording = recording;
    return look;
}
