#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>

#include <string.h>

Status recipe_of(Recipe **r, Scratch *s, const char *text, const char *const *settings,
                 Err *err)
{
    int n = 0;
    while (settings && settings[n]) n++;
    return recipe_open(r, scratch_file(s, "r.yaml", text, strlen(text)), settings, n, err);
}

Recipe *recipe_good(Scratch *s, const char *text, const char *const *settings)
{
    Recipe *r = NULL;
    Err     err;
    cr_assert(!recipe_of(&r, s, text, settings, &err), "%s", err.text);
    return r;
}
