/* The vision transformer of detection and segmentation: every patch of a larger image, in
 * windows where the image is large, and tokens that know how far apart they are.
 *
 *     dense_vit_add(&v, &p, &config, "backbone.net");
 *     params_place(&p, seed);
 *     dense_vit_start(&v, &p);
 *     dense_vit_take(&v, &p, &mae.params, &mae.config.encoder);   // what was pre-trained
 *     dense_vit_forward(t, &v, images, &chance, tap, taps, maps);
 *
 * Sources: Li et al. 2022, arXiv:2203.16527 (ViTDet); Li et al. 2021, arXiv:2111.11429
 * (the protocol before it); Bao et al. 2022, arXiv:2106.08254 (BEiT's UPerNet).
 */
#ifndef CORE_MODEL_DENSE_VIT_H
#define CORE_MODEL_DENSE_VIT_H

#include "core/model/vit.h"

typedef enum {
    RELATIVE_NONE,
    RELATIVE_DECOMPOSED, /* of each block: of rows and of columns; ViTDet's          */
    RELATIVE_TABLE,      /* of each block: of pairs; UPerNet's                       */
    RELATIVE_TWO_TABLES  /* one of all blocks with windows, one of all without       */
} RelativeKind;

typedef struct {
    VitConfig    encoder;  /* its image is that of the dense task                      */
    int          pos_rows, pos_cols; /* of the table of positions; another grid than the
                                        image's is resized in every forward            */
    RelativeKind relative;
    int          window;   /* side in patches; 0: there are none                       */
    int          wide;     /* so many blocks are without windows, the last of as many
                              equal parts; it divides the depth                        */
    bool         class_token;
    bool         layer_scale; /* a gain for each branch, 1 at first                    */
    double       drop_path, layer_decay; /* as in classifier.h                         */
} DenseVitConfig;

typedef struct {
    DenseVitConfig config;
    const char    *prefix; /* of its parameters: "backbone.net."                       */
    Vit            vit;    /* cls_token NULL where there is none; no norm              */
    Tensor        *resize; /* [L (+ 1), 1 + positions], constant; NULL: as they are    */
    int            first, end; /* of the parameters its own are [first, end)           */
} DenseVit;

/* The three published. */
DenseVitConfig dense_vit_det(const VitConfig *encoder, int side);      /* of squares */
DenseVitConfig dense_vit_earlier(const VitConfig *encoder, int side);
DenseVitConfig dense_vit_upernet(const VitConfig *encoder, int side);

/* STATUS_CONFIG, naming the value. */
MUST_USE Status dense_vit_check(const DenseVitConfig *c, Err *err);

/* Relative positions start at zero.  `prefix` is a literal. */
void dense_vit_add(DenseVit *v, Params *p, const DenseVitConfig *c, const char *prefix);

/* All that it has is trained; its parameters' shares of the rate.  Whether they decay is
 * as params.h says, and so do the positions and the class token. */
void dense_vit_share_out(const DenseVit *v, Params *p);

/* Weight decay leaves its norms and positions alone, whatever it did before. */
void dense_vit_spare(const DenseVit *v, Params *p);

/* Once placed: positions as in pre-training, and how they are resized. */
void dense_vit_start(DenseVit *v, Params *p);

/* Copy what an encoder of `from` has; positions are resized to the table's grid.  Aborts
 * (CHECK) if widths, depths, channels or patches differ. */
void dense_vit_take(const DenseVit *v, Params *p, const Params *encoder,
                    const VitConfig *from);

/* What is left out of a step of training, keyed by image: ids [N]. */
typedef struct {
    uint64_t        seed, epoch;
    const uint64_t *ids;
} DenseChance;

/* images [N, C, H, W] -> map[i] [N, rows, cols, D], after block tap[i], ascending and
 * below depth.  chance NULL: no branch is left out. */
void dense_vit_forward(Tape *t, const DenseVit *v, Tensor *images,
                       const DenseChance *chance, const int *tap, int taps, Tensor **map);

#endif
