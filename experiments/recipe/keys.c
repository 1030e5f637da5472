/* Every key of a recipe. */
#include "experiments/recipe/schema.h"

#define AT(path, field)                                                       \
    .name = path, .offset = offsetof(Config, field),                          \
    .kind = _Generic(((Config *)0)->field, const char *: KEY_IS_TEXT,         \
                     int: KEY_IS_INT, uint64_t: KEY_IS_WHOLE,                 \
                     double: KEY_IS_NUMBER, bool: KEY_IS_FLAG, unsigned: KEY_IS_STAGES)
#define BETWEEN(least, most)   .lo = least, .hi = most
#define WITHIN(above, below)   .lo = above, .hi = below, .open = true
#define PRETRAIN (1 << STAGE_PRETRAIN)
#define KNN      (1 << STAGE_KNN)
#define CACHED   (1 << STAGE_LINEAR_CACHED)
#define LINEAR   (1 << STAGE_LINEAR)
#define PARTIAL  (1 << STAGE_PARTIAL)
#define FINETUNE (1 << STAGE_FINETUNE)
#define RECONSTRUCT (1 << STAGE_RECONSTRUCT)
#define REPRESENT   (1 << STAGE_REPRESENT)
#define DETECT      (1 << STAGE_DETECT)
#define SEGMENT     (1 << STAGE_SEGMENT)

/* What stages that train the encoder do of one that was never trained. */
#define SCRATCH(section, field, stage)                                                      \
    { AT(section ".scratch-epochs", field.epochs), .from = "epochs", BETWEEN(1, 1e6),       \
      .about = "of an encoder that was never trained", .of = stage },                       \
    { AT(section ".scratch-lr", field.lr), .from = "lr", WITHIN(0, 1e6),                    \
      .about = "its learning rate after the warm-up", .of = stage },                        \
    { AT(section ".scratch-layer-decay", field.layer_decay), .initial = "1",                \
      BETWEEN(0.01, 1), .about = "as layer-decay; it has nothing to keep", .of = stage }

/* Which annotated pictures detect and segment see. */
#define DENSE_DATA(section, field, sets)                                                    \
    { AT(section ".set", field.name), .initial = "none", .none = true, .choices = sets,     \
      .about = "annotated pictures; none: those of data.set", .of = OF_DENSE },             \
    { AT(section ".folder", field.folder), .initial = "none", .none = true,                 \
      .about = "where its files are", .of = OF_DENSE },                                     \
    { AT(section ".train", field.train_count), .initial = "0", BETWEEN(0, 1e9),             \
      .unit = "images", .about = "the first so many; 0: all", .of = OF_DENSE },             \
    { AT(section ".test", field.test_count), .initial = "0", BETWEEN(0, 1e9),               \
      .unit = "images", .about = "the first so many; 0: all", .of = OF_DENSE }

/* What detect and segment have alike. */
#define DENSE(section, field, stage, size_at, peak)                                         \
    { AT(section ".size", field.size), .from = "set", BETWEEN(16, 4096), .unit = "pixels",  \
      .about = "side of what the model sees; scenes: their own, else " size_at,             \
      .of = stage },                                                                        \
    { AT(section ".epochs", field.epochs), .from = "preset", BETWEEN(1, 1e6),               \
      .about = "passes over the images", .of = stage },                                     \
    { AT(section ".accumulate", field.accumulate), .initial = "1", BETWEEN(1, 65536),       \
      .about = "parts of a batch, one after the other, as on so many GPUs: less memory",    \
      .of = stage, .later = true },                                                         \
    { AT(section ".blr", field.lr_per_256), .from = "preset", WITHIN(0, 1e3),               \
      .about = "learning rate for 256 images a step; published " peak, .of = OF_OTHERS },   \
    { AT(section ".lr", field.lr), .from = "blr batch / 256", WITHIN(0, 1e6),               \
      .about = "learning rate after the warm-up", .of = stage },                            \
    { AT(section ".min-lr", field.min_lr), .initial = "0", BETWEEN(0, 1e6),                 \
      .about = "learning rate at the end; not of steps", .of = stage },                     \
    { AT(section ".beta2", field.beta2), .initial = "0.999", WITHIN(0, 1),                  \
      .about = "of AdamW", .of = stage },                                                   \
    { AT(section ".layer-decay", field.layer_decay), .from = "preset", BETWEEN(0.01, 1),    \
      .about = "a layer's rate over the next one's; 1: all alike", .of = stage },           \
    { AT(section ".drop-path", field.drop_path), .from = "preset", BETWEEN(0, 0.9),         \
      .about = "how often the last block's branches are left out", .of = stage },           \
    { AT(section ".scale-max", field.scale_max), .initial = "2", BETWEEN(0.05, 8),          \
      .about = "and at most", .of = stage },                                                \
    { AT(section ".flip", field.flip), .initial = "yes",                                    \
      .about = "mirror half of the images", .of = stage },                                  \
    { AT(section ".on", field.on), .initial = "test", .choices = "test|train",              \
      .about = "which pictures are scored; train: are they known by heart?", .of = stage }

