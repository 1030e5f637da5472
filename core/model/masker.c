#include "core/model/masker.h"

enum { HEADS = 4 };
static const double SHARE_WEIGHT = 0.1, ALIKE_WEIGHT = 2;

void masker_list(Masker *k, const Backend *be, const MaeConfig *c, int blocks)
{
    int D = c->encoder.size.D;
    k->size = (VitSize){ D, blocks, HEADS };
    params_open(&k->params, be);
    k->cls_token = params_token(&k->params, D, "cls_token");
    k->blocks = blocks_add(&k->params, &k->size, "blocks");
    k->norm = params_norm(&k->params, D, "norm");
    k->head = params_linear(&k->params, vit_patches(&c->encoder), D, "head");
}

Tensor *masker_draw(Tape *t, const Masker *k, const Mae *mae, Tensor *images)
{
    const Vit *v = &mae->vit;
    Tensor    *x = vit_embed_patches(t, v, images);
    x = op_tokens(t, x, k->cls_token, v->pos_embed, vit_all_visible(t, v, images));
    x = op_take_class(t, blocks_forward(t, k->blocks, &k->size, x));
    return op_sigmoid(t, layer_norm_linear(t, x, k->norm, k->head));
}

/* The error of each patch, by how much of it m hides. */
static Tensor *reconstruction(Tape *t, const Mae *mae, Tensor *images, Tensor *m)
{
    const VitConfig *e = &mae->config.encoder;
    const Visible   *all = vit_all_visible(t, &mae->vit, images);
    Tensor *x = op_scale_patches(t, vit_embed(t, &mae->vit, images, all), m);
    x = mae_restore(t, mae, vit_think(t, &mae->vit, x), all);
    Tensor *target = op_target_patches(t, images, e->patch, mae->config.normalized);
    return op_soft_mse(t, mae_decode(t, mae, x), target, m);
}

Tensor *masker_loss(Tape *t, const Mae *mae, Tensor *images, Tensor *m, double share,
                    double c)
{
    Tensor *loss = op_times(t, reconstruction(t, mae, images, m), c);
    loss = op_add(t, loss, op_undecided(t, m));
    loss = op_add(t, loss, op_times(t, op_share_kl(t, m, share), SHARE_WEIGHT));
    return op_add(t, loss, op_times(t, op_alike(t, m), ALIKE_WEIGHT));
}
