#include "core/mask/blend.h"

/* Where a bit of MASK_NEEDS_* has its words. */
static const struct { unsigned bit; const char *text; } needs_table[] = {
    { MASK_NEEDS_ATTENTION, "first-layer attention" },
    { MASK_NEEDS_PIXELS, "pixels" },
    { MASK_NEEDS_CLASS_ATTENTION, "a teacher's class attention" },
    { MASK_NEEDS_SWEEP, "a sweep over the training images" },
    { MASK_NEEDS_LOSSES, "losses so far" },
    { MASK_NEEDS_PREDICTOR, "a learned predictor of losses" },
    { MASK_NEEDS_SAMPLER, "a learned sampler" },
    { MASK_NEEDS_MASKER, "a learned masker" },
};
enum { ROWS = sizeof needs_table / sizeof *needs_table };

void mask_needs_text(Text *out, unsigned needs)
{
    const char *between = "";
    if (!needs) text_add(out, "nothing");
    for (int i = 0; i < ROWS; i++)
        if (needs & needs_table[i].bit) {
            text_add(out, "%s%s", between, needs_table[i].text);
            between = ", ";
        }
}

unsigned mask_needs_at(const Mask *m, float progress)
{
    unsigned needs = 0;
    if (m->form == FORM_STRATEGY)
        return progress < m->common.start ? 0 : m->strategy.needs;
    if (m->form == FORM_SCHEDULE)
        return mask_needs_at(m->part[blend_awake(m, progress)], progress);
    for (int i = 0; i < m->n; i++) needs |= mask_needs_at(m->part[i], progress);
    return needs;
}
