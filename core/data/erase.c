#include "core/data/erase.h"

#include "core/base/rng.h"

#include <math.h>

static Erased box(int H, int W, Rng *rng)
{
    enum { TRIES = 10 };
    static const double least = 0.02, most = 1.0 / 3, narrow = 0.3;
    for (int i = 0; i < TRIES; i++) {
        double area = (least + (most - least) * rng_unit53(rng)) * H * W;
        double aspect = exp(log(narrow) * (1 - 2 * rng_unit53(rng))); /* height over width */
        int    h = (int)rint(sqrt(area * aspect)), w = (int)rint(sqrt(area / aspect));
        if (h >= H || w >= W) continue;
        int top = (int)rng_below(rng, (uint32_t)(H - h + 1));
        return (Erased){ top, (int)rng_below(rng, (uint32_t)(W - w + 1)), h, w };
    }
    return (Erased){ 0 };
}

Erased erase(real *image, int C, int H, int W, double often, uint64_t seed, uint64_t epoch,
             uint64_t id)
{
    Rng rng = rng_at(seed, STREAM_ERASE, epoch, id);
    if (rng_unit53(&rng) >= often) return (Erased){ 0 };
    Erased e = box(H, W, &rng);
    for (int c = 0; c < C; c++)
        for (int y = e.top; y < e.top + e.height; y++) {
            real *row = image + ((size_t)c * (size_t)H + (size_t)y) * (size_t)W;
            for (int x = e.left; x < e.left + e.width; x++) row[x] = rng_normal(&rng);
        }
    return e;
}
