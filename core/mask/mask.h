/* Masking strategies: what a strategy implements.
 *
 * A strategy ranks patches, in one of two ways.  `score` writes one number per
 * patch of an image, and the highest are hidden.  `order` writes a walk through
 * the grid, once per grid, and the patches that come late in it are hidden.
 * Which patches of the ranking stay visible is the selector's choice, and the
 * core sees to it that they are exactly K.  So no strategy can get the count
 * wrong, and every strategy has every selector and modifier:
 *
 *     static void score(const void *self, float *out, const MaskView *v, Rng *rng)
 *     {
 *         (void)self;
 *         rng_units(rng, out, (size_t)(v->rows * v->cols));
 *     }
 *
 *     MASK_STRATEGY(random,
 *         .about  = "uniform over all patches",
 *         .source = "He et al. 2022, arXiv:2111.06377",
 *         .family = "random",
 *         .score  = score
 *     );
 *
 * Letters, here and everywhere: N images, L patches per image, K of them
 * visible, H heads.  Patches are numbered row by row from the top left.
 */
#ifndef CORE_MASK_MASK_H
#define CORE_MASK_MASK_H

#include "core/base/rng.h"

#include <stdbool.h>
#include <stddef.h>

enum { MASK_MAX_PATCHES = 16384 }; /* a grid of 128 x 128 */

/* What a strategy may look at.  What it did not ask for is NULL. */
typedef struct {
    int          rows, cols; /* patch grid; L = rows * cols                      */
    int          K;          /* patches that will be visible, 0 < K < L          */
    float        progress;   /* share of training done, 0 to 1                   */
    int          heads;      /* H of attention                                   */
    const float *attention;  /* [H, L, L] softmax of the encoder's first layer   */
                             /* over all patches: [h][query][key], rows sum to 1 */
    int          values;     /* P of pixels                                      */
    const float *pixels;     /* [L, P] the patches, as the model sees them       */
    const float *class_attention; /* [H, L] last layer of a slowly following     */
                             /* teacher that sees all patches: from the class    */
                             /* token to each                                    */
    const float *swept;      /* [L] what `sweep` has found in this image, cropped */
                             /* with it; until the first sweep masks are random  */
    const float *losses;     /* [L] what hiding each patch has cost lately, over  */
                             /* the mean of its batch: a running mean, 1 at first */
    const float *learned;    /* [L] what the learner says of each patch           */
} MaskView;

/* What must be computed before a mask is drawn; a learner is trained beside the
 * autoencoder, and there is at most one. */
enum {
    MASK_NEEDS_ATTENTION = 1,
    MASK_NEEDS_PIXELS = 2,
    MASK_NEEDS_CLASS_ATTENTION = 4,
    MASK_NEEDS_SWEEP = 8,    /* `swept`; the strategy has `sweep` and `sweep_due` */
    MASK_NEEDS_LOSSES = 16,
    MASK_NEEDS_PREDICTOR = 32, /* `learned`: the teacher's guess of each patch's loss */
    MASK_NEEDS_SAMPLER = 64, /* `learned`: log odds of being worth a look         */
    MASK_NEEDS_MASKER = 128, /* `learned`: 0 hide to 1 keep                       */
    MASK_NEEDS_LEARNER = MASK_NEEDS_PREDICTOR | MASK_NEEDS_SAMPLER | MASK_NEEDS_MASKER
};

/* A whole training image, not augmented, as the encoder sees it when it is swept. */
typedef struct {
    int          rows, cols, heads, width; /* L = rows * cols, H, D              */
    const float *features;        /* [L, D] after the last block, before its norm */
    const float *class_attention; /* [H, L] of the last block                    */
} MaskSweep;

/* How a learner is made and taught; unless the strategy says, 1, 1 and false. */
typedef struct {
    int    blocks; /* of a masker                                                  */
    double weight; /* of its loss beside the reconstruction's; a masker has its own */
    bool   sizes;  /* a predictor learns losses themselves, not their order alone   */
} MaskLearner;

