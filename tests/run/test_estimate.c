/* What a cell will cost: against what one reckons by hand. */
#include "experiments/run/estimate.h"

#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>

static Scratch scratch;
static Recipe *recipe;

static void open_recipe(void)
{
    scratch_open(&scratch);
    recipe = recipe_good(&scratch, EVALUATED, NULL);
}

static void close_recipe(void)
{
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(estimate, .init = open_recipe, .fini = close_recipe);

Test(estimate, estimates_follow_the_recipe)
{
    const Cell *c = recipe->cells;
    Cell        more = *c, untrained = *c;
    more.config.pretrain.epochs *= 2;
    untrained.config.pretrain.epochs = 0;
    double one = estimate_flop(c, STAGE_PRETRAIN);
    cr_expect(fabs(estimate_flop(&more, STAGE_PRETRAIN) / one - 2) < 1e-12);
    cr_expect(estimate_flop(&untrained, STAGE_PRETRAIN) == 0);
    cr_expect(estimate_flop(&untrained, STAGE_KNN) == estimate_flop(c, STAGE_KNN));
    more.config.pretrain.batch *= 8;
    double plain = estimate_memory(&more, STAGE_PRETRAIN);
    cr_expect(plain > estimate_memory(c, STAGE_PRETRAIN));
    more.config.model.recompute = true;
    cr_expect(estimate_memory(&more, STAGE_PRETRAIN) < plain);
    cr_expect(estimate_disk(c) > 0);
}

/* By hand: D 16, one block; decoder 8, one block; 49 patches of 16 pixels, 12 visible. */
Test(estimate, counts_the_operations_of_a_step)
{
    double encoder = 2 * 12 * 16 * 16 + 4 * (24 * 13 * 16 * 16 + 4 * 13 * 13 * 16);
    double decoder = 2 * 13 * 16 * 8 + 24 * 50 * 8 * 8 + 4 * 50 * 50 * 8 + 2 * 50 * 8 * 16;
    double all = 3 * 10 * 64 * (encoder + decoder);
    cr_expect(recipe->cells[0].K == 12);
    cr_expect(fabs(estimate_flop(recipe->cells, STAGE_PRETRAIN) / all - 1) < 1e-12);
}

Test(estimate, counts_the_parameters_of_any_model)
{
    static const char *const presets[] = { "micro", "tiny", "base" };
    for (int i = 0; i < 3; i++) {
        char        setting[64];
        const char *settings[] = { setting, NULL };
        snprintf(setting, sizeof setting, "model.preset=%s", presets[i]);
        Recipe *r = recipe_good(&scratch, "data: {set: scenes, train: 128, test: 16}\n", settings);
        MaeConfig m = config_mae(&r->cells[0].config, 1, 28, 28);
        cr_expect(estimate_parameters(r->cells) == (double)mae_count(&m), "%s: %.0f, not %zu",
                  presets[i], estimate_parameters(r->cells), mae_count(&m));
        recipe_close(r);
    }
}
