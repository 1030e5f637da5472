/* What Mask R-CNN learns from, and what it finds: where the networks meet the host. */
#include "core/model/mask_rcnn.h"

#include <string.h>

/* --- proposals --------------------------------------------------------- */

/* The first stage's maps on the host. */
typedef struct {
    real *logits[LEVELS_MOST], *deltas[LEVELS_MOST];
} HostMaps;

static real *fetch(Arena *a, const Backend *be, const Tensor *x)
{
    real *values = ARENA_NEW(a, real, tensor_count(x));
    be->read(values, x->data, tensor_count(x));
    return values;
}

static HostMaps fetch_maps(Arena *a, const Backend *be, const RpnOut *rpn)
{
    HostMaps h;
    for (int k = 0; k < rpn->maps.count; k++) {
        h.logits[k] = fetch(a, be, rpn->logits[k]);
        h.deltas[k] = fetch(a, be, rpn->deltas[k]);
    }
    return h;
}

/* Of image n into to [rules.after]; returns how many. */
static int proposals_of(Box *to, const MaskRcnn *m, const RpnOut *rpn, const HostMaps *h,
                        int n, Arena *a)
{
    const VitConfig *e = &m->config.backbone.encoder;
    const real      *logits[LEVELS_MOST], *deltas[LEVELS_MOST];
    for (int k = 0; k < rpn->maps.count; k++) {
        size_t each = tensor_count(rpn->logits[k]) / (size_t)rpn->N;
        logits[k] = h->logits[k] + (size_t)n * each;
        deltas[k] = h->deltas[k] + 4 * (size_t)n * each;
    }
    return propose(to, &m->anchors, logits, deltas, e->height, e->width, rpn->training,
                   &m->config.rules, a);
}

/* Regions that are still being gathered. */
typedef struct {
    Box *box;
    int *image, *level, count;
} Gathered;

static Gathered gather(Arena *a, int most)
{
    return (Gathered){ ARENA_NEW(a, Box, most), ARENA_NEW(a, int, most),
                       ARENA_NEW(a, int, most), 0 };
}

static void gather_add(Gathered *g, const BoxRules *r, int image, Box box)
{
    g->box[g->count] = box;
    g->image[g->count] = image;
    g->level[g->count++] = region_level(box, r);
}

static Rois gathered(const Gathered *g)
{
    return (Rois){ g->count, g->image, &g->box[0].x0, g->level };
}

/* --- training ------------------------------------------------------------ */

static Box whole_image(const MaskRcnn *m)
{
    const VitConfig *e = &m->config.backbone.encoder;
    return (Box){ 0, 0, (real)e->width, (real)e->height };
}

/* Masks that the foreground should have, of each only the map of its class. */
static void mask_targets(Chosen *c, Arena *a, const MaskRcnn *m, const Regions *regions,
                         const DenseTruth *truth, int N)
{
    const int K = m->config.classes, S = 2 * m->config.mask_cells, cells = S * S;
    int       most = 0, n = 0;
    for (int i = 0; i < N; i++) most += regions[i].foreground;
    Gathered g = gather(a, most ? most : 1);
    int     *at = ARENA_NEW(a, int, (size_t)most * (size_t)cells);
    real    *value = ARENA_NEW(a, real, (size_t)most * (size_t)cells);
    uint8_t *mask = ARENA_NEW(a, uint8_t, cells);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < regions[i].foreground; k++) {
            truth->draw(truth->env, mask, i, regions[i].truth[k], regions[i].box[k], S);
            for (int j = 0; j < cells; j++, n++) {
                at[n] = (g.count * cells + j) * K + regions[i].class[k];
                value[n] = mask[j];
            }
            gather_add(&g, &m->config.rules, i, regions[i].box[k]);
        }
    if (!g.count) gather_add(&g, &m->config.rules, 0, whole_image(m));
    c->inside = gathered(&g);
    c->masks = (Targets){ n, at, value };
}

