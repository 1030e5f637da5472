/* maskgrid merge: results from other machines. */
#include "experiments/cli/cli.h"
#include "experiments/run/merge.h"

#include <stdio.h>

typedef struct { const char *into; } Options;

static const Option options[] = {
    OPTION_TEXT(Options, into, "FOLDER", "results", "where cells/ is, or will be"),
    { 0 }
};

static void conclude(const Merge *m, const char *into)
{
    if (m->conflicts)
        printf("%s: nothing was changed: %d records are there and here, and not the same\n",
               into, m->conflicts);
    else
        printf("%s: %d records brought, with %d files; %d the same, %d left out, %d stages not "
               "done\n", into, m->brought, m->files, m->same, m->left, m->unfinished);
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Merge          m;
    Err            err;
    Status bad = merge_results(&m, o->into, (const char *const *)arguments, n, &err);
    fputs(text_get(&m.said), stderr);
    if (!bad) conclude(&m, o->into);
    text_free(&m.said);
    if (bad) return cli_fail(&err);
    return m.conflicts ? EXIT_CHECK_FAILED : m.left ? EXIT_CELLS_FAILED : EXIT_DONE;
}

COMMAND(merge) = {
    .place = 98, .arguments = "FOLDER ...", .least = 1, .most = 1000,
    .about = "bring results of other machines into those of this one",
    .details = "Each FOLDER holds cells/, as results/ does. Stages that are done there are "
               "brought, with their encoders and logs, which also come to records that are here "
               "without; those that are not stay, and so do evaluations without the record of "
               "their training. A record that "
               "is in two places and not the same, but for when and where it was made, is a "
               "conflict: all of them are named, nothing is changed, and the exit code is 4. "
               "Files that are damaged or foreign, and cells that a process works on here, are "
               "named and left out; the exit code is then 3.",
    .examples = "  rsync -a cluster:work/results/ cluster/\n"
                "  maskgrid merge cluster\n",
    .options = options, .size = sizeof(Options), .run = run,
};
