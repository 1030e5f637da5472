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
    Arena           a;
    Yaml           *root;
    Err             err;
    volatile size_t all = 0;
    arena_open(&a, "fuzz", NULL, NULL);
    if (!yaml_tree(&root, &a, "fuzz", (const char *)bytes, n, &err)) all = letters(root);
    arena_close(&a);
    return all > SIZE_MAX / 2;
}
