/* What cells take besides their operations: against what one reckons by hand. */
#include "experiments/run/overhead.h"

#include "experiments/run/machine.h"
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <math.h>

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(overhead, .init = open_scratch, .fini = close_scratch, .timeout = 60);

/* Three stages: 7 starts; 3 configurations, 3 records, encoder and perhaps guide. */
Test(overhead, is_of_the_stages_that_are_left)
{
    const Overhead o = { .start_s = 1, .sync_s = 100 };
    Arena          a;
    Works          works;
    Recipe        *r = recipe_good(&scratch, SMALL, NULL);
    arena_open(&a, "test", NULL, NULL);
    works_list(&works, &a, r, scratch.folder);
    Work *w = works.work;
    cr_assert(w->n == 3 && cell_models(w->cell) == 2);
    cr_expect(fabs(overhead_seconds(&o, w) - (7 + 1600)) < 1e-9, "%g", overhead_seconds(&o, w));
    w->tasks[0].done = true;
    cr_expect(fabs(overhead_seconds(&o, w) - (5 + 800)) < 1e-9, "%g", overhead_seconds(&o, w));
    w->tasks[1].done = w->tasks[2].done = true;
    cr_expect(overhead_seconds(&o, w) == 0);
    arena_close(&a);
    recipe_close(r);
}

static int entries(const char *folder)
{
    int  n = 0;
    DIR *d = opendir(folder);
    cr_assert(d != NULL);
    while (readdir(d)) n++;
    closedir(d);
    return n;
}

Test(overhead, a_file_is_tried_and_nothing_left)
{
    const int before = entries(scratch.folder);
    cr_expect(machine_sync(scratch_path(&scratch, "not/there/yet")) > 0);
    cr_expect(entries(scratch.folder) == before);
    cr_expect(machine_sync("/proc") == 0);
}
