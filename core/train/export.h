/* A model as others want to find it. */
#ifndef CORE_TRAIN_EXPORT_H
#define CORE_TRAIN_EXPORT_H

#include "core/model/mae.h"

/* Who is to read it:
 *
 *   mae   one file: all tensors under the reference's names, which are ours
 *   timm  one file: the encoder alone, as vit_*_patch*.mae; with decoder tensors timm
 *         would take the file for another model
 *   hf    a folder, made if need be: config.json and model.safetensors of ViTMAE, or of
 *         ViT for an encoder alone
 */
extern const char *const export_formats[]; /* ends with NULL */

MUST_USE Status export_write(const char *path, const Mae *m, const char *format, Err *err);

#endif
