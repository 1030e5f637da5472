/* maskgrid bench: how fast, and how far from the machine's matrix products. */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/threads.h"
#include "experiments/bench/masks.h"
#include "experiments/bench/report.h"
#include "experiments/bench/show.h"
#include "experiments/figures/gnuplot.h"
#include "strategies/registry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const char *preset, *figures, *out, *photos;
    OptionList  against;
    bool        json, no_strategies, scaling, evaluation, attention, ranks, all, recompute;
    long        threads, rounds;
    double      seconds;
} Options;

static const Option options[] = {
    OPTION_CHOICE(Options, preset, "micro|tiny|small|base|large", NULL,
                  "this one only; large is 24 blocks at 224 px"),
    OPTION_FLAG(Options, recompute, "blocks keep their input only and run again going back"),
    OPTION_NUMBER(Options, seconds, "S", "20", 0.01, 3600,
                  "for a preset, a round; at least 3 steps"),
    OPTION_INT(Options, rounds, "N", "1", 1, ROUNDS_MOST, "rounds; medians are shown"),
    OPTION_LIST(Options, against, 0, "COMMAND",
                "another program, in turn with ours"),
    OPTION_INT(Options, threads, "N", "0", 0, 1024, "threads; 0: one a core"),
    OPTION_FLAG(Options, no_strategies, "leave out masks a second"),
    OPTION_FLAG(Options, scaling, "instead: threads, batch, ratio, loader, cells"),
    OPTION_FLAG(Options, evaluation, "instead: knn and linear-cached at 60,000 features"),
    OPTION_FLAG(Options, attention, "instead: ours, and the plain way with scores in memory"),
    OPTION_FLAG(Options, ranks, "instead: 2 to 512 ranks on networks, simulated from a step and, "
                "under mpirun in a build with MPI=1, from what is exchanged here"),
    OPTION_TEXT(Options, photos, "FOLDER", NULL,
                "instead: decoding and cropping its train/<class>/; scenes: drawn ones"),
    OPTION_FLAG(Options, all, "all of these but ranks, and micro and tiny on one thread"),
    OPTION_TEXT(Options, figures, "FOLDER", NULL, "draw what was measured there"),
    OPTION_FLAG(Options, json, "JSON instead of tables"),
    OPTION_TEXT(Options, out, "FILE", NULL, "JSON there, beside the tables"),
    { 0 }
};

/* --- presets ---------------------------------------------------------------- */

/* Said at once: the end may be far. */
static void note_failures(Report *r, const Comparison *c, Watch *w)
{
    for (const Against *a = c->against; a < c->against + c->others; a++) {
        if (!a->why[0]) continue;
        progress_say(&w->progress, "maskgrid: %s", a->why);
        if (!r->failed[0]) snprintf(r->failed, sizeof r->failed, "%s", a->why);
    }
}

static Status measure_preset(Report *r, Comparison *to, const CompareConfig *how,
                             const StepConfig *step, const Options *o, bool first, Watch *w,
                             Err *err)
{
    StepConfig asked = *step;
    asked.recompute = o->recompute;
    if (compare(to, how, &asked, w, err)) return err->code;
    if (!o->json) show_preset(to, first);
    note_failures(r, to, w);
    return STATUS_OK;
}

static Status measure_presets(Report *r, const Options *o, Watch *w, Err *err)
{
    for (const StepConfig *c = step_presets; c->preset; c++) {
        if (o->preset ? strcmp(o->preset, c->preset) != 0 : c->on_request) continue;
        CHECK(r->presets < REPORT_PRESETS, "more than %d presets", REPORT_PRESETS);
        if (measure_preset(r, &r->preset[r->presets], &r->how, c, o, !r->presets, w, err))
            return err->code;
        r->presets++;
    }
    if (!o->json) show_others(r->preset, r->presets);
    return STATUS_OK;
}

