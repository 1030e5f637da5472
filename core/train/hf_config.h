/* config.json, which stands beside the tensors in a folder of Hugging Face's. */
#ifndef CORE_TRAIN_HF_CONFIG_H
#define CORE_TRAIN_HF_CONFIG_H

#include "core/train/checkpoint.h"

/* What a configuration means that does not name it.  Source: configuration_vit.py and
 * configuration_vit_mae.py of huggingface/transformers. */
#define HF_NORM_EPS 1e-12

/* Fills in what `hints` leaves open.  A missing file says nothing; STATUS_FORMAT if it is
 * no JSON or describes a network with another activation or without biases of the
 * attention, or an eps that is none, STATUS_CONFIG where a hint disagrees. */
MUST_USE Status hf_config_read(CheckpointHints *hints, const char *path, Err *err);

/* As ViTMAEForPreTraining has it; of an encoder alone as ViTModel does.  It names
 * layer_norm_eps, which in models of ours is 1e-6 and not the default there. */
MUST_USE Status hf_config_write(const char *path, const MaeConfig *c, Err *err);

#endif
