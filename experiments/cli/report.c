/* maskgrid report: all that the records of a recipe say, as one HTML file. */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "experiments/report/report.h"

#include <stdio.h>

typedef struct {
    const char *out, *baseline, *results;
    OptionList  set;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, out, "FILE", NULL,
                "where to write; results/NAME/report.html unless given"),
    OPTION_TEXT(Options, baseline, "STRATEGY", BASELINE, "what the others are compared with"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

static Status write_page(const void *opt, const Recipe *recipe, Err *err)
{
    const Options *o = opt;
    char    folder[CELL_PATH], path[CELL_PATH + 16];
    Results r;
    snprintf(folder, sizeof folder, "%s/%s", o->results, recipe->name);
    if (o->out) snprintf(path, sizeof path, "%s", o->out);
    else snprintf(path, sizeof path, "%s/report.html", folder);
    if (cli_results(&r, recipe, o->results, err)) return err->code;
    if (!o->out && file_make_folders(folder, err)) return err->code;
    ReportPlan plan = { .results = &r, .baseline = o->baseline, .out = o->out };
    Status     bad;
    while ((bad = report_write(&plan, path, err)) == STATUS_FORMAT && cli_doubt(&r)) continue;
    if (!bad) printf("%s\n", path);
    results_close(&r);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    (void)n;
    return cli_recipe(arguments[0], &((const Options *)opt)->set, write_page, opt);
}

COMMAND(report) = {
    .place = 83,
    .about = "everything on one page: words, table, figures, pictures, provenance",
    .arguments = "RECIPE",
    .least = 1,
    .most = 1,
    .details = "Reads records only, and writes one HTML file that needs nothing else: no\n"
               "network, no server; to be read on paper, a telephone, in the dark, and sent to\n"
               "others.  It says how sure its numbers are, and where each is from.  Where the\n"
               "grid varies the ratio, the epochs or another number, as with\n"
               "-s grid.pretrain.ratio=0.5,0.75, a slider leads through masks and\n"
               "reconstructions; arrow keys move it.",
    .examples = "  maskgrid report demo\n"
                "  maskgrid report table1 --out table1.html\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
