/* maskgrid bench: how fast, and how far from the machine's matrix products. */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/threads.h"
#include "experiments/bench/masks.h"
#include "experiments/bench/report.h"
#include "strategies/registry.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *preset, *figures, *out, *photos;
    OptionList  against;
    bool        json, no_strategies, scaling, evaluation, attention, all, recompute;
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
                "another program, in turn with ours; may be given several times"),
    OPTION_INT(Options, threads, "N", "0", 0, 1024, "threads; 0: one a core"),
    OPTION_FLAG(Options, no_strategies, "leave out masks a second"),
    OPTION_FLAG(Options, scaling, "instead: threads, batch, ratio, loader, cells"),
    OPTION_FLAG(Options, evaluation, "instead: knn and linear-cached at 60,000 features"),
    OPTION_FLAG(Options, attention, "instead: ours, and the plain way with scores in memory"),
    OPTION_TEXT(Options, photos, "FOLDER", NULL,
                "instead: decoding and cropping its train/<class>/"),
    OPTION_FLAG(Options, all, "presets, strategies, scaling, evaluation, attention"),
    OPTION_TEXT(Options, figures, "FOLDER", NULL, "draw what was measured there"),
    OPTION_FLAG(Options, json, "JSON instead of tables"),
    OPTION_TEXT(Options, out, "FILE", NULL, "JSON there, beside the tables"),
    { 0 }
};

enum { MIB = 1 << 20 };

/* --- presets ---------------------------------------------------------------- */

static void print_preset(const Comparison *c, bool first)
{
    const Speed *v = &c->ours;
    if (first)
        printf("%-7s %9s %9s %8s %9s %9s %7s %9s\n", "preset", "step ms", "images/s",
               "GFLOP/s", "GEMM ms", "step/GEMM", "MiB", "predicted");
    printf("%-7s %9.2f %9.1f %8.1f %9.2f %9.2f %7.0f %9.0f\n", c->preset, 1e3 * v->step_s,
           v->images_per_s, 1e-9 * v->flop / v->step_s, 1e3 * v->gemm_s, v->step_over_gemm,
           v->peak_bytes / MIB, v->predicted_bytes / MIB);
    fflush(stdout);
}

/* The other programs, all of a preset beside each other. */
static void print_others(const Report *r)
{
    if (!r->how.others) return;
    printf("\n%-7s %-*s %8s %7s %7s %7s\n", "preset", OTHER_NAME, "program", "images/s",
           "times", "MiB", "memory");
    for (const Comparison *c = r->preset; c < r->preset + r->presets; c++)
        for (const Against *a = c->against; a < c->against + c->others; a++)
            printf("%-7s %s%*s %8.*f %7.2f %7.0f %7.2f\n", c->preset, a->other.program,
                   OTHER_NAME - text_width(a->other.program), "",
                   a->other.images_per_s < 10 ? 2 : 1, a->other.images_per_s, a->times,
                   a->other.peak_bytes / MIB, a->memory);
    fflush(stdout);
}

static Status measure_presets(Report *r, const Options *o, Err *err)
{
    for (const StepConfig *c = step_presets; c->preset; c++) {
        Comparison *to = &r->preset[r->presets];
        StepConfig  step = *c;
        if (o->preset ? strcmp(o->preset, c->preset) != 0 : c->on_request) continue;
        CHECK(r->presets < REPORT_PRESETS, "more than %d presets", REPORT_PRESETS);
        step.recompute = o->recompute;
        if (compare(to, &r->how, &step, err)) return err->code;
        if (!o->json) print_preset(to, !r->presets);
        r->presets++;
    }
    if (!o->json) print_others(r);
    return STATUS_OK;
}

/* --- strategies -------------------------------------------------------------- */

