#include "core/model/mae.h"

#include "core/base/text.h"

#include <string.h>

/* --- sizes ------------------------------------------------------------- */

const char *const mae_presets[] = { "micro", "tiny",  "small", "base",
                                    "large", "huge", NULL };

/* In that order.  The last three are the paper's, the first three this suite's. */
static const struct { VitSize encoder, decoder; } sizes[] = {
    { { 64, 4, 4 }, { 48, 2, 4 } },
    { { 192, 12, 3 }, { 96, 4, 3 } },
    { { 384, 12, 6 }, { 192, 4, 6 } },
    { { 768, 12, 12 }, { 512, 8, 16 } },
    { { 1024, 24, 16 }, { 512, 8, 16 } },
    { { 1280, 32, 16 }, { 512, 8, 16 } },
};

Status mae_preset(MaeConfig *c, const char *name, Err *err)
{
    for (int i = 0; mae_presets[i]; i++)
        if (!strcmp(mae_presets[i], name)) {
            c->encoder.size = sizes[i].encoder;
            c->decoder = sizes[i].decoder;
            return STATUS_OK;
        }
    const char *near = text_nearest(name, mae_presets);
    if (near)
        return err_set(err, STATUS_CONFIG, "no model preset \"%s\"; did you mean %s?",
                       name, near);
    return err_set(err, STATUS_CONFIG, "no model preset \"%s\"; there are micro, tiny, "
                   "small, base, large and huge", name);
}

Status mae_check(const MaeConfig *c, Err *err)
{
    if (vit_check(&c->encoder, err)) return err->code;
    if (!c->decoder.D) return STATUS_OK;
    if (c->normalized && mae_values(c) == 1)
        return err_set(err, STATUS_CONFIG,
                       "image: a patch of one value cannot be normalized");
    return vit_check_size(&c->decoder, "decoder", err);
}

int mae_values(const MaeConfig *c)
{
    return c->encoder.channels * c->encoder.patch * c->encoder.patch;
}

/* --- parameters -------------------------------------------------------- */

void mae_list(Mae *m, const Backend *be, const MaeConfig *c)
{
    const VitConfig *e = &c->encoder;
    Params          *p = &m->params;
    int              d = c->decoder.D, L = vit_patches(e);

    *m = (Mae){ .config = *c };
    params_open(p, be);
    vit_add(&m->vit, p, e);
    if (!d) return;
    m->decoder_embed = params_linear(p, d, e->size.D, "decoder_embed");
    m->mask_token = params_token(p, d, "mask_token");
    m->decoder_pos_embed = params_positions(p, L, d, "decoder_pos_embed");
    m->decoder_blocks = blocks_add(p, &c->decoder, "decoder_blocks");
    m->decoder_norm = params_norm(p, d, "decoder_norm");
    m->decoder_pred = params_linear(p, mae_values(c), d, "decoder_pred");
}

void mae_open(Mae *m, const Backend *be, const MaeConfig *c, uint64_t seed)
{
    Err err;
    CHECK(!mae_check(c, &err), "%s", err.text);
    mae_list(m, be, c);
    params_place(&m->params, seed);
    vit_write_positions(&m->vit, &m->params);
    if (!c->decoder.D) return;
    positions_write(&m->params, m->decoder_pos_embed, vit_rows(&c->encoder),
                    vit_cols(&c->encoder));
}

void mae_close(Mae *m) { params_close(&m->params); }

size_t mae_count(const MaeConfig *c)
{
    Mae m;
    mae_list(&m, NULL, c);
    size_t n = params_count(&m.params);
    mae_close(&m);
    return n;
}

/* --- forward ----------------------------------------------------------- */

static Tensor *restore(Tape *t, const Mae *m, Tensor *embedded, const Visible *visible)
{
    return op_restore(t, embedded, m->mask_token, m->decoder_pos_embed, visible);
}

Tensor *mae_restore(Tape *t, const Mae *m, Tensor *latent, const Visible *visible)
{
    CHECK(m->config.decoder.D, "an encoder alone restores nothing");
    Tensor *x = op_linear(t, latent, m->decoder_embed.w, m->decoder_embed.b);
    return op_spread(t, restore(t, m, x, visible), visible);
}

static Tensor *predict(Tape *t, const Mae *m, Tensor *x)
{
    return layer_norm_linear(t, x, m->decoder_norm, m->decoder_pred);
}

Tensor *mae_decode(Tape *t, const Mae *m, Tensor *tokens)
{
    return predict(t, m, blocks_forward(t, m->decoder_blocks, &m->config.decoder, tokens));
}

static Tensor *hidden_targets(Tape *t, const Mae *m, Tensor *images, const Visible *visible)
{
    return op_target_hidden(t, images, visible, m->config.encoder.patch,
                            m->config.normalized);
}

MaeResult mae_forward(Tape *t, const Mae *m, Tensor *images, const Visible *visible)
{
    Tensor *latent = vit_encode(t, &m->vit, images, visible);
    Tensor *tokens = mae_restore(t, m, latent, visible);
    Tensor *pred = mae_decode(t, m, tokens);
    Tensor *target = op_target_patches(t, images, m->config.encoder.patch,
                                       m->config.normalized);
    Tensor *loss = visible->K < visible->L
                       ? op_hidden_mse(t, pred, hidden_targets(t, m, images, visible))
                       : NULL;
    return (MaeResult){ latent, NULL, op_to_places(t, pred, visible), target, loss };
}

MaeResult mae_train(Tape *t, const Mae *m, Tensor *images, const Visible *visible)
{
    CHECK(m->config.decoder.D, "an encoder alone restores nothing");
    Tensor *x = vit_embed(t, &m->vit, images, visible);
    x = blocks_forward(t, m->vit.blocks, &m->config.encoder.size, x);
    x = layer_norm_linear(t, x, m->vit.norm, m->decoder_embed);
    Tensor *tokens = restore(t, m, x, visible);
    x = blocks_forward_hidden(t, m->decoder_blocks, &m->config.decoder, tokens, visible);
    Tensor *pred = predict(t, m, x), *target = hidden_targets(t, m, images, visible);
    return (MaeResult){ NULL, tokens, pred, target, op_hidden_mse(t, pred, target) };
}

Tensor *mae_patch_loss(Tape *t, const MaeResult *r)
{
    return op_patch_mse(t, r->pred, r->target);
}

Tensor *mae_hidden_loss(Tape *t, const MaeResult *r, const Visible *visible)
{
    return op_hidden_errors(t, r->pred, r->target, visible);
}
