#include "strategies/registry.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

/* gen/strategies.def holds STRATEGY(name, "name") for each name.c here; where the
 * first name has underscores the second has hyphens. */
#define STRATEGY(name, spelled) extern const MaskStrategy mask_##name;
#include "gen/strategies.def"
#undef STRATEGY

const StrategyEntry strategies[] = {
#define STRATEGY(name, spelled) { spelled, &mask_##name },
#include "gen/strategies.def"
#undef STRATEGY
    { NULL, NULL }
};

const char *const strategy_families[] = {
    "random", "lattices", "blocks",   "curves", "noise",   "axes",     "pixels",
    "attention", "features", "losses", "learned", "controls", "others", NULL
};

const char *strategy_family(const StrategyEntry *e)
{
    int k = 0;
    for (; strategy_families[k + 1]; k++)
        if (e->strategy->family && !strcmp(e->strategy->family, strategy_families[k])) break;
    return strategy_families[k];
}

Status strategy_find(const StrategyEntry **found, const char *name, Err *err)
{
    const char *names[sizeof strategies / sizeof *strategies] = { NULL };
    for (int i = 0; strategies[i].name; i++) {
        if (!strcmp(strategies[i].name, name)) return *found = &strategies[i], STATUS_OK;
        names[i] = strategies[i].name;
    }
    const char *near = text_nearest(name, names);
    if (near)
        return err_set(err, STATUS_CONFIG, "no strategy %s; did you mean %s?", name,
                       near);
    return err_set(err, STATUS_CONFIG, "no strategy %s; `maskgrid strategies` lists them",
                   name);
}

Status strategy_open(Mask **m, const char *spec, int rows, int cols, Err *err)
{
    char                 name[64];
    const StrategyEntry *e = NULL;
    size_t               n = strcspn(spec, ":");
    snprintf(name, sizeof name, "%.*s", n < sizeof name ? (int)n : (int)sizeof name - 1,
             spec);
    if (strategy_find(&e, name, err)) return err->code;
    if (spec[n] && !spec[n + 1])
        return err_set(err, STATUS_CONFIG, "%s: expected key=value behind the colon",
                       name);
    return mask_open(m, e->name, e->strategy, spec[n] ? spec + n + 1 : NULL, rows, cols,
                     err);
}
