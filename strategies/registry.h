/* The list of all strategies.  Drop a file in this folder; make lists it. */
#ifndef STRATEGIES_REGISTRY_H
#define STRATEGIES_REGISTRY_H

#include "core/mask/draw.h"
#include "core/mask/plugin.h"
#include "core/mask/recording.h"

extern const StrategyEntry strategies[]; /* sorted by name, ends with { 0 } */

/* Headings of a list, in order; ends with NULL.  The last, "others", is for those
 * that name no family or another. */
extern const char *const strategy_families[];
const char              *strategy_family(const StrategyEntry *e); /* one of these */

/* The names of all there are, one a line: those of the program, then the plug-ins that
 * are found by name, of which none is opened. */
void strategy_names(Text *out);

/* The strategy of "name", of "name:key=value,..." or of a plug-in, "./name.so:...".
 * STATUS_CONFIG names the nearest one there is; plugin_find() says what else. */
MUST_USE Status strategy_find(const StrategyEntry **found, const char *spec, Err *err);

/* The recorded masks that "./masks.h5" or "masks.h5@1f0c9a33ab12" is, with or without
 * parameters; NULL, and nothing is opened, if the text is anything else. */
MUST_USE Status strategy_recording(const Recording **r, const char *spec, Err *err);

/* Open a mask from a text of a command line or recipe, "name", "name:key=value,..." or
 * an expression of such (core/mask/expression.h), for a grid of rows x cols patches; a
 * plug-in's name may be its path.  mask_spec() of it is stored with every result, and
 * opens the same again. */
MUST_USE Status strategy_open(Mask **m, const char *spec, int rows, int cols, Err *err);

#endif
