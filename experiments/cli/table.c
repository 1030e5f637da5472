/* maskgrid table: the comparison of a recipe's strategies, from its records. */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "experiments/record/table.h"

#include <stdio.h>

typedef struct {
    const char *format, *out, *baseline, *results;
    OptionList  metric, set;
} Options;

static const Option options[] = {
    OPTION_CHOICE(Options, format, "table|md|latex|csv|json", "table", "how to write it"),
    OPTION_TEXT(Options, out, "FILE", NULL, "write there instead of to the terminal"),
    OPTION_LIST(Options, metric, 'm', "NAME",
                "only this metric: knn_top1; may be repeated"),
    OPTION_TEXT(Options, baseline, "STRATEGY", "random",
                "what the others are compared with"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

static Status show(const Options *o, const Recipe *recipe, Err *err)
{
    Results r;
    Table   t;
    Text    text = { 0 };
    results_open(&r, recipe, o->results);
    fputs(text_get(&r.notes), stderr);
    Status bad = table_choose(&t, &r, o->baseline, o->metric.item, o->metric.n, err);
    if (!bad) table_write(&t, o->format, &text);
    if (!bad && o->out) bad = file_write(o->out, text.s, text.length, err);
    else if (!bad) fputs(text_get(&text), stdout);
    text_free(&text);
    results_close(&r);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Recipe        *recipe;
    Err            err;
    (void)n;
    if (recipe_open(&recipe, arguments[0], o->set.item, o->set.n, &err))
        return cli_fail(&err);
    if (recipe->notice) fprintf(stderr, "%s: %s\n", recipe->name, recipe->notice);
    Status bad = show(o, recipe, &err);
    recipe_close(recipe);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(table) = {
    .place = 80,
    .about = "the comparison table: mean, deviation, seeds, difference to random",
    .arguments = "RECIPE",
    .least = 1,
    .most = 1,
    .details = "Reads records only and runs nothing.  Cells that were not run, failed\n"
               "or cannot be read are named; a row never disappears.",
    .examples = "  maskgrid table demo\n"
                "  maskgrid table demo --format latex --out table.tex\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
