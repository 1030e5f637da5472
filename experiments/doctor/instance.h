/* An instance in an annotated picture: do its box, its mask and its area go together? */
#ifndef EXPERIMENTS_DOCTOR_INSTANCE_H
#define EXPERIMENTS_DOCTOR_INSTANCE_H

#include "core/data/annotated.h"

/* Add what is wrong with instance k, which is called `class`: a line, or nothing.  Boxes are
 * written as COCO has them: x, y, width, height. */
void instance_look(Text *to, const char *class, Annotated *s, int k);

#endif
