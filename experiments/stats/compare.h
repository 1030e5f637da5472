/* Two strategies, or two recipes, side by side: is one better, and how sure is that?
 *
 *     Compare c;
 *     if (compare_strategies(&c, &results, "spiral", "random", NULL, 0, err)) return err->code;
 *     compare_write(&c, "table", 0, &text);
 *     compare_close(&c);
 *
 * Seed by seed, on the seeds that both have.  A difference is called clear if there are
 * STATS_PAIRS_LEAST pairs or more, the exact sign-flip test says 5 % or less, and so does
 * the t test when it is adjusted by Holm for all comparisons made here.
 */
#ifndef EXPERIMENTS_STATS_COMPARE_H
#define EXPERIMENTS_STATS_COMPARE_H

#include "experiments/table/table.h"

typedef struct {
    int      metric[2], row[2]; /* in the results of each side                        */
    Summary  of[2];             /* each over all its own seeds                        */
    Summary  difference;        /* of the first to the second, over common seeds      */
    double   t_p, holm_p, flip_p;
    Interval images;            /* of the difference, by the bootstrap over images    */
    int      n_images;          /* 0: the records do not keep what that needs         */
    double   iqm[2];            /* the mean of the middle half of seeds               */
    Interval iqm_in[2];
    double   improvement;       /* the chance that a run of the first beats one of the
                                   second                                             */
    Interval improvement_in;
    bool     clear;
} Comparison;

typedef struct {
    Arena          arena;
    const Results *r[2];   /* may be the same                                     */
    const char    *of[2];  /* what is compared: two strategies, or two recipes     */
    int            metrics[METRICS_MOST], n_metrics; /* of the first              */
    Comparison    *c;
    int            n;
} Compare;

/* Strategies of one recipe, under each choice of its other settings; rows of two recipes
 * that have the same strategy and settings.  The named metrics, or the primary ones of
 * evaluations.  Names and results must outlive *c.  STATUS_CONFIG names the nearest if
 * there is no such strategy or metric, or says that the two have nothing in common;
 * STATUS_MISSING: nothing of them has been run. */
MUST_USE Status compare_strategies(Compare *c, const Results *r, const char *a, const char *b,
                                   const char *const *names, int n_names, Err *err);
MUST_USE Status compare_recipes(Compare *c, const Results *a, const Results *b,
                                const char *const *names, int n_names, Err *err);
void compare_close(Compare *c); /* also of one that failed */

/* format is table, md, latex or json; width is that of the terminal for `table`, 0: as wide
 * as it is. */
void compare_write(const Compare *c, const char *format, int width, Text *out);

/* "knn_top1: block is better than random by 1.52 points (...), clearly; ...": one of them. */
void compare_words(const Compare *c, const Comparison *one, Text *out);

void compare_json(const Compare *c, Text *out);

#endif
