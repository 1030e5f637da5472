/* maskgrid plot: the figures of a recipe, from its records. */
#include "experiments/cli/cli.h"

#include "experiments/figures/figures.h"

#include <stdio.h>

typedef struct {
    const char *out, *baseline, *results;
    OptionList  metric, set;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, out, "FOLDER", NULL,
                "where to write; results/NAME unless given"),
    OPTION_TEXT(Options, baseline, "STRATEGY", "random",
                "what the others are compared with"),
    OPTION_LIST(Options, metric, 'm', "NAME",
                "only this metric, curve or figure: knn_top5, cut_gap, loss"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

static Status draw(const Options *o, const Recipe *recipe, Err *err)
{
    char    folder[FIGURE_PATH];
    Results r;
    Text    made = { 0 };
    int     n = o->out ? snprintf(folder, sizeof folder, "%s", o->out)
                       : snprintf(folder, sizeof folder, "%s/%s", o->results,
                                  recipe->name);
    if (n < 0 || n >= FIGURE_PATH / 2)
        return err_set(err, STATUS_CONFIG, "--out: path too long");
    results_open(&r, recipe, o->results);
    fputs(text_get(&r.notes), stderr);
    Status bad = figures_write(&r, o->baseline, o->metric.item, o->metric.n, folder,
                               &made, err);
    fputs(text_get(&made), stdout);
    if (!bad && !made.length)
        fprintf(stderr, "%s: no records yet; maskgrid run %s makes them\n", recipe->name,
                recipe->name);
    text_free(&made);
    results_close(&r);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    Recipe *recipe;
    Err     err;
    (void)n;
    const Options *o = opt;
    if (recipe_open(&recipe, arguments[0], o->set.item, o->set.n, &err))
        return cli_fail(&err);
    Status bad = draw(o, recipe, &err);
    recipe_close(recipe);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(plot) = {
    .place = 82,
    .about = "figures: loss, metrics, visibility, reconstructions, features, finds",
    .arguments = "RECIPE",
    .least = 1,
    .most = 1,
    .details = "Reads records only.  Each figure is PNG and SVG, drawn by gnuplot, with\n"
               "its numbers beside it as .tsv; the paths go to stdout.  Unless metrics\n"
               "are named: the primary one of each evaluation, and all diagnostics of\n"
               "reconstruct and represent.  Of detect and segment there are objects.png\n"
               "and labels.png: what was found in some test images, beside what is true.",
    .examples = "  maskgrid plot demo\n"
                "  maskgrid plot represent -m psnr -m cut_gap\n"
                "  maskgrid plot table1 --out figures\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