/* As the cells of a grid run: small presets, a thread each. */
static Status measure_singles(Report *r, const Options *o, Watch *w, Err *err)
{
    static const char *const presets[] = { "micro", "tiny" };
    CompareConfig            how = r->how;
    if (how.threads == 1) return STATUS_OK;
    how.threads = 1, how.seconds = o->seconds / 4;
    if (!o->json) printf("\none thread\n");
    for (int i = 0; i < 2; i++) {
        if (o->preset && strcmp(o->preset, presets[i])) continue;
        if (measure_preset(r, &r->single[r->singles], &how, step_preset(presets[i]), o,
                           !r->singles, w, err))
            return err->code;
        r->singles++;
    }
    if (!o->json) show_others(r->single, r->singles);
    return STATUS_OK;
}

/* --- strategies -------------------------------------------------------------- */

static Status measure_masks(Report *r, const Options *o, Watch *w, Err *err)
{
    if (!o->json)
        printf("\n%-12s %12s   (14 x 14, ratio 0.75, one thread)\n", "strategy", "masks/s");
    watch_name(w, "masks");
    for (const StrategyEntry *e = strategies; e->name; e++) {
        MaskRate *to = &r->strategy[r->strategies];
        CHECK(r->strategies < REPORT_STRATEGIES, "more than %d strategies", REPORT_STRATEGIES);
        to->name = e->name;
        if (masks_measure(&to->per_s, e->name, w, err)) return err->code;
        if (!o->json) printf("%-12s %12.0f\n", to->name, to->per_s.median);
        r->strategies++;
    }
    return STATUS_OK;
}

/* --- scaling ----------------------------------------------------------------- */

static Status measure_series(Report *r, const Options *o, Watch *w, Err *err)
{
    static const char *const presets[] = { "micro", "tiny" };
    for (int i = 0; i < 2; i++)
        for (Over over = 0; over < OVER_KINDS; over++) {
            Series *s = &r->series[r->n_series];
            if (o->preset && strcmp(o->preset, presets[i])) continue;
            if (series_measure(s, presets[i], over, o->seconds / 8, r->how.threads, w, err))
                return err->code;
            if (!o->json) show_series(s);
            r->n_series++;
        }
    return STATUS_OK;
}

static Status measure_scaling(Report *r, const Options *o, Watch *w, Err *err)
{
    enum { CELL_IMAGES = 2048 };
    const int images = o->seconds < 1 ? 256 : CELL_IMAGES, rounds = o->seconds < 1 ? 1 : 3;
    r->scaling = true;
    if (measure_series(r, o, w, err)) return err->code;
    watch_name(w, "loader");
    if (loader_measure(&r->loader, o->seconds / 4, r->how.threads, w, err)) return err->code;
    if (!o->json)
        printf("\nloader: %.2f ms a batch of micro from %s, %.1f %% of a step with it\n",
               1e3 * r->loader.batch_s.median, r->loader.data, 100 * r->loader.share);
    watch_name(w, "cells");
    if (cells_measure(&r->cells, images, rounds, w, err)) return err->code;
    if (!o->json)
        printf("cells: %.0f an hour with --jobs 1, %.0f with --jobs 2, %.2f times as many\n",
               r->cells.per_hour[0].median, r->cells.per_hour[1].median,
               r->cells.gain.median);
    return STATUS_OK;
}

/* --- evaluation -------------------------------------------------------------- */

static Status measure_evaluation(Report *r, const Options *o, Watch *w, Err *err)
{
    r->timed = evaluation_defaults();
    r->timed.threads = r->how.threads;
    if (o->seconds < 1) r->timed.train = 2000, r->timed.test = 500, r->timed.epochs = 2;
    watch_name(w, "evaluation");
    if (evaluation_measure(&r->timing, &r->timed, w, err)) return err->code;
    r->evaluation = true;
    if (!o->json)
        printf("\nknn: %.2f s, linear-cached: %.2f s, for %d and %d features of width %d,\n"
               "%d epochs\n",
               r->timing.knn_s.median, r->timing.linear_s.median, r->timed.train,
               r->timed.test, r->timed.width, r->timed.epochs);
    return STATUS_OK;
}

