/* maskgrid plot: the figures of a recipe, from its records. */
#include "experiments/cli/cli.h"

#include "experiments/figures/figures.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *out, *baseline, *results;
    bool        terminal;
    OptionList  metric, set;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, out, "FOLDER", NULL,
                "where to write; results/NAME unless given"),
    OPTION_TEXT(Options, baseline, "STRATEGY", BASELINE,
                "what the others are compared with"),
    OPTION_FLAG(Options, terminal, "show them here, as text; only the .tsv are written"),
    OPTION_LIST(Options, metric, 'm', "NAME",
                "only this metric, curve or figure: knn_top5, cut_gap, loss"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

/* Why what is not there is not there: figures of one reason together. */
static void say_left_out(const FigureList *l)
{
    for (int i = 0; i < l->n; i++) {
        const Figure *f = &l->figure[i];
        bool          said = f->drawn;
        for (int k = 0; k < i && !said; k++)
            said = !l->figure[k].drawn && !strcmp(l->figure[k].about, f->about);
        if (said) continue;
        fprintf(stderr, "left out: %s", f->name);
        for (int k = i + 1; k < l->n; k++)
            if (!l->figure[k].drawn && !strcmp(l->figure[k].about, f->about))
                fprintf(stderr, ", %s", l->figure[k].name);
        fprintf(stderr, ": %s\n", f->about);
    }
}

static Status draw(const void *opt, const Recipe *recipe, Err *err)
{
    const Options *o = opt;
    char       folder[CELL_PATH], terminal[16];
    Results    r;
    FigureList made;
    if (o->out) snprintf(folder, sizeof folder, "%s", o->out);
    else snprintf(folder, sizeof folder, "%s/%s", o->results, recipe->name);
    snprintf(terminal, sizeof terminal, "%s%d", cli_colours(1) ? "colour" : "text",
             cli_columns(1));
    if (cli_results(&r, recipe, o->results, err)) return err->code;
    figures_open(&made);
    Status bad = figures_write(&made, &(FigurePlan){
        .results = &r, .baseline = o->baseline, .folder = folder, .names = o->metric.item,
        .n = o->metric.n, .terminal = o->terminal ? terminal : NULL }, err);
    fputs(text_get(o->terminal ? &made.shown : &made.paths), stdout);
    say_left_out(&made);
    figures_close(&made);
    results_close(&r);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    (void)n;
    return cli_recipe(arguments[0], &((const Options *)opt)->set, draw, opt);
}

COMMAND(plot) = {
    .place = 82,
    .about = "figures: loss, metrics, visibility, reconstructions, features, finds",
    .arguments = "RECIPE",
    .least = 1,
    .most = 1,
    .details = "Reads records only.  Each figure is PNG, SVG and PDF for a column of 88 mm,\n"
               "drawn by gnuplot, with its numbers beside it as .tsv; the paths go to stdout,\n"
               "and to stderr what is left out and why.  Unless metrics are named: of the\n"
               "primary one of each evaluation means, paired differences, critical\n"
               "differences, profiles, over ratio (or what else varies), visibility and time;\n"
               "and all diagnostics of reconstruct and represent.  Of detect and segment there\n"
               "are objects and labels, as wide as a page: what was found in some test images,\n"
               "beside what is true.",
    .examples = "  maskgrid plot demo\n"
                "  maskgrid plot represent -m psnr -m cut_gap\n"
                "  maskgrid plot table1 --out figures\n"
                "  maskgrid plot table1 -m knn_top1 --terminal\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
