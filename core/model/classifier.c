#include "core/model/classifier.h"

#include <math.h>
#include <string.h>

ClassifierConfig classifier_defaults(const VitConfig *encoder, int classes, Pool pool)
{
    return (ClassifierConfig){ .encoder = *encoder, .classes = classes, .pool = pool,
                               .layer_decay = 1, .blocks = encoder->size.depth };
}

/* --- what learns, and how fast ------------------------------------------- */

static bool is_trained(const ClassifierConfig *c, const char *name, int layer)
{
    const int    depth = c->encoder.size.depth;
    const double above = depth + 1 - layer; /* 1 for the last block */
    const bool   hidden_layer = strstr(name, ".norm2.") || strstr(name, ".mlp.");
    if (c->blocks >= depth || above <= c->blocks) return true;
    return layer > 0 && hidden_layer && above - 0.5 <= c->blocks;
}

static void share_out(Params *p, const ClassifierConfig *c)
{
    const int depth = c->encoder.size.depth;
    for (int i = 0; i < p->n; i++) {
        Param    *q = &p->list[i];
        const int layer = vit_layer(q->name, depth);
        q->rate = pow(c->layer_decay, depth + 1 - layer);
        q->trained = is_trained(c, q->name, layer);
        q->decays &= q->trained && strcmp(q->name, "cls_token");
    }
}

/* --- parameters ---------------------------------------------------------- */

/* The reference draws the head truncated, but at 100,000 standard deviations. */
static Layer add_head(Params *p, int classes, int D)
{
    const Init tiny = { INIT_NORMAL, 2e-5 }, zero = { INIT_ZERO, 0 };
    Tensor    *w = params_add(p, "head.weight", tiny, 2, (int[]){ classes, D });
    return (Layer){ .w = w, .b = params_add(p, "head.bias", zero, 1, &classes) };
}

void classifier_list(Classifier *c, const Backend *be, const ClassifierConfig *config)
{
    const int D = config->encoder.size.D;
    CHECK(config->classes > 0 && config->drop_path >= 0 && config->drop_path < 1 &&
              config->layer_decay > 0,
          "%d classes, drop path %g, layer decay %g", config->classes, config->drop_path,
          config->layer_decay);
    c->config = *config;
    params_open(&c->params, be);
    vit_add_body(&c->vit, &c->params, &config->encoder);
    c->norm = params_norm(&c->params, D, config->pool == POOL_MEAN ? "fc_norm" : "norm");
    c->head = add_head(&c->params, config->classes, D);
    share_out(&c->params, config);
}

void classifier_open(Classifier *c, const Backend *be, const ClassifierConfig *config,
                     uint64_t seed)
{
    Err err;
    CHECK(!vit_check(&config->encoder, &err), "%s", err.text);
    classifier_list(c, be, config);
    params_place(&c->params, seed);
    vit_write_positions(&c->vit, &c->params);
}

void classifier_close(Classifier *c) { params_close(&c->params); }

void classifier_take(Classifier *c, const Params *encoder)
{
    for (int i = 0; i < c->params.n; i++) {
        const Param *q = &c->params.list[i], *from = params_find(encoder, q->name);
        if (!strncmp(q->name, "head.", 5) || !strncmp(q->name, "fc_norm.", 8)) continue;
        size_t n = tensor_count(q->tensor);
        CHECK(from && tensor_count(from->tensor) == n, "%s: %zu values from %zu", q->name, n,
              from ? tensor_count(from->tensor) : 0);
        c->params.be->follow(q->tensor->data, from->tensor->data, n, 0);
    }
}

/* --- forward ------------------------------------------------------------- */

Tensor *classifier_forward(Tape *t, const Classifier *c, Tensor *images,
                           Tensor *const *shares)
{
    const Vit *v = &c->vit;
    Tensor    *x = vit_embed(t, v, images, vit_all_visible(t, v, images));
    x = blocks_forward_some(t, v->blocks, &v->config.size, x, shares);
    x = c->config.pool == POOL_MEAN ? op_mean_patches(t, x) : op_take_class(t, x);
    return layer_norm_linear(t, x, c->norm, c->head);
}

Tensor **classifier_shares(Tape *t, const Classifier *c, uint64_t seed, uint64_t epoch,
                           const uint64_t *ids, int N)
{
    return blocks_shares(t, c->config.encoder.size.depth, c->config.drop_path, seed, epoch, ids,
                         N);
}
