/* What the arrays of fields.c stand among: attributes, dimensions, what viewers draw, ranges. */
#include "experiments/record/fields.h"
#include "experiments/record/fields_inside.h"

#include <float.h>
#include <math.h>

#define TEXT(object, key, of, need, about) \
    { object, key, ATTRIBUTE_TEXT, of, need, 1, about }
#define WHOLE(key, of, need, about)  { "/", key, ATTRIBUTE_WHOLE, of, need, 1, about }
#define NUMBER(key, of, need, about) { "/", key, ATTRIBUTE_NUMBER, of, need, 1, about }
#define MADE(key, about)             TEXT("provenance", key, "*", FIELD_MUST, about)

const Attribute record_attributes[] = {
    TEXT("/", "Conventions", "*", FIELD_MUST, "\"maskgrid-1.0\""),
    WHOLE("schema_version", "*", FIELD_MUST, "of what stands here"),
    TEXT("/", "title", "*", FIELD_MUST, "one line"),
    TEXT("/", "source", "*", FIELD_MUST, "program, version, commit"),
    TEXT("/", "history", "*", FIELD_MUST, "when it was written by what"),
    TEXT("/", "created", "*", FIELD_MUST, "UTC"),
    TEXT("/", "started", "*", FIELD_MUST, "UTC; of several sittings, the first"),
    TEXT("/", "stage", "*", FIELD_MUST, "what left the record"),
    TEXT("/", "config_hash", "*", FIELD_MUST, "BLAKE2b of `/config`: the record's identity"),
    TEXT("/", "builds_on", EVALUATE, FIELD_MUST, "the same of the pre-training"),
    TEXT("/", "data", STAGES, FIELD_MUST, "the data set"),
    TEXT("/", "strategy", MASKS, FIELD_MUST,
         "as the command line takes it; a plug-in stands with the first 12 digits of the "
         "BLAKE2b hash of its file: `edges@1f0c9a33ab12`"),
    TEXT("/", "plugins", "*", FIELD_MAY,
         "all 32 digits of each, as `b2sum -l 128 edges.so` prints them"),
    WHOLE("seed", MASKS, FIELD_MUST, "of the cell"),
    NUMBER("ratio", MASKS, FIELD_MUST, "share of hidden patches that was asked for"),
    NUMBER("realised_ratio", MASKS, FIELD_MUST, "and that there is"),
    WHOLE("rows", MASKS, FIELD_MUST, "of the patch grid"),
    WHOLE("cols", MASKS, FIELD_MUST, "of the patch grid"),
    WHOLE("patches", MASKS, FIELD_MUST, "rows times cols"),
    WHOLE("visible", MASKS, FIELD_MUST, "of them, in each image"),
    WHOLE("parameters", "pretrain partial finetune detect segment", FIELD_MUST,
          "numbers of the model"),
    WHOLE("trained_parameters", "partial finetune detect segment", FIELD_MUST,
          "of them trained here"),
    WHOLE("size", "detect segment", FIELD_MUST, "side of what the model sees, in pixels"),
    WHOLE("bad_images", "pretrain linear partial finetune", FIELD_MUST,
          "pictures trained on that could not be read, and were left out or gray"),
    { "/", "bad_test_images", ATTRIBUTE_WHOLE, SCORED, FIELD_MUST, 2,
      "the same of the test set" },
    TEXT("/", "from", "pretrain", FIELD_MAY, "the checkpoint that stands for a training"),
    TEXT("/", "from_hash", "pretrain", FIELD_MAY, "hash of it"),
    NUMBER("guide_images", "pretrain", FIELD_MAY,
           "of a strategy that looks: forwards of the whole encoder besides those that train, "
           "in images"),
    WHOLE("guide_sweeps", "pretrain", FIELD_MAY, "and over the whole training set"),
    WHOLE("ranks", "pretrain", FIELD_MAY, "processes that trained together"),
    TEXT("/", "begun_by", TRAINED, FIELD_MAY,
         "of a training that other ranks or threads went on with: who began it, and how far; "
         "its bits are not those of an unbroken one"),
    TEXT("/", "evaluation_mask", "reconstruct", FIELD_MUST, "the strategy that hides here"),
    WHOLE("evaluation_visible", "reconstruct", FIELD_MUST, "patches that it leaves visible"),
    TEXT("/", "pixels", "reconstruct", FIELD_MUST,
         "whether hidden patches were given their true mean and deviation"),
    WHOLE("images", "represent", FIELD_MUST, "test images looked at"),
    TEXT("/", "truth", SCORES, FIELD_MUST, "the file of the truth"),
    TEXT("/", "predictions", SCORES, FIELD_MUST, "and of what is scored"),
    TEXT("/", "seen", "masks", FIELD_MUST, "what the strategy looked at"),
    TEXT("/", "NX_class", "*", FIELD_MUST, "NXroot; so have `entry` and groups of arrays theirs"),
    TEXT("/", "default", "*", FIELD_MAY, "what viewers of NeXus files draw first"),

    TEXT("metrics", "primary", "*", FIELD_GROUP,
         "the metric that tables show, or several with blanks between"),

    MADE("program", "maskgrid"),
    MADE("version", "its version"),
    MADE("commit", "of its tree"),
    MADE("tree", "clean, modified, unknown"),
    MADE("compiler", "and its version"),
    MADE("flags", "it was given"),
    MADE("real", "float or double"),
    MADE("gemm", "what multiplies matrices"),
    MADE("blas", "how OpenBLAS was built"),
    MADE("blas_core", "the processor that it has kernels for"),
    MADE("host", "name of the machine"),
    MADE("system", "its kernel"),
    MADE("processor", "and processor"),
    { "provenance", "threads", ATTRIBUTE_WHOLE, "*", FIELD_MUST, 1, "that computed" },
    { 0 }
};

