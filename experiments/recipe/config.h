/* What determines a cell, typed and checked: one field per key of a recipe.
 *
 * keys.c has the table that says how each is called in a recipe, its default
 * and its range.  Texts belong to the recipe.
 */
#ifndef EXPERIMENTS_RECIPE_CONFIG_H
#define EXPERIMENTS_RECIPE_CONFIG_H

#include "core/data/dense.h"
#include "core/metrics/knn.h"
#include "core/model/mae.h"
#include "core/train/linear_head.h"

#include <stdbool.h>
#include <stdint.h>

/* What a cell can consist of.  The others build on pretrain. */
typedef enum {
    STAGE_PRETRAIN,
    STAGE_KNN,
    STAGE_LINEAR_CACHED,
    STAGE_LINEAR,
    STAGE_PARTIAL,
    STAGE_FINETUNE,
    STAGE_DETECT,
    STAGE_SEGMENT,
    STAGE_RECONSTRUCT,
    STAGE_REPRESENT,
    STAGE_KINDS
} StageKind;

const char *stage_word(StageKind kind); /* "linear-cached" */

/* "knn" or "knn-1f0c9a33" */
bool stage_of(StageKind *kind, const char *name);

/* Raised when what a stage does changes: its records are then others. */
int stage_schema(StageKind kind);

/* The strategy of a cell whose encoder is never trained; its epochs are 0. */
#define UNTRAINED "untrained"

/* And of one whose encoder comes from a file; its epochs are 0 too. */
#define IMPORTED "imported"

typedef struct {
    const char *preset;
    int         patch;                               /* side in pixels            */
    int         width, depth, heads;                 /* of the encoder            */
    int         decoder_width, decoder_depth, decoder_heads;
    bool        recompute;                           /* blocks keep their input only */
} ModelConfig;

typedef struct {
    const char *from;     /* a checkpoint that takes the place of training; or NULL */
    const char *from_id;  /* the hash of its bytes                                */
    int         from_channels;
    double      from_eps;
    bool        from_decoder;
    const char *strategy; /* as mask_spec() writes it, UNTRAINED or IMPORTED      */
    int         revision; /* mask_revision() of it                                */
    double      ratio;    /* share of hidden patches; 0 where nothing is trained  */
    const char *target;   /* raw or normalized                                    */
    int         epochs;   /* 0: nothing is trained                                */
    int         batch;
    int         accumulate;   /* parts of a batch, one after the other            */
    double      lr, min_lr;   /* of the schedule, lr = lr_per_256 batch / 256     */
    double      lr_per_256;   /* what the recipe calls blr                        */
    double      warmup;       /* epochs                                           */
    double      weight_decay, beta2;
    double      crop_min;     /* least share of the picture's area; 1: no crop    */
    bool        flip;
    int         snapshots;    /* encoders kept of moments of the training, for represent */
} PretrainConfig;

/* Training the encoder, or the last of it, with labels: finetune and partial. */
typedef struct {
    const char *pool;         /* mean or class                                      */
    double      blocks;       /* that are trained; partial's                        */
    int         epochs, batch, accumulate;
    double      lr, min_lr, lr_per_256, warmup; /* as of pretrain                   */
    double      weight_decay, beta2;
    double      layer_decay, drop_path;
    double      crop_min;     /* as of pretrain                                     */
    bool        flip;
    double      randaugment;  /* magnitude, 0..10; 0: none                          */
    double      erase;        /* how often, 0..1                                    */
    double      mixup, cutmix, smoothing;
    bool        each_epoch;   /* scored after each, not only after the last         */
} TuneConfig;

/* What a stage that trains the encoder does otherwise where it was never trained. */
typedef struct {
    int    epochs;
    double lr, layer_decay;
} ScratchConfig;

/* Training the encoder to find objects, or to classify pixels: detect and segment. */
typedef struct {
    DenseConfig data;         /* name NULL: the cell's data set; complete once checked   */
    const char *model;        /* a word of the key's choices                             */
    int         size;         /* side of what the model sees; 0: that of scenes, or as
                                 published                                               */
    int         epochs, batch, accumulate;
    double      lr, min_lr, lr_per_256, warmup; /* as of pretrain                        */
    const char *schedule;     /* cosine, linear or steps                                 */
    double      weight_decay, beta2;
    double      layer_decay, drop_path;
    double      scale_min, scale_max; /* of a picture, at random                         */
    bool        flip;
    bool        colours;      /* changed at random; segment's                            */
    int         regions;      /* of an image that the heads learn from; detect's         */
    int         proposals;    /* of an image, of which these are some; detect's          */
    const char *on;           /* the pictures that are scored: test or train             */
    ScratchConfig scratch;
} DenseTask;

/* The linear probe proper. */
typedef struct {
    const char *feature; /* mean or class */
    int         epochs, batch;
    double      lr_per_256, warmup, weight_decay, crop_min;
    bool        flip, each_epoch;
} ProbeConfig;

/* How well hidden patches are drawn, under one mask for all. */
typedef struct {
    const char *strategy; /* that looks at nothing */
    double      ratio;
    int         images;   /* the first so many of the test set */
} ReconstructConfig;

/* What features and attention look like. */
typedef struct {
    const char *feature; /* mean or class */
    int         images;
} RepresentConfig;

/* In the place of a number of which 0 says something. */
enum { NOT_GIVEN = -1 };

typedef struct {
    /* Of the recipe, not of a cell. */
    const char *name, *about;
    unsigned    evaluate; /* bit 1 << StageKind */
    bool        untrained;
    int         jobs, threads;
    double      save_every; /* seconds between two saved states of a cell */

    /* Of a cell. */
    DataConfig     data; /* the fallback already taken, where there was need     */
    ModelConfig    model;
    PretrainConfig pretrain;
    KnnConfig      knn;
    const char    *knn_feature; /* mean: of the patches; class: the class token  */
    LinearConfig   linear;
    const char    *linear_feature;
    ProbeConfig    probe;
    TuneConfig     partial, finetune;
    ScratchConfig  scratch;
    DenseTask      detect, segment;
    ReconstructConfig reconstruct;
    RepresentConfig   represent;
    uint64_t       seed;
} Config;

/* The model for images of this shape, as mae_open and mae_check want it. */
MaeConfig config_mae(const Config *c, int channels, int height, int width);

/* Nothing was trained, here or elsewhere: the encoder is as it was initialised. */
bool config_untrained(const Config *c);

/* How finetune trains: an encoder that was never trained by `scratch`. */
TuneConfig config_finetune(const Config *c);

/* What detect or segment sees, where it is not given: the cell's data set, whose fallback has
 * been taken, and of it the size. */
void config_dense_data(Config *c, StageKind kind);

/* How detect or segment trains, as config_finetune. */
DenseTask config_dense(const Config *c, StageKind kind);

/* Fill in what comes from other keys and is not given itself: sizes of the model and
 * how it is fine-tuned from the preset, lr from blr.  With no epochs nothing is hidden:
 * the strategy is UNTRAINED.  STATUS_CONFIG if there is no such preset. */
MUST_USE Status config_finish(Config *c, Err *err);

#endif
