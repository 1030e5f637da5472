#include "core/model/dense_vit.h"

#include "core/model/positions.h"
#include "core/tape/dense.h"
#include "core/tape/maps.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- sizes ------------------------------------------------------------- */

static DenseVitConfig of_side(const VitConfig *encoder, int side)
{
    DenseVitConfig c = { .encoder = *encoder, .layer_decay = 1 };
    c.pos_rows = vit_rows(encoder);
    c.pos_cols = vit_cols(encoder);
    c.encoder.height = c.encoder.width = side;
    return c;
}

/* Deeper models are left out more and decay less from layer to layer. */
static int depth_class(const VitConfig *e)
{
    return e->size.depth <= 12 ? 0 : e->size.depth <= 24 ? 1 : 2;
}

DenseVitConfig dense_vit_det(const VitConfig *encoder, int side)
{
    static const double decay[] = { 0.7, 0.8, 0.9 }, drop[] = { 0.1, 0.4, 0.5 };
    DenseVitConfig      c = of_side(encoder, side);
    c.relative = RELATIVE_DECOMPOSED;
    c.window = 14;
    c.wide = 4;
    c.layer_decay = decay[depth_class(encoder)];
    c.drop_path = drop[depth_class(encoder)];
    return c;
}

DenseVitConfig dense_vit_earlier(const VitConfig *encoder, int side)
{
    DenseVitConfig c = dense_vit_det(encoder, side);
    c.relative = RELATIVE_TWO_TABLES;
    c.layer_decay = 1;
    c.drop_path = depth_class(encoder) ? 0.3 : 0.1;
    return c;
}

DenseVitConfig dense_vit_upernet(const VitConfig *encoder, int side)
{
    DenseVitConfig c = of_side(encoder, side);
    c.pos_rows = vit_rows(&c.encoder);
    c.pos_cols = vit_cols(&c.encoder);
    c.relative = RELATIVE_TABLE;
    c.class_token = c.layer_scale = true;
    c.layer_decay = 0.65;
    c.drop_path = 0.1;
    return c;
}

Status dense_vit_check(const DenseVitConfig *c, Err *err)
{
    const int depth = c->encoder.size.depth;
    if (vit_check(&c->encoder, err)) return err->code;
    if (c->pos_rows < 1 || c->pos_cols < 1)
        return err_set(err, STATUS_CONFIG, "backbone: positions of %d x %d", c->pos_rows,
                       c->pos_cols);
    if (c->window < 0 || (c->window && (c->wide < 0 || c->wide > depth)) ||
        (c->window && c->wide && depth % c->wide))
        return err_set(err, STATUS_CONFIG,
                       "backbone: %d of %d blocks without windows of %d; the number "
                       "must divide the depth",
                       c->wide, depth, c->window);
    if (c->window && c->class_token)
        return err_set(err, STATUS_CONFIG, "backbone: a class token is in no window");
    if (!(c->drop_path >= 0 && c->drop_path < 1))
        return err_set(err, STATUS_CONFIG,
                       "backbone: drop path %g is not in 0..1, less than 1",
                       c->drop_path);
    if (!(c->layer_decay > 0))
        return err_set(err, STATUS_CONFIG, "backbone: layer decay %g is not above 0",
                       c->layer_decay);
    return STATUS_OK;
}

/* --- parameters -------------------------------------------------------- */

static bool has_windows(const DenseVitConfig *c, int block)
{
    return c->window && (!c->wide || (block + 1) % (c->encoder.size.depth / c->wide));
}

static Tensor *add_zeros(Params *p, int rows, int cols, const char *name)
{
    return params_add(p, name, (Init){ INIT_ZERO, 0 }, 2, (int[]){ rows, cols });
}

static Tensor *add_table(Params *p, const Relative *r, int class_token, int H,
                         const char *name)
{
    const int rows = r->window ? r->window : r->rows;
    const int cols = r->window ? r->window : r->cols;
    return add_zeros(p, (2 * rows - 1) * (2 * cols - 1) + 3 * class_token, H, name);
}

/* How block i attends; `shared` has the two tables of RELATIVE_TWO_TABLES, with windows
 * and without, as far as they have been added. */
