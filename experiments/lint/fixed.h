/* The law `fixed`: who says that there is one mask draws no other, in no image, epoch
 * or time; and a strategy that does not say so draws others somewhere.
 *
 * The first is asked of a masking as it is.  The second is asked of each strategy in it
 * alone, without modifiers and at any time: `spiral:select=prefix,sym=1` may well draw
 * one mask where the walk is symmetric, and `random until 0.5 then spiral:select=prefix`
 * from the middle on.
 */
#ifndef EXPERIMENTS_LINT_FIXED_H
#define EXPERIMENTS_LINT_FIXED_H

#include "experiments/lint/subject.h"

MUST_USE Status fixed_as_it_says(const Subject *s, Err *err);

#endif
