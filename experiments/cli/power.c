/* maskgrid power: how many seeds a difference takes to be found, and how many hours. */
#include "experiments/cli/cli.h"
#include "experiments/run/estimate.h"
#include "experiments/run/progress.h"
#include "experiments/table/table.h"
#include "experiments/table/tabular.h"

#include "core/base/threads.h"

#include <math.h>
#include <stdio.h>

enum { PAGE = 80 }; /* columns of prose */

typedef struct {
    double      difference, sd;
    const char *baseline, *results;
    OptionList  metric, set;
    long        jobs;
} Options;

static const Option options[] = {
    OPTION_NUMBER(Options, difference, "D", "0", 0, 1e9, "to be found, in the metric's units"),
    OPTION_LIST(Options, metric, 'm', "NAME", "only this metric: knn_top1"),
    OPTION_NUMBER(Options, sd, "SD", "0", 0, 1e9,
                  "deviation of paired differences; 0: as the records have it"),
    OPTION_TEXT(Options, baseline, "STRATEGY", BASELINE, "what the others are compared with"),
    OPTION_INT(Options, jobs, "N", "0", 0, 1024, "cells at a time; 0: one a core"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

/* --- hours ----------------------------------------------------------------- */

typedef struct {
    double seconds; /* that all cells of one seed take, on one thread each */
    int    cells;   /* of one seed                                         */
    bool   measured;
} SeedCost;

/* Of the first seed of the recipe, whether it is done or not. */
static SeedCost cost_of(const Recipe *r, const char *results)
{
    Arena    a;
    Works    w;
    SeedCost s = { 0 };
    double   flop = 0;
    arena_open(&a, "power", NULL, NULL);
    works_list(&w, &a, r, results);
    for (int i = 0; i < w.n; i++) {
        const Work *one = &w.work[i];
        if (one->cell->config.seed != r->cells[0].config.seed) continue;
        for (int k = 0; k < one->n; k++)
            flop += estimate_flop(one->tasks[k].cell, one->tasks[k].kind);
        s.cells++;
    }
    Pace pace = estimate_pace(&w);
    s.seconds = flop * pace.s_per_flop;
    s.measured = pace.records > 0;
    arena_close(&a);
    return s;
}

/* Seeds of which every row has the metric. */
static int seeds_done(const Results *r, int metric)
{
    int n = 0;
    for (int k = 0; k < r->n_seeds; k++) {
        bool all = true;
        for (int row = 0; row < r->n_rows && all; row++)
            all = !isnan(results_values(r, metric, row)[k]);
        n += all;
    }
    return n;
}

/* --- the answer ------------------------------------------------------------- */

/* One metric; NULL: nothing has been run, and --sd is of any. */
typedef struct {
    const Metric *metric;
    double        sd;   /* of paired differences; NaN: not known */
    int           done; /* seeds                                 */
} Need;

static Need need_of(const Options *o, const Results *r, int metric)
{
    Need need = { .metric = &r->metrics[metric].is, .sd = o->sd, .done = seeds_done(r, metric) };
    if (!(o->sd > 0)) need.sd = results_deviation(r, metric, o->baseline).sd;
    return need;
}

static void add_time(const Options *o, const SeedCost *cost, int seeds, Text *out)
{
    char span[32];
    int  cores = threads_available(), at_once = o->jobs ? (int)o->jobs : cores;
    if (at_once > cores) at_once = cores;
    if (at_once > seeds * cost->cells) at_once = seeds * cost->cells;
    progress_span(span, at_once ? seeds * cost->seconds / at_once : 0);
    text_add(out, "%s", span);
}

static void fill_row(const Options *o, const Need *need, const SeedCost *cost, Text *cell)
{
    text_add(&cell[0], "%s", need->metric ? table_head(need->metric) : "any");
    text_add(&cell[3], "%d", need->done);
    if (isnan(need->sd)) {
        text_add(&cell[1], "not known");
        return;
    }
    if (need->metric) table_number(need->metric, false, need->sd, &cell[1]);
    else text_add(&cell[1], "%g", need->sd);
    if (!(need->sd > 0)) { /* it says nothing of other seeds */
        text_add(&cell[2], "not known");
        return;
    }
    int seeds = stats_seeds(need->sd, o->difference);
    if (!seeds) text_add(&cell[2], "over %d", STATS_SEEDS_MOST);
    else {
        text_add(&cell[2], "%d", seeds);
        add_time(o, cost, seeds > need->done ? seeds - need->done : 0, &cell[4]);
    }
}

static void note(const Options *o, const SeedCost *cost, Text *out)
{
    Text prose = { 0 };
    text_add(&prose, "deviation: of differences from seed to seed, %s.  seeds: in all, %d at "
             "least, for below that no exact test reaches 5 %%.  time: of the seeds that are not "
             "done, with the %d cells of each, from %s.\n",
             o->sd > 0 ? "as given" : "pooled over the strategies' records", STATS_PAIRS_LEAST,
             cost->cells, cost->measured ? "cells that are done" : "a trial of this machine");
    text_add(&prose, "80 %% are those of a single t test.  compare asks for exact sign flips and "
             "Holm's adjustment too, and finds the same less often: what a t test of six seeds "
             "finds in 80 %% of cases passes both in 61 %%, and in 42 %% as one of five "
             "comparisons.\n");
    text_wrap(out, text_get(&prose), PAGE);
    text_free(&prose);
}

static void answer(const Options *o, const Need *need, int n, const SeedCost *cost)
{
    static const char *const heads[] = { "metric", "deviation", "seeds", "done", "time" };
    enum { HEADS = sizeof heads / sizeof *heads };
    Tabular to;
    Text    out = { 0 };
    tabular_open(&to, n + 1, HEADS, 1);
    for (int i = 0; i < HEADS; i++) text_add(tabular_cell(&to, 0, i), "%s", heads[i]);
    for (int i = 0; i < n; i++) fill_row(o, &need[i], cost, tabular_cell(&to, i + 1, 0));
    text_add(&out, "To find a difference of %g to %s in 80 %% of cases (one t test, two-sided 5 "
             "%%):\n\n", o->difference, o->baseline);
    tabular_text(&to, &out);
    text_add(&out, "\n");
    note(o, cost, &out);
    fputs(text_get(&out), stdout);
    text_free(&out);
    tabular_close(&to);
}

static Status show(const void *opt, const Recipe *recipe, Err *err)
{
    const Options *o = opt;
    Results r;
    int     metrics[METRICS_MOST], n = 0;
    Need    need[METRICS_MOST] = { { .sd = o->sd } };
    bool    known = o->sd > 0;
    results_open(&r, recipe, o->results);
    fputs(text_get(&r.notes), stderr);
    Status bad = results_check_baseline(&r, o->baseline, err);
    if (!bad) bad = table_choose(metrics, &n, &r, o->metric.item, o->metric.n, err);
    for (int i = 0; i < n; i++) {
        need[i] = need_of(o, &r, metrics[i]);
        known = known || !isnan(need[i].sd);
    }
    if (!bad && !known)
        bad = err_set(err, STATUS_CONFIG, "%s: no two seeds of %s and of another strategy are "
                      "done, so what differences deviate by is not known: run two, or say --sd",
                      recipe->name, o->baseline);
    if (!bad) {
        SeedCost cost = cost_of(recipe, o->results);
        answer(o, need, n ? n : 1, &cost);
    }
    results_close(&r);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Err            err;
    (void)n;
    if (!(o->difference > 0)) {
        err_set(&err, STATUS_CONFIG, "power needs --difference, above 0: what is to be found, as "
                "in --difference 0.2");
        return cli_fail(&err);
    }
    return cli_recipe(arguments[0], &o->set, show, o);
}

COMMAND(power) = {
    .place = 83,
    .about = "how many seeds a difference takes to be found, and how many hours",
    .arguments = "RECIPE",
    .least = 1,
    .most = 1,
    .details = "Before a grid is run: with so many seeds a paired t test at 5 % finds the\n"
               "difference in 80 of 100 cases; compare, which asks for sign flips and Holm's\n"
               "adjustment too, in fewer.  What differences deviate by from seed to seed is\n"
               "taken from the records, or --sd says it where there are none.",
    .examples = "  maskgrid power table1 --difference 0.2\n"
                "  maskgrid power table1 --difference 0.5 -m linear_top1 --jobs 8\n"
                "  maskgrid power table1 --difference 0.2 --sd 0.25\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
