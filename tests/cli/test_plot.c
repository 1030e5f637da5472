/* Figures as a user asks for them. */
#include "core/base/file.h"
#include "core/base/status.h"
#include "tests/cli/typed.h"
#include "tests/ok.h"
#include "tests/table/leave.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char RECIPE[] = "name: tiny\n"
                             "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
                             "model: {preset: micro, patch: 4}\n"
                             "pretrain: {epochs: 2, warmup: 1, batch: 8}\n"
                             "evaluate: [knn]\n"
                             "grid:\n"
                             "  pretrain.strategy: [random, block, spiral]\n"
                             "  pretrain.ratio: [0.5, 0.75]\n"
                             "  seed: [0, 1]\n";

static Scratch scratch;
static Err     err;
static char    folder[300], file[300], out[40000];

static void open_all(void)
{
    Recipe *r;
    typed_open(&scratch);
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    snprintf(file, sizeof file, "%s",
             scratch_file(&scratch, "tiny.yaml", RECIPE, sizeof RECIPE - 1));
    OK(recipe_open(&r, file, NULL, 0, &err));
    for (int i = 0; i < r->n_cells; i++)
        leave_knn(&r->cells[i], folder, 50 + i % 7 + (double)r->cells[i].config.seed);
    recipe_close(r);
}

static void close_all(void) { scratch_close(&scratch); }

TestSuite(plot_command, .init = open_all, .fini = close_all);

Test(plot_command, a_terminal_needs_no_files)
{
    char place[400];
    snprintf(place, sizeof place, "%s/tiny", folder);
    OK(file_write(place, "no folder", 9, &err)); /* where root, too, can write nothing */
    cr_assert_eq(RUN(out, "plot", file, "--results", folder, "-m", "knn_top1", "--terminal"),
                 EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "spiral, ratio 0.75") && strstr(out, "critical difference"), "%s", out);
    cr_assert_neq(RUN(out, "plot", file, "--results", folder, "-m", "knn_top1", "--terminal",
                      "--out", place), EXIT_DONE, "files that were asked for are missed");
    cr_expect(strstr(out, "tiny"), "%s", out);
}