static void region_rows(Chosen *c, Arena *a, const MaskRcnn *m, const Regions *regions,
                        int N)
{
    int most = 0;
    for (int i = 0; i < N; i++) most += regions[i].count;
    Gathered g = gather(a, most ? most : 1);
    int     *label = ARENA_NEW(a, int, most ? most : 1);
    label[0] = m->config.classes;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < regions[i].count; k++) {
            label[g.count] = regions[i].class[k];
            gather_add(&g, &m->config.rules, i, regions[i].box[k]);
        }
    if (!g.count) gather_add(&g, &m->config.rules, 0, whole_image(m));
    c->regions = gathered(&g);
    c->label = label;
}

void mask_rcnn_choose(Chosen *c, Arena *a, const MaskRcnn *m, const RpnOut *rpn,
                      const DenseTruth *truth, const DenseChance *chance)
{
    const BoxRules *r = &m->config.rules;
    const int       N = rpn->N, K = m->config.classes;
    HostMaps        h = fetch_maps(a, m->params.be, rpn);
    Rng            *rng = ARENA_NEW(a, Rng, N);
    Regions        *regions = ARENA_NEW(a, Regions, N);
    Box            *proposal = ARENA_NEW(a, Box, r->after);
    for (int i = 0; i < N; i++)
        rng[i] = rng_at(chance->seed, STREAM_BOXES, chance->epoch, chance->ids[i]);
    anchor_targets(&c->anchors, &m->anchors, truth->image, N, r, rng, a);
    for (int i = 0; i < N; i++) {
        int n = proposals_of(proposal, m, rpn, &h, i, a);
        regions_sample(&regions[i], proposal, n, &truth->image[i], K, r, &rng[i], a);
    }
    region_rows(c, a, m, regions, N);
    c->boxes = region_targets(regions, truth->image, N, K, r, a);
    mask_targets(c, a, m, regions, truth, N);
}

/* `each` times the whole of each image. */
static Rois wholes(Arena *a, const MaskRcnn *m, int N, int each)
{
    Gathered g = gather(a, N * each);
    for (int i = 0; i < N * each; i++)
        gather_add(&g, &m->config.rules, i / each, whole_image(m));
    return gathered(&g);
}

static Targets no_targets(Arena *a, int most)
{
    return (Targets){ 0, ARENA_NEW(a, int, most), ARENA_NEW(a, real, most) };
}

void mask_rcnn_choose_most(Chosen *c, Arena *a, const MaskRcnn *m, const RpnOut *rpn)
{
    const BoxRules *r = &m->config.rules;
    const int       N = rpn->N, inside = (int)(r->regions * r->regions_foreground);
    const int       cells = 2 * m->config.mask_cells * 2 * m->config.mask_cells;
    fetch_maps(a, m->params.be, rpn);
    int *label = ARENA_NEW(a, int, N * r->regions);
    for (int i = 0; i < N * r->regions; i++) label[i] = m->config.classes;
    c->regions = wholes(a, m, N, r->regions);
    c->label = label;
    c->inside = wholes(a, m, N, inside ? inside : 1);
    for (int k = 0; k < rpn->maps.count; k++) {
        c->anchors.logits[k] = no_targets(a, N * r->anchors);
        c->anchors.deltas[k] = no_targets(a, 4 * N * r->anchors);
    }
    c->boxes = no_targets(a, 4 * N * r->regions);
    c->masks = no_targets(a, c->inside.count * cells);
}

MaskRcnnLosses mask_rcnn_losses(Tape *t, const MaskRcnn *m, const RpnOut *rpn,
                                const Chosen *c)
{
    const double   anchors = (double)rpn->N * m->config.rules.anchors;
    const double   R = c->regions.count;
    const int      cells = 2 * m->config.mask_cells * 2 * m->config.mask_cells;
    MaskRcnnLosses l = { 0 };
    for (int k = 0; k < rpn->maps.count; k++) {
        Tensor *logits =
            op_sigmoid_cross_entropy(t, rpn->logits[k], &c->anchors.logits[k], anchors);
        Tensor *deltas =
            op_smooth_l1(t, rpn->deltas[k], &c->anchors.deltas[k], 0, anchors);
        l.objectness = k ? op_add(t, l.objectness, logits) : logits;
        l.anchors = k ? op_add(t, l.anchors, deltas) : deltas;
    }
    BoxOut boxes = mask_rcnn_box_head(t, m, rpn, &c->regions);
    l.classes = op_label_cross_entropy(t, boxes.scores, c->label, -1, R);
    l.boxes = op_smooth_l1(t, boxes.deltas, &c->boxes, 0, R);
    Tensor *masks = mask_rcnn_mask_head(t, m, rpn, &c->inside);
    l.masks =
        op_sigmoid_cross_entropy(t, masks, &c->masks, (double)c->inside.count * cells);
    l.sum = op_add(t, op_add(t, l.objectness, l.anchors), op_add(t, l.classes, l.boxes));
    l.sum = op_add(t, l.sum, l.masks);
    return l;
}

