/* Installed, used, moved, installed again, taken away. */
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

Test(install, leaves_nothing_of_ours_and_takes_nothing_of_others, .timeout = 120)
{
    static Scratch scratch;
    char           line[1000];
    scratch_open(&scratch);
    snprintf(line, sizeof line, "nice tests/manual/install.sh '%s'", scratch.folder);
    cr_expect_eq(system(line), 0);
    scratch_close(&scratch);
}
