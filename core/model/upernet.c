#include "core/model/upernet.h"

#include "core/tape/dense.h"
#include "core/tape/maps.h"

#include <stdio.h>
#include <string.h>

static const int bins[UPERNET_BINS] = { 1, 2, 3, 6 };

/* --- sizes ------------------------------------------------------------- */

UpernetConfig upernet_published(const VitConfig *encoder, int side, int classes)
{
    return (UpernetConfig){ .backbone = dense_vit_upernet(encoder, side),
                            .classes = classes, .channels = encoder->size.D,
                            .aux_channels = 256, .finest = 2, .dropout = 0.1,
                            .aux_share = 0.4 };
}

UpernetConfig upernet_small(const VitConfig *encoder, int side, int classes)
{
    UpernetConfig c = upernet_published(encoder, side, classes);
    c.channels = c.aux_channels = 32;
    c.finest = LEVEL_OWN;
    for (int stride = encoder->patch; stride >= 8 && c.finest > 2; stride /= 2)
        c.finest--;
    return c;
}

Status upernet_check(const UpernetConfig *c, Err *err)
{
    if (dense_vit_check(&c->backbone, err)) return err->code;
    if (c->backbone.encoder.size.depth < TAPS)
        return err_set(err, STATUS_CONFIG, "UPerNet: %d blocks, it takes from %d of them",
                       c->backbone.encoder.size.depth, TAPS);
    if (vit_rows(&c->backbone.encoder) < 2 || vit_cols(&c->backbone.encoder) < 2)
        return err_set(err, STATUS_CONFIG,
                       "UPerNet: an image of %d x %d patches, 2 x 2 at least",
                       vit_rows(&c->backbone.encoder), vit_cols(&c->backbone.encoder));
    if (c->classes < 2 || c->channels < 1 || c->aux_channels < 1)
        return err_set(err, STATUS_CONFIG, "UPerNet: %d classes, %d and %d channels",
                       c->classes, c->channels, c->aux_channels);
    if (c->finest < 2 || c->finest > LEVEL_OWN)
        return err_set(err, STATUS_CONFIG, "UPerNet: finest level %d is not 2, 3 or 4",
                       c->finest);
    if (!(c->dropout >= 0 && c->dropout < 1))
        return err_set(err, STATUS_CONFIG,
                       "UPerNet: dropout %g is not in 0..1, less than 1", c->dropout);
    return STATUS_OK;
}

/* --- parameters -------------------------------------------------------- */

/* Convolution, batch norm, ReLU: in mmseg's names NAME.conv and NAME.bn. */
static Conv add_cbr(Params *p, int O, int I, int size, const char *prefix, int number,
                    const char *suffix)
{
    char name[PARAM_NAME], conv[PARAM_NAME + 8], norm[PARAM_NAME + 8];
    if (number < 0) snprintf(name, sizeof name, "%s", prefix);
    else snprintf(name, sizeof name, "%s.%d%s", prefix, number, suffix);
    snprintf(conv, sizeof conv, "%s.conv", name);
    snprintf(norm, sizeof norm, "%s.bn", name);
    return conv_add(p, CONV_BATCH, O, I, size, init_he(O * size * size), conv, norm);
}

static Conv add_classifier(Params *p, int classes, int I, const char *name)
{
    return conv_add(p, CONV_BIAS, classes, I, 1, (Init){ INIT_NORMAL, 0.01 }, name, NULL);
}

void upernet_list(Upernet *u, const Backend *be, const UpernetConfig *c)
{
    Params   *p = &u->params;
    const int D = c->backbone.encoder.size.D, C = c->channels;
    *u = (Upernet){ .config = *c };
    params_open(p, be);
    dense_vit_add(&u->vit, p, &c->backbone, "backbone.");
    taps_add(&u->neck, p, TAPS_BATCH_NORM, D, c->finest, "backbone.");
    u->classifier = add_classifier(p, c->classes, C, "decode_head.conv_seg");
    for (int i = 0; i < UPERNET_BINS; i++)
        u->ppm[i] = add_cbr(p, C, D, 1, "decode_head.psp_modules", i, ".1");
    u->bottleneck =
        add_cbr(p, C, D + UPERNET_BINS * C, 3, "decode_head.bottleneck", -1, "");
    for (int i = 0; i < TAPS - 1; i++) {
        u->lateral[i] = add_cbr(p, C, D, 1, "decode_head.lateral_convs", i, "");
        u->fpn[i] = add_cbr(p, C, C, 3, "decode_head.fpn_convs", i, "");
    }
    u->fusion = add_cbr(p, C, TAPS * C, 3, "decode_head.fpn_bottleneck", -1, "");
    u->aux = add_cbr(p, c->aux_channels, D, 3, "auxiliary_head.convs", 0, "");
    u->aux_classifier =
        add_classifier(p, c->classes, c->aux_channels, "auxiliary_head.conv_seg");
    dense_vit_share_out(&u->vit, p);
}