static Status measure_masks(Report *r, const Options *o, Err *err)
{
    if (!o->json)
        printf("\n%-12s %12s   (14 x 14, ratio 0.75, one thread)\n", "strategy", "masks/s");
    for (const StrategyEntry *e = strategies; e->name; e++) {
        MaskRate *to = &r->strategy[r->strategies];
        CHECK(r->strategies < REPORT_STRATEGIES, "more than %d strategies", REPORT_STRATEGIES);
        to->name = e->name;
        if (masks_measure(&to->per_s, e->name, err)) return err->code;
        if (!o->json) printf("%-12s %12.0f\n", to->name, to->per_s);
        r->strategies++;
    }
    return STATUS_OK;
}

/* --- scaling ----------------------------------------------------------------- */

static void print_series(const Series *s)
{
    printf("\n%-7s %9s %9s %9s %8s\n", s->preset, over_words[s->over], "step ms", "images/s",
           "GFLOP/s");
    for (int i = 0; i < s->n; i++)
        printf("%7s %9g %9.2f %9.1f %8.1f\n", "", s->at[i], 1e3 * s->speed[i].step_s,
               s->speed[i].images_per_s, 1e-9 * s->speed[i].flop / s->speed[i].step_s);
    fflush(stdout);
}

static Status measure_scaling(Report *r, const Options *o, Err *err)
{
    static const char *const presets[] = { "micro", "tiny" };
    enum { CELL_IMAGES = 4096 };
    const double point_s = o->seconds / 8, loader_s = o->seconds / 4;
    const int    images = o->seconds < 1 ? 256 : CELL_IMAGES;
    for (int i = 0; i < 2; i++)
        for (Over over = 0; over < OVER_KINDS; over++) {
            Series *s = &r->series[r->n_series];
            if (o->preset && strcmp(o->preset, presets[i])) continue;
            if (series_measure(s, presets[i], over, point_s, r->how.threads, err))
                return err->code;
            if (!o->json) print_series(s);
            r->n_series++;
        }
    if (loader_measure(&r->loader, loader_s, r->how.threads, err)) return err->code;
    if (!o->json)
        printf("\nloader: %.2f ms a batch of micro from %s, %.1f %% of a step with it\n",
               1e3 * r->loader.batch_s, r->loader.data, 100 * r->loader.share);
    if (cells_measure(&r->cells, images, err)) return err->code;
    if (!o->json)
        printf("cells: %.0f an hour with --jobs 1, %.0f with --jobs 2, %.2f times as many\n",
               r->cells.per_hour[0], r->cells.per_hour[1],
               r->cells.per_hour[1] / r->cells.per_hour[0]);
    r->scaling = true;
    return STATUS_OK;
}

/* --- evaluation -------------------------------------------------------------- */

static Status measure_evaluation(Report *r, const Options *o, Err *err)
{
    r->timed = evaluation_defaults();
    r->timed.threads = r->how.threads;
    if (o->seconds < 1) r->timed.train = 2000, r->timed.test = 500, r->timed.epochs = 2;
    if (evaluation_measure(&r->timing, &r->timed, err)) return err->code;
    r->evaluation = true;
    if (!o->json)
        printf("\nknn: %.2f s, linear-cached: %.2f s, for %d and %d features of width %d, %d "
               "epochs\n",
               r->timing.knn_s, r->timing.linear_s, r->timed.train, r->timed.test,
               r->timed.width, r->timed.epochs);
    return STATUS_OK;
}

/* --- attention --------------------------------------------------------------- */

static void print_attention(const AttentionTime *t, bool first)
{
    const AttentionShape *s = &t->shape;
    if (first)
        printf("\n%6s %6s %6s %6s %11s %8s %12s %8s %8s\n", "tokens", "width", "heads",
               "batch", "forward ms", "plain", "backward ms", "kept", "again");
    printf("%6d %6d %6d %6d %11.2f %7.2fx %12.2f %7.2fx %7.2fx\n", s->tokens, s->width,
           s->heads, s->batch, 1e3 * t->forward_s, t->forward_times, 1e3 * t->backward_s,
           t->backward_times, t->again_times);
    fflush(stdout);
}

