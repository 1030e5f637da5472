/* Models and optimisers as safetensors files, under the reference's names.
 *
 * A model's file says in its metadata what shapes cannot (heads, the image's
 * sides, the target, the eps of its norms), so a model is opened from its checkpoint
 * alone.  Files of others (naming.h), in safetensors or as PyTorch writes them (torch.h),
 * are opened the same way; what they lack comes from config.json beside them, from a
 * preset of the same sizes, or from the caller.
 *
 *     checkpoint_save("encoder.safetensors", &mae, NULL, &err);
 *     checkpoint_open(&mae, be, "encoder.safetensors", NULL, &err);
 *
 * To stop and go on, put everything that is needed into one file:
 *
 *     SafetensorsOut out;                     Safetensors in;
 *     safetensors_start(&out);                safetensors_open(&in, path, &err);
 *     params_put(&mae.params, "", &out);      params_get(&mae.params, "", &in, &err);
 *     adamw_put(&opt, "", &out);              adamw_get(&opt, "", &in, &err);
 *     safetensors_note(&out, "epoch", "3");   safetensors_meta(&in, "epoch");
 *     safetensors_write(&out, path, &err);    safetensors_close(&in);
 */
#ifndef CORE_TRAIN_CHECKPOINT_H
#define CORE_TRAIN_CHECKPOINT_H

#include "core/base/text.h"
#include "core/model/mae.h"
#include "core/train/adamw.h"
#include "core/train/lars.h"
#include "core/train/safetensors.h"

/* What a file without our metadata does not say; 0 or NULL where the caller does
 * not know either. */
typedef struct {
    int         heads, decoder_heads;
    int         height, width; /* of an image; without them the grid is square */
    double      norm_eps;      /* of the layer norms                           */
    const char *target;        /* "raw" or "normalized"; overrides the file's  */
    int         want_height, want_width; /* of the model opened: its positions are resized
                                            to that grid (positions.h); 0: as it is   */
    Text       *notes; /* a line for each thing left out, not found, assumed, resized */
} CheckpointHints;

/* `of`, if not NULL, is noted under CHECKPOINT_OF: whose model it is, the hash of all that
 * determines it, as in records. */
#define CHECKPOINT_OF "config_hash"
MUST_USE Status checkpoint_save(const char *path, const Mae *m, const char *of, Err *err);

/* Sizes come from the shapes, the rest from the metadata, else from `hints` (NULL:
 * none), else heads from the preset of that width and depth; a target that nobody names is
 * raw, an eps 1e-6, or 1e-12 under Hugging Face's names.  Without decoder tensors it is
 * an encoder alone.  A folder holds config.json and model.safetensors,
 * model.safetensors.index.json with the files that it names, or pytorch_model.bin.
 * STATUS_CONFIG names what is missing or where a hint and the file disagree, STATUS_FORMAT
 * a tensor that is missing, has another shape, is not finite, or is unknown here and in a
 * block or a token, or the file if it carries a checksum, as those of checkpoint_save do,
 * that is not its own. */
MUST_USE Status checkpoint_open(Mae *m, const Backend *be, const char *path,
                                const CheckpointHints *hints, Err *err);

/* Only what the model would be. */
MUST_USE Status checkpoint_config(MaeConfig *c, const char *path,
                                  const CheckpointHints *hints, Err *err);

/* The file that holds the tensors: `path`, or what is in that folder. */
enum { CHECKPOINT_PATH = 4096 };
MUST_USE Status checkpoint_file(char out[CHECKPOINT_PATH], const char *path, Err *err);

/* The hash of its bytes, and of those of all files that it is an index of. */
MUST_USE Status checkpoint_hash(char hex[HASH_HEX], const char *path, Err *err);

/* The parameters under prefix + name; moments under prefix + adamw.0.NAME, adamw.1.NAME,
 * or lars.0.NAME.
 * Getting wants every parameter, in its shape, and ignores other tensors. */
void            params_put(const Params *p, const char *prefix, SafetensorsOut *o);
MUST_USE Status params_get(Params *p, const char *prefix, const Safetensors *f, Err *err);
void            adamw_put(const AdamW *a, const char *prefix, SafetensorsOut *o);
MUST_USE Status adamw_get(AdamW *a, const char *prefix, const Safetensors *f, Err *err);
void            lars_put(const Lars *l, const char *prefix, SafetensorsOut *o);
MUST_USE Status lars_get(Lars *l, const char *prefix, const Safetensors *f, Err *err);

#endif
