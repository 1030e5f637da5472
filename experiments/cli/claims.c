/* maskgrid claims: do our records bear out what papers say? */
#include "experiments/cli/cli.h"

#include "experiments/table/claims.h"

#include <stdio.h>
#include <unistd.h>

typedef struct {
    const char *format, *from, *results;
    OptionList  set;
} Options;

static const Option options[] = {
    OPTION_CHOICE(Options, format, "table|md|json", "table", "how to write it"),
    OPTION_TEXT(Options, from, "PLACE", NULL,
                "a file of claims, or a folder (default: the published ones)"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

static int judge(const Options *o, const Recipe *recipe, const Published *p)
{
    Results    r;
    Judgements j;
    Text       text = { 0 };
    Err        err;
    if (cli_results(&r, recipe, o->results, &err)) return cli_fail(&err);
    claims_judge(&j, p, &r);
    claims_write(&j, o->format, cli_columns(STDOUT_FILENO), &text);
    fputs(text_get(&text), stdout);
    const int contradicted = claims_count(&j, CLAIM_CONTRADICTED);
    text_free(&text);
    claims_close(&j);
    results_close(&r);
    return contradicted ? EXIT_CHECK_FAILED : EXIT_DONE;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Recipe        *recipe;
    Published      published;
    Err            err;
    (void)n;
    if (published_open(&published, o->from, &err)) return cli_fail(&err);
    if (recipe_open(&recipe, arguments[0], o->set.item, o->set.n, &err)) {
        published_close(&published);
        return cli_fail(&err);
    }
    if (recipe->notice) fprintf(stderr, "%s: %s\n", recipe->name, recipe->notice);
    const int code = judge(o, recipe, &published);
    recipe_close(recipe);
    published_close(&published);
    return code;
}

COMMAND(claims) = {
    .place = 82,
    .about = "which published orderings the records support, contradict or leave open",
    .arguments = "RECIPE",
    .least = 1,
    .most = 1,
    .details = "Reads records only.  A claim is supported or contradicted if there are six\n"
               "common seeds or more, and both the exact sign-flip test and the t test of the\n"
               "paired differences, adjusted by Holm for all claims, say less than 5 %; else\n"
               "it is undecided at this scale.  Claims are data: results/published/*.yaml.\n\n"
               "Exit codes: 0 none is contradicted, 4 some are, 2 the recipe or the claims are\n"
               "wrong, 5 there are no records yet.",
    .examples = "  maskgrid claims table1\n"
                "  maskgrid claims table1 --format md\n"
                "  maskgrid claims table1 --from my.yaml\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
