/* The laboratory: every law and every measure, in a process that may be lost.
 *
 *     LintConfig c = { .spec = "spiral:sym=1", .open = strategy_open,
 *                      .rows = 14, .cols = 14, .ratio = 0.75, .draws = 2000 };
 *     if (lint_run(&found, &c, &err)) return err.code;
 *     if (lint_broken(found)) ...        found->verdict says which law and where
 *     lint_free(found);
 *
 * The strategy is opened in the child, so that a plug-in's code never runs here.  A
 * child that crashes, is silent for too long, is too slow (LINT_WHOLE times the patience
 * for all laws, and a thousandth of it for each mask that is measured), asks for too much
 * memory, leaves, or has other processes beside it, is named by the law that it was tried
 * on; what it had found by then is there.
 *
 * Recorded masks are tried on what is recorded: their grid, count, images and epochs.
 * The law `fixed` does not apply to them, for they are what they are.
 */
#ifndef EXPERIMENTS_LINT_LINT_H
#define EXPERIMENTS_LINT_LINT_H

#include "experiments/lint/measure.h"

#define LINT_WHOLE 12   /* patiences, for all laws */
#define LINT_RATIO 0.75 /* of hidden patches, unless another is asked for */

typedef struct {
    const char *spec;
    LintOpen   *open;
    int         rows, cols; /* what is measured; laws are tried on other grids too */
    double      ratio;      /* 0: LINT_RATIO, or that of recorded masks            */
    int         draws;      /* masks to measure                                    */
    double      patience_s; /* of work for one mask; 0: 10                         */
    /* Told now and then how it goes; `masks` by then.  NULL: nobody is. */
    void (*tell)(void *to, const char *spec, const char *law, unsigned masks, double spent_s);
    void  *to;
} LintConfig;

typedef enum { UNTRIED, KEPT, BROKEN } Kept;

typedef struct {
    Kept kept;
    char text[320]; /* where and how it is broken */
} Verdict;

typedef struct {
    char     spec[512], about[256], source[256]; /* canonical */
    char     plugins[512];                       /* plugin_hashes() of spec */
    int      rows, cols;
    unsigned needs;
    bool     fixed, measured;
    bool     recorded; /* laws were tried on what is recorded alone */
    Verdict  verdict[LAWS];
    Measures measures; /* if measured */
} Found;

/* Any other Status than STATUS_OK is about the text of the strategy (STATUS_CONFIG,
 * STATUS_MISSING) or about processes; a broken law is not an error, nor is a plug-in
 * that is none. */
MUST_USE Status lint_run(Found **found, const LintConfig *c, Err *err);
void            lint_free(Found *found); /* NULL is allowed */

int lint_broken(const Found *f); /* number of broken laws */

#endif
