/* gnuplot, run as a program on the scripts in scripts/gnuplot. */
#ifndef EXPERIMENTS_FIGURES_GNUPLOT_H
#define EXPERIMENTS_FIGURES_GNUPLOT_H

#include "core/base/status.h"
#include "core/base/text.h"

enum { GNUPLOT_ARGUMENTS = 8 };

/* Run NAME.gp for OUT.png, OUT.svg and OUT.pdf, with what the script wants behind the
 * format and the file; arguments ends with NULL.  `only` is one of the three, or NULL.
 * Adds the paths to `made`, a line each.
 *
 * STATUS_MISSING if there is no gnuplot or no script; STATUS_FORMAT, with
 * what gnuplot said last, if it fails. */
MUST_USE Status gnuplot_run(const char *name, const char *only, const char *out,
                            const char *const *arguments, Text *made, Err *err);

/* The same into `show`, for a terminal, without blank lines around it: format is one of
 * those in page.gp, "text80"; the file `out` is used for it, and removed. */
MUST_USE Status gnuplot_show(const char *name, const char *format, const char *out,
                             const char *const *arguments, Text *show, Err *err);

/* Is there gnuplot, and this script?  STATUS_MISSING; for who would have to wait. */
MUST_USE Status gnuplot_check(const char *name, Err *err);

#endif
