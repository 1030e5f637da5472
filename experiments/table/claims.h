/* Published orderings, judged by the records of a recipe.
 *
 * "Spiral above random on segmentation" is supported if, seed by seed, spiral is better
 * beyond doubt: there are STATS_PAIRS_LEAST common seeds or more, the exact sign-flip test
 * says less than 5 %, and so does the t test when it is adjusted by Holm for all claims that
 * are judged together (six seeds give exact p of 0.031 at least, which no adjustment would
 * leave below 5 %).  It is contradicted if random is better so.  Else it is undecided at this
 * scale; `least` says what could have been seen.
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
    double       flip_p, holm_p; /* both two-sided: exact; of t, for all that are judged */
    double       least;         /* stats_findable: in 80 % of cases by so many seeds   */
    Verdict      verdict;
} Judgement;

typedef struct {
    Arena          arena;
    const Results *r;
    Judgement     *list; /* in the order of the claims, of each one for each metric */
    int            n;
} Judgements;

void claims_judge(Judgements *j, const Published *from, const Results *r);
void claims_close(Judgements *j);

int claims_count(const Judgements *j, Verdict v);

/* format is table, md or json; width as in table_write. */
void claims_write(const Judgements *j, const char *format, int width, Text *out);

#endif
