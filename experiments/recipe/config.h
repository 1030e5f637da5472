/* What determines a cell, typed and checked: one field per key of a recipe.
 *
 * schema.c has the table that says how each is called in a recipe, its default
 * and its range.  Texts belong to the recipe.
 */
#ifndef EXPERIMENTS_RECIPE_CONFIG_H
#define EXPERIMENTS_RECIPE_CONFIG_H

#include "core/data/data.h"
#include "core/metrics/knn.h"
#include "core/model/mae.h"
#include "core/train/linear_head.h"

#include <stdbool.h>
#include <stdint.h>

/* What a cell can consist of.  The others build on pretrain. */
typedef enum { STAGE_PRETRAIN, STAGE_KNN, STAGE_LINEAR_CACHED, STAGE_KINDS } StageKind;

const char *stage_word(StageKind kind); /* "linear-cached" */

/* "knn" or "knn-1f0c9a33" */
bool stage_of(StageKind *kind, const char *name);

/* Raised when what a stage does changes: its records are then others. */
int stage_schema(StageKind kind);

/* The strategy of a cell whose encoder is never trained; its epochs are 0. */
#define UNTRAINED "untrained"

typedef struct {
    const char *preset;
    int         patch;                               /* side in pixels            */
    int         width, depth, heads;                 /* of the encoder            */
    int         decoder_width, decoder_depth, decoder_heads;
    bool        recompute;                           /* blocks keep their input only */
} ModelConfig;

typedef struct {
    const char *strategy; /* as mask_spec() writes it, or UNTRAINED               */
    double      ratio;    /* share of hidden patches; 0 where nothing is trained  */
    const char *target;   /* raw or normalized                                    */
    int         epochs;   /* 0: the encoder stays as it was initialised           */
    int         batch;
    double      lr, min_lr;   /* of the schedule, lr = lr_per_256 batch / 256     */
    double      lr_per_256;   /* what the recipe calls blr                        */
    double      warmup;       /* epochs                                           */
    double      weight_decay, beta2;
    double      crop_min;     /* least share of the picture's area; 1: no crop    */
    bool        flip;
} PretrainConfig;

typedef struct {
    /* Of the recipe, not of a cell. */
    const char *name, *about;
    unsigned    evaluate; /* bit 1 << StageKind */
    bool        untrained;
    int         jobs, threads;

    /* Of a cell. */
    DataConfig     data; /* the fallback already taken, where there was need     */
    ModelConfig    model;
    PretrainConfig pretrain;
    KnnConfig      knn;
    const char    *knn_feature; /* mean: of the patches; class: the class token  */
    LinearConfig   linear;
    const char    *linear_feature;
    uint64_t       seed;
} Config;

/* The model for images of this shape, as mae_open and mae_check want it. */
MaeConfig config_mae(const Config *c, int channels, int height, int width);

/* Fill in what comes from other keys and is not given itself: sizes of the model
 * from the preset, lr from blr.  With no epochs nothing is hidden: the strategy
 * is UNTRAINED.  STATUS_CONFIG if there is no such preset. */
MUST_USE Status config_finish(Config *c, Err *err);

#endif
