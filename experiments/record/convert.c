#include "experiments/record/convert.h"

#include "core/train/export.h"
#include "experiments/record/model_text.h"

#include <string.h>

Status convert(const char *out, const char *format, const char *from, CheckpointHints hints,
               FILE *said, Err *err)
{
    const Backend *be;
    Mae            m;
    Text           notes = { 0 }, model = { 0 };
    hints.notes = &notes;
    Status bad = backend_open(&be, NULL, err);
    if (!bad) bad = checkpoint_open(&m, be, from, &hints, err);
    if (!bad) {
        bad = format ? export_write(out, &m, format, err) : checkpoint_save(out, &m, NULL, err);
        if (format && !strcmp(format, "timm")) {
            if (m.config.decoder.D) text_add(&notes, "left out: the decoder\n");
            m.config.decoder.D = 0;
        }
        if (format && strcmp(format, "hf") && vit_norm_eps(&m.config.encoder) != NORM_EPS)
            text_add(&notes, "not carried: the eps of its norms, %g: give it to the program that "
                     "reads this, or export to hf\n", vit_norm_eps(&m.config.encoder));
        model_text(&m.config, &model);
        if (!bad) fprintf(said, "%s\n%s%s", out, text_get(&model), text_get(&notes));
        mae_close(&m);
    }
    text_free(&model);
    text_free(&notes);
    return bad;
}