/* --- attention --------------------------------------------------------------- */

static Status measure_attention(Report *r, const Options *o, Watch *w, Err *err)
{
    watch_name(w, "attention");
    for (const AttentionShape *s = attention_shapes; s->tokens; s++) {
        AttentionTime *to = &r->attention[r->attentions];
        AttentionShape shape = *s;
        if (o->seconds < 1) shape.batch /= 8;
        if (attention_measure(to, &shape, o->seconds / 8, r->how.threads, w, err))
            return err->code;
        if (!o->json) show_attention(to, !r->attentions);
        r->attentions++;
    }
    return STATUS_OK;
}

/* --- photographs -------------------------------------------------------------- */

/* NULL: drawn ones. */
static const char *photo_folder(const Options *o)
{
    return o->photos && strcmp(o->photos, "scenes") ? o->photos : NULL;
}

static Status measure_photos(Report *r, const Options *o, Watch *w, Err *err)
{
    watch_name(w, "photos");
    if (photos_measure(&r->photo, photo_folder(o), o->seconds / 4, w, err)) return err->code;
    r->photos = true;
    if (!o->json) show_photos(&r->photo);
    return STATUS_OK;
}

static Status measure_ranks(Report *r, const Options *o, Watch *w, Err *err)
{
    const char *preset = o->preset ? o->preset : "tiny";
    watch_name(w, "ranks");
    if (network_measure_step(&r->rank, preset, o->seconds / 4, r->how.threads, w, err))
        return err->code;
    ranks_open(&r->ranks);
    if (network_measure_here(&r->rank, &r->ranks, err)) return err->code;
    if (!o->json && !r->ranks.own) show_ranks(&r->rank);
    return STATUS_OK;
}

/* --- all --------------------------------------------------------------------- */

static Status measure(Report *r, const Options *o, Watch *w, Err *err)
{
    bool chosen = o->scaling || o->evaluation || o->attention || o->photos || o->ranks;
    if ((o->all || !chosen) && measure_presets(r, o, w, err)) return err->code;
    if (o->all && measure_singles(r, o, w, err)) return err->code;
    if ((o->all || !chosen) && !o->no_strategies && measure_masks(r, o, w, err))
        return err->code;
    if ((o->all || o->scaling) && measure_scaling(r, o, w, err)) return err->code;
    if ((o->all || o->evaluation) && measure_evaluation(r, o, w, err)) return err->code;
    if ((o->all || o->attention) && measure_attention(r, o, w, err)) return err->code;
    if (o->ranks && measure_ranks(r, o, w, err)) return err->code;
    if ((o->all || o->photos) && measure_photos(r, o, w, err)) return err->code;
    return STATUS_OK;
}

/* --- before and after --------------------------------------------------------- */

/* A file can be written there; its folder is made. */
static Status check_file(const char *path, Err *err)
{
    char        folder[CELL_PATH], aside[CELL_PATH];
    const char *slash = strrchr(path, '/');
    struct stat is;
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 0, path);
    if (folder[0] && file_make_folders(folder, err)) return err->code;
    if (!stat(path, &is) && S_ISDIR(is.st_mode))
        return err_set(err, STATUS_IO, "%s: is a folder, not a file", path);
    file_aside(path, aside, sizeof aside);
    FILE *f = fopen(aside, "wb");
    if (!f) return err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
    fclose(f);
    remove(aside);
    return STATUS_OK;
}

static Status check_figures(const char *folder, Err *err)
{
    char path[CELL_PATH];
    snprintf(path, sizeof path, "%s/presets.tsv", folder);
    if (check_file(path, err) || gnuplot_check("rates", err)) return err->code;
    if (gnuplot_check("scaling", err)) return err->code;
    return gnuplot_check("network", err);
}

