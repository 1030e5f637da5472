/* What others call the tensors of a masked autoencoder.
 *
 *   reference      facebookresearch/mae, and timm without the decoder; our own names
 *   Hugging Face   transformers' ViTMAE and ViT; queries, keys and values apart
 *
 * Training programs put words before all names ("model.", "module."), and so do models
 * that are a part of others ("vit.", "backbone.net."): those words are found too.
 */
#ifndef CORE_TRAIN_NAMING_H
#define CORE_TRAIN_NAMING_H

#include "core/train/safetensors.h"

#include <stdbool.h>

enum { NAMING_MOST = 512, NAMING_PARTS = 3 };

typedef enum { NAMING_REFERENCE, NAMING_HUGGING_FACE } NamingKind;

typedef struct {
    NamingKind kind;
    char       encoder[NAMING_MOST / 2]; /* what stands before the encoder's names */
    char       decoder[NAMING_MOST / 2]; /* and before the decoder's               */
} Naming;

/* STATUS_FORMAT if there is no vision transformer under any of these names. */
MUST_USE Status naming_find(Naming *n, const Safetensors *f, Err *err);

/* The names of our parameter: one, or three that lie one above the other in ours. */
int naming_of(const Naming *n, const char *ours, char names[NAMING_PARTS][NAMING_MOST]);

/* Is there a decoder; is there this parameter? */
bool naming_has(const Naming *n, const Safetensors *f, const char *ours);

/* How many "blocks" or "decoder_blocks" there are, if none is missing. */
int naming_blocks(const Naming *n, const Safetensors *f, const char *ours);

/* A tensor in blocks, or a token, that was not read, or NULL: a model with such a part
 * computes something else. */
const SafeTensor *naming_strange(const Naming *n, const Safetensors *f, const bool *used);

/* The shape of our parameter `ours`, and its numbers.  used [f->n], or NULL, becomes
 * true of each tensor read.  STATUS_FORMAT as safetensors_expect. */
MUST_USE Status naming_expect(const Naming *n, const Safetensors *f, const char *ours, int rank,
                              const int *dim, const SafeTensor **x, Err *err);
MUST_USE Status naming_read(const Naming *n, const Safetensors *f, const char *ours, int rank,
                            const int *dim, real *out, bool *used, Err *err);

/* "maskgrid", "mae", "mae or timm" (an encoder alone) or "hf": who writes such a file. */
const char *naming_word(const Naming *n, const Safetensors *f);

#endif
