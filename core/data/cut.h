/* Cutting polygons to a window.  A part of outline.c. */
#ifndef CORE_DATA_CUT_H
#define CORE_DATA_CUT_H

#include "core/data/outline.h"

/* What of o's polygons lies in the window x0, y0, x1, y1; o->parts is 0 if nothing does.
 * Results lie in `a`, and what was needed on the way. */
void cut_polygons(Outline *o, Arena *a, const double window[4]);

#endif