static const Relative *add_relative(Params *p, const DenseVit *v, int i,
                                    Tensor *shared[2])
{
    const DenseVitConfig *c = &v->config;
    const VitSize        *s = &c->encoder.size;
    Relative             *r = ARENA_NEW(&p->host, Relative, 1);
    const bool            windows = has_windows(c, i);
    char                  name[PARAM_NAME];
    *r = (Relative){ .rows = vit_rows(&c->encoder), .cols = vit_cols(&c->encoder) };
    r->window = windows ? c->window : 0;
    if (c->relative == RELATIVE_DECOMPOSED) {
        const int d = s->D / s->heads;
        snprintf(name, sizeof name, "%sblocks.%d.attn.rel_pos_h", v->prefix, i);
        r->rel_rows = add_zeros(p, 2 * (windows ? c->window : r->rows) - 1, d, name);
        snprintf(name, sizeof name, "%sblocks.%d.attn.rel_pos_w", v->prefix, i);
        r->rel_cols = add_zeros(p, 2 * (windows ? c->window : r->cols) - 1, d, name);
    } else if (c->relative == RELATIVE_TABLE) {
        snprintf(name, sizeof name, "%sblocks.%d.attn.relative_position_bias_table",
                 v->prefix, i);
        r->table = add_table(p, r, c->class_token, s->heads, name);
    } else {
        snprintf(name, sizeof name, "%s%s_relative_position_bias_table", v->prefix,
                 windows ? "window" : "global");
        Tensor **table = &shared[windows];
        if (!*table) *table = add_table(p, r, c->class_token, s->heads, name);
        r->table = *table;
    }
    return r;
}

static Tensor *add_gain(Params *p, const DenseVit *v, int i, int which)
{
    char name[PARAM_NAME];
    snprintf(name, sizeof name, "%sblocks.%d.gamma_%d", v->prefix, i, which);
    return params_add(p, name, (Init){ INIT_ONE, 0 }, 1, &v->config.encoder.size.D);
}

void dense_vit_add(DenseVit *v, Params *p, const DenseVitConfig *c, const char *prefix)
{
    const VitConfig *e = &c->encoder;
    Tensor          *shared[2] = { NULL, NULL };
    char             name[PARAM_NAME];
    *v = (DenseVit){ .config = *c, .prefix = prefix, .first = p->n, .vit.config = *e };
    snprintf(name, sizeof name, "%scls_token", prefix);
    if (c->class_token) v->vit.cls_token = params_token(p, e->size.D, name);
    snprintf(name, sizeof name, "%spos_embed", prefix);
    v->vit.pos_embed = params_positions(p, c->pos_rows * c->pos_cols, e->size.D, name);
    snprintf(name, sizeof name, "%spatch_embed.proj", prefix);
    v->vit.patch_embed = params_embedding(p, e->size.D, e->channels, e->patch, name);
    snprintf(name, sizeof name, "%sblocks", prefix);
    p->norm_eps = vit_norm_eps(e);
    v->vit.blocks = blocks_add(p, &e->size, name);
    p->norm_eps = NORM_EPS;
    for (int i = 0; i < e->size.depth; i++) {
        Block *b = &v->vit.blocks[i];
        if (c->relative) b->relative = add_relative(p, v, i, shared);
        if (c->layer_scale)
            b->gain_1 = add_gain(p, v, i, 1), b->gain_2 = add_gain(p, v, i, 2);
    }
    v->end = p->n;
}

/* As the encoder calls it.  Names do not tell whose a parameter is: what is built on
 * the backbone may share its prefix. */
static const char *own_name(const DenseVit *v, const Param *q)
{
    return q->name + strlen(v->prefix);
}

void dense_vit_share_out(const DenseVit *v, Params *p)
{
    const int depth = v->config.encoder.size.depth;
    for (int i = v->first; i < v->end; i++) {
        Param *q = &p->list[i];
        q->rate = pow(v->config.layer_decay, depth + 1 - vit_layer(own_name(v, q), depth));
        if (q->tensor == v->vit.pos_embed) q->trained = q->decays = true;
    }
}

void dense_vit_spare(const DenseVit *v, Params *p)
{
    params_spare(p, v->vit.pos_embed);
    for (int i = 0; i < v->config.encoder.size.depth; i++) {
        const Block *b = &v->vit.blocks[i];
        params_spare(p, b->norm1.w), params_spare(p, b->norm1.b);
        params_spare(p, b->norm2.w), params_spare(p, b->norm2.b);
    }
}

/* As positions_resize has it, of positions that are each one of a basis. */
static void write_resize(const DenseVit *v, Params *p)
{
    const DenseVitConfig *c = &v->config;
    const int             rows = vit_rows(&c->encoder), cols = vit_cols(&c->encoder);
    const size_t          from = (size_t)c->pos_rows * (size_t)c->pos_cols + 1;
    const size_t          to = (size_t)vit_patches(&c->encoder) + 1;
    ArenaMark             mark = arena_mark(&p->host);
    real                 *one = ARENA_NEW(&p->host, real, from * from);
    real                 *all = ARENA_NEW(&p->host, real, to * from);
    for (size_t i = 0; i < from * from; i++) one[i] = i % (from + 1) == 0;
    positions_resize(all, one, c->pos_rows, c->pos_cols, rows, cols, (int)from);
    p->be->write(v->resize->data, c->class_token ? all : all + from,
                 tensor_count(v->resize));
    arena_rewind(&p->host, mark);
}