const Dimension record_dimensions[] = {
    { "rows", NULL, "rows", "of patches" },
    { "cols", NULL, "cols", "of patches" },
    { "patches", NULL, "patches", "all of a grid, row by row" },
    { "step", "curves/step", NULL, "of training" },
    { "epoch", "curves/epoch masks/epoch", NULL, "or moments of a training" },
    { "epoch_end", "curves/epoch_end", NULL, "after each of them" },
    { "row", NULL, NULL, "of a table, one an epoch" },
    { "metric", NULL, NULL, "by name" },
    { "component", "curves/component", NULL, "of features" },
    { "block", "curves/block", NULL, "of the encoder" },
    { "decoder_block", "curves/decoder_block", NULL, "of the decoder" },
    { "head", NULL, NULL, "of attention" },
    { "frequency", "curves/frequency", NULL, "of images of features" },
    { "width", NULL, NULL, "of the encoder" },
    { "image", "outcomes/image masks/image", NULL, "of the test set; of `masks`, of the set" },
    { "picture", NULL, NULL, "likewise, without a name" },
    { "class", "classes/id", NULL, "of objects or pixels" },
    { "found", NULL, NULL, "objects" },
    { "pair", NULL, NULL, "of an image and a class that is in it" },
    { "object", NULL, NULL, "true or found, in the pictures shown" },
    { "shown", NULL, NULL, "pictures, some of the test set" },
    { "side", NULL, NULL, "of a square picture" },
    { "height", NULL, NULL, "of a picture" },
    { "across", NULL, NULL, "its width" },
    { "channels", NULL, NULL, "1 gray, 3 red, green, blue" },
    { "byte", NULL, NULL, "of eight patches" },
    { 0 }
};

const Plot record_plots[] = {
    { "linear partial finetune", "curves", "top1", "epoch_end" },
    { TRAINED, "curves", "loss", "step" },
    { "linear-cached", "curves", "loss", "epoch" },
    { "represent", "curves", "sigma", "component" },
    { "reconstruct", "outcomes", "psnr", "" },
    { SCORED, "outcomes", "rank", "" },
    { 0 }
};

const Range record_ranges[] = {
    { "metrics/box_*", NULL, 0, 100, true }, /* no object is of that area */
    { "metrics/mask_share", NULL, 0, 100, false },
    { "metrics/mask_*", NULL, 0, 100, true },
    { "metrics/exchange_wait_share", NULL, 0, DBL_MAX, false }, /* of another sitting's steps */
    { "metrics/ssim*", NULL, -1, 1, false },
    { "metrics/ms_ssim", NULL, -1, 1, false },
    { "metrics/mse*", NULL, 0, DBL_MAX, false },
    { "metrics/edges", NULL, 0, INFINITY, true }, /* of plain images */
    { "metrics/components_*", NULL, 1, DBL_MAX, false },
    { "curves/step", NULL, 1, DBL_MAX, false },
    { "curves/epoch*", NULL, 0, DBL_MAX, false },
    { "curves/lr", NULL, 0, DBL_MAX, false },
    { "curves/visible", NULL, 1, DBL_MAX, false },
    { "curves/sigma_centred", NULL, 0, 1, true }, /* of features that are all one */
    { "curves/sigma", NULL, 0, 1, true },
    { "outcomes/label", NULL, 0, DBL_MAX, false },
    { "outcomes/predicted", NULL, 0, DBL_MAX, false },
    { "outcomes/rank", NULL, 0, DBL_MAX, false },
    { "outcomes/ssim*", NULL, -1, 1, true },
    { "outcomes/ms_ssim", NULL, -1, 1, true },
    { "outcomes/mse*", NULL, 0, DBL_MAX, true },
    { "outcomes/*", NULL, -INFINITY, INFINITY, true }, /* of one image it may not be known */
    { "maps/visible_share", NULL, 0, 1, false },
    { "classes/*numbers", NULL, 0, 100, true },
    { "matches/score", NULL, 0, 1, false },
    { "matches/*_outcome", NULL, 0, 2, false },
    { "matches/*", NULL, 0, DBL_MAX, false },
    { "pixels/counts", NULL, 0, DBL_MAX, false },
    { "pictures/size", NULL, 0, DBL_MAX, false },
    { "pictures/object_score", NULL, 0, 1, true },
    { "pictures/truth", NULL, -1, DBL_MAX, false },
    { "pictures/predicted", NULL, -1, DBL_MAX, false },
    { "reconstruction/hidden", NULL, 0, 1, false },
    { "masks/progress", NULL, 0, 1, false },
    { "*", "percent", 0, 100, false },
    { "*", "s", 0, DBL_MAX, false },
    { "*", "s-1", 0, DBL_MAX, false },
    { "*", "byte", 0, DBL_MAX, false },
    { "*", "Gflop", 0, DBL_MAX, false },
    { 0 }
};