/* What finetune and partial have alike. */
#define TUNE(section, field, stage)                                                         \
    { AT(section ".pool", field.pool), .initial = "mean", .choices = "mean|class",          \
      .about = "of the patch tokens under a new norm, or the class token", .of = stage },   \
    { AT(section ".epochs", field.epochs), .from = "preset", BETWEEN(1, 1e6),               \
      .about = "passes over the images", .of = stage },                                     \
    { AT(section ".batch", field.batch), .initial = "1024", BETWEEN(2, 65536),              \
      .unit = "images", .about = "of a step", .of = stage },                                \
    { AT(section ".accumulate", field.accumulate), .initial = "1", BETWEEN(1, 65536),       \
      .about = "parts of a batch, one after the other: less memory", .of = OF_MEANS },      \
    { AT(section ".blr", field.lr_per_256), .from = "preset", WITHIN(0, 1e3),               \
      .about = "learning rate for 256 images a step", .of = OF_OTHERS },                    \
    { AT(section ".lr", field.lr), .from = "blr batch / 256", WITHIN(0, 1e6),               \
      .about = "learning rate after the warm-up", .of = stage },                            \
    { AT(section ".min-lr", field.min_lr), .initial = "1e-6", BETWEEN(0, 1e6),              \
      .about = "learning rate at the end", .of = stage },                                   \
    { AT(section ".warmup", field.warmup), .initial = "5", BETWEEN(0, 1e6),                 \
      .unit = "epochs", .about = "the rate grows from 0", .of = stage },                    \
    { AT(section ".weight-decay", field.weight_decay), .initial = "0.05", BETWEEN(0, 10),   \
      .about = "of AdamW, decoupled", .of = stage },                                        \
    { AT(section ".beta2", field.beta2), .initial = "0.999", WITHIN(0, 1),                  \
      .about = "of AdamW", .of = stage },                                                   \
    { AT(section ".layer-decay", field.layer_decay), .from = "preset", BETWEEN(0.01, 1),    \
      .about = "a layer's rate over the next one's; 1: all alike", .of = stage },           \
    { AT(section ".drop-path", field.drop_path), .from = "preset", BETWEEN(0, 0.9),         \
      .about = "how often the last block's branches are left out", .of = stage },           \
    { AT(section ".crop-min", field.crop_min), .initial = "0.08", BETWEEN(0.01, 1),         \
      .about = "least share of the area that a crop keeps; 1: no crop", .of = stage },      \
    { AT(section ".flip", field.flip), .initial = "yes",                                    \
      .about = "mirror half of the images", .of = stage },                                  \
    { AT(section ".randaugment", field.randaugment), .initial = "9", BETWEEN(0, 10),        \
      .about = "magnitude of two random changes; 0: none", .of = stage },                   \
    { AT(section ".erase", field.erase), .initial = "0.25", BETWEEN(0, 1),                  \
      .about = "how often a box becomes noise", .of = stage },                              \
    { AT(section ".mixup", field.mixup), .initial = "0.8", BETWEEN(0, 4),                   \
      .about = "pairs blended by Beta(x, x); 0: none", .of = stage },                       \
    { AT(section ".cutmix", field.cutmix), .initial = "1", BETWEEN(0, 4),                   \
      .about = "or a box swapped by Beta(x, x); 0: none", .of = stage },                    \
    { AT(section ".smoothing", field.smoothing), .initial = "0.1", BETWEEN(0, 0.99),        \
      .about = "share of a label that all classes have alike", .of = stage },               \
    { AT(section ".each-epoch", field.each_epoch), .initial = "no",                         \
      .about = "score after each epoch: the best one too, and a curve", .of = stage,        \
      .later = true }

