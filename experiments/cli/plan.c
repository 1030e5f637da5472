/* maskgrid plan: check a recipe completely, list its cells, say what they cost. */
#include "core/base/threads.h"
#include "experiments/cli/cli.h"
#include "experiments/run/estimate.h"
#include "experiments/run/progress.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    OptionList  set;
    long        jobs;
    bool        resolved, keys;
    const char *results;
} Options;

static const Option options[] = {
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key: seed=3, grid.seed=0..5"),
    OPTION_INT(Options, jobs, "N", "0", 0, 1024, "cells at a time; 0: one a core"),
    OPTION_FLAG(Options, resolved, "the value of every key, and where it comes from"),
    OPTION_FLAG(Options, keys, "all keys that a recipe may have; needs no recipe"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

/* --- keys ---------------------------------------------------------------- */

static int list_keys(void)
{
    printf("%-28s %-20s %-22s %s\n", "key", "default", "values", "meaning");
    for (int i = 0; i < schema_count(); i++) {
        const Key *k = schema_key(i);
        Text       initial = { 0 }, range = { 0 };
        schema_default(i, &initial);
        schema_range(i, &range);
        printf("%-28s %-20s %-22s %s\n", k->name, text_get(&initial), text_get(&range),
               k->about);
        text_free(&initial);
        text_free(&range);
    }
    printf("%-28s %-20s %-22s %s\n", "grid.KEY", "", "values or ranges",
           "vary a key: [a, b], 0..5, 0.1..0.9..0.2");
    printf("%-28s %-20s %-22s %s\n", "grid.zip|union|exclude", "", "maps",
           "which combinations: experiments/recipes/README.md");
    return EXIT_DONE;
}

/* What detect and segment see, and train. */
static void show_dense(const Cell *c)
{
    static const StageKind kinds[] = { STAGE_DETECT, STAGE_SEGMENT };
    for (int i = 0; i < 2; i++) {
        const DenseFacts *f = cell_dense(c, kinds[i]);
        if (!f) continue;
        const DenseTask d = config_dense(&c->config, kinds[i]);
        printf("%-7s %s: %d + %d images of %d classes, seen at %d x %d; model %s\n",
               stage_word(kinds[i]), d.data.name, f->train_count, f->test_count, f->classes,
               d.size, d.size, d.model);
    }
}

static void show_resolved(const Recipe *r)
{
    const Cell *c = r->cells;
    for (int i = 0; i < schema_count(); i++) {
        const Key *k = schema_key(i);
        Text       value = { 0 }, from = { 0 };
        Origin     o = recipe_origin(r, c, i);
        bool       varied = false;
        for (int x = 0; x < r->grid.n; x++) {
            if (r->grid.axis[x].key != i) continue;
            for (int v = 0; v < r->grid.axis[x].n; v++)
                text_add(&value, "%s%s", v ? ", " : "", r->grid.axis[x].values[v].text);
            varied = true;
        }
        if (!varied) schema_get(&c->config, i, &value);
        origin_text(&o, &from);
        printf("%s: %s%s%s  # %s\n", k->name, varied ? "[" : "", text_get(&value),
               varied ? "]" : "", text_get(&from));
        text_free(&value);
        text_free(&from);
    }
}

/* --- cells --------------------------------------------------------------- */

static void show_cells(const Recipe *r, const Works *w)
{
    for (int i = 0; i < w->n; i++) {
        const Work *one = &w->work[i];
        Text        label = { 0 };
        work_label(r, one->cell, &label);
        printf("%.16s  %-8s  %-40s ", one->cell->stage[STAGE_PRETRAIN].id,
               work_word(one->state), text_get(&label));
        for (int k = 0; k < one->n; k++) {
            const Task *t = &one->tasks[k];
            printf(" %s%s", t->done ? "" : "+", t->cell->stage[t->kind].name);
        }
        putchar('\n');
        text_free(&label);
    }
}

typedef struct { int cells, stages; double flop, memory, disk; } Total;

static Total total_of(const Works *w)
{
    Total t = { .memory = estimate_most_memory(w) };
    for (int i = 0; i < w->n; i++) {
        const Work *one = &w->work[i];
        int         before = t.stages;
        for (int k = 0; k < one->n; k++) {
            const Cell *c = one->tasks[k].cell;
            StageKind   kind = one->tasks[k].kind;
            if (!work_needs(one, k)) continue;
            t.flop += estimate_flop(c, kind);
            t.stages++;
        }
        if (t.stages == before) continue;
        t.cells++;
        t.disk += estimate_disk(one->cell);
    }
    return t;
}

static void show_total(const Options *o, const Recipe *r, const Works *w)
{
    char        span[32];
    Total       t = total_of(w);
    MemoryTaken taken = estimate_memory_taken(w);
    Pace        p = t.cells ? estimate_pace(w) : (Pace){ 0 };
    int         cores = threads_available(), at_once = o->jobs ? (int)o->jobs : cores;
    if (at_once > t.cells) at_once = t.cells;
    printf("\n%s: %d cells, %d to run with %d stages (+)\n", r->name, w->n, t.cells,
           t.stages);
    if (taken.measured > 0)
        printf("done    took %.0f MB a cell at most; %.0f MB were predicted\n",
               taken.measured / 1e6, taken.predicted / 1e6);
    if (!t.cells) return;
    progress_span(span, t.flop * p.s_per_flop / (at_once < cores ? at_once : cores));
    printf("time    about %s with %d at a time, from %s\n", span, at_once,
           p.records ? "cells that are done" : "a trial of this machine");
    printf("memory  about %.0f MB a cell, %.0f MB at a time", t.memory / 1e6,
           at_once * t.memory / 1e6);
    if (memory_available() > 0) printf(" of %.0f MB free", memory_available() / 1e6);
    printf("\ndisk    about %.0f MB\n", t.disk / 1e6);
}

static int show_plan(const Options *o, const Recipe *r)
{
    const Cell *c = r->cells;
    Arena       arena;
    Works       w;
    char        unlabeled[64] = "";
    if (c->config.data.unlabeled_count)
        snprintf(unlabeled, sizeof unlabeled, "; pre-trained on %d without labels",
                 c->data->pretrain_count);
    if (r->notice) fprintf(stderr, "%s: %s\n", r->name, r->notice);
    printf("%s: %s\nrecipe  %s\ndata    %s: %d + %d images of %d x %d x %d, %d classes%s\n"
           "model   %d wide, %d blocks, %d heads; patches of %d pixels, %d x %d of them\n",
           r->name, *r->base.about ? r->base.about : "no description", r->path,
           c->config.data.name, c->data->train_count, c->data->test_count, c->data->height,
           c->data->width, c->data->channels, c->data->classes, unlabeled, c->config.model.width,
           c->config.model.depth, c->config.model.heads, c->config.model.patch, c->rows,
           c->cols);
    show_dense(c);
    printf("\n");
    arena_open(&arena, "plan", NULL, NULL);
    works_list(&w, &arena, r, o->results);
    show_cells(r, &w);
    show_total(o, r, &w);
    arena_close(&arena);
    return EXIT_DONE;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Recipe        *r;
    Err            err;
    if (o->keys) return list_keys();
    if (!n) {
        err_set(&err, STATUS_CONFIG, "plan takes RECIPE; see maskgrid plan --help");
        return cli_fail(&err);
    }
    if (recipe_open(&r, arguments[0], o->set.item, o->set.n, &err)) return cli_fail(&err);
    int code = EXIT_DONE;
    if (o->resolved) show_resolved(r);
    else code = show_plan(o, r);
    recipe_close(r);
    return code;
}

COMMAND(plan) = {
    .place = 40, .arguments = "RECIPE", .least = 0, .most = 1,
    .about = "check a recipe, list its cells, estimate time, memory and disk",
    .details = "Runs nothing.  A stage marked with + is still to be run.",
    .examples = "  maskgrid plan demo\n"
                "  maskgrid plan table1 --resolved -s grid.seed=0..9\n"
                "  maskgrid plan --keys\n",
    .options = options, .size = sizeof(Options), .run = run,
};
