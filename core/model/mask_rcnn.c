/* The networks of Mask R-CNN; what they learn from and what they find is in
 * mask_rcnn_boxes.c. */
#include "core/model/mask_rcnn.h"

#include "core/tape/maps.h"

#include <math.h>
#include <stdio.h>

/* --- sizes ------------------------------------------------------------- */

/* Anchors stand on every level, regions are cut from all but the last. */
static void place_levels(MaskRcnnConfig *c, double anchor)
{
    const int patch = c->backbone.encoder.patch;
    BoxRules *r = &c->rules;
    r->levels = LEVEL_LAST + 1 - c->finest + 1;
    for (int k = 0; k < r->levels; k++) {
        r->stride[k] = (int)(patch / level_scale(c->finest + k));
        r->side[k] = anchor * r->stride[k];
    }
    r->region_levels = r->levels - 1;
    r->usual_level = LEVEL_OWN - c->finest;
    r->usual_side = 14 * patch;
}

MaskRcnnConfig mask_rcnn_published(const VitConfig *encoder, int side, int classes)
{
    MaskRcnnConfig c = { .backbone = dense_vit_det(encoder, side), .norm = CONV_LAYER,
                         .classes = classes, .finest = 2, .channels = 256, .hidden = 1024,
                         .rpn_convs = 2, .box_convs = 4, .mask_convs = 4, .box_cells = 7,
                         .mask_cells = 14, .rules = box_rules };
    place_levels(&c, 8);
    return c;
}

MaskRcnnConfig mask_rcnn_earlier(const VitConfig *encoder, int side, int classes)
{
    MaskRcnnConfig c = mask_rcnn_published(encoder, side, classes);
    c.backbone = dense_vit_earlier(encoder, side);
    c.pyramid = PYRAMID_FOUR_TAP;
    c.norm = CONV_BATCH;
    return c;
}

/* The largest of 4, 2 and 1 that leaves blocks with windows and divides them evenly. */
static int wide_blocks(int depth)
{
    for (int wide = 4; wide > 1; wide /= 2)
        if (depth % wide == 0 && wide < depth) return wide;
    return 1;
}

MaskRcnnConfig mask_rcnn_small(const VitConfig *encoder, int side, int classes)
{
    MaskRcnnConfig c = mask_rcnn_published(encoder, side, classes);
    const int      patches = vit_rows(&c.backbone.encoder);
    c.backbone.window = patches < 8 ? 0 : patches / 2;
    c.backbone.wide = wide_blocks(encoder->size.depth);
    c.finest = LEVEL_OWN;
    for (int stride = encoder->patch; stride >= 8 && c.finest > 2; stride /= 2)
        c.finest--;
    c.channels = 64;
    c.hidden = 128;
    c.rpn_convs = c.box_convs = 1;
    c.mask_convs = 2;
    c.mask_cells = 7;
    c.rules.anchors = 64;
    c.rules.regions = 16;
    c.rules.before_train = c.rules.before_test = 200;
    c.rules.after = 100;
    place_levels(&c, 4);
    return c;
}

MaskRcnnConfig mask_rcnn_plain(const VitConfig *encoder, int side, int classes)
{
    MaskRcnnConfig c = mask_rcnn_small(encoder, side, classes);
    c.backbone.relative = RELATIVE_NONE;
    c.backbone.window = c.backbone.wide = 0;
    c.backbone.class_token = true;
    return c;
}

static Status check_heads(const MaskRcnnConfig *c, Err *err)
{
    const int convs[] = { c->rpn_convs, c->box_convs, c->mask_convs };
    for (int i = 0; i < 3; i++)
        if (convs[i] < 1 || convs[i] > HEAD_CONVS)
            return err_set(err, STATUS_CONFIG,
                           "Mask R-CNN: a head of %d convolutions, from 1 to %d",
                           convs[i], HEAD_CONVS);
    if (c->classes < 1 || c->channels < 1 || c->hidden < 1 || c->box_cells < 1 ||
        c->mask_cells < 1 || c->box_cells > 32 || c->mask_cells > 32)
        return err_set(err, STATUS_CONFIG,
                       "Mask R-CNN: %d classes, %d channels, %d hidden, %d and %d cells",
                       c->classes, c->channels, c->hidden, c->box_cells, c->mask_cells);
    if (c->rules.anchors < 1 || c->rules.regions < 1 || c->rules.after < 1)
        return err_set(err, STATUS_CONFIG,
                       "Mask R-CNN: %d anchors, %d regions, %d proposals of an image",
                       c->rules.anchors, c->rules.regions, c->rules.after);
    return STATUS_OK;
}

