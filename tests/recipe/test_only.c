/* Which cells a user means. */
#include "experiments/recipe/only.h"

#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

/* 3 x 2 x 3 cells, and 3 untrained. */
#define GRID                                                                          \
    SMALL "untrained: yes\ngrid:\n  pretrain.strategy: [random, grid, \"spiral:sym=1\"]\n" \
          "  pretrain.ratio: [0.5, 0.75]\n  seed: 0..2\n"

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(only, .init = open_scratch, .fini = close_scratch, .timeout = 30);

static const struct { const char *terms[4]; int n, cells; } named[] = {
    { { NULL }, 0, 21 },
    { { "seed=1" }, 1, 7 },
    { { "seed=1..2" }, 1, 14 },
    { { "seed=0", "seed=2" }, 2, 14 },
    { { "pretrain.strategy=random" }, 1, 6 },
    { { "strategy=random,grid" }, 1, 12 },
    { { "strategy=spiral:sym=1,random" }, 1, 12 },
    { { "strategy=untrained" }, 1, 3 },
    { { "ratio=0.50" }, 1, 9 },
    { { "strategy=grid", "ratio=0.5", "seed=2" }, 3, 1 },
    { { "pretrain.batch=32" }, 1, 18 },
    { { "batch=32", "strategy=random", "seed=0..1" }, 3, 4 },
};
enum { N_NAMED = sizeof named / sizeof *named };

ParameterizedTestParameters(only, cells_by_their_keys)
{
    static int index[N_NAMED];
    for (int i = 0; i < N_NAMED; i++) index[i] = i;
    return cr_make_param_array(int, index, N_NAMED);
}

ParameterizedTest(int *i, only, cells_by_their_keys)
{
    Recipe *r = recipe_good(&scratch, GRID, NULL);
    Err     err;
    cr_assert(!recipe_only(r, named[*i].terms, named[*i].n, &err), "%s", err.text);
    cr_expect(r->n_cells == named[*i].cells, "case %d: %d cells", *i, r->n_cells);
    recipe_close(r);
}

Test(only, cells_by_their_folders)
{
    Recipe *r = recipe_good(&scratch, GRID, NULL);
    char    first[17], second[17];
    Err     err;
    snprintf(first, sizeof first, "%.16s", r->cells[3].stage[STAGE_PRETRAIN].id);
    snprintf(second, sizeof second, "%.8s", r->cells[20].stage[STAGE_PRETRAIN].id);
    const char *terms[] = { first, second };
    cr_assert(!recipe_only(r, terms, 2, &err), "%s", err.text);
    cr_assert(r->n_cells == 2, "%d cells", r->n_cells);
    cr_expect(!strncmp(r->cells[0].stage[STAGE_PRETRAIN].id, first, 16));
    cr_expect(!strncmp(r->cells[1].stage[STAGE_PRETRAIN].id, second, 8));
    recipe_close(r);
}

static const struct { const char *terms[2]; int n; const char *says; } wrong[] = {
    { { "seed" }, 1, "--only seed: expected KEY=VALUE" },
    { { "3f2" }, 1, "at least 4" },
    { { "0000000000000000" }, 1, "no cell of r is so" },
    { { "sed=1" }, 1, "--only sed=1: sed: no such key" },
    { { "run.jobs=0" }, 1, "--only run.jobs=0: run.jobs: is the same for all cells" },
    { { "seed=7" }, 1, "no cell of r is so" },
    { { "seed=x" }, 1, "--only seed=x: seed: " },
    { { "strategy=randon" }, 1, "no cell of r is so; did you mean random?" },
    { { "strategy=untrained", "ratio=0.5" }, 2, "no cell of r is all of that" },
};
enum { N_WRONG = sizeof wrong / sizeof *wrong };

ParameterizedTestParameters(only, refuses_what_no_cell_is)
{
    static int index[N_WRONG];
    for (int i = 0; i < N_WRONG; i++) index[i] = i;
    return cr_make_param_array(int, index, N_WRONG);
}

ParameterizedTest(int *i, only, refuses_what_no_cell_is)
{
    Recipe *r = recipe_good(&scratch, GRID, NULL);
    Err     err;
    cr_expect(recipe_only(r, wrong[*i].terms, wrong[*i].n, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, wrong[*i].says) != NULL, "case %d: %s", *i, err.text);
    recipe_close(r);
}
