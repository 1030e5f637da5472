/* Grids: values, ranges and points; settings on the command line. */
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <string.h>

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(grid, .init = open_scratch, .fini = close_scratch);

/* What a setting makes of a key: the values, joined by blanks. */
static const struct { const char *setting, *values; } settings[] = {
    { "grid.seed=0..3", "0 1 2 3" },
    { "grid.seed=0,2,7..9", "0 2 7 8 9" },
    { "grid.seed=0..10..5", "0 5 10" },
    { "grid.seed=7", "7" },
    { "grid.seed=[1, 2, 4..5]", "1 2 4 5" },
    { "grid.pretrain.ratio=0.5,0.75", "0.5 0.75" },
    { "grid.pretrain.ratio=0.1..0.9..0.2", "0.1 0.3 0.5 0.7 0.9" },
    { "grid.pretrain.ratio=5e-1,.250", "0.5 0.25" },
    { "grid.pretrain.strategy=random,spiral:select=window,sym=1,grid",
      "random spiral:select=window,sym=1 grid" },
    { "grid.pretrain.strategy=[random, 'spiral:select=window,sym=1', grid]",
      "random spiral:select=window,sym=1 grid" },
    { "grid.pretrain.strategy=0.4 spiral:jitter=1,sym=1 + 0.6 grid:sym=1,offset=fixed,random",
      "0.4 spiral:jitter=1,sym=1 + 0.6 grid:sym=1,offset=fixed random" },
    { "grid.pretrain.strategy=random,random until 0.25 then sma:anneal=0.1,heads=mean",
      "random random until 0.25 then sma:anneal=0.1,heads=mean" },
    { "grid.pretrain.strategy=\"0.7 random + 0.3 spiral:sym=1\",random,"
      "'spiral:select=window,sym=1'",
      "0.7 random + 0.3 spiral:sym=1 random spiral:select=window,sym=1" },
    { "grid.pretrain.flip=yes,no", "yes no" },
};
enum { N_SETTINGS = sizeof settings / sizeof *settings };

ParameterizedTestParameters(grid, settings_list_values)
{
    static int index[N_SETTINGS];
    for (int i = 0; i < N_SETTINGS; i++) index[i] = i;
    return cr_make_param_array(int, index, N_SETTINGS);
}

ParameterizedTest(int *i, grid, settings_list_values)
{
    const char *list[] = { settings[*i].setting, NULL };
    Recipe     *r = recipe_good(&scratch, SMALL, list);
    Text        values = { 0 };
    cr_assert(r->grid.n == 1);
    for (int v = 0; v < r->grid.axis[0].n; v++)
        text_add(&values, "%s%s", v ? " " : "", r->grid.axis[0].values[v].text);
    cr_expect_str_eq(text_get(&values), settings[*i].values, "case %d", *i);
    cr_expect(r->n_cells == r->grid.axis[0].n);
    text_free(&values);
    recipe_close(r);
}

Test(grid, visits_every_point_once)
{
    Grid g = { .n = 3, .axis = { { .n = 2 }, { .n = 3 }, { .n = 4 } } };
    bool seen[2][3][4] = { 0 };
    int  n, at[3];
    Err  err;
    cr_assert(!grid_count(&g, &n, &err) && n == 24);
    for (int i = 0; i < n; i++) {
        grid_point(&g, i, at);
        cr_expect(!seen[at[0]][at[1]][at[2]]);
        seen[at[0]][at[1]][at[2]] = true;
        cr_expect(at[2] == i % 4, "the last axis changes fastest");
    }
}

Test(grid, refuses_more_cells_than_anyone_wants)
{
    const char *list[] = { "grid.seed=0..9998", "grid.knn.k=1..11", NULL };
    Recipe     *r;
    Err         err;
    cr_assert(recipe_of(&r, &scratch, SMALL, list, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "more than 100000 cells") != NULL, "%s", err.text);
}

Test(grid, a_setting_has_the_last_word)
{
    const char *text = SMALL "grid:\n  seed: [0, 1]\n  pretrain.ratio: [0.5, 0.75]\n";
    const char *one[] = { "seed=5", NULL };
    const char *other[] = { "grid.seed=5,6,7", "pretrain.ratio=0.6", NULL };

    Recipe *r = recipe_good(&scratch, text, one);
    cr_expect(r->n_cells == 2 && r->cells[1].config.seed == 5);
    recipe_close(r);
    r = recipe_good(&scratch, text, other);
    cr_expect(r->n_cells == 3 && r->cells[2].config.seed == 7);
    cr_expect(r->cells[0].config.pretrain.ratio == 0.6);
    recipe_close(r);
}
