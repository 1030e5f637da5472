/* Numbers and claims of papers, from results/published/.
 *
 * A file is one source: tables of numbers, each with the model and the training it is of
 * and with what one should doubt about it, and orderings that the source states.  They are
 * of another scale than ours: they stand beside our values, never among them.
 *
 *     name: mae
 *     source: He et al. 2022, Masked Autoencoders Are Scalable Vision Learners
 *     tables:
 *       - name: mask ratio
 *         model: ViT-L/16
 *         data: ImageNet-1K
 *         epochs: 800                  # of pre-training
 *         evidence: paper              # or: readme, second-hand
 *         doubts: single runs          # may be left out
 *         metrics: [finetune_top1, linear_top1]
 *         rows:
 *           - {strategy: random, ratio: 0.1, numbers: [83.2, 54.6]}
 *           - {method: MoCo v3, epochs: 300, numbers: [83.2, none], doubts: other code}
 *     claims:
 *       - claim: spiral above random on segmentation
 *         metrics: [pixel_mIoU]        # the published one; behind it what may stand for it
 *         better: {pretrain.strategy: spiral}
 *         worse: {pretrain.strategy: random}
 */
#ifndef EXPERIMENTS_TABLE_PUBLISHED_H
#define EXPERIMENTS_TABLE_PUBLISHED_H

#include "core/base/arena.h"
#include "experiments/recipe/recipe.h"

enum { PUBLISHED_TABLES = 256, PUBLISHED_METRICS = 16, CLAIM_KEYS = 8 };

typedef struct {
    const char *source;    /* its own, or that of its file */
    const char *file;      /* "mae"       */
    const char *name, *model, *data, *evidence;
    const char *doubts;    /* "" if none are known */
    int         epochs;
} PublishedTable;

typedef struct PublishedNumber PublishedNumber;
struct PublishedNumber {
    int              table;
    const char      *strategy; /* as ours are called; NULL: it is none of ours  */
    const char      *method;   /* as the source calls it                        */
    double           ratio;    /* NAN: not one ratio                            */
    int              epochs;
    const char      *metric;   /* "finetune_top1" */
    double           value;
    const char      *doubts;   /* of this number alone; "" */
    PublishedNumber *next;
};

/* One side of an ordering: cells with these values. */
typedef struct {
    int         key[CLAIM_KEYS]; /* rows of the schema                  */
    const char *text[CLAIM_KEYS]; /* as schema_get writes them          */
    int         n;
} ClaimSide;

typedef struct Claim Claim;
struct Claim {
    const char *about;
    const char *file, *source, *doubts;
    const char *metric[PUBLISHED_METRICS];
    int         n_metrics;
    ClaimSide   better, worse;
    Claim      *next;
};

typedef struct {
    Arena            arena;
    PublishedTable   table[PUBLISHED_TABLES];
    int              n_tables;
    PublishedNumber *numbers; /* in the order of the files, which is that of their names */
    Claim           *claims;
} Published;

/* place is a file, a folder of files that end in .yaml, or NULL: those that come with the
 * program.  STATUS_MISSING if there is none; STATUS_CONFIG names file and line of what is
 * not as above, and the nearest word. */
MUST_USE Status published_open(Published *p, const char *place, Err *err);
void            published_close(Published *p);

/* The next number of this metric, strategy and ratio after `after`, NULL: the first.  A
 * strategy with other settings, "spiral:sym=1", is another. */
const PublishedNumber *published_next(const Published *p, const PublishedNumber *after,
                                      const char *metric, const char *strategy, double ratio);

#endif
