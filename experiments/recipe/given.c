#include "experiments/recipe/given.h"

#include "core/train/checkpoint.h"

#include <string.h>

static const char *keep(Arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(arena_take(a, n), s, n);
}

static Status look(Given **found, const Config *c, Arena *a, Given **all, Err *err)
{
    const char     *path = c->pretrain.from;
    char            hex[HASH_HEX];
    CheckpointHints hints = { .heads = c->model.heads, .decoder_heads = c->model.decoder_heads };
    for (*found = *all; *found; *found = (*found)->next)
        if (!strcmp((*found)->path, path)) return STATUS_OK;
    Given *g = ARENA_NEW(a, Given, 1);
    *g = (Given){ .path = path, .next = *all };
    if (checkpoint_config(&g->config, path, &hints, err) || checkpoint_hash(hex, path, err))
        return err->code;
    g->id = keep(a, hex);
    *found = *all = g;
    return STATUS_OK;
}

/* 0: not asked for. */
static Status settle(int *asked, int file, const char *key, const Given *g, const char **blame,
                     Err *err)
{
    *blame = key;
    if (*asked && *asked != file)
        return err_set(err, STATUS_CONFIG, "%d, but %s has %d", *asked, g->path, file);
    *asked = file;
    return STATUS_OK;
}

/* The preset of these sizes says how the field fine-tunes such an encoder. */
static void settle_preset(ModelConfig *m)
{
    for (int i = 0; mae_presets[i]; i++) {
        MaeConfig c;
        Err       err;
        if (!mae_preset(&c, mae_presets[i], &err) && c.encoder.size.D == m->width &&
            c.encoder.size.depth == m->depth)
            m->preset = mae_presets[i];
    }
}

Status given_look(Config *c, Arena *a, Given **all, const char **blame, Err *err)
{
    Given       *g;
    ModelConfig *m = &c->model;
    *blame = "pretrain.from";
    if (!c->pretrain.from) return STATUS_OK;
    if (look(&g, c, a, all, err)) return err->code;
    const VitConfig *e = &g->config.encoder;
    const VitSize   *d = &g->config.decoder;
    m->patch = e->patch;
    if (settle(&m->width, e->size.D, "model.width", g, blame, err) ||
        settle(&m->depth, e->size.depth, "model.depth", g, blame, err) ||
        settle(&m->heads, e->size.heads, "model.heads", g, blame, err))
        return err->code;
    if (d->D && (settle(&m->decoder_width, d->D, "model.decoder-width", g, blame, err) ||
                 settle(&m->decoder_depth, d->depth, "model.decoder-depth", g, blame, err) ||
                 settle(&m->decoder_heads, d->heads, "model.decoder-heads", g, blame, err)))
        return err->code;
    settle_preset(m);
    c->pretrain.from_id = g->id;
    c->pretrain.from_channels = e->channels;
    c->pretrain.from_eps = vit_norm_eps(e);
    c->pretrain.from_decoder = d->D > 0;
    if (!strcmp(c->pretrain.strategy, UNTRAINED)) c->pretrain.from = c->pretrain.from_id = NULL;
    return STATUS_OK;
}