/* --- evaluation ---------------------------------------------------------- */

/* Of the second stage's masks those of the classes that were found; `row` is the first
 * detection's. */
static void take_masks(Found *f, Arena *a, const MaskRcnn *m, const real *masks, int row)
{
    const size_t cells = (size_t)f->size * (size_t)f->size, K = (size_t)m->config.classes;
    f->mask = ARENA_NEW(a, real, (size_t)f->n * cells);
    for (int i = 0; i < f->n; i++)
        for (size_t j = 0; j < cells; j++)
            f->mask[(size_t)i * cells + j] =
                masks[((size_t)(row + i) * cells + j) * K + (size_t)f->list[i].class];
}

static void find_masks(Found *found, Arena *a, Tape *t, const MaskRcnn *m,
                       const RpnOut *rpn)
{
    int all = 0, row = 0;
    for (int n = 0; n < rpn->N; n++) all += found[n].n;
    if (!all) return;
    Gathered g = gather(a, all);
    for (int n = 0; n < rpn->N; n++)
        for (int i = 0; i < found[n].n; i++)
            gather_add(&g, &m->config.rules, n, found[n].list[i].box);
    Rois    inside = gathered(&g);
    Tensor *masks = op_sigmoid(t, mask_rcnn_mask_head(t, m, rpn, &inside));
    real   *host = fetch(a, m->params.be, masks);
    for (int n = 0; n < rpn->N; row += found[n++].n)
        take_masks(&found[n], a, m, host, row);
}

void mask_rcnn_detect(Found *found, Arena *a, Tape *t, const MaskRcnn *m,
                      const RpnOut *rpn)
{
    const VitConfig *e = &m->config.backbone.encoder;
    const BoxRules  *r = &m->config.rules;
    const int        N = rpn->N, K = m->config.classes;
    HostMaps         h = fetch_maps(a, m->params.be, rpn);
    Gathered         g = gather(a, N * r->after);
    Box             *proposal = ARENA_NEW(a, Box, r->after);
    int             *count = ARENA_NEW(a, int, N);
    for (int n = 0; n < N; n++) {
        count[n] = proposals_of(proposal, m, rpn, &h, n, a);
        for (int i = 0; i < count[n]; i++) gather_add(&g, r, n, proposal[i]);
        found[n] = (Found){ .size = 2 * m->config.mask_cells,
                            .list = ARENA_NEW(a, Detection, r->detections) };
    }
    if (!g.count) return;
    Rois   regions = gathered(&g);
    BoxOut out = mask_rcnn_box_head(t, m, rpn, &regions);
    real  *scores = fetch(a, m->params.be, out.scores);
    real  *deltas = fetch(a, m->params.be, out.deltas);
    for (int n = 0, at = 0; n < N; at += count[n++])
        found[n].n =
            detect(found[n].list, g.box + at, scores + (size_t)at * (size_t)(K + 1),
                   deltas + (size_t)at * 4 * (size_t)K, count[n], K, e->height, e->width,
                   r, a);
    find_masks(found, a, t, m, rpn);
}

void mask_rcnn_detect_most(Arena *a, Tape *t, const MaskRcnn *m, const RpnOut *rpn)
{
    Rois   regions = wholes(a, m, rpn->N, m->config.rules.after);
    Rois   inside = wholes(a, m, rpn->N, m->config.rules.detections);
    BoxOut boxes = mask_rcnn_box_head(t, m, rpn, &regions);
    fetch_maps(a, m->params.be, rpn);
    fetch(a, m->params.be, boxes.scores);
    fetch(a, m->params.be, boxes.deltas);
    fetch(a, m->params.be, op_sigmoid(t, mask_rcnn_mask_head(t, m, rpn, &inside)));
}