/* How a ranking, first patch to last, becomes K visible patches. */
typedef enum {
    MASK_TOPK,   /* the first K, so that the top of the scores is hidden; of */
                 /* an order this is called prefix                           */
    MASK_PREFIX, /* the same                                                 */
    MASK_WINDOW, /* K in a row from a random place, round the end            */
    MASK_STRIDE, /* every L/K-th from a random place                         */
    MASK_STRATA, /* one at random from each of K segments in a row           */
    MASK_RUNS,   /* runs of `run` in a row, at random places                 */
    MASK_GUMBEL, /* hidden: drawn without replacement, odds exp(score / tau) */
    MASK_SUFFIX  /* the last K of an order; of scores this is control=inverted */
} MaskSelect;

/* A parameter is a row in a table and a field in the strategy's own struct: a
 * double for a number, an int for an integer or a choice.  The core parses it,
 * checks its range, prints it, and makes it part of the strategy's identity. */
typedef enum { MASK_NUMBER, MASK_INTEGER, MASK_CHOICE } MaskKind;

typedef struct {
    const char        *key, *about;
    MaskKind           kind;
    size_t             offset;
    double             value, lo, hi; /* default and closed range; for a choice */
    const char *const *choices;       /* the index of its name; ends with NULL  */
} MaskParam;

#define MASK_NUMBER(type, field, value, lo, hi, about) \
    { #field, about, MASK_NUMBER, MASK_FIELD(type, field, double), value, lo, hi, NULL }
#define MASK_INTEGER(type, field, value, lo, hi, about) \
    { #field, about, MASK_INTEGER, MASK_FIELD(type, field, int), value, lo, hi, NULL }
#define MASK_CHOICE(type, field, value, names, about)                       \
    { #field, about, MASK_CHOICE, MASK_FIELD(type, field, int), value, 0,   \
      sizeof names / sizeof *names - 2, names }
#define MASK_FIELD(type, field, kind) \
    _Generic(((type *)0)->field, kind: offsetof(type, field))

/* New members are appended, and a strategy that does not name them has NULL
 * there; what an existing member means changes only with MASK_ABI. */
typedef struct {
    unsigned         abi;    /* both are set by MASK_STRATEGY           */
    unsigned         bytes;
    const char      *about;  /* one line for `maskgrid strategies`      */
    const char      *source; /* the paper it follows, or "this suite"   */
    size_t           size;   /* of the strategy's struct; 0 if it has none */
    const MaskParam *params; /* ends with { 0 }; NULL if it has none    */
    unsigned         needs;  /* MASK_NEEDS_*                            */
    MaskSelect       select; /* the selector used unless another is named */

    /* Write L finite scores; the highest are hidden, and equal ones are ranked
     * at random.  Depends on nothing but its arguments; is called from several
     * threads at once. */
    void (*score)(const void *self, float *out, const MaskView *v, Rng *rng);

    /* Instead of `score`: write every patch once, in the order of the walk. */
    void (*order)(const void *self, int *out, int rows, int cols);

    /* True if, with these parameters, scores do not depend on rng or view.  So
     * the mask may be the same in every epoch.  NULL: never. */
    bool (*fixed)(const void *self);

    /* With MASK_NEEDS_SWEEP: is it time, before this of `epochs` epochs, to look at
     * every training image?  Then L finite numbers of one of them; these come back
     * as `swept`.  Called from several threads at once. */
    bool (*sweep_due)(const void *self, int epoch, int epochs);
    void (*sweep)(const void *self, float *out, const MaskSweep *s);

    /* The heading it is listed under: random lattices blocks curves noise axes pixels
     * attention features losses learned controls; NULL: others. */
    const char *family;

    /* With MASK_NEEDS_LEARNER: how, with these parameters.  NULL: as MaskLearner says. */
    void (*learner)(const void *self, MaskLearner *how);

    /* [size] What the struct is before its parameters are set; NULL: zeros. */
    const void *initial;

    /* Raised when the same text comes to mean other masks: what was trained under the
     * old ones is then not taken for the new.  0 at first. */
    int revision;
} MaskStrategy;

enum { MASK_ABI = 1 };

/* The file name, the symbol and the name on the command line are one word, but that
 * an underscore of the first two is written as a hyphen in the third. */
#define MASK_STRATEGY(name, ...)            \
    extern const MaskStrategy mask_##name;  \
    const MaskStrategy mask_##name = {      \
        .abi   = MASK_ABI,                  \
        .bytes = sizeof(MaskStrategy),      \
        __VA_ARGS__                         \
    }

#endif
