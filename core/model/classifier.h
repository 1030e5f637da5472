/* The classifier that is fine-tuned: a vision transformer that sees every patch, and a
 * linear layer on what it pools.
 *
 *     classifier_open(&c, be, &config, seed);
 *     classifier_take(&c, &mae.params);                 // the pre-trained encoder
 *     Tensor **shares = classifier_shares(&tape, &c, seed, epoch, ids, N);
 *     loss = op_cross_entropy(&tape, classifier_forward(&tape, &c, images, shares), target);
 *
 * Source: He et al. 2022, arXiv:2111.06377, A.1; same values as models_vit.py and
 * main_finetune.py in facebookresearch/mae.
 */
#ifndef CORE_MODEL_CLASSIFIER_H
#define CORE_MODEL_CLASSIFIER_H

#include "core/model/vit.h"

typedef enum {
    POOL_MEAN, /* the mean of the patches, under a new norm `fc_norm`   */
    POOL_CLASS /* the class token, under the encoder's own final `norm` */
} Pool;

typedef struct {
    VitConfig encoder;
    int       classes;
    Pool      pool;
    double    drop_path;   /* how often the last block's branches are left out, from 0
                              in the first block on; 0..1, less than 1               */
    double    layer_decay; /* each layer learns so much slower than the next: a block,
                              or before the first all that makes tokens; above 0     */
    double    blocks;      /* the last so many are trained, and what follows them; with
                              a half more of which only the hidden layer; 0 or less:
                              only what follows; at least depth: all, tokens too     */
} ClassifierConfig;

typedef struct {
    ClassifierConfig config;
    Params           params;
    Vit              vit; /* without a norm                      */
    Layer            norm, head;
} Classifier;

/* Everything is trained and nothing is left out: for `encoder`, classes and pool. */
ClassifierConfig classifier_defaults(const VitConfig *encoder, int classes, Pool pool);

/* The encoder starts as in pre-training, the head at N(0, 2e-5), biases 0.  Positions
 * start as fixed ones, but are trained; weight decay spares them and the class token. */
void classifier_open(Classifier *c, const Backend *be, const ClassifierConfig *config,
                     uint64_t seed);
void classifier_close(Classifier *c);

/* Only names and shapes, as mae_list. */
void classifier_list(Classifier *c, const Backend *be, const ClassifierConfig *config);

/* Copy what an encoder has: everything but `fc_norm` and the head. */
void classifier_take(Classifier *c, const Params *encoder);

/* images [N, C, H, W] -> logits [N, classes].  shares NULL: no branch is left out. */
Tensor *classifier_forward(Tape *t, const Classifier *c, Tensor *images,
                           Tensor *const *shares);

/* blocks_shares of its drop path. */
Tensor **classifier_shares(Tape *t, const Classifier *c, uint64_t seed, uint64_t epoch,
                           const uint64_t *ids, int N);

#endif
