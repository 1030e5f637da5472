/* Shared by the stages of this folder, and by nobody else. */
#ifndef EXPERIMENTS_STAGES_INSIDE_H
#define EXPERIMENTS_STAGES_INSIDE_H

#include "core/base/real.h"
#include "core/mask/draw.h"
#include "core/model/vit.h"
#include "core/train/safetensors.h"
#include "experiments/record/record.h"
#include "experiments/stages/stages.h"

MUST_USE Status stage_pretrain(const Cell *c, const StageContext *x, Err *err);
MUST_USE Status stage_knn(const Cell *c, const StageContext *x, Err *err);
MUST_USE Status stage_linear_cached(const Cell *c, const StageContext *x, Err *err);
MUST_USE Status stage_linear(const Cell *c, const StageContext *x, Err *err);
MUST_USE Status stage_partial(const Cell *c, const StageContext *x, Err *err);
MUST_USE Status stage_reconstruct(const Cell *c, const StageContext *x, Err *err);
MUST_USE Status stage_represent(const Cell *c, const StageContext *x, Err *err);
MUST_USE Status stage_finetune(const Cell *c, const StageContext *x, Err *err);
MUST_USE Status stage_detect(const Cell *c, const StageContext *x, Err *err);
MUST_USE Status stage_segment(const Cell *c, const StageContext *x, Err *err);

/* A record of this stage, with what every record carries. */
MUST_USE Status stage_record(Record **r, const Cell *c, StageKind kind, const StageContext *x,
                             Err *err);

/* Of one split, under the cell's encoder: whole pictures, nothing augmented. */
typedef struct {
    const real        *x;      /* [count, D]                 */
    const int         *labels; /* [count]                    */
    const char *const *names;  /* [count] or NULL: Data has  */
    int                count, D;
    int                bad;    /* pictures left out, or gray */
} FeatureSet;

/* `what` is "class", the class token after the final norm, or "mean", the mean of
 * the patches'.  The memory belongs to x->features. */
MUST_USE Status features_get(const Cell *c, const StageContext *x, const char *what,
                             FeatureSet *train, FeatureSet *test, Err *err);

/* Each image of d once, in order, as it is evaluated: see(self, t, images, first) gets
 * batches of features_batch, [N, C, H, W], from image `first` on.  Nothing goes back, and
 * the tape is reset after each.  STATUS_STOPPED if x was asked to stop. */
typedef void See(void *self, Tape *t, Tensor *images, int first);
MUST_USE Status stage_pass(const StageContext *x, const Data *d, Tape *t, const VitConfig *c,
                           See *see, void *self, Err *err);

/* What a network says of the test set: logits [count, classes], and what is true.  The
 * memory is host's.  Stops as stage_pass. */
typedef struct {
    float             *scores;
    const int         *labels;
    const char *const *names; /* [count] or NULL: Data has them */
    int                count;
    int                bad;   /* pictures left out, or gray because they are damaged */
} Scores;

/* Accuracy, NAME_top1 and NAME_top5, outcome per image, and how many are bad. */
void stage_accuracy(Record *r, const Cell *c, const char *name, const char *how,
                    const Scores *s);

/* A copy of the names of a data set's pictures that outlives it; NULL if they have none. */
const char *const *stage_names(Arena *host, const Data *d);

typedef struct {
    const VitConfig *encoder;
    Tensor *(*logits)(Tape *t, const void *self, Tensor *images);
    const void *self;
} Network;

MUST_USE Status stage_score(Scores *s, const Cell *c, const StageContext *x, Arena *host,
                            Tape *t, const Network *network, Err *err);
MUST_USE Status stage_score_on(Scores *s, const Data *test, const StageContext *x, Arena *host,
                               Tape *t, const Network *network, Err *err);

/* Images [N, C, H, W] of a batch on the backend, until the tape is reset; and back to
 * floats, whatever a real is. */
Tensor *stage_images(Tape *t, const VitConfig *c, const real *images, int N);
void    stage_floats(float *out, Tape *t, const Tensor *x);

/* x [N, each], what is needed of each image: STATUS_FAILED, with the strategy, what it
 * needs and the image, if a number is not finite.  x may be NULL. */
MUST_USE Status stage_finite(const Mask *m, unsigned need, const float *x, int N,
                             size_t each, Err *err);

/* Names the pictures that could not be read, on stderr; how many they are. */
int stage_bad_images(const Data *d);

void stage_progress(const StageContext *x, const StageProgress *p);
bool stage_stopping(const StageContext *x);

/* Those who train with us, perhaps only we; is it for us to write? */
Ranks stage_ranks(const StageContext *x);
bool  stage_writes(const StageContext *x);

#endif
