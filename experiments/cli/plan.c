/* maskgrid plan: check a recipe completely, list its cells, say what they cost. */
#include "core/base/file.h"
#include "core/tape/backend.h"
#include "experiments/cli/cli.h"
#include "experiments/recipe/only.h"
#include "experiments/run/estimate.h"
#include "experiments/run/fit.h"
#include "experiments/run/outlook.h"
#include "experiments/run/overhead.h"
#include "experiments/run/progress.h"
#include "experiments/run/slurm_script.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    OptionList  set, only;
    long        jobs, limit;
    bool        failed, resolved, keys, slurm;
    const char *results;
} Options;

static const Option options[] = {
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key: seed=3, grid.seed=0..5"),
    OPTION_AUTO(Options, jobs, 1024, "cells at a time, as for run"),
    OPTION_LIST(Options, only, 0, "CELL", "only such cells, as for run"),
    OPTION_FLAG(Options, failed, "only cells that failed before"),
    OPTION_INT(Options, limit, "N", "0", 0, 1e9, "only the first so many that are to be run"),
    OPTION_FLAG(Options, resolved, "the value of every key, and where it comes from"),
    OPTION_FLAG(Options, keys, "all keys that a recipe may have; needs no recipe"),
    OPTION_FLAG(Options, slurm, "write a batch script, to FILE or the terminal; see below"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

/* --- keys ---------------------------------------------------------------- */

static int list_keys(void)
{
    enum { LEFT = 29 };
    Text range = { 0 }, initial = { 0 };
    for (int i = 0; i < schema_count(); i++) {
        const Key *k = schema_key(i);
        text_clear(&range);
        text_clear(&initial);
        schema_range(i, &range);
        schema_default(i, &initial);
        if (initial.length) text_add(&range, ", default %s", text_get(&initial));
        cli_beside(LEFT, k->name, k->about);
        cli_beside(LEFT, "", text_get(&range));
    }
    text_free(&range);
    text_free(&initial);
    cli_beside(LEFT, "grid.KEY", "vary a key: [a, b], 0..5, 0.1..0.9..0.2");
    cli_beside(LEFT, "grid.zip|union|exclude",
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

/* Of all that is to be run.  Operations are shared by all threads; what a cell takes besides
 * has one. */
static double all_seconds(const Works *w, const Pace *p, int at_once, int threads, int cores)
{
    const Overhead o = overhead_try(w->results);
    const int      busy = at_once * threads < cores ? at_once * threads : cores;
    double         flop = 0, besides = 0;
    for (int i = 0; i < w->n; i++) {
        flop += outlook_left(&w->work[i]);
        besides += overhead_seconds(&o, &w->work[i]);
    }
    return flop * p->s_per_flop / busy + besides / (at_once < cores ? at_once : cores);
}

static void show_total(const Fit *f, const Recipe *r, const Works *w)
{
    char        span[32];
    MemoryTaken taken = estimate_memory_taken(w);
    const int   cores = f->machine.cores, jobs = f->share.jobs, threads = f->share.threads;
    const int   at_once = jobs < f->cells ? jobs : f->cells;
    printf("\n%s: %d cell%s, %d to run with %d stage%s (+)\n", r->name, w->n,
           text_s(w->n), f->cells, f->stages, text_s((size_t)f->stages));
    if (taken.measured > 0)
        printf("done    took %.0f MB a cell at most; %.0f MB were predicted\n",
               taken.measured / 1e6, taken.predicted / 1e6);
    if (!f->cells) return;
    const Pace p = estimate_pace(w);
    progress_span(span, all_seconds(w, &p, at_once, threads, cores));
    printf("time    about %s with %d at a time, threads of each: %d; from %s\n", span, at_once,
           threads, p.records ? "cells that are done" : "a trial of this machine");
    printf("memory  about %.0f MB a cell, %.0f MB at a time", f->bytes / 1e6,
           at_once * f->bytes / 1e6);
    if (isfinite(f->machine.unused)) printf(" of %.0f MB free", f->machine.unused / 1e6);
    printf("\ndisk    about %.0f MB", f->disk / 1e6);
    if (isfinite(f->disk_free)) printf(" of %.0f MB free", f->disk_free / 1e6);
    printf("\n");
}

static int show_plan(const Options *o, const Recipe *r)
{
    const Cell *c = r->cells;
    Arena       arena;
    Works       w;
    Fit         f;
    Err         err;
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
    works_pick(&w, o->failed, o->limit);
    show_cells(r, &w);
    fit_works(&f, &w, o->jobs ? (int)o->jobs : r->base.jobs, r->base.threads);
    show_total(&f, r, &w);
    int code = fit_check(&f, &w, r, &err) ? cli_fail(&err) : EXIT_DONE;
    arena_close(&arena);
    return code;
}

/* --- for Slurm ----------------------------------------------------------- */

/* Seconds of the longest cell. */
static double longest(const Works *w, int threads)
{
    const double   pace = estimate_pace(w).s_per_flop / threads;
    const Overhead o = overhead_try(w->results);
    double         most = 0;
    for (int i = 0; i < w->n; i++)
        most = fmax(most, pace * outlook_left(&w->work[i]) + overhead_seconds(&o, &w->work[i]));
    return most;
}

static void tell_how(const Recipe *r, const char *file)
{
    Text command = { 0 };
    text_add(&command, "bash ");
    text_add_word(&command, file);
    fprintf(stderr, "%s: `%s` submits it\n", r->name, text_get(&command));
    text_free(&command);
}

/* The recipe would be gone. */
static Status check_file(const char *file, const Recipe *r, Err *err)
{
    if (!file || !file_same(file, r->path)) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "--slurm %s: that is the recipe; name another file", file);
}

static Status write_script(const Options *o, const Recipe *r, const char *word,
                           const char *file, Err *err)
{
    Arena arena;
    Works w;
    Text  script = { 0 };
    char  folder[CELL_PATH];
    if (check_file(file, r, err)) return err->code;
    arena_open(&arena, "plan", NULL, NULL);
    works_list(&w, &arena, r, o->results);
    works_pick(&w, o->failed, o->limit);
    const Work *largest = estimate_works(&w);
    int         jobs = o->jobs ? (int)o->jobs : r->base.jobs;
    SlurmScript s = { .recipe = word, .settings = o->set.item, .n_settings = o->set.n,
                      .threads = r->base.threads ? r->base.threads : 1, .at_once = jobs,
                      .bytes = largest ? largest->bytes : 0 };
    s.seconds = longest(&w, s.threads);
    slurm_folder(folder, o->results, r);
    Status bad = slurm_script(&script, &w, r, &s, err);
    if (!bad) bad = file_make_folders(folder, err);
    if (!bad && file) bad = file_write(file, script.s, script.length, err);
    else if (!bad) fputs(text_get(&script), stdout);
    if (!bad && file) tell_how(r, file);
    text_free(&script);
    arena_close(&arena);
    return bad;
}

/* --- the command --------------------------------------------------------- */

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    const Backend *be;
    Recipe        *r;
    Err            err;
    if (o->keys) return list_keys();
    if (!n || (n == 2 && !o->slurm)) {
        err_set(&err, STATUS_CONFIG, n ? "plan takes FILE only with --slurm"
                                       : "plan takes RECIPE; see maskgrid plan --help");
        return cli_fail(&err);
    }
    if (recipe_open_only(&r, arguments[0], o->set.item, o->set.n, o->only.item, o->only.n, &err))
        return cli_fail(&err);
    int code = EXIT_DONE;
    if (o->resolved) show_resolved(r);
    else if (backend_open(&be, NULL, &err)) code = cli_fail(&err); /* for a trial of it */
    else if (o->slurm) {
        if (write_script(o, r, arguments[0], n == 2 ? arguments[1] : NULL, &err))
            code = cli_fail(&err);
    } else code = show_plan(o, r);
    recipe_close(r);
    return code;
}

COMMAND(plan) = {
    .place = 40, .arguments = "RECIPE [FILE]", .least = 0, .most = 2,
    .about = "check a recipe, list its cells, estimate time, memory and disk",
    .details = "Runs nothing.  A stage marked with + is still to be run.  A recipe whose cells "
               "cannot fit in memory, or on the disk, is an error.\n\n"
               "--slurm writes a script with a task for each cell that is not done; "
               "`bash FILE` submits it and the table after it, with any options of sbatch, "
               "`sbatch FILE` the cells alone, 1001 of them at most.  Time and memory are those "
               "of the estimate with room to spare; a task whose time is up saves what it has, "
               "queues again and goes on.  --jobs limits how many run at a time, run.threads "
               "says how many processors each has.  `maskgrid status` knows what Slurm holds.",
    .examples = "  maskgrid plan demo\n"
                "  maskgrid plan table1 --resolved -s grid.seed=0..9\n"
                "  maskgrid plan --keys\n"
                "  maskgrid plan table1 --slurm table1.sh --jobs 8 -s run.threads=4\n",
    .options = options, .size = sizeof(Options), .run = run,
};
