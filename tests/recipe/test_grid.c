/* Grids: values, ranges and points; settings on the command line. */
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(grid, .init = open_scratch, .fini = close_scratch);

/* What a setting makes of a key: the values, joined by blanks. */
static const struct { const char *setting, *values; } lists[] = {
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
enum { N_LISTS = sizeof lists / sizeof *lists };

ParameterizedTestParameters(grid, settings_list_values)
{
    static int index[N_LISTS];
    for (int i = 0; i < N_LISTS; i++) index[i] = i;
    return cr_make_param_array(int, index, N_LISTS);
}

ParameterizedTest(int *i, grid, settings_list_values)
{
    const char *list[] = { lists[*i].setting, NULL };
    Recipe     *r = recipe_good(&scratch, SMALL, list);
    Text        values = { 0 };
    cr_assert(r->grid.n == 1);
    for (int v = 0; v < r->grid.axis[0].n; v++)
        text_add(&values, "%s%s", v ? " " : "", r->grid.axis[0].values[v].text);
    cr_expect_str_eq(text_get(&values), lists[*i].values, "case %d", *i);
    cr_expect(r->n_cells == r->grid.axis[0].n);
    text_free(&values);
    recipe_close(r);
}

/* The points of a grid: values joined by commas, points by blanks; "-" is the base's. */
static void points_of(Text *t, const char *grid, const char *const *set)
{
    char text[2000];
    snprintf(text, sizeof text, SMALL "%s", grid);
    Recipe *r = recipe_good(&scratch, text, set);
    text_clear(t);
    for (int i = 0; i < r->grid.n_points; i++)
        for (int x = 0; x < r->grid.n; x++) {
            int at = r->grid.points[i * GRID_MOST_AXES + x];
            text_add(t, "%s%s", x ? "," : i ? " " : "",
                     at == GRID_BASE ? "-" : r->grid.axis[x].values[at].text);
        }
    recipe_close(r);
}

/* PART of the file, settings, points. */
static const struct { const char *grid, *set[3], *points; } grids[] = {
    { "grid: {seed: 0..1, knn.k: [5, 20]}\n", { NULL }, "0,5 0,20 1,5 1,20" },
    { "grid: {zip: {seed: 0..2, knn.k: [5, 20, 7]}}\n", { NULL }, "0,5 1,20 2,7" },
    { "grid:\n  zip: {seed: 0..1, knn: {k: [5, 7]}}\n  pretrain.ratio: [0.5, 0.75]\n",
      { NULL }, "0,5,0.5 0,5,0.75 1,7,0.5 1,7,0.75" },
    { "grid:\n  zip:\n    - {seed: 0..1, knn.k: [5, 7]}\n    - {pretrain.ratio: 0.5}\n",
      { NULL }, "0,5,0.5 1,7,0.5" },
    { "grid:\n  seed: 0..1\n  union:\n    - {pretrain.ratio: [0.5, 0.6]}\n"
      "    - {pretrain.ratio: 0.9, knn.k: 5}\n",
      { NULL }, "0,0.5,- 0,0.6,- 0,0.9,5 1,0.5,- 1,0.6,- 1,0.9,5" },
    { "grid:\n  seed: 0..2\n  knn.k: [5, 20]\n  exclude: {seed: [0, 2], knn.k: 20}\n",
      { NULL }, "0,5 1,5 1,20 2,5" },
    { "grid:\n  seed: 0..2\n  knn.k: [5, 20]\n  exclude:\n    - {seed: 1..2}\n"
      "    - {knn.k: 5}\n", { NULL }, "0,20" },
    { "grid:\n  union:\n    - {seed: 0..3, exclude: {seed: 1..2}}\n    - {seed: 2}\n",
      { NULL }, "0 3 2" },
    /* settings have the last word, wherever the file varies the key */
    { "grid: {zip: {seed: 0..1, knn.k: [5, 20]}}\n", { "seed=9", NULL }, "5 20" },
    { "grid: {zip: {seed: 0..1}, knn.k: [5, 20]}\n", { "grid.seed=7..8", NULL },
      "7,5 7,20 8,5 8,20" },
    { "grid: {zip: {seed: 0..1, knn.k: [5, 20]}}\n", { "grid.seed=7..8", NULL },
      "5,7 5,8 20,7 20,8" },
    { "grid:\n  union:\n    - {seed: 0..1}\n    - {knn.k: [5, 20]}\n", { "seed=3", NULL },
      "- 5 20" },
    { "grid: {seed: 0..2, knn.k: [5, 20], exclude: {seed: 1, knn.k: 5}}\n",
      { "seed=1", NULL }, "20" },
    { "grid: {seed: 0..2}\n", { "grid.exclude={seed: 1}", NULL }, "0 2" },
    { "grid: {seed: 0..1}\n", { "grid.zip={knn.k: [5, 6], pretrain.ratio: [0.5, 0.6]}", NULL },
      "0,5,0.5 0,6,0.6 1,5,0.5 1,6,0.6" },
    { "", { "grid.union=[{seed: 4}, {knn.k: 5}]", NULL }, "4,- -,5" },
};
enum { N_GRIDS = sizeof grids / sizeof *grids };

ParameterizedTestParameters(grid, has_the_points_that_it_says)
{
    static int index[N_GRIDS];
    for (int i = 0; i < N_GRIDS; i++) index[i] = i;
    return cr_make_param_array(int, index, N_GRIDS);
}

ParameterizedTest(int *i, grid, has_the_points_that_it_says)
{
    Text t = { 0 };
    points_of(&t, grids[*i].grid, grids[*i].set);
    cr_expect_str_eq(text_get(&t), grids[*i].points, "case %d: %s", *i, text_get(&t));
    text_free(&t);
}

/* Of what two parts of a union have in common there is one cell; a key that a part does
 * not vary has the value of the recipe, and comes from there. */
Test(grid, unions_have_no_cell_twice)
{
    const char *text = SMALL "seed: 5\ngrid:\n  union:\n    - {pretrain.ratio: [0.5, 0.75]}\n"
                             "    - {seed: [5, 6]}\n";
    Recipe     *r = recipe_good(&scratch, text, NULL);
    int         seed = schema_find("seed");
    cr_assert(r->grid.n_points == 4 && r->n_cells == 3, "%d cells", r->n_cells);
    cr_expect(r->cells[0].config.seed == 5 && recipe_origin(r, &r->cells[0], seed).line == 4);
    cr_expect(r->cells[2].config.seed == 6 && recipe_origin(r, &r->cells[2], seed).line == 8);
    cr_expect(r->cells[2].config.pretrain.ratio == 0.75);
    recipe_close(r);
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