void dense_vit_start(DenseVit *v, Params *p)
{
    const DenseVitConfig *c = &v->config;
    const VitConfig      *e = &c->encoder;
    positions_write(p, v->vit.pos_embed, c->pos_rows, c->pos_cols);
    if (c->pos_rows == vit_rows(e) && c->pos_cols == vit_cols(e)) return;
    const int dim[] = { vit_patches(e) + c->class_token, c->pos_rows * c->pos_cols + 1 };
    v->resize = tensor_new(&p->host, &p->values, 2, dim, false);
    write_resize(v, p);
}

static void take_positions(const DenseVit *v, Params *p, const Tensor *positions,
                           const VitConfig *from)
{
    const DenseVitConfig *c = &v->config;
    ArenaMark             mark = arena_mark(&p->host);
    const size_t          n = tensor_count(positions), m = tensor_count(v->vit.pos_embed);
    real                 *old = ARENA_NEW(&p->host, real, n);
    real                 *new = ARENA_NEW(&p->host, real, m);
    p->be->read(old, positions->data, n);
    positions_resize(new, old, vit_rows(from), vit_cols(from), c->pos_rows, c->pos_cols,
                     c->encoder.size.D);
    p->be->write(v->vit.pos_embed->data, new, m);
    arena_rewind(&p->host, mark);
}

void dense_vit_take(const DenseVit *v, Params *p, const Params *encoder,
                    const VitConfig *from)
{
    for (int i = v->first; i < v->end; i++) {
        const Param *q = &p->list[i];
        const char  *name = own_name(v, q);
        const Param *source = params_find(encoder, name);
        if (strstr(name, "rel") || strstr(name, ".gamma_")) continue;
        CHECK(source, "%s: the encoder has none", q->name);
        if (q->tensor == v->vit.pos_embed) {
            take_positions(v, p, source->tensor, from);
            continue;
        }
        size_t n = tensor_count(q->tensor);
        CHECK(tensor_count(source->tensor) == n, "%s: %zu values from %zu", q->name, n,
              tensor_count(source->tensor));
        p->be->follow(q->tensor->data, source->tensor->data, n, 0);
    }
}

/* --- forward ----------------------------------------------------------- */

static Tensor *embed(Tape *t, const DenseVit *v, Tensor *images)
{
    const Vit *vit = &v->vit;
    Tensor    *x = vit_embed_patches(t, vit, images), *pos = vit->pos_embed;
    if (v->resize) pos = op_mix_rows(t, pos, v->resize);
    if (v->config.class_token)
        return op_tokens(t, x, vit->cls_token, pos, vit_all_visible(t, vit, images));
    return op_add_row(t, x, v->resize ? pos : op_drop_class(t, pos));
}

/* Blocks [from, to).  A table that several blocks share is not for recomputing. */
static Tensor *some_blocks(Tape *t, const DenseVit *v, Tensor *x, Tensor *const *shares,
                           int from, int to)
{
    const bool recompute = t->recompute;
    VitSize    size = v->config.encoder.size;
    size.depth = to - from;
    t->recompute &= v->config.relative != RELATIVE_TWO_TABLES;
    x = blocks_forward_some(t, v->vit.blocks + from, &size, x,
                            shares ? shares + 2 * from : NULL);
    t->recompute = recompute;
    return x;
}

void dense_vit_forward(Tape *t, const DenseVit *v, Tensor *images,
                       const DenseChance *chance, const int *tap, int taps, Tensor **map)
{
    const VitConfig *e = &v->config.encoder;
    Tensor          *x = embed(t, v, images), **shares = NULL;
    int              done = 0;
    if (chance)
        shares = blocks_shares(t, e->size.depth, v->config.drop_path, chance->seed,
                               chance->epoch, chance->ids, images->dim[0]);
    for (int i = 0; i < taps; i++) {
        x = some_blocks(t, v, x, shares, done, tap[i] + 1);
        done = tap[i] + 1;
        map[i] = op_shape(t, v->config.class_token ? op_drop_class(t, x) : x, 4,
                          (int[]){ images->dim[0], vit_rows(e), vit_cols(e), e->size.D });
    }
}
