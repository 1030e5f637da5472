/* A recipe's results as one HTML file that needs nothing else: no network, no server, no
 * script.  Summary in words, table, figures, masks, reconstructions, what was found, and
 * where everything comes from.
 *
 *     bad = report_write(&(ReportPlan){ .results = &r, .baseline = "random" }, path, &err);
 *
 * Whatever a stranger may have written (names of recipes, strategies, classes) is escaped,
 * and the page forbids itself to load anything.  The same records give the same bytes.
 */
#ifndef EXPERIMENTS_REPORT_REPORT_H
#define EXPERIMENTS_REPORT_REPORT_H

#include "experiments/record/results.h"

typedef struct {
    Results    *results;
    const char *baseline; /* a strategy                                       */
    const char *out;      /* where the user wants it; NULL: where it would be */
} ReportPlan;

MUST_USE Status report_write(const ReportPlan *p, const char *path, Err *err);

#endif
