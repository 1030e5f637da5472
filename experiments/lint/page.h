/* What was found, in 80 columns. */
#ifndef EXPERIMENTS_LINT_PAGE_H
#define EXPERIMENTS_LINT_PAGE_H

#include "experiments/lint/lint.h"

#include <stdio.h>

void page_print(FILE *to, const Found *f); /* a page of one strategy */

/* A line of each, with what is known beside it; the first line is the heading. */
void page_heading(FILE *to);
void page_line(FILE *to, const Found *f);

#endif
