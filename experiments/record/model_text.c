#include "experiments/record/model_text.h"

void model_text(const MaeConfig *c, Text *out)
{
    const VitConfig *e = &c->encoder;
    text_add(out, "images: %d x %d, %d channel%s; patch %d, a grid of %d x %d\n", e->height,
             e->width, e->channels, text_s(e->channels), e->patch, vit_rows(e),
             vit_cols(e));
    text_add(out, "encoder: width %d, %d block%s, %d head%s\n", e->size.D, e->size.depth,
             text_s(e->size.depth), e->size.heads, text_s(e->size.heads));
    if (vit_norm_eps(e) != NORM_EPS) text_add(out, "norms: eps %g\n", vit_norm_eps(e));
    if (!c->decoder.D) text_add(out, "decoder: none\n");
    else
        text_add(out, "decoder: width %d, %d block%s, %d head%s; predicts %s pixels\n",
                 c->decoder.D, c->decoder.depth, text_s(c->decoder.depth), c->decoder.heads,
                 text_s(c->decoder.heads), c->normalized ? "normalized" : "raw");
}
