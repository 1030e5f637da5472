/* PyTorch's own files, .pth and .pt: a pickle that says what there is, beside the
 * numbers, in a zip archive or, before version 1.6, one after the other.
 *
 * Nothing of the file is run.  The pickle is read as a tree (pickle.h), and of that only
 * tensors are taken: every dictionary and list is walked, and a tensor is called by the
 * way to it, "model.blocks.0.norm1.weight".  A file that names any function but those
 * that put tensors together, or a few harmless types that stand beside them, is refused,
 * with that name.
 *
 * What is opened here is asked and read like a safetensors file.
 *
 * Source: torch/serialization.py and torch/_utils.py of pytorch/pytorch.
 */
#ifndef CORE_TRAIN_TORCH_H
#define CORE_TRAIN_TORCH_H

#include "core/train/safetensors.h"

#include <stdbool.h>

/* Does the file begin as one of either kind?  A zip archive may be another. */
bool torch_is(const char *path);

/* Close it with safetensors_close; it has no metadata.  STATUS_FORMAT also where tensors
 * would lie outside their numbers, in a compressed or big-endian file, for numbers that
 * safetensors does not know. */
MUST_USE Status torch_open(Safetensors *f, const char *path, Err *err);

/* Either format, by what the file begins with, or an index of several files. */
MUST_USE Status tensors_open(Safetensors *f, const char *path, Err *err);

#endif
