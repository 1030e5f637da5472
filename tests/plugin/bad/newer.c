/* Built with members that this program does not know. */
#include "core/mask/mask.h"

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
}

typedef struct {
    MaskStrategy known;
    void (*appended)(void);
} Newer;

extern const Newer mask_newer;
const Newer mask_newer = { .known = {
    .abi = MASK_ABI,
    .bytes = sizeof(Newer),
    .about = "of a later version of the contract",
    .source = "a test",
    .score = score,
} };
