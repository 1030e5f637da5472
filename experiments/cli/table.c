/* maskgrid table: the comparison of a recipe's strategies, from its records. */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "experiments/table/table.h"

#include <stdio.h>

typedef struct {
    const char *format, *out, *baseline, *results, *equal;
    OptionList  metric, set;
    bool        cost;
} Options;

static const Option options[] = {
    OPTION_CHOICE(Options, format, "table|md|latex|csv|json", "table", "how to write it"),
    OPTION_TEXT(Options, out, "FILE", NULL, "write there instead of to the terminal"),
    OPTION_LIST(Options, metric, 'm', "NAME",
                "only this metric: knn_top1; may be repeated"),
    OPTION_TEXT(Options, baseline, "STRATEGY", "random",
                "what the others are compared with"),
    OPTION_FLAG(Options, cost, "with what each took: products and time, of guides too"),
    OPTION_TEXT(Options, equal, "METRIC", NULL,
                "at equal cost: train_gflop; of each strategy the epochs nearest to it"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

static const char *const costs[] = { "train_gflop", "guide_gflop", "train_s", "guide_s" };

static Status choose(Table *t, Results *r, const Options *o, Err *err)
{
    if (o->equal && results_equal(r, o->equal, o->baseline, err)) return err->code;
    if (table_choose(t, r, o->baseline, o->metric.item, o->metric.n, err)) return err->code;
    t->equal = o->equal;
    if (o->equal && table_add(t, o->equal, err)) return err->code;
    for (size_t i = 0; o->cost && i < sizeof costs / sizeof *costs; i++)
        if (table_add(t, costs[i], err)) return err->code;
    return STATUS_OK;
}

static Status show(const Options *o, const Recipe *recipe, Err *err)
{
    Results r;
    Table   t;
    Text    text = { 0 };
    results_open(&r, recipe, o->results);
    fputs(text_get(&r.notes), stderr);
    Status bad = choose(&t, &r, o, err);
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
               "or cannot be read are named; a row never disappears.  What guides masks\n"
               "costs: --cost shows it.  For a table at equal cost train for several\n"
               "lengths; --equal keeps of each strategy the one whose cost is nearest to\n"
               "that of the baseline's longest training.",
    .examples = "  maskgrid table demo\n"
                "  maskgrid table demo --format latex --out table.tex\n"
                "  maskgrid run guided -s grid.pretrain.epochs=2..8\n"
                "  maskgrid table guided -s grid.pretrain.epochs=2..8 --equal train_gflop\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
