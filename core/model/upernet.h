/* UPerNet: a class for every pixel, from four blocks of a vision transformer.
 *
 *     UpernetConfig c = upernet_published(&mae.config.encoder, 512, 150);
 *     upernet_open(&u, be, &c, seed);
 *     dense_vit_take(&u.vit, &u.params, &mae.params, &mae.config.encoder);
 *     UpernetOut out = upernet_forward(t, &u, images, &chance);    // training
 *     Tensor *loss = upernet_loss(t, &u, &out, label, ignore);
 *     Tensor *logits = upernet_forward(t, &u, images, NULL).logits; // evaluation
 *
 * Sources: Xiao et al. 2018, arXiv:1807.10221; the transformer, its neck and all sizes as
 * in BEiT's segmentation (Bao et al. 2022, arXiv:2106.08254), which the numbers of MAE on
 * ADE20K come from; names as in mmseg.
 */
#ifndef CORE_MODEL_UPERNET_H
#define CORE_MODEL_UPERNET_H

#include "core/model/dense_vit.h"
#include "core/model/pyramid.h"

enum { UPERNET_BINS = 4 };

typedef struct {
    DenseVitConfig backbone;
    int            classes;
    int            channels, aux_channels; /* of the head and of the auxiliary one      */
    int            finest;    /* level of the finest maps, 2 to 4: see pyramid.h        */
    double         dropout;   /* share of channels before each classifier; less than 1  */
    double         aux_share; /* of the auxiliary loss in the sum                       */
} UpernetConfig;

typedef struct {
    UpernetConfig config;
    Params        params;
    DenseVit      vit;
    Taps          neck;
    Conv          ppm[UPERNET_BINS], bottleneck;   /* of the coarsest map       */
    Conv          lateral[TAPS - 1], fpn[TAPS - 1]; /* of the other three       */
    Conv          fusion, classifier;
    Conv          aux, aux_classifier;              /* of the third map         */
} Upernet;

typedef struct {
    Tensor *logits; /* [N, H, W, classes] of the finest map, to be resized (op_resize) */
    Tensor *aux;    /* the same of the auxiliary head; NULL in evaluation              */
} UpernetOut;

/* As published, for squares of `side` pixels; or for small images, where the finest maps
 * have the stride 4 at least and the head is narrow. */
UpernetConfig upernet_published(const VitConfig *encoder, int side, int classes);
UpernetConfig upernet_small(const VitConfig *encoder, int side, int classes);

MUST_USE Status upernet_check(const UpernetConfig *c, Err *err);

/* Only names and shapes, as mae_list; or all, started as the reference starts it. */
void upernet_list(Upernet *u, const Backend *be, const UpernetConfig *c);
void upernet_open(Upernet *u, const Backend *be, const UpernetConfig *c, uint64_t seed);
void upernet_close(Upernet *u);

/* images [N, C, H, W].  With `chance` as in training: batch statistics, which move the
 * running ones, and things left out; NULL: evaluation. */
UpernetOut upernet_forward(Tape *t, const Upernet *u, Tensor *images,
                           const DenseChance *chance);

/* label [N, H, W] of the images' pixels, on the host until the tape is reset -> scalar:
 * the cross entropy of both heads, logits resized to the labels, over all pixels; those
 * that are `ignore` add nothing, but count. */
Tensor *upernet_loss(Tape *t, const Upernet *u, const UpernetOut *out, const int *label,
                     int ignore);

#endif