Status mask_rcnn_check(const MaskRcnnConfig *c, Err *err)
{
    const VitConfig *e = &c->backbone.encoder;
    if (dense_vit_check(&c->backbone, err)) return err->code;
    if (c->finest < 2 || c->finest > LEVEL_OWN || (c->pyramid && c->finest != 2))
        return err_set(err, STATUS_CONFIG,
                       "Mask R-CNN: finest level %d is not 2, 3 or 4, or with four "
                       "taps not 2",
                       c->finest);
    if (e->patch % (1 << (LEVEL_OWN - c->finest)))
        return err_set(err, STATUS_CONFIG,
                       "Mask R-CNN: a patch of %d has no whole stride at level %d",
                       e->patch, c->finest);
    if (vit_rows(e) < 2 || vit_cols(e) < 2 ||
        (c->pyramid &&
         (vit_rows(e) % 2 || vit_rows(e) != vit_cols(e) || e->size.depth % TAPS)))
        return err_set(err, STATUS_CONFIG,
                       "Mask R-CNN: %d x %d patches, %d blocks: two of each "
                       "at least; four taps take an even square and as many blocks each",
                       vit_rows(e), vit_cols(e), e->size.depth);
    return check_heads(c, err);
}

/* --- parameters -------------------------------------------------------- */

static Init normal(double std) { return (Init){ INIT_NORMAL, std }; }

static Conv add_conv(Params *p, ConvNorm kind, int O, int I, const char *name, int number)
{
    char whole[PARAM_NAME], norm[PARAM_NAME + 8];
    snprintf(whole, sizeof whole, "%s%d", name, number);
    snprintf(norm, sizeof norm, "%s.norm", whole);
    const Init init = kind == CONV_BIAS ? normal(0.01) : init_he(9 * O);
    return conv_add(p, kind, O, I, 3, init, whole, norm);
}

static Layer add_linear(Params *p, int O, int I, Init init, const char *name)
{
    Layer l = params_linear(p, O, I, "%s", name);
    for (int i = 0; i < p->n; i++)
        if (p->list[i].tensor == l.w) p->list[i].init = init;
    return l;
}

static void add_rpn(MaskRcnn *m, Params *p)
{
    const MaskRcnnConfig *c = &m->config;
    const int             C = c->channels, A = c->rules.ratios;
    for (int i = 0; i < c->rpn_convs; i++)
        m->rpn_conv[i] =
            add_conv(p, CONV_BIAS, C, C, "proposal_generator.rpn_head.conv.conv", i);
    m->objectness = conv_add(p, CONV_BIAS, A, C, 1, normal(0.01),
                             "proposal_generator.rpn_head.objectness_logits", NULL);
    m->deltas = conv_add(p, CONV_BIAS, 4 * A, C, 1, normal(0.01),
                         "proposal_generator.rpn_head.anchor_deltas", NULL);
}

/* The linear layer reads the cells of a region as the reference has them, channels first:
 * a convolution of all of them at once. */
static void add_box_head(MaskRcnn *m, Params *p)
{
    const MaskRcnnConfig *c = &m->config;
    const int             C = c->channels, S = c->box_cells, inputs = C * S * S;
    const Init            init = { INIT_UNIFORM, sqrt(3.0 / inputs) };
    for (int i = 0; i < c->box_convs; i++)
        m->box_conv[i] = add_conv(p, c->norm, C, C, "roi_heads.box_head.conv", i + 1);
    m->box_fc = add_linear(p, c->hidden, inputs, init, "roi_heads.box_head.fc1");
    params_shape(m->box_fc.w, 4, (int[]){ c->hidden, C, S, S });
    m->class_score = add_linear(p, c->classes + 1, c->hidden, normal(0.01),
                                "roi_heads.box_predictor.cls_score");
    m->box_deltas = add_linear(p, 4 * c->classes, c->hidden, normal(0.001),
                               "roi_heads.box_predictor.bbox_pred");
}

static void add_mask_head(MaskRcnn *m, Params *p)
{
    const MaskRcnnConfig *c = &m->config;
    const int             C = c->channels;
    for (int i = 0; i < c->mask_convs; i++)
        m->mask_conv[i] =
            add_conv(p, c->norm, C, C, "roi_heads.mask_head.mask_fcn", i + 1);
    m->mask_up = deconv_add(p, C, C, init_he(4 * C), (Init){ INIT_ZERO, 0 },
                            "roi_heads.mask_head.deconv");
    m->mask_score = conv_add(p, CONV_BIAS, c->classes, C, 1, normal(0.001),
                             "roi_heads.mask_head.predictor", NULL);
}

/* Weight decay spares the norms that a framework has, and positions; not biases, nor the
 * channel norms of the pyramid and the heads. */
static void share_out(MaskRcnn *m)
{
    Params *p = &m->params;
    dense_vit_share_out(&m->vit, p);
    for (int i = 0; i < p->n; i++) p->list[i].decays = p->list[i].trained;
    dense_vit_spare(&m->vit, p);
    for (int i = 0; i < TAPS; i++) {
        conv_spare(p, &m->pyramid.conv1[i]);
        conv_spare(p, &m->pyramid.conv2[i]);
    }
    for (int i = 0; i < HEAD_CONVS; i++) {
        conv_spare(p, &m->box_conv[i]);
        conv_spare(p, &m->mask_conv[i]);
    }
    params_spare(p, m->pyramid.taps.between.w);
    params_spare(p, m->pyramid.taps.between.b);
}

