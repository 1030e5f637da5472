#include "strategies/registry.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/mask/expression.h"
#include "core/mask/replay.h"

#include <string.h>

/* gen/strategies.def holds STRATEGY(name, "name") for each name.c here; where the
 * first name has underscores the second has hyphens. */
#define STRATEGY(name, spelled) extern const MaskStrategy mask_##name;
#include "gen/strategies.def"
#undef STRATEGY

const StrategyEntry strategies[] = {
#define STRATEGY(name, spelled) { spelled, &mask_##name, NULL, NULL },
#include "gen/strategies.def"
#undef STRATEGY
    { NULL, NULL, NULL, NULL }
};

const char *const strategy_families[] = {
    "random", "lattices", "blocks",   "curves", "noise",   "axes",     "pixels",
    "attention", "features", "losses", "learned", "controls", "others", NULL
};

const char *strategy_family(const StrategyEntry *e)
{
    int k = 0;
    for (; strategy_families[k + 1]; k++)
        if (e->strategy->family && !strcmp(e->strategy->family, strategy_families[k]))
            break;
    return strategy_families[k];
}

void strategy_names(Text *out)
{
    for (const StrategyEntry *e = strategies; e->name; e++) text_add(out, "%s\n", e->name);
    plugin_names(out);
}

enum { MOST_NAMES = 512 };

static Status unknown(const char *word, int n, Err *err)
{
    const char *names[MOST_NAMES + 1] = { NULL };
    Text        all = { 0 }, name = { 0 };
    int         i = 0;
    strategy_names(&all);
    for (char *at = all.s; *at && i < MOST_NAMES; i++) {
        names[i] = at;
        at += strcspn(at, "\n");
        *at++ = '\0';
    }
    text_add(&name, "%.*s", n, word);
    const char *near = text_nearest(text_get(&name), names);
    if (near)
        err_set(err, STATUS_CONFIG, "no strategy %s; did you mean %s?", text_get(&name),
                near);
    else
        err_set(err, STATUS_CONFIG, "no strategy %s; `maskgrid strategies` lists them",
                text_get(&name));
    text_free(&all);
    text_free(&name);
    return err->code;
}

Status strategy_find(const StrategyEntry **found, const char *spec, Err *err)
{
    size_t n = strcspn(spec, ":");
    for (*found = strategies; (*found)->name; ++*found)
        if (strlen((*found)->name) == n && !strncmp((*found)->name, spec, n))
            return STATUS_OK;
    if (plugin_find(found, spec, n, err)) return err->code;
    return *found ? STATUS_OK : unknown(spec, (int)n, err);
}

/* The n bytes of a path or name with the ending of recordings; an expression can end in
 * one too. */
static bool is_recording(const char *spec, size_t n)
{
    static const char ENDING[] = ".h5", ENDS[] = " ()|";
    const size_t      end = sizeof ENDING - 1;
    if (n <= end || memcmp(spec + n - end, ENDING, end) || strpbrk(spec + n, ENDS))
        return false;
    Text path = { 0 };
    text_add_bytes(&path, spec, n);
    bool is = !strpbrk(path.s, ENDS) || file_exists(path.s);
    text_free(&path);
    return is;
}

Status strategy_recording(const Recording **r, const char *spec, Err *err)
{
    const StrategyEntry *e = NULL;
    *r = NULL;
    if (!is_recording(spec, strcspn(spec, "@:"))) return STATUS_OK;
    if (strategy_find(&e, spec, err)) return err->code;
    *r = replay_of(e->strategy);
    return STATUS_OK;
}

static Status open_one(Mask **m, const char *spec, int rows, int cols, Err *err)
{
    const StrategyEntry *e = NULL;
    const char          *params = strchr(spec, ':');
    if (strategy_find(&e, spec, err)) return err->code;
    if (params && !*++params)
        return err_set(err, STATUS_CONFIG, "%s: expected key=value behind the colon",
                       e->name);
    return mask_open(m, e->name, e->strategy, params, rows, cols, err);
}

Status strategy_open(Mask **m, const char *spec, int rows, int cols, Err *err)
{
    return expression_open(m, spec, open_one, rows, cols, err);
}
