/* What a model is, in words. */
#ifndef EXPERIMENTS_RECORD_MODEL_TEXT_H
#define EXPERIMENTS_RECORD_MODEL_TEXT_H

#include "core/base/text.h"
#include "core/model/mae.h"

/* Three lines: images, encoder, decoder. */
void model_text(const MaeConfig *c, Text *out);

#endif