static Status measure_attention(Report *r, const Options *o, Err *err)
{
    for (const AttentionShape *s = attention_shapes; s->tokens; s++) {
        AttentionTime *to = &r->attention[r->attentions];
        AttentionShape shape = *s;
        if (o->seconds < 1) shape.batch /= 8;
        if (attention_measure(to, &shape, o->seconds / 8, r->how.threads, err))
            return err->code;
        if (!o->json) print_attention(to, !r->attentions);
        r->attentions++;
    }
    return STATUS_OK;
}

/* --- photographs -------------------------------------------------------------- */

static Status measure_photos(Report *r, const Options *o, Err *err)
{
    if (photos_measure(&r->photo, o->photos, o->seconds / 4, err)) return err->code;
    r->photos = true;
    if (!o->json)
        printf("\nphotos: %.0f a second and core decoded and cropped to %d pixels, %.0f from "
               "memory\n",
               r->photo.decoded_per_s, PHOTO_SIZE, r->photo.kept_per_s);
    return STATUS_OK;
}

/* --- all --------------------------------------------------------------------- */

static Status measure(Report *r, const Options *o, Err *err)
{
    bool chosen = o->scaling || o->evaluation || o->attention || o->photos;
    r->how = (CompareConfig){ .seconds = o->seconds, .rounds = (int)o->rounds,
                              .threads = o->threads ? (int)o->threads : threads_get(),
                              .against = o->against.item, .others = o->against.n };
    if ((o->all || !chosen) && measure_presets(r, o, err)) return err->code;
    if ((o->all || !chosen) && !o->no_strategies && measure_masks(r, o, err)) return err->code;
    if ((o->all || o->scaling) && measure_scaling(r, o, err)) return err->code;
    if ((o->all || o->evaluation) && measure_evaluation(r, o, err)) return err->code;
    if ((o->all || o->attention) && measure_attention(r, o, err)) return err->code;
    if (o->photos && measure_photos(r, o, err)) return err->code;
    return STATUS_OK;
}

/* What can be known now: better to fail now than in ten minutes. */
static Status prepare(const Options *o, Err *err)
{
    char        folder[4096];
    if (o->against.n > OTHERS_MOST)
        return err_set(err, STATUS_CONFIG, "--against: given more than %d times", OTHERS_MOST);
    const char *slash = o->out ? strrchr(o->out, '/') : NULL;
    if (!slash || slash == o->out) return STATUS_OK;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - o->out), o->out);
    return file_make_folders(folder, err);
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

static int run(const void *opt, char *const *arguments, int n)
{
    static Report  r;
    const Options *o = opt;
    Err            err;
    (void)arguments, (void)n;
    r = (Report){ 0 };
    if (prepare(o, &err) || measure(&r, o, &err) || write_down(&r, o, &err)) return cli_fail(&err);
    return EXIT_DONE;
}

COMMAND(bench) = {
    .place = 140,
    .about = "throughput, and how far from the machine's matrix products",
    .examples = "  maskgrid bench\n"
                "  maskgrid bench --preset tiny --json\n"
                "  maskgrid bench --against 'python3 scripts/bench_pytorch.py' --rounds 3\n"
                "  maskgrid bench --scaling --figures results/bench\n",
    .details = "A step is forward, backward and AdamW at ratio 0.75. GEMM is the time of the "
               "step's own matrix products alone, forward and backward, run by OpenBLAS at the "
               "same shapes in the same process, in turn with the steps. Figures are medians; "
               "MiB is the process's memory after the first steps, then what was predicted. "
               "COMMAND is given --preset, --seconds and --threads and prints one line of JSON: "
               "name, step_s, images_per_s, peak_bytes and program; times is our images a second "
               "over its own, memory our peak over its own. Plain attention is a call of "
               "OpenBLAS for each product of a head and a softmax over all scores, in memory, "
               "which are kept for the way back or computed again; shown is its time over ours. "
               "Below one second, scaling, evaluation and attention are small too: a trial.",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