/* What can be known now: better to fail now than in ten minutes. */
static Status check(const Options *o, Err *err)
{
    if (o->against.n > OTHERS_MOST)
        return err_set(err, STATUS_CONFIG, "--against: given more than %d times", OTHERS_MOST);
    if (o->out && check_file(o->out, err)) return err->code;
    if (o->figures && check_figures(o->figures, err)) return err->code;
    return photo_folder(o) ? photos_check(photo_folder(o), err) : STATUS_OK;
}

static Status write_down(const Report *r, const Options *o, Err *err)
{
    Text   json = { 0 }, made = { 0 };
    Status bad = STATUS_OK;
    report_json(r, &json);
    if (o->json) printf("%s", json.s);
    if (o->out) bad = file_write(o->out, json.s, json.length, err);
    if (!bad && o->figures) bad = report_figures(r, o->figures, &made, err);
    if (!o->json) printf("%s%s", made.length ? "\n" : "", text_get(&made));
    text_free(&json);
    text_free(&made);
    return bad;
}

/* What was measured before something failed is written down too; not so if it was
 * stopped, for it might take the place of something whole. */
static Status measure_and_write(Report *r, const Options *o, Watch *w, Err *err)
{
    Err writing;
    quiet_start(&r->quiet);
    Status bad = measure(r, o, w, err);
    quiet_end(&r->quiet, r->how.threads);
    if (r->ranks.own) return bad; /* the first rank speaks for all */
    if (bad == STATUS_STOPPED) return err_in(err, "nothing is written");
    if (bad) snprintf(r->failed, sizeof r->failed, "%.*s", (int)sizeof r->failed - 1, err->text);
    else if (r->failed[0])
        bad = err_set(err, STATUS_FAILED, "another program failed; all else is kept");
    if (r->quiet.disturbed)
        progress_say(&w->progress, "maskgrid: the machine was disturbed: load %.1f at the "
                                   "start, other programs on %.2f processors since",
                     r->quiet.load_start, r->quiet.others);
    if (write_down(r, o, &writing)) bad = writing.code, *err = writing;
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    static Report  r;
    const Options *o = opt;
    Watch          w;
    Err            err;
    (void)arguments, (void)n;
    r = (Report){ .how = { .seconds = o->seconds, .rounds = (int)o->rounds,
                           .threads = o->threads ? (int)o->threads : threads_get(),
                           .against = o->against.item, .others = o->against.n } };
    if (check(o, &err) || watch_open(&w, stderr, &err)) return cli_fail(&err);
    Status bad = measure_and_write(&r, o, &w, &err);
    watch_close(&w);
    if (r.ranks.count) ranks_close(&r.ranks);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(bench) = {
    .place = 140,
    .about = "throughput, and how far from the machine's matrix products",
    .examples = "  maskgrid bench\n"
                "  maskgrid bench --preset tiny --json\n"
                "  maskgrid bench --against 'python3 scripts/bench_pytorch.py' --rounds 3\n"
                "  maskgrid bench --scaling --figures results/bench\n"
                "  mpirun -n 2 maskgrid bench --ranks --threads 1 --figures results/bench\n",
    .details = "A step is forward, backward and AdamW at ratio 0.75. GEMM is the time of the "
               "step's own matrix products alone, forward and backward, run by OpenBLAS at the "
               "same shapes in the same process, in turn with the steps. Figures are medians; "
               "MiB is the process's memory after the first steps, then what was predicted. "
               "COMMAND is given --preset, --seconds and --threads and prints one line of JSON: "
               "name, step_s, images_per_s, peak_bytes and program; times is our images a second "
               "over its own, memory our peak over its own. Plain attention is a call of "
               "OpenBLAS for each product of a head and a softmax over all scores, in memory, "
               "which are kept for the way back or computed again; shown is its time over ours. "
               "With --recompute, products that are made a second time count in the step only. A "
               "COMMAND that fails is said to have failed, and the rest is kept: exit code 1. "
               "Below one second, scaling, evaluation and attention are small too: a trial. "
               "Cells and drawn photographs lie in maskgrid-bench-XXXXXX below TMPDIR, which "
               "is removed at the end; after kill -9 it may be removed by hand.",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
