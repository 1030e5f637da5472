/* maskgrid compare: two strategies of a recipe, or two recipes, side by side. */
#include "experiments/cli/cli.h"
#include "experiments/stats/compare.h"

#include "core/base/file.h"

#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 80 };

typedef struct {
    const char *format, *out, *results;
    OptionList  metric, set;
} Options;

static const Option options[] = {
    OPTION_CHOICE(Options, format, "table|md|latex|json", "table", "how to write it"),
    OPTION_TEXT(Options, out, "FILE", NULL, "write there instead of to the terminal"),
    OPTION_LIST(Options, metric, 'm', "NAME", "only this metric: knn_top1"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run; in both recipes"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

static Status show(const Options *o, const Compare *c, Err *err)
{
    Text   text = { 0 };
    Status bad = STATUS_OK;
    compare_write(c, o->format, o->out ? WIDTH : cli_columns(STDOUT_FILENO), &text);
    if (o->out) bad = file_write(o->out, text.s, text.length, err);
    else fputs(text_get(&text), stdout);
    text_free(&text);
    return bad;
}

static Status strategies(const Options *o, const Recipe *recipe, char *const *names, Err *err)
{
    Results r;
    Compare c;
    if (cli_results(&r, recipe, o->results, err)) return err->code;
    Status bad = compare_strategies(&c, &r, names[0], names[1], o->metric.item, o->metric.n, err);
    if (!bad) bad = show(o, &c, err);
    compare_close(&c);
    results_close(&r);
    return bad;
}

static Status recipes(const Options *o, const Recipe *a, const Recipe *b, Err *err)
{
    Results r[2];
    Compare c;
    if (cli_results(&r[0], a, o->results, err)) return err->code;
    Status bad = cli_results(&r[1], b, o->results, err);
    if (!bad) {
        bad = compare_recipes(&c, &r[0], &r[1], o->metric.item, o->metric.n, err);
        if (!bad) bad = show(o, &c, err);
        compare_close(&c);
        results_close(&r[1]);
    }
    results_close(&r[0]);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Recipe        *a, *b = NULL;
    Err            err;
    if (recipe_open(&a, arguments[0], o->set.item, o->set.n, &err)) return cli_fail(&err);
    Status bad = n == 2 ? recipe_open(&b, arguments[1], o->set.item, o->set.n, &err) : STATUS_OK;
    if (!bad) bad = b ? recipes(o, a, b, &err) : strategies(o, a, arguments + 1, &err);
    if (b) recipe_close(b);
    recipe_close(a);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(compare) = {
    .place = 81,
    .about = "two strategies, or two recipes: which is better, and how sure is that",
    .arguments = "RECIPE STRATEGY STRATEGY",
    .least = 2,
    .most = 3,
    .details = "RECIPE RECIPE compares what two recipes have in common, strategy by strategy.\n"
               "Reads records only and runs nothing.  Seed by seed, on common seeds: the\n"
               "difference with its interval for other seeds and for other test images, exact\n"
               "sign flips, a t test adjusted for all comparisons made, and what does not hang\n"
               "on means.  Nothing is called clear below six pairs, and what is clear of two\n"
               "need not be where all strategies are compared, as a table does.",
    .examples = "  maskgrid compare demo block random\n"
                "  maskgrid compare demo block random -m knn_top1 --format json\n"
                "  maskgrid compare cifar10 photos\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
