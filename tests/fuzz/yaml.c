#include "experiments/recipe/yaml.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static size_t letters(const Yaml *y)
{
    size_t all = (y->key ? strlen(y->key) : 0) + (y->kind == YAML_IS_TEXT ? strlen(y->text) : 0);
    for (const Yaml *child = y->first; child; child = child->next) all += letters(child);
    return all;
}

FUZZ(yaml)
{
    static Arena    a; /* opened once: a megabyte anew for each input takes most of the time */
    Yaml           *root;
    Err             err;
    volatile size_t all = 0;
    if (!a.name) arena_open(&a, "fuzz", NULL, NULL);
    if (!yaml_tree(&root, &a, "fuzz", (const char *)bytes, n, &err)) all = letters(root);
    arena_reset(&a);
    return all > SIZE_MAX / 2;
}
