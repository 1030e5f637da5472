#include "core/data/randaugment.h"

#include "core/base/rng.h"
#include "core/base/status.h"
#include "core/data/adjust.h"
#include "core/data/warp.h"

#include <stdio.h>

static const char *const words[CHANGE_KINDS] = {
    "autocontrast", "equalize", "invert",    "rotate",  "posterize",   "solarize",
    "solarize-add", "colour",   "contrast",  "brightness", "sharpness", "shear-x",
    "shear-y",      "translate-x", "translate-y",
};

const char *change_word(ChangeKind kind)
{
    CHECK(kind >= 0 && kind < CHANGE_KINDS, "change %d", (int)kind);
    return words[kind];
}

/* No amount has more than three digits before the point. */
void change_text(char out[CHANGE_TEXT], ChangeKind kind, double amount)
{
    snprintf(out, CHANGE_TEXT, amount != 0 ? "%s %.3g" : "%s", change_word(kind), amount);
}

void change(ChangeKind kind, Image *m, double amount, const uint8_t fill[MAX_CHANNELS],
            Image *scratch)
{
    Affine a = { 0 };
    switch (kind) {
    case CHANGE_AUTOCONTRAST: adjust_autocontrast(m); return;
    case CHANGE_EQUALIZE: adjust_equalize(m); return;
    case CHANGE_INVERT: adjust_invert(m); return;
    case CHANGE_POSTERIZE: adjust_posterize(m, (int)amount); return;
    case CHANGE_SOLARIZE: adjust_solarize(m, (int)amount); return;
    case CHANGE_SOLARIZE_ADD: adjust_solarize_add(m, (int)amount); return;
    case CHANGE_COLOUR: adjust_colour(m, amount); return;
    case CHANGE_CONTRAST: adjust_contrast(m, amount); return;
    case CHANGE_BRIGHTNESS: adjust_brightness(m, amount); return;
    case CHANGE_SHARPNESS: adjust_sharpness(m, amount, scratch); return;
    case CHANGE_ROTATE: a = affine_turn(amount, m->height, m->width); break;
    case CHANGE_SHEAR_X: a = affine_shear_x(amount); break;
    case CHANGE_SHEAR_Y: a = affine_shear_y(amount); break;
    case CHANGE_TRANSLATE_X: a = affine_shift(amount * m->width, 0); break;
    case CHANGE_TRANSLATE_Y: a = affine_shift(0, amount * m->height); break;
    case CHANGE_KINDS: CHECK(false, "no change at all"); break;
    }
    warp(m, &a, fill, scratch);
}

double change_amount(ChangeKind kind, double level, bool negative)
{
    const double part = level / 10, either = negative ? -part : part;
    switch (kind) {
    case CHANGE_ROTATE: return either * 30;
    case CHANGE_POSTERIZE: return 4 - (int)(part * 4);
    case CHANGE_SOLARIZE: return 256 - (int)(part * 256);
    case CHANGE_SOLARIZE_ADD: return (int)(part * 110);
    case CHANGE_COLOUR:
    case CHANGE_CONTRAST:
    case CHANGE_BRIGHTNESS:
    case CHANGE_SHARPNESS: return 1 + either * 0.9;
    case CHANGE_SHEAR_X:
    case CHANGE_SHEAR_Y: return either * 0.3;
    case CHANGE_TRANSLATE_X:
    case CHANGE_TRANSLATE_Y: return either * 0.45;
    default: return 0;
    }
}

void randaugment(Image *m, double magnitude, const uint8_t fill[MAX_CHANNELS],
                 Image *scratch, uint64_t seed, uint64_t epoch, uint64_t image)
{
    enum { CHANGES = 2 };
    static const double spread = 0.5;
    Rng                 rng = rng_at(seed, STREAM_LOOK, epoch, image);
    for (int i = 0; i < CHANGES; i++) {
        ChangeKind kind = (ChangeKind)rng_below(&rng, CHANGE_KINDS);
        bool       made = rng_unit(&rng) < 0.5f, negative = rng_unit(&rng) < 0.5f;
        double     level = magnitude + spread * (double)rng_normal(&rng);
        level = level < 0 ? 0 : level > 10 ? 10 : level;
        if (made) change(kind, m, change_amount(kind, level, negative), fill, scratch);
    }
}
