/* maskgrid version: what this program is made of. */
#include "experiments/cli/cli.h"

#include <stdio.h>

static int run(const void *options, char *const *arguments, int n)
{
    (void)options, (void)arguments, (void)n;
    printf("maskgrid %s\ncompiler  %s\nreal      %s\n", MASKGRID_VERSION, __VERSION__,
#ifdef REAL_IS_DOUBLE
           "double"
#else
           "float"
#endif
    );
    return EXIT_DONE;
}

COMMAND(version) = {
    .place = 200,
    .about = "what this program is made of",
    .examples = "  maskgrid version\n",
    .run = run,
};
