/* Masks: what the program calls.  What a strategy implements is in mask.h.
 *
 *     Mask *m;
 *     if (strategy_open(&m, "spiral:select=window", 14, 14, &err)) return err.code;
 *     MaskView view = { .progress = 0.1F };
 *     mask_draw(m, ids, &view, seed, epoch, image, mask_visible(196, 0.75));
 *     mask_close(m);
 *
 * A mask is a pure function of the strategy with its parameters, of what it
 * asked to see, and of (seed, epoch, image): the same on any number of threads,
 * in any batch, after any resume.  With control=shuffled what it is shown belongs to
 * a partner, another image of the batch: there the mask is a pure function of (seed,
 * epoch, image, partner), and who is whose partner one of the batch alone.
 */
#ifndef CORE_MASK_DRAW_H
#define CORE_MASK_DRAW_H

#include "core/base/text.h"
#include "core/mask/mask.h"

#include <stdint.h>

typedef struct Mask Mask; /* a strategy with its parameters, for one grid; read only */

/* Set the strategy's parameters, and those that every strategy has, to their
 * defaults, then to "key=value,..." from params, which may be NULL or empty.
 *
 * STATUS_CONFIG if a key is unknown, given twice or has no effect, a value is
 * not of its kind or out of range, or the grid is larger than MASK_MAX_PATCHES
 * or has fewer than two patches; STATUS_FORMAT if an order is not of every patch
 * once. */
MUST_USE Status mask_open(Mask **m, const char *name, const MaskStrategy *s,
                          const char *params, int rows, int cols, Err *err);
void            mask_close(Mask *m); /* NULL is allowed */

/* The identity of a masking: equal maskings have equal text.  The name, then
 * the parameters that differ from their defaults, the strategy's own first,
 * each in the order of its table: "spiral:select=window,sym=1". */
const char *mask_spec(const Mask *m);

/* How often what that text means has changed: the revisions of its strategies, summed. */
int mask_revision(const Mask *m);

unsigned   mask_needs(const Mask *m); /* MASK_NEEDS_* */
unsigned   mask_needs_at(const Mask *m, float progress); /* of the parts awake there */
MaskLearner mask_learner(const Mask *m);
bool       mask_fixed(const Mask *m); /* one mask: in every image and epoch, at any time */
const int *mask_order(const Mask *m); /* [L] the walk; NULL if the strategy scores */

/* Append MASK_NEEDS_* in words: "pixels, losses so far"; "nothing" if there are none. */
void mask_needs_text(Text *out, unsigned needs);

/* The ratio at this point of training: the strategy's own if its text has one, such as
 * "random ratio 0.5..0.9", else the one given. */
double mask_ratio(const Mask *m, double ratio, double progress);

/* K, the visible ones at this point of training: mask_visible() at mask_ratio(), or as
 * `compat_count` counts. */
int mask_count(const Mask *m, double ratio, double progress);

/* Can m draw images first .. first + n - 1 with K visible patches?  For whoever has
 * opened a mask and knows K.  STATUS_CONFIG if it throws so many that none is hidden,
 * or if it has recorded masks, and others are recorded. */
MUST_USE Status mask_check(const Mask *m, int K, uint64_t first, uint64_t n, Err *err);

/* How many patches are thrown when K are visible: neither visible nor hidden, seen by
 * neither encoder nor decoder.  Of a ranking they are those next to the visible.  At
 * least one patch stays hidden; 0 unless the strategy has `throw`. */
int mask_thrown(const Mask *m, int K);

/* What makes a gain believable: the same with one thing taken away.  Of `shuffled`,
 * each image is shown what belongs to its partner; of `untrained`, whoever fills a view
 * asks a model with its initial weights; `inverted` hides the lowest scores; `ignored`
 * has the masks of `random`, bit for bit, though all is computed. */
typedef enum {
    MASK_CONTROL_NONE,
    MASK_SHUFFLED,
    MASK_UNTRAINED,
    MASK_INVERTED,
    MASK_IGNORED
} MaskControl;

MaskControl mask_control(const Mask *m);

/* Of N images drawn together, whose view is the n-th shown?  Its own; of `shuffled`
 * the next one's, of the last the first one's, since no other views are at hand.  So at
 * least that many must be drawn together: 1, or 2 where there must be a partner. */
int mask_partner(const Mask *m, int n, int N);
int mask_together(const Mask *m);

/* Of a strategy that needs a sweep: is it time before this epoch, and what does it
 * find in an image?  False of any other.  Aborts (CHECK) if it finds what is not
 * finite. */
bool mask_sweep_due(const Mask *m, int epoch, int epochs);
void mask_sweep(const Mask *m, float *out, const MaskSweep *s);

/* The parameters that every strategy has: selector and modifiers.  Ends with
 * { 0 }; the value of `select` is replaced by the strategy's own default. */
extern const MaskParam mask_common[];

/* K, the visible ones of L patches when a share `ratio` is hidden, 0 < ratio < 1.
 *
 * floor(L (1 - ratio)) in decimal arithmetic, at least 1 and at most L - 1:
 * L 100, ratio 0.9 gives 10.  (facebookresearch/mae has int(L * (1 - ratio)) in
 * binary, which gives 9 there.)  The decimal is the shortest one that reads back
 * as the double. */
int mask_visible(int L, double ratio);

/* Split the L patches of one image into visible and hidden.
 *
 *   ids   [L] out: ids[0..K) visible, then hidden, then the mask_thrown() ones, each
 *         ascending
 *   view  progress, and what mask_needs() says; the rest is filled in here
 *   seed, epoch < 2^32, image < 2^56: the key of all chance
 *   K     number of visible patches, 0 < K < L
 *
 * Allocates nothing; safe to call from several threads.  Aborts (CHECK) if K is
 * out of range, something needed is missing, or a score is not finite.
 *
 * Source: He et al. 2022, arXiv:2111.06377, section 3, whose random_masking()
 * this generalises from noise to any ranking.
 */
void mask_draw(const Mask *m, int *ids, const MaskView *view, uint64_t seed,
               uint64_t epoch, uint64_t image, int K);

/* The same for images [N], on all threads: ids [N, L].  What is needed per image
 * has a leading dimension N: attention [N, H, L, L], losses [N, L].  Aborts (CHECK) if N
 * is less than mask_together(). */
void mask_draw_batch(const Mask *m, int *ids, const MaskView *view, uint64_t seed,
                     uint64_t epoch, const uint64_t *images, int N, int K);

#endif
