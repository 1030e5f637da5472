/* What a recipe takes, of one cell and of ten thousand. */
#define _POSIX_C_SOURCE 200809L
#include "experiments/recipe/only.h"
#include "experiments/run/estimate.h"
#include "experiments/run/fit.h"
#include "experiments/run/outlook.h"
#include "tests/recipe/recipes.h"
#include "tests/run/spent.h"

#include <criterion/criterion.h>

#include <string.h>

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(fit, .init = open_scratch, .fini = close_scratch, .timeout = 300);

typedef struct {
    Recipe *recipe;
    Arena   arena;
    Works   works;
    Fit     fit;
} Setup;

static void set_up(Setup *s, const char *text)
{
    s->recipe = recipe_good(&scratch, text, NULL);
    arena_open(&s->arena, "test", NULL, NULL);
    works_list(&s->works, &s->arena, s->recipe, scratch.folder);
    fit_works(&s->fit, &s->works, 0, 0);
}

static void tear_down(Setup *s)
{
    arena_close(&s->arena);
    recipe_close(s->recipe);
}

/* Strategies that see something take memory for it; all others are alike. */
#define MIXED                                                                           \
    SMALL "grid:\n  seed: 0..1\n  pretrain.ratio: [0.5, 0.75]\n"                        \
          "  pretrain.strategy: [random, grid, sma, \"spiral:sym=1\", hpm, sgmae]\n"

Test(fit, cells_that_are_alike_are_estimated_once_and_well)
{
    Setup  s;
    double most = 0;
    set_up(&s, MIXED);
    cr_expect(s.fit.cells == 24 && s.fit.stages == 72);
    for (int i = 0; i < s.works.n; i++) {
        const Work *w = &s.works.work[i];
        double      bytes = 0;
        for (int k = 0; k < w->n; k++) {
            double b = estimate_memory(w->tasks[k].cell, w->tasks[k].kind);
            if (b > bytes) bytes = b;
        }
        cr_expect(w->bytes == bytes, "%s: %g, not %g", w->cell->config.pretrain.strategy,
                  w->bytes, bytes);
        if (bytes > most) most = bytes;
    }
    cr_expect(s.fit.bytes == most && s.fit.largest->bytes == most);
    tear_down(&s);
}

Test(fit, says_what_does_not)
{
    Setup s;
    Err   err;
    set_up(&s, MIXED);
    cr_expect(!fit_check(&s.fit, &s.works, s.recipe, &err));
    s.fit.machine.total = s.fit.bytes;
    cr_expect(!fit_check(&s.fit, &s.works, s.recipe, &err));
    s.fit.machine.total = s.fit.bytes - 1;
    cr_expect(fit_check(&s.fit, &s.works, s.recipe, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "r: seed=0 ratio=0.") == err.text, "%s", err.text);
    s.fit.machine.total = s.fit.bytes;
    s.fit.disk_free = s.fit.disk - 1;
    cr_expect(fit_check(&s.fit, &s.works, s.recipe, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "r: 24 cells take about ") == err.text, "%s", err.text);
    s.fit.cells = 1, s.fit.disk = 1.3e6, s.fit.disk_free = 0.7e6;
    cr_expect(fit_check(&s.fit, &s.works, s.recipe, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "r: 1 cell takes about 1.30 MB of disk, and 0.70 MB are free"),
              "%s", err.text);
    tear_down(&s);
}

Test(fit, says_which_key_of_which_stage_takes_less)
{
    static const char *const of[][2] = {
        { "data: {set: scenes, train: 256, test: 16}\nmodel: {preset: micro, patch: 4}\n"
          "pretrain.batch: 256\nevaluate: [knn]\n", ": pretrain takes about " },
        { SMALL "evaluate: [detect]\ndetect: {batch: 64}\n", ": detect takes about " },
        { SMALL "evaluate: [segment]\nsegment: {batch: 64}\n", ": segment takes about " },
    };
    static const char *const cure[] = { "pretrain.accumulate or", "detect.accumulate or",
                                        "segment.accumulate or" };
    for (int i = 0; i < 3; i++) {
        Setup s;
        Err   err;
        set_up(&s, of[i][0]);
        s.fit.machine.total = s.fit.bytes / 2;
        cr_assert(fit_check(&s.fit, &s.works, s.recipe, &err) == STATUS_CONFIG);
        cr_expect(strstr(err.text, of[i][1]) && strstr(err.text, cure[i]), "%s", err.text);
        tear_down(&s);
    }
}

/* Results depend on threads in their last bits. */
Test(fit, threads_are_those_of_the_whole_recipe)
{
    Setup s;
    Arena arena;
    Works some;
    Fit   fit;
    Err   err;
    set_up(&s, MIXED);
    cr_expect(s.works.cells == 24 && s.works.bytes == s.fit.bytes);
    const char *one[] = { "seed=0", "ratio=0.5", "strategy=random" };
    cr_assert(!recipe_only(s.recipe, one, 3, &err), "%s", err.text);
    arena_open(&arena, "test", NULL, NULL);
    works_list(&some, &arena, s.recipe, scratch.folder);
    works_pick(&some, false, 1);
    fit_works(&fit, &some, 0, 0);
    cr_expect(some.n == 1 && fit.cells == 1 && some.cells == 24);
    cr_expect(fit.share.threads == s.fit.share.threads);
    arena_close(&arena);
    tear_down(&s);
}

#define MANY                                                                            \
    SMALL "grid:\n  seed: 0..249\n  pretrain.ratio: [0.5, 0.6, 0.7, 0.75, 0.9]\n"       \
          "  pretrain.strategy: [random, grid, \"spiral:sym=1\", block, hilbert, peano, sma," \
          " \"0.7 random + 0.3 spiral\"]\n"

/* All that plan, run and status do before they say or start anything; of processor time, so
 * that it holds on a loaded machine.  Measured 0.5 s, under the sanitizers 3 s. */
Test(fit, ten_thousand_cells_in_a_moment)
{
#ifdef __SANITIZE_ADDRESS__
    static const double MOST_S = 30;
#else
    static const double MOST_S = 5;
#endif
    Setup  s;
    double flop = 0, start = processor_s();
    set_up(&s, MANY);
    for (int i = 0; i < s.works.n; i++) flop += outlook_left(&s.works.work[i]);
    double spent = processor_s() - start;
    cr_expect(s.fit.cells == 10000 && flop > 0);
    cr_expect(spent <= MOST_S, "%.1f s", spent);
    tear_down(&s);
}
