/* Strategies made of strategies, as one text.
 *
 *     0.7 random + 0.3 spiral            a mixture: a coin per image
 *     random until 0.25 then sma         a schedule: the first quarter of training
 *     hilbert | spiral:select=window     a union: each shows a share of the patches
 *     random ratio 0.5..0.9              the ratio changes from step to step
 *
 *   expression = schedule [ "ratio" NUMBER ".." NUMBER ]
 *   schedule   = mixture { "until" NUMBER "then" mixture }
 *   mixture    = [ NUMBER ] union { "+" [ NUMBER ] union }
 *   union      = part { "|" part }
 *   part       = "name:key=value,..." | "(" schedule ")"
 *
 * Words end at blanks, parentheses and |; so + stands between blanks.  A path that has
 * them stands in quotes, '"./my masks.h5" until 0.5 then random', 'single' or "double";
 * alone it needs none.  All parts of a
 * mixture have a weight, the probability of their side of the coin, and weights sum to 1
 * within a millionth; or none has, and all are as likely.  NUMBER behind until is a
 * share of training, rising from one to the next.  The ratio is that of a whole step,
 * since images of a batch have one K, and goes evenly from the first to the second over
 * training; whoever draws asks mask_ratio().
 */
#ifndef CORE_MASK_EXPRESSION_H
#define CORE_MASK_EXPRESSION_H

#include "core/mask/draw.h"

/* Opens one strategy, "name" or "name:key=value,...". */
typedef Status MaskOpen(Mask **m, const char *spec, int rows, int cols, Err *err);

/* mask_spec() of what is opened is canonical: equal expressions, parentheses, order
 * and defaults aside, have equal texts, and it opens the same again.  A text
 * of one word goes to `open` without its quotes, and the path of a file, with or without
 * parameters, as it is.
 *
 * STATUS_CONFIG says in which column what was expected. */
MUST_USE Status expression_open(Mask **m, const char *text, MaskOpen *open, int rows,
                                int cols, Err *err);

#endif