void upernet_open(Upernet *u, const Backend *be, const UpernetConfig *c, uint64_t seed)
{
    Err err;
    CHECK(!upernet_check(c, &err), "%s", err.text);
    upernet_list(u, be, c);
    params_place(&u->params, seed);
    dense_vit_start(&u->vit, &u->params);
}

void upernet_close(Upernet *u) { params_close(&u->params); }

/* --- forward ----------------------------------------------------------- */

/* In thirds, and the middle: 3, 5, 7, 11 of 12 blocks; of a depth without thirds in
 * quarters. */
static void choose_taps(int tap[TAPS], int depth)
{
    const bool thirds = depth % 6 == 0;
    tap[0] = thirds ? depth / 3 - 1 : depth / 4 - 1;
    tap[1] = depth / 2 - 1;
    tap[2] = thirds ? 2 * depth / 3 - 1 : 3 * depth / 4 - 1;
    tap[3] = depth - 1;
}

static Tensor *resized_like(Tape *t, Tensor *x, const Tensor *like)
{
    if (x->dim[1] == like->dim[1] && x->dim[2] == like->dim[2]) return x;
    return op_resize(t, x, like->dim[1], like->dim[2]);
}

/* The coarsest map together with what it says in 1, 4, 9 and 36 cells of the image. */
static Tensor *pooled(Tape *t, const Upernet *u, Tensor *x, bool training)
{
    Tensor *part[UPERNET_BINS + 1] = { x };
    for (int i = 0; i < UPERNET_BINS; i++) {
        Tensor *cells = conv_relu(t, &u->ppm[i], op_mean_pool(t, x, bins[i]), training);
        part[i + 1] = resized_like(t, cells, x);
    }
    return conv_relu(t, &u->bottleneck, op_concat(t, part, UPERNET_BINS + 1), training);
}

static Tensor *decode(Tape *t, const Upernet *u, Tensor *const *map, bool training)
{
    Tensor *level[TAPS];
    for (int i = 0; i < TAPS - 1; i++)
        level[i] = conv_relu(t, &u->lateral[i], map[i], training);
    level[TAPS - 1] = pooled(t, u, map[TAPS - 1], training);
    for (int i = TAPS - 2; i >= 0; i--)
        level[i] = op_add(t, level[i], resized_like(t, level[i + 1], level[i]));
    for (int i = 0; i < TAPS - 1; i++)
        level[i] = conv_relu(t, &u->fpn[i], level[i], training);
    for (int i = 1; i < TAPS; i++) level[i] = resized_like(t, level[i], level[0]);
    return conv_relu(t, &u->fusion, op_concat(t, level, TAPS), training);
}

/* Some of the channels, of which the others make up; `head` tells the two apart. */
static Tensor *drop_out(Tape *t, const Upernet *u, Tensor *x, const DenseChance *chance,
                        int head)
{
    const int    N = x->dim[0], C = x->dim[3];
    const double taken = 1 - u->config.dropout;
    if (!chance || taken == 1) return x;
    real   *kept = ARENA_NEW(&t->nodes, real, N * C);
    Tensor *constant = tape_constant(t, 2, (int[]){ N, C });
    for (int n = 0; n < N; n++) {
        Rng rng = rng_at(chance->seed, STREAM_CHANNELS, chance->epoch,
                         2 * chance->ids[n] + (uint64_t)head);
        for (int c = 0; c < C; c++)
            kept[n * C + c] = (double)rng_unit(&rng) < taken ? (real)(1 / taken) : 0;
    }
    t->be->write(constant->data, kept, (size_t)N * (size_t)C);
    return op_drop_channels(t, x, constant);
}

UpernetOut upernet_forward(Tape *t, const Upernet *u, Tensor *images,
                           const DenseChance *chance)
{
    const bool training = chance != NULL;
    Tensor    *map[TAPS];
    int        tap[TAPS];
    choose_taps(tap, u->config.backbone.encoder.size.depth);
    dense_vit_forward(t, &u->vit, images, chance, tap, TAPS, map);
    taps_forward(t, &u->neck, map, training);
    UpernetOut out = { .logits = decode(t, u, map, training) };
    out.logits =
        conv_forward(t, &u->classifier, drop_out(t, u, out.logits, chance, 0), training);
    if (!training) return out;
    out.aux = conv_relu(t, &u->aux, map[2], training);
    out.aux =
        conv_forward(t, &u->aux_classifier, drop_out(t, u, out.aux, chance, 1), training);
    return out;
}

static Tensor *head_loss(Tape *t, const Upernet *u, Tensor *logits, const int *label,
                         int ignore)
{
    const VitConfig *e = &u->config.backbone.encoder;
    Tensor          *x = op_resize(t, logits, e->height, e->width);
    return op_label_cross_entropy(t, x, label, ignore, (double)tensor_rows(x));
}

Tensor *upernet_loss(Tape *t, const Upernet *u, const UpernetOut *out, const int *label,
                     int ignore)
{
    Tensor *main = head_loss(t, u, out->logits, label, ignore);
    if (!out->aux) return main;
    Tensor *aux = head_loss(t, u, out->aux, label, ignore);
    return op_add(t, main, op_times(t, aux, u->config.aux_share));
}
