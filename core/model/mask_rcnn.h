/* Mask R-CNN on a vision transformer: boxes, their classes, and where in them the thing
 * is.
 *
 *     MaskRcnnConfig c = mask_rcnn_published(&mae.config.encoder, 1024, 80);
 *     mask_rcnn_open(&m, be, &c, seed);
 *     dense_vit_take(&m.vit, &m.params, &mae.params, &mae.config.encoder);
 *
 *     RpnOut rpn = mask_rcnn_rpn(t, &m, images, &chance);         // a step of training
 *     mask_rcnn_choose(&chosen, &t->nodes, &m, &rpn, &truth, &chance);
 *     Tensor *loss = mask_rcnn_losses(t, &m, &rpn, &chosen).sum;
 *
 *     rpn = mask_rcnn_rpn(t, &m, images, NULL);                   // what is in the
 * images mask_rcnn_detect(found, &t->nodes, t, &m, &rpn);
 *
 * Sources: He et al. 2017, arXiv:1703.06870, and Ren et al. 2015, arXiv:1506.01497, with
 * the sizes of Li et al. 2022, arXiv:2203.16527 (ViTDet), or of Li et al. 2021,
 * arXiv:2111.11429, which the numbers of MAE on COCO come from; names as in detectron2.
 */
#ifndef CORE_MODEL_MASK_RCNN_H
#define CORE_MODEL_MASK_RCNN_H

#include "core/model/assign.h"
#include "core/model/dense_vit.h"
#include "core/model/propose.h"
#include "core/model/pyramid.h"

enum { HEAD_CONVS = 4 };

typedef struct {
    DenseVitConfig backbone;
    PyramidKind    pyramid;
    ConvNorm       norm;     /* of the box and mask heads: CONV_LAYER or CONV_BATCH */
    int            classes;
    int            finest;   /* level of the finest map, 2 to 4: see pyramid.h       */
    int            channels, hidden;      /* of maps; of the box head's linear layer */
    int            rpn_convs, box_convs, mask_convs; /* 1 to HEAD_CONVS of each      */
    int            box_cells, mask_cells; /* what a region is cut into; masks are twice as
                                             fine                                    */
    BoxRules       rules;
} MaskRcnnConfig;

typedef struct {
    MaskRcnnConfig config;
    Params         params;
    DenseVit       vit;
    Pyramid        pyramid;
    Conv           rpn_conv[HEAD_CONVS], objectness, deltas;
    Conv           box_conv[HEAD_CONVS];
    Layer          box_fc, class_score, box_deltas; /* fc1 [hidden, C cells cells] */
    Conv           mask_conv[HEAD_CONVS], mask_score;
    Layer          mask_up;
    Anchors        anchors;  /* once it is open */
} MaskRcnn;

/* As published, for squares of `side` pixels, today's and the earlier one; or for small
 * images, where the finest maps have the stride 4 at least and the heads are narrow.  The
 * plain one is small, and its encoder attends as in pre-training: every token to every
 * other and to the class token, with nothing said of how far apart they are. */
MaskRcnnConfig mask_rcnn_published(const VitConfig *encoder, int side, int classes);
MaskRcnnConfig mask_rcnn_earlier(const VitConfig *encoder, int side, int classes);
MaskRcnnConfig mask_rcnn_small(const VitConfig *encoder, int side, int classes);
MaskRcnnConfig mask_rcnn_plain(const VitConfig *encoder, int side, int classes);

MUST_USE Status mask_rcnn_check(const MaskRcnnConfig *c, Err *err);

/* Only names and shapes, as mae_list; what besides numbers it takes once these are
 * placed; or all, started as the reference starts it. */
void mask_rcnn_list(MaskRcnn *m, const Backend *be, const MaskRcnnConfig *c);
void mask_rcnn_start(MaskRcnn *m);
void mask_rcnn_open(MaskRcnn *m, const Backend *be, const MaskRcnnConfig *c,
                    uint64_t seed);
void mask_rcnn_close(MaskRcnn *m);

/* --- first stage ---------------------------------------------------------- */

/* Level by level: is there something at each anchor, and where exactly. */
typedef struct {
    int     N;
    bool    training;
    Maps    maps;
    Tensor *logits[MAPS_MOST]; /* [N, rows, cols, ratios]   */
    Tensor *deltas[MAPS_MOST]; /* [N, rows, cols, 4 ratios] */
} RpnOut;

/* images [N, C, H, W].  With `chance` as in training; NULL: evaluation. */
RpnOut mask_rcnn_rpn(Tape *t, const MaskRcnn *m, Tensor *images,
                     const DenseChance *chance);

/* --- second stage --------------------------------------------------------- */

typedef struct {
    Tensor *scores; /* [R, classes + 1] logits, nothing last */
    Tensor *deltas; /* [R, 4 classes]                        */
} BoxOut;

/* Of R regions; masks [R, 2 mask_cells, 2 mask_cells, classes] logits. */
BoxOut  mask_rcnn_box_head(Tape *t, const MaskRcnn *m, const RpnOut *rpn, const Rois *r);
Tensor *mask_rcnn_mask_head(Tape *t, const MaskRcnn *m, const RpnOut *rpn, const Rois *r);

/* --- training ------------------------------------------------------------- */

/* What is in the images, and where exactly: draw says it of object i of an image, mask
 * [size, size], 0 or 1, in a box. */
typedef struct {
    const Truth *image; /* [N] */
    void (*draw)(void *env, uint8_t *mask, int image, int i, Box box, int size);
    void *env;
} DenseTruth;

/* What the losses look at, of regions of all images, one image after the other. */
typedef struct {
    AnchorTargets anchors;
    Rois          regions;
    const int    *label;  /* [regions.count]; `classes`: nothing                      */
    Targets       boxes;  /* in [regions.count, 4 classes]                            */
    Rois          inside; /* those with something in them; if there are none, any one */
    Targets       masks;  /* in [inside.count, 2 mask_cells, 2 mask_cells, classes]   */
} Chosen;

/* Makes proposals, matches and draws from them.  Lies in `a`. */
void mask_rcnn_choose(Chosen *c, Arena *a, const MaskRcnn *m, const RpnOut *rpn,
                      const DenseTruth *truth, const DenseChance *chance);

/* As many regions as there can be, of images that nothing is known of: no step takes
 * more. */
void mask_rcnn_choose_most(Chosen *c, Arena *a, const MaskRcnn *m, const RpnOut *rpn);

typedef struct {
    Tensor *objectness, *anchors, *classes, *boxes, *masks, *sum; /* scalars */
} MaskRcnnLosses;

MaskRcnnLosses mask_rcnn_losses(Tape *t, const MaskRcnn *m, const RpnOut *rpn,
                                const Chosen *c);

/* --- evaluation ----------------------------------------------------------- */

typedef struct {
    int        n;
    Detection *list; /* [n], the surest first, in pixels of what the model has read */
    real      *mask; /* [n, size, size] probabilities that cover the box            */
    int        size; /* 2 mask_cells                                                */
} Found;

/* found [N], in `a`; nothing of it is differentiated. */
void mask_rcnn_detect(Found *found, Arena *a, Tape *t, const MaskRcnn *m,
                      const RpnOut *rpn);

/* As much as can be found, of images that nothing is known of. */
void mask_rcnn_detect_most(Arena *a, Tape *t, const MaskRcnn *m, const RpnOut *rpn);

#endif
