/* attmask: hide what the class token of a teacher attends to, or spare it.
 *
 * The teacher is a copy of the encoder that follows it slowly; it sees the whole image.
 * Of its last block the attention of the class token to each patch is taken, the mean
 * over heads.  `high` hides the patches that get most, `low` those that get least;
 * `hint` hides as high does, but shows some of the most attended again: of the first
 * int(show L) patches of the ranking int(show reveal L), drawn at random.
 *
 * The authors mask a ratio drawn for each batch, leave half of the images whole, and
 * mask fewer patches where they give hints.  Here the ratio is that of the recipe,
 * every image is masked, and as many patches that come next in the ranking are hidden
 * in place of the hints, so that the count is exact; `reveal` is the mean of their
 * second draw of the ratio.
 *
 * Source: Kakogeorgiou et al. 2022, arXiv:2203.12719, and gkakogeorgiou/attmask.
 */
#include "core/mask/mask.h"
#include "core/mask/rank.h"

enum { HIGH, LOW, HINT };
static const char *const CHOICES[] = { "high", "low", "hint", NULL };

typedef struct {
    int    choice;
    double show, reveal;
} AttMask;

static const MaskParam params[] = {
    MASK_CHOICE(AttMask, choice, HIGH, CHOICES, "which patches are hidden"),
    MASK_NUMBER(AttMask, show, 0.1, 0, 1, "choice=hint: share of all, most attended first"),
    MASK_NUMBER(AttMask, reveal, 0.3, 0, 1, "choice=hint: share of these shown again"),
    { 0 }
};

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const AttMask *s = self;
    int            L = v->rows * v->cols, H = v->heads;
    for (int i = 0; i < L; i++) {
        float sum = 0;
        for (int h = 0; h < H; h++) sum += v->class_attention[h * L + i];
        out[i] = (s->choice == LOW ? -sum : sum) / (float)H;
    }
    if (s->choice != HINT) return;

    rank_reveal(out, L, rank_count(s->show, L), rank_count(s->show * s->reveal, L), v->K,
                false, rng);
}

MASK_STRATEGY(attmask,
    .about  = "what the class token of a teacher attends to",
    .source = "Kakogeorgiou et al. 2022, arXiv:2203.12719; one ratio, the exact count: this "
              "suite's",
    .family = "attention",
    .size   = sizeof(AttMask),
    .params = params,
    .needs  = MASK_NEEDS_CLASS_ATTENTION,
    .score  = score
);
