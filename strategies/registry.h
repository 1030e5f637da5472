/* The list of all strategies.  Drop a file in this folder; make lists it. */
#ifndef STRATEGIES_REGISTRY_H
#define STRATEGIES_REGISTRY_H

#include "core/mask/draw.h"

typedef struct {
    const char         *name;
    const MaskStrategy *strategy;
} StrategyEntry;

extern const StrategyEntry strategies[]; /* sorted by name, ends with { 0 } */

/* Headings of a list, in order; ends with NULL.  The last, "others", is for those
 * that name no family or another. */
extern const char *const strategy_families[];
const char              *strategy_family(const StrategyEntry *e); /* one of these */

/* The entry of that name.  STATUS_CONFIG names the nearest one there is. */
MUST_USE Status strategy_find(const StrategyEntry **found, const char *name, Err *err);

/* Open a mask from one word of a command line or recipe, "name" or
 * "name:key=value,...", for a grid of rows x cols patches.  mask_spec() of it is
 * stored with every result. */
MUST_USE Status strategy_open(Mask **m, const char *spec, int rows, int cols, Err *err);

#endif
