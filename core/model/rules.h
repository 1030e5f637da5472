/* The numbers that decide which boxes are anchors, proposals, regions and detections.
 *
 * As published for ViTDet's Mask R-CNN at 1024 x 1024 pixels; a model for small images
 * copies them and changes sizes and counts.
 *
 * Source: Li et al. 2022, arXiv:2203.16527, and the defaults of detectron2. */
#ifndef CORE_MODEL_RULES_H
#define CORE_MODEL_RULES_H

enum { LEVELS_MOST = 6, RATIOS_MOST = 4 };

typedef struct {
    /* anchors: of each level one area, in several shapes */
    int    levels;                /* of the pyramid, finest first: p2 .. p6          */
    int    stride[LEVELS_MOST];   /* pixels from one to the next                     */
    double side[LEVELS_MOST];     /* of a square of that area, pixels                */
    int    ratios;
    double ratio[RATIOS_MOST];    /* height over width                               */

    /* deltas between boxes: weights of x, y, log width, log height */
    double anchor_weight[4], region_weight[4];
    double log_most;              /* a side grows to at most exp(that)               */

    /* what the proposal network learns from */
    double positive, negative;    /* IoU from which on, and below which              */
    int    anchors;               /* of an image                                     */
    double anchors_positive;      /* at most that share of them                      */

    /* proposals */
    int    before_train, before_test; /* of a level, before suppression              */
    int    after;                 /* of an image                                     */
    double proposal_iou;          /* over that a worse one of the level goes         */

    /* regions that the heads learn from, and the map each is cut from */
    double foreground;            /* IoU from which on                               */
    int    regions;               /* of an image                                     */
    double regions_foreground;    /* at most that share of them                      */
    int    region_levels;         /* the first so many: p2 .. p5                     */
    double usual_side;            /* of a region of level `usual_level`, pixels      */
    int    usual_level;           /* from 0: p4 is 2                                 */

    /* detections */
    double score_least;           /* over it                                         */
    double class_iou;             /* over that a worse one of the class goes         */
    int    detections;            /* of an image, at most                            */
    double inside;                /* probability from which on a pixel is of a mask  */
} BoxRules;

extern const BoxRules box_rules; /* as published */

#endif
