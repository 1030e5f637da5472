/* What a decoder draws hidden patches from: from visible ones, or from mask tokens, which
 * know of each other what earlier blocks have told them?  Shin et al. 2024,
 * arXiv:2507.19773, call the latter exploitation, and take it for the sign that patches
 * have been told apart. */
#include "core/metrics/attention.h"
#include "experiments/stages/represent.h"

#include <string.h>

/* The same patches of the same images for all models and moments. */
static const Visible *hide(Represent *w, const Batch *b)
{
    MaskView view = { .rows = w->cell->rows, .cols = w->cell->cols, .progress = 1 };
    Visible *v = ARENA_NEW(&w->host, Visible, 1);
    int     *ids = ARENA_NEW(&w->host, int, b->N * w->L);
    mask_draw_batch(w->mask, ids, &view, 0, 0, b->ids, b->N, w->K);
    *v = (Visible){ .N = b->N, .L = w->L, .K = w->K, .ids = ids };
    return v;
}

void represent_shares(Represent *w, const Mae *m, const Batch *b, double *out)
{
    Tape          *t = &w->tape;
    ArenaMark      mark = arena_mark(&w->host);
    const VitSize *s = &m->config.decoder;
    const VitSize  one = { s->D, 1, s->heads };
    const size_t   L = (size_t)w->L, maps = (size_t)b->N * (size_t)s->heads;
    const Visible *visible = hide(w, b);
    float         *p = ARENA_NEW(&w->host, float, maps * L * L);
    bool          *hidden = ARENA_NEW(&w->host, bool, L);
    for (int k = 0; k < w->L; k++) hidden[k] = k >= w->K; /* tokens: the visible first */
    Tensor *images = stage_images(t, &m->config.encoder, b->images, b->N);
    Tensor *x = mae_restore(t, m, vit_encode(t, &m->vit, images, visible), visible);
    for (int i = 0; i < s->depth; i++) {
        const Block *block = &m->decoder_blocks[i];
        Tensor      *qkv = layer_norm_linear(t, x, block->norm1, block->qkv);
        stage_floats(p, t, op_attention_map(t, qkv, s->heads));
        out[i] = 0;
        for (size_t k = 0; k < maps; k++)
            out[i] += attention_share(p + k * L * L, hidden, w->L) / (double)maps;
        x = blocks_forward(t, block, &one, x);
    }
    tape_reset(t);
    arena_rewind(&w->host, mark);
}
