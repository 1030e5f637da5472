#include "core/data/jitter.h"

#include "core/base/rng.h"

#include <math.h>

Jitter jitter_defaults(int size)
{
    return (Jitter){ .size = size, .scale_min = 0.1, .scale_max = 2, .flip = 0.5 };
}

/* However long and thin a picture is, a pixel of it stays. */
static int at_least_one(double side) { return side < 1 ? 1 : (int)side; }

void jitter_apply(const Jitter *j, Annotated *s, uint64_t seed, uint64_t epoch)
{
    Rng    rng = rng_at(seed, STREAM_DENSE, epoch, (uint64_t)s->index);
    bool   flip = rng_unit53(&rng) < j->flip;
    double scale = j->scale_min + (j->scale_max - j->scale_min) * rng_unit53(&rng);
    double place = rng_unit53(&rng), target = scale * j->size;
    double factor = fmin(target / s->image.height, target / s->image.width);
    if (flip) annotated_flip(s);
    annotated_resize(s, at_least_one(rint(s->image.height * factor)),
                     at_least_one(rint(s->image.width * factor)), LIKE_PILLOW);

    int height = s->image.height < j->size ? s->image.height : j->size;
    int width = s->image.width < j->size ? s->image.width : j->size;
    annotated_crop(s, (int)rint(place * (s->image.height - height)),
                   (int)rint(place * (s->image.width - width)), height, width);
}

void jitter_whole(Annotated *s, int size)
{
    int    longest = s->image.height > s->image.width ? s->image.height : s->image.width;
    double factor = (double)size / longest;
    annotated_resize(s, at_least_one(s->image.height * factor + 0.5),
                     at_least_one(s->image.width * factor + 0.5), LIKE_PILLOW);
}