void mask_rcnn_list(MaskRcnn *m, const Backend *be, const MaskRcnnConfig *c)
{
    Params *p = &m->params;
    *m = (MaskRcnn){ .config = *c };
    params_open(p, be);
    dense_vit_add(&m->vit, p, &c->backbone, "backbone.net.");
    pyramid_add(&m->pyramid, p, c->pyramid, c->backbone.encoder.size.D, c->channels,
                c->finest, "backbone.");
    add_rpn(m, p);
    add_box_head(m, p);
    add_mask_head(m, p);
    share_out(m);
}

/* Of the maps that pyramid_forward makes. */
static void make_anchors(MaskRcnn *m)
{
    const VitConfig *e = &m->config.backbone.encoder;
    int              rows[LEVELS_MOST], cols[LEVELS_MOST];
    for (int k = 0; k < m->config.rules.levels; k++) {
        const int level = m->config.finest + k;
        rows[k] = (int)(vit_rows(e) * level_scale(level));
        cols[k] = (int)(vit_cols(e) * level_scale(level));
        if (level <= LEVEL_LAST) continue;
        rows[k] = (rows[k - 1] - 1) / 2 + 1;
        cols[k] = (cols[k - 1] - 1) / 2 + 1;
    }
    anchors_make(&m->anchors, &m->params.host, &m->config.rules, rows, cols);
}

void mask_rcnn_start(MaskRcnn *m)
{
    dense_vit_start(&m->vit, &m->params);
    make_anchors(m);
}

void mask_rcnn_open(MaskRcnn *m, const Backend *be, const MaskRcnnConfig *c,
                    uint64_t seed)
{
    Err err;
    CHECK(!mask_rcnn_check(c, &err), "%s", err.text);
    mask_rcnn_list(m, be, c);
    params_place(&m->params, seed);
    mask_rcnn_start(m);
}

void mask_rcnn_close(MaskRcnn *m) { params_close(&m->params); }

/* --- forward ----------------------------------------------------------- */

RpnOut mask_rcnn_rpn(Tape *t, const MaskRcnn *m, Tensor *images,
                     const DenseChance *chance)
{
    const int depth = m->config.backbone.encoder.size.depth;
    const int taps = m->config.pyramid == PYRAMID_FOUR_TAP ? TAPS : 1;
    RpnOut    out = { .N = images->dim[0], .training = chance != NULL };
    Tensor   *map[TAPS];
    int       tap[TAPS];
    for (int i = 0; i < taps; i++) tap[i] = (i + 1) * depth / taps - 1;
    dense_vit_forward(t, &m->vit, images, chance, tap, taps, map);
    out.maps = pyramid_forward(t, &m->pyramid, map, out.training);
    for (int k = 0; k < out.maps.count; k++) {
        Tensor *x = out.maps.map[k];
        for (int i = 0; i < m->config.rpn_convs; i++)
            x = conv_relu(t, &m->rpn_conv[i], x, out.training);
        out.logits[k] = conv_forward(t, &m->objectness, x, out.training);
        out.deltas[k] = conv_forward(t, &m->deltas, x, out.training);
    }
    return out;
}

static Tensor *cut(Tape *t, const MaskRcnn *m, const RpnOut *rpn, const Rois *r,
                   int cells)
{
    double scale[LEVELS_MOST];
    for (int k = 0; k < m->config.rules.region_levels; k++)
        scale[k] = 1.0 / m->config.rules.stride[k];
    return op_roi_align(t, rpn->maps.map, scale, m->config.rules.region_levels, r, cells);
}

BoxOut mask_rcnn_box_head(Tape *t, const MaskRcnn *m, const RpnOut *rpn, const Rois *r)
{
    Tensor *x = cut(t, m, rpn, r, m->config.box_cells);
    for (int i = 0; i < m->config.box_convs; i++)
        x = conv_relu(t, &m->box_conv[i], x, rpn->training);
    x = op_relu(t, op_conv(t, x, m->box_fc.w, m->box_fc.b, m->config.box_cells, 0));
    x = op_shape(t, x, 2, (int[]){ r->count, m->config.hidden });
    return (BoxOut){ op_linear(t, x, m->class_score.w, m->class_score.b),
                     op_linear(t, x, m->box_deltas.w, m->box_deltas.b) };
}

Tensor *mask_rcnn_mask_head(Tape *t, const MaskRcnn *m, const RpnOut *rpn, const Rois *r)
{
    Tensor *x = cut(t, m, rpn, r, m->config.mask_cells);
    for (int i = 0; i < m->config.mask_convs; i++)
        x = conv_relu(t, &m->mask_conv[i], x, rpn->training);
    x = op_relu(t, deconv_forward(t, m->mask_up, x));
    return conv_forward(t, &m->mask_score, x, rpn->training);
}
