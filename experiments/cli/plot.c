/* maskgrid plot: the figures of a recipe, from its records. */
#define _POSIX_C_SOURCE 200809L /* access */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "core/base/temporary.h"
#include "experiments/figures/figures.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

typedef struct {
    char path[CELL_PATH];
    bool aside; /* to be gone in the end */
} Place;

static Status check_writable(const char *folder, Err *err)
{
    char inside[CELL_PATH + 2];
    if (file_make_folders(folder, err)) return err->code;
    snprintf(inside, sizeof inside, "%s/.", folder);
    if (!access(inside, W_OK | X_OK)) return STATUS_OK;
    return err_set(err, STATUS_IO, "%s: %s", folder, strerror(errno));
}

/* Where files go.  Figures in a terminal need none that last: they are shown even where
 * nothing can be written, as of results that belong to others. */
static Status find_place(Place *p, const Options *o, const char *recipe, Err *err)
{
    p->aside = false;
    if (o->out) snprintf(p->path, sizeof p->path, "%s", o->out);
    else snprintf(p->path, sizeof p->path, "%s/%s", o->results, recipe);
    if (o->out || !o->terminal || !check_writable(p->path, err)) return STATUS_OK;
    fprintf(stderr, "%s; the .tsv are not kept, --out FOLDER would keep them\n", err->text);
    p->aside = true;
    return temporary_open(p->path, "plot", err);
}

static Status draw_all(const Options *o, Results *r, Err *err)
{
    char       terminal[16];
    Place      place;
    FigureList made;
    Status     bad;
    if (find_place(&place, o, r->recipe->name, err)) return err->code;
    snprintf(terminal, sizeof terminal, "%s%d", cli_colours(1) ? "colour" : "text",
             cli_columns(1));
    const FigurePlan plan = {
        .results = r, .baseline = o->baseline, .folder = place.path, .names = o->metric.item,
        .n = o->metric.n, .terminal = o->terminal ? terminal : NULL };
    figures_open(&made);
    while ((bad = figures_write(&made, &plan, err)) == STATUS_FORMAT && cli_doubt(r)) {
        figures_close(&made);
        figures_open(&made);
    }
    fputs(text_get(o->terminal ? &made.shown : &made.paths), stdout);
    say_left_out(&made);
    figures_close(&made);
    if (place.aside) temporary_close(place.path);
    return bad;
}

static Status draw(const void *opt, const Recipe *recipe, Err *err)
{
    const Options *o = opt;
    Results        r;
    if (cli_results(&r, recipe, o->results, err)) return err->code;
    Status bad = draw_all(o, &r, err);
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
               "drawn by gnuplot, with its numbers beside it as .tsv, whose columns are named;\n"
               "the paths go to stdout, and to stderr what is left out and why.  Unless\n"
               "metrics are named: of the primary one of each evaluation means, paired\n"
               "differences, critical differences, profiles, over ratio (or what else varies),\n"
               "visibility and time; and all diagnostics of reconstruct and represent.  Of\n"
               "detect and segment there are objects and labels, as wide as a page: what was\n"
               "found in some test images, beside what is true.",
    .examples = "  maskgrid plot demo\n"
                "  maskgrid plot represent -m psnr -m cut_gap\n"
                "  maskgrid plot table1 --out figures\n"
                "  maskgrid plot table1 -m knn_top1 --terminal\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
