/* Published orderings, judged by the records of a recipe.
 *
 * "Spiral above random on segmentation" is supported if, seed by seed, spiral is better
 * beyond doubt: the 95 % interval of the differences excludes 0 and so does the exact
 * sign-flip test at 5 %, adjusted by Holm for all claims that are judged together.  It is
 * contradicted if random is.  Else it is undecided at this scale, as it is with fewer than
 * STATS_PAIRS_LEAST common seeds; `least` says what could have been seen.
 */
#ifndef EXPERIMENTS_TABLE_CLAIMS_H
#define EXPERIMENTS_TABLE_CLAIMS_H

#include "experiments/record/results.h"
#include "experiments/table/published.h"

typedef enum {
    CLAIM_SUPPORTED,
    CLAIM_CONTRADICTED,
    CLAIM_UNDECIDED,
    CLAIM_UNTESTED, /* the recipe has no such rows, or no record such a metric */
    VERDICTS
} Verdict;

typedef struct {
    const Claim *claim;
    int          metric;        /* of the results; -1: untested                       */
    bool         stands_in;     /* it is not the published metric                     */
    int          better, worse; /* rows of the results                                */
    Summary      difference;    /* by which the claim would be right, over seeds      */
    double       p, adjusted;   /* two-sided, exact; adjusted for all that are judged */
    double       least;         /* detectable in 80 % of cases with so many seeds     */
    Verdict      verdict;
} Judgement;

typedef struct {
    Arena          arena;
    const Results *r;
    Judgement     *list; /* in the order of the claims, of each one for each metric */
    int            n;
} Judgements;

void claims_judge(Judgements *j, const Published *p, const Results *r);
void claims_close(Judgements *j);

int claims_count(const Judgements *j, Verdict v);

/* format is table, md or json; width as in table_write. */
void claims_write(const Judgements *j, const char *format, int width, Text *out);

#endif
