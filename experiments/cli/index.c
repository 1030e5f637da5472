/* maskgrid index: one file of links to the records of a recipe. */
#include "experiments/cli/cli.h"
#include "experiments/record/index.h"

#include <stdio.h>

typedef struct {
    OptionList  set;
    const char *out, *results;
} Options;

static const Option options[] = {
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_TEXT(Options, out, "FILE", NULL, "where to write it; else index.h5 in the recipe's "
                "folder of results"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

static Status act(const void *opt, const Recipe *r, Err *err)
{
    const Options *o = opt;
    Index          index;
    Text           out = { 0 };
    if (o->out) text_add(&out, "%s", o->out);
    else text_add(&out, "%s/%s/index.h5", o->results, r->name);
    Status bad = index_write(&index, text_get(&out), r, o->results, err);
    fputs(text_get(&index.missing), stderr);
    if (!bad) printf("%s: %d records\n", text_get(&out), index.linked);
    text_free(&index.missing);
    text_free(&out);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    (void)n;
    return cli_recipe(arguments[0], &o->set, act, opt);
}

COMMAND(index) = {
    .place = 97, .arguments = "RECIPE", .least = 1, .most = 1,
    .about = "one HDF5 file of links to all records of a recipe",
    .details = "Groups are what the grid varies: /strategy=random/seed=0/pretrain is the "
               "record of that cell, found from the folder of the file, so that both can be "
               "moved together. Records that are missing or damaged are left out, with a line. "
               "h5py, HDFView and h5web open it, scripts/read_results.py too.",
    .examples = "  maskgrid index table1\n"
                "  maskgrid index table1 --out table1.h5\n",
    .options = options, .size = sizeof(Options), .run = run,
};