/* In the order of `maskgrid plan --keys`.  Without `initial` the default is what
 * the defaults() of the struct in core/ say, or comes from other keys (`from`). */
static const Key keys[] = {
    { AT("name", name), .initial = "", .about = "of the recipe; else the file's",
      .of = OF_RECIPE },
    { AT("about", about), .initial = "", .about = "one line", .of = OF_RECIPE },
    { AT("evaluate", evaluate), .initial = "knn,linear-cached",
      .about = "what to measure of each encoder", .of = OF_RECIPE },
    { AT("untrained", untrained), .initial = "no",
      .about = "also measure encoders that were never trained", .of = OF_RECIPE },
    { AT("run.jobs", jobs), .initial = "0", BETWEEN(0, 1024),
      .about = "cells at a time; 0: as many as there are cores", .of = OF_RECIPE },
    { AT("run.threads", threads), .initial = "0", BETWEEN(0, 1024),
      .about = "of each cell; 0: cores over jobs", .of = OF_RECIPE },
    { AT("run.save-every", save_every), .initial = "300", BETWEEN(0, 1e6), .unit = "s",
      .about = "between two saved states; 0: only when stopped", .of = OF_RECIPE },

    { AT("data.set", data.name), .about = "the data set", .of = OF_DATA },
    { AT("data.fallback", data.fallback), .initial = "none", .none = true,
      .about = "taken where the data set is not to be had", .of = OF_DATA },
    { AT("data.folder", data.folder), .initial = "none", .none = true,
      .about = "where its files are; none: in the usual places", .of = OF_DATA },
    { AT("data.list", data.list), .initial = "none", .none = true,
      .about = "lines PICTURE CLASS for a folder's flat val/; none: val.txt", .of = OF_DATA },
    { AT("data.train", data.train_count), .initial = "0", BETWEEN(0, 1e9), .unit = "images",
      .about = "the first so many; 0: all", .of = OF_DATA },
    { AT("data.test", data.test_count), .initial = "0", BETWEEN(0, 1e9), .unit = "images",
      .about = "the first so many; 0: all", .of = OF_DATA },
    { AT("data.unlabeled", data.unlabeled_count), .initial = "0", BETWEEN(0, 1e9),
      .unit = "images", .about = "to pre-train on, without labels; 0: none, on train",
      .of = OF_DATA },
    { AT("data.size", data.size), BETWEEN(0, 1024), .unit = "pixels",
      .about = "side of what the model sees; 0: the data set's", .of = OF_DATA },
    { AT("data.channels", data.channels), BETWEEN(1, 3),
      .about = "of the pictures of a folder: 1 gray, 3 colours", .of = OF_DATA },
    { AT("data.bad-images", data.bad_images), BETWEEN(0, 1e9), .unit = "images",
      .about = "so many of a folder may be unreadable", .of = OF_DATA },
    { AT("data.cache", data.cache_mib), BETWEEN(0, 1 << 20), .unit = "MiB",
      .about = "of a folder's decoded pictures kept in memory", .of = OF_DATA },
    { AT("data.scenes.seed", data.scenes.seed), BETWEEN(0, 0x1p53),
      .about = "of the pictures, not of a cell", .of = OF_DATA },
    { AT("data.scenes.size", data.scenes.size), BETWEEN(8, 256), .unit = "pixels",
      .about = "height and width", .of = OF_DATA },
    { AT("data.scenes.channels", data.scenes.channels), BETWEEN(1, 3),
      .about = "1 gray, 3 colours", .of = OF_DATA },
    { AT("data.scenes.objects-min", data.scenes.objects_min), BETWEEN(1, 8),
      .about = "fewest objects of a picture", .of = OF_DATA },
    { AT("data.scenes.objects-max", data.scenes.objects_max), BETWEEN(1, 8),
      .about = "most objects of a picture", .of = OF_DATA },
    { AT("data.scenes.extent-min", data.scenes.extent_min), BETWEEN(0.1, 1),
      .about = "smallest diameter over the size", .of = OF_DATA },
    { AT("data.scenes.extent-max", data.scenes.extent_max), BETWEEN(0.1, 1),
      .about = "largest diameter over the size", .of = OF_DATA },
    { AT("data.scenes.centre", data.scenes.centre), BETWEEN(0, 1),
      .about = "0: the main object anywhere, 1: in the middle", .of = OF_DATA },
    { AT("data.scenes.texture", data.scenes.texture), BETWEEN(0, 1),
      .about = "0: plain surfaces, 1: strongest pattern", .of = OF_DATA },
    { AT("data.scenes.occlusion", data.scenes.occlusion), BETWEEN(0, 0.9),
      .about = "share of an object that others may hide", .of = OF_DATA },

    { AT("model.preset", model.preset), .initial = "micro", .about = "sizes of both stacks",
      .of = OF_OTHERS },
    { AT("model.patch", model.patch), .initial = "4", BETWEEN(1, 256), .unit = "pixels",
      .about = "side of a patch; divides the image", .of = PRETRAIN },
    { AT("model.width", model.width), .from = "preset", BETWEEN(4, 16384),
      .about = "of the encoder; a multiple of 4 and of heads", .of = PRETRAIN },
    { AT("model.depth", model.depth), .from = "preset", BETWEEN(1, 256),
      .about = "blocks of the encoder", .of = PRETRAIN },
    { AT("model.heads", model.heads), .from = "preset", BETWEEN(1, 256),
      .about = "of the encoder", .of = PRETRAIN },
    { AT("model.decoder-width", model.decoder_width), .from = "preset", BETWEEN(4, 16384),
      .about = "a multiple of 4 and of decoder-heads", .of = PRETRAIN },
    { AT("model.decoder-depth", model.decoder_depth), .from = "preset", BETWEEN(1, 256),
      .about = "blocks of the decoder", .of = PRETRAIN },
    { AT("model.decoder-heads", model.decoder_heads), .from = "preset", BETWEEN(1, 256),
      .about = "of the decoder", .of = PRETRAIN },
    { AT("model.recompute", model.recompute), .initial = "no",
      .about = "run blocks again going back: less memory, more time", .of = OF_MEANS },

    { AT("pretrain.from", pretrain.from), .initial = "none", .none = true,
      .about = "a checkpoint, of anyone: nothing is trained, its sizes are the model's",
      .of = OF_OTHERS },
    { AT("pretrain.strategy", pretrain.strategy), .initial = "random",
      .about = "which patches to hide: NAME:key=value,... or several", .of = PRETRAIN },
    { AT("pretrain.ratio", pretrain.ratio), .initial = "0.75", WITHIN(0, 1),
      .about = "share of hidden patches", .of = PRETRAIN },
    { AT("pretrain.target", pretrain.target), .initial = "normalized",
      .choices = "raw|normalized", .about = "pixels, or each patch normalised",
      .of = PRETRAIN },
    { AT("pretrain.epochs", pretrain.epochs), .initial = "10", BETWEEN(0, 1e6),
      .about = "0: the encoder stays untrained", .of = PRETRAIN },
    { AT("pretrain.batch", pretrain.batch), .initial = "128", BETWEEN(1, 65536),
      .unit = "images", .about = "of a step", .of = PRETRAIN },
    { AT("pretrain.accumulate", pretrain.accumulate), .initial = "1", BETWEEN(1, 65536),
      .about = "parts of a batch, one after the other: less memory", .of = OF_MEANS },
    { AT("pretrain.blr", pretrain.lr_per_256), .initial = "1.5e-4", WITHIN(0, 1e3),
      .about = "learning rate for 256 images a step", .of = OF_OTHERS },
    { AT("pretrain.lr", pretrain.lr), .from = "blr batch / 256", WITHIN(0, 1e6),
      .about = "learning rate after the warm-up", .of = PRETRAIN },
    { AT("pretrain.min-lr", pretrain.min_lr), .initial = "0", BETWEEN(0, 1e6),
      .about = "learning rate at the end", .of = PRETRAIN },
    { AT("pretrain.warmup", pretrain.warmup), .initial = "1", BETWEEN(0, 1e6),
      .unit = "epochs", .about = "the rate grows from 0", .of = PRETRAIN },
    { AT("pretrain.weight-decay", pretrain.weight_decay), .initial = "0.05", BETWEEN(0, 10),
      .about = "of AdamW, decoupled", .of = PRETRAIN },
    { AT("pretrain.beta2", pretrain.beta2), .initial = "0.95", WITHIN(0, 1),
      .about = "of AdamW", .of = PRETRAIN },
    { AT("pretrain.crop-min", pretrain.crop_min), .initial = "0.2", BETWEEN(0.01, 1),
      .about = "least share of the area that a crop keeps; 1: no crop", .of = PRETRAIN },
    { AT("pretrain.flip", pretrain.flip), .initial = "yes",
      .about = "mirror half of the images", .of = PRETRAIN },

    { AT("pretrain.snapshots", pretrain.snapshots), .initial = "0", BETWEEN(0, 64),
      .about = "encoders kept of so many moments, for represent over the epochs",
      .of = PRETRAIN, .later = true },

    { AT("knn.k", knn.k), BETWEEN(1, 1e6), .about = "neighbours that vote", .of = KNN },
    { AT("knn.temperature", knn.temperature), WITHIN(0, 1e3),
      .about = "a vote is exp(similarity / temperature)", .of = KNN },
    { AT("knn.feature", knn_feature), .initial = "mean", .choices = "mean|class",
      .about = "of the patch tokens, or the class token", .of = KNN },
    { AT("linear-cached.epochs", linear.epochs), BETWEEN(1, 1e6),
      .about = "passes over the features", .of = CACHED },
    { AT("linear-cached.batch", linear.batch), BETWEEN(2, 65536), .unit = "images",
      .about = "of a step", .of = CACHED },
    { AT("linear-cached.blr", linear.lr_per_256), WITHIN(0, 1e3),
      .about = "learning rate for 256 images a step", .of = CACHED },
    { AT("linear-cached.warmup", linear.warmup_epochs), BETWEEN(0, 1e6), .unit = "epochs",
      .about = "the rate grows from 0", .of = CACHED },
    { AT("linear-cached.weight-decay", linear.decay), BETWEEN(0, 10),
      .about = "of LARS", .of = CACHED },
    { AT("linear-cached.feature", linear_feature), .initial = "mean", .choices = "mean|class",
      .about = "of the patch tokens, or the class token", .of = CACHED },

    { AT("linear.feature", probe.feature), .initial = "class", .choices = "mean|class",
      .about = "of the patch tokens, or the class token", .of = LINEAR },
    { AT("linear.epochs", probe.epochs), .initial = "90", BETWEEN(1, 1e6),
      .about = "passes over the images", .of = LINEAR },
    { AT("linear.batch", probe.batch), .initial = "16384", BETWEEN(2, 65536),
      .unit = "images", .about = "of a step", .of = LINEAR },
    { AT("linear.blr", probe.lr_per_256), .initial = "0.1", WITHIN(0, 1e3),
      .about = "learning rate for 256 images a step", .of = LINEAR },
    { AT("linear.warmup", probe.warmup), .initial = "10", BETWEEN(0, 1e6),
      .unit = "epochs", .about = "the rate grows from 0", .of = LINEAR },
    { AT("linear.weight-decay", probe.weight_decay), .initial = "0", BETWEEN(0, 10),
      .about = "of LARS", .of = LINEAR },
    { AT("linear.crop-min", probe.crop_min), .initial = "0.08", BETWEEN(0.01, 1),
      .about = "least share of the area that a crop keeps; 1: no crop", .of = LINEAR },
    { AT("linear.flip", probe.flip), .initial = "yes",
      .about = "mirror half of the images", .of = LINEAR },
    { AT("linear.each-epoch", probe.each_epoch), .initial = "no",
      .about = "score after each epoch: the best one too, and a curve", .of = LINEAR,
      .later = true },

    { AT("partial.blocks", partial.blocks), .initial = "1", BETWEEN(0, 256),
      .about = "the last so many are trained; 0.5: half the last", .of = PARTIAL },
    TUNE("partial", partial, PARTIAL),
    TUNE("finetune", finetune, FINETUNE),
    SCRATCH("finetune", scratch, FINETUNE),

    DENSE_DATA("detect", detect.data, "none|scenes|coco"),
    { AT("detect.model", detect.model), .initial = "small",
      .choices = "small|plain|vitdet|taps", .of = DETECT,
      .about = "Mask R-CNN for small images; plain: without windows; ViTDet's; the one before" },
    { AT("detect.regions", detect.regions), .initial = "0", BETWEEN(0, 4096),
      .about = "of an image that the heads learn from; 0: the model's", .of = DETECT },
    { AT("detect.proposals", detect.proposals), .initial = "0", BETWEEN(0, 4096),
      .about = "regions of an image that may be something; 0: the model's", .of = DETECT,
      .later = true },
    DENSE("detect", detect, DETECT, "1024", "4e-4"),
    { AT("detect.batch", detect.batch), .initial = "64", BETWEEN(1, 65536),
      .unit = "images", .about = "of a step", .of = DETECT },
    { AT("detect.schedule", detect.schedule), .initial = "steps",
      .choices = "cosine|linear|steps", .about = "steps: a tenth at 8/9, again at 26/27",
      .of = DETECT },
    { AT("detect.warmup", detect.warmup), .initial = "0.14", BETWEEN(0, 1e6),
      .unit = "epochs", .about = "the rate grows", .of = DETECT },
    { AT("detect.weight-decay", detect.weight_decay), .initial = "0.1", BETWEEN(0, 10),
      .about = "of AdamW, decoupled", .of = DETECT },
    { AT("detect.scale-min", detect.scale_min), .initial = "0.1", BETWEEN(0.05, 8),
      .about = "pictures are fitted into a square of size times this", .of = DETECT },
    SCRATCH("detect", detect.scratch, DETECT),

    DENSE_DATA("segment", segment.data, "none|scenes|label-maps"),
    { AT("segment.classes", segment.data.classes), .initial = "0", BETWEEN(0, 4096),
      .about = "of label maps; 0: VOC's", .of = OF_DENSE },
    { AT("segment.ignore", segment.data.ignore), .initial = "255", BETWEEN(0, 65535),
      .about = "the label that does not count", .of = OF_DENSE },
    { AT("segment.reduce-zero", segment.data.reduce_zero), .initial = "no",
      .about = "label 0 does not count, 1 is class 0, ...", .of = OF_DENSE },
    { AT("segment.model", segment.model), .initial = "small", .choices = "small|upernet",
      .about = "UPerNet for small images, or as published", .of = SEGMENT },
    DENSE("segment", segment, SEGMENT, "512", "1.6e-3"),
    { AT("segment.batch", segment.batch), .initial = "16", BETWEEN(1, 65536),
      .unit = "images", .about = "of a step", .of = SEGMENT },
    { AT("segment.schedule", segment.schedule), .initial = "linear",
      .choices = "cosine|linear|steps", .about = "linear: mmcv's poly of power 1",
      .of = SEGMENT },
    { AT("segment.warmup", segment.warmup), .initial = "1.19", BETWEEN(0, 1e6),
      .unit = "epochs", .about = "the rate grows", .of = SEGMENT },
    { AT("segment.weight-decay", segment.weight_decay), .initial = "0.05", BETWEEN(0, 10),
      .about = "of AdamW, decoupled", .of = SEGMENT },
    { AT("segment.scale-min", segment.scale_min), .initial = "0.5", BETWEEN(0.05, 8),
      .about = "pictures are resized so that the short side is size times this", .of = SEGMENT },
    { AT("segment.colours", segment.colours), .initial = "yes",
      .about = "brightness, contrast, saturation, hue at random", .of = SEGMENT },
    SCRATCH("segment", segment.scratch, SEGMENT),

    { AT("reconstruct.strategy", reconstruct.strategy), .initial = "random",
      .about = "hides the same patches from all models; looks at nothing", .of = RECONSTRUCT },
    { AT("reconstruct.ratio", reconstruct.ratio), .initial = "0.75", WITHIN(0, 1),
      .about = "share of hidden patches", .of = RECONSTRUCT },
    { AT("reconstruct.images", reconstruct.images), .initial = "256", BETWEEN(1, 1e6),
      .unit = "images", .about = "the first so many of the test set", .of = RECONSTRUCT },
    { AT("represent.feature", represent.feature), .initial = "mean", .choices = "mean|class",
      .about = "of the patch tokens, or the class token", .of = REPRESENT },
    { AT("represent.images", represent.images), .initial = "512", BETWEEN(4, 8192),
      .unit = "images", .about = "the first so many of the test set", .of = REPRESENT },

    { AT("seed", seed), .initial = "0", BETWEEN(0, 0x1p53),
      .about = "of weights, order, crops and masks", .of = PRETRAIN },
};
enum { N_KEYS = sizeof keys / sizeof *keys };

_Static_assert((int)N_KEYS <= (int)MOST_KEYS, "more keys than there is room for");

int schema_count(void) { return N_KEYS; }

const Key *schema_key(int key)
{
    CHECK(key >= 0 && key < N_KEYS, "key %d of %d", key, N_KEYS);
    return &keys[key];
}

