/* maskgrid complete: what may come next on a command line; scripts/completion asks. */
#include "experiments/cli/cli.h"

#include "experiments/manual/complete.h"

#include <stdio.h>

static int run(const void *opt, char *const *arguments, int n)
{
    Text out = { 0 };
    (void)opt;
    complete_words(&out, arguments, n);
    fputs(text_get(&out), stdout);
    text_free(&out);
    return EXIT_DONE;
}

COMMAND(complete) = {
    .arguments = "[-- WORD ...]", .least = 0, .most = 4096, .internal = true,
    .about = "what may come next on a command line, for shells",
    .examples = "  maskgrid complete -- run de\n", .run = run,
};
