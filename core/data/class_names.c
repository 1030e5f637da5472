#include "core/data/class_names.h"

#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    int         at;
} Named;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const Named *)a)->name, ((const Named *)b)->name);
}

static const char *tame(Arena *a, const char *name)
{
    size_t n = strlen(name) + 1;
    char  *s = memcpy(ARENA_NEW(a, char, n), name, n);
    text_tame(s, false);
    return s;
}

static const char *with_id(Arena *a, const char *name, long long id)
{
    Text all = { 0 };
    text_add(&all, "%s%s(id %lld)", name, *name ? " " : "", id);
    char *s = memcpy(ARENA_NEW(a, char, all.length + 1), all.s, all.length + 1);
    text_free(&all);
    return s;
}

const char *const *class_names_shown(Arena *a, const char *const *name, const int64_t *id, int n,
                                     const char *taken)
{
    const char **shown = ARENA_NEW(a, const char *, n);
    Named       *sorted = ARENA_NEW(a, Named, n);
    for (int i = 0; i < n; i++) sorted[i] = (Named){ tame(a, name[i]), i };
    if (n) qsort(sorted, (size_t)n, sizeof *sorted, by_name);
    for (int i = 0; i < n; i++) {
        const char *is = sorted[i].name;
        const int   at = sorted[i].at;
        const bool  again = (i && !strcmp(is, sorted[i - 1].name)) ||
                           (i + 1 < n && !strcmp(is, sorted[i + 1].name));
        const bool  plain = !again && *is && !(taken && !strcmp(is, taken));
        shown[at] = plain ? is : with_id(a, is, id ? (long long)id[at] : at);
    }
    return shown;
}
