/* maskgrid version: what this program is made of. */
#include "experiments/cli/cli.h"

#include "experiments/record/provenance.h"

#include <stdio.h>

static int run(const void *options, char *const *arguments, int n)
{
    Fact facts[PROVENANCE_MOST];
    (void)options, (void)arguments, (void)n;
    printf("maskgrid %s\n", MASKGRID_VERSION);
    for (int i = 0, count = provenance(facts); i < count; i++)
        printf("%-10s %s\n", facts[i].key, facts[i].text);
    return EXIT_DONE;
}

COMMAND(version) = {
    .place = 200,
    .about = "what this program is made of, and what it runs on",
    .examples = "  maskgrid version\n",
    .run = run,
};
