/* maskgrid status: how far a recipe is. */
#include "experiments/cli/cli.h"
#include "experiments/recipe/only.h"
#include "experiments/run/journal.h"
#include "experiments/run/slurm.h"
#include "experiments/run/work.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    OptionList  set, only;
    bool        failed;
    const char *format, *results;
} Options;

static const Option options[] = {
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_LIST(Options, only, 0, "CELL", "only such cells, as for run"),
    OPTION_FLAG(Options, failed, "list only cells that failed"),
    OPTION_CHOICE(Options, format, "table|json|csv", "table", "how to list"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

/* Where a process of this cell can be seen, that it runs is the whole truth; else what Slurm
 * will do with it says more than what became of it before. */
static const char *word_of(const Work *one, const SlurmTask *t)
{
    bool held = t && t->state != SLURM_NOTHING;
    bool idle = one->state == WORK_MISSING || one->state == WORK_FAILED;
    return held && idle ? slurm_word(t->state) : work_word(one->state);
}

/* "Slurm 12_3: Priority" */
static void remark_slurm(const SlurmTask *t, Text *out)
{
    if (!t || !t->job) return;
    text_add(out, "%sSlurm %ld_%d%s%s", out->length ? "; " : "", t->job, t->index,
             *t->said ? ": " : "", t->said);
}

static void remark_damage(const Work *one, Text *out)
{
    for (int i = 0; i < one->n; i++)
        if (one->tasks[i].damaged)
            text_add(out, "%s%s.h5", out->length ? ", " : "damaged: ",
                     one->tasks[i].cell->stage[one->tasks[i].kind].name);
}

/* "pretrain 40%, 900 images/s", "stopped at pretrain 40%", why it failed, which records are
 * damaged, or "". */
static void remark(const Works *w, const Work *one, Text *out)
{
    JournalLine line;
    char        folder[CELL_PATH];
    if (one->state == WORK_FAILED) text_add(out, "%s", one->why);
    if (one->state == WORK_FAILED || one->state == WORK_DONE) return;
    remark_damage(one, out);
    cell_folder(folder, w->results, one->cell);
    if (!journal_last(&line, folder)) return;
    text_add(out, "%s%s%s", out->length ? "; " : "",
             one->state == WORK_MISSING ? "stopped at " : "", line.stage);
    if (line.steps) text_add(out, " %ld%%", 100 * line.step / line.steps);
    if (one->state == WORK_RUNNING && line.images_per_s > 0)
        text_add(out, ", %.0f images/s", line.images_per_s);
}

/* s as a JSON string, or quoted for CSV. */
static void quoted(const char *s, bool json)
{
    putchar('"');
    for (; *s; s++) {
        if (*s == '"' || (json && *s == '\\')) putchar(json ? '\\' : '"');
        if (json && (unsigned char)*s < ' ') printf("\\u%04x", (unsigned)*s);
        else putchar(*s);
    }
    putchar('"');
}

static void json_number(const char *key, double x)
{
    if (isfinite(x)) printf(", \"%s\": %.6g", key, x);
    else printf(", \"%s\": null", key);
}

/* How far it is, or was when it stopped, as numbers. */
static void json_progress(const Works *w, const Work *one)
{
    JournalLine line;
    char        folder[CELL_PATH];
    cell_folder(folder, w->results, one->cell);
    if (one->state == WORK_DONE || !journal_last(&line, folder)) return;
    printf(", \"stage\": ");
    quoted(line.stage, true);
    printf(", \"step\": %ld, \"steps\": %ld", line.step, line.steps);
    json_number("loss", line.loss);
    json_number("images_per_s", line.images_per_s);
    json_number("elapsed_s", line.elapsed_s);
}

static void show(const Recipe *r, const Works *w, const Work *one, const SlurmTask *t,
                 const char *format)
{
    Text label = { 0 }, said = { 0 };
    int  done = 0;
    work_label(r, one->cell, &label);
    remark(w, one, &said);
    if (one->state != WORK_DONE) remark_slurm(t, &said);
    for (int i = 0; i < one->n; i++) done += one->tasks[i].done;
    const char *id = one->cell->stage[STAGE_PRETRAIN].id, *state = word_of(one, t);
    if (!strcmp(format, "table"))
        printf("%.16s  %-8s  %d/%d  %s%s%s\n", id, state, done, one->n, text_get(&label),
               said.length ? "  " : "", text_get(&said));
    else if (!strcmp(format, "csv")) {
        printf("%.16s,%s,%d,%d,", id, state, done, one->n);
        quoted(text_get(&label), false), putchar(','), quoted(text_get(&said), false);
        putchar('\n');
    } else {
        printf("    {\"cell\": \"%.16s\", \"state\": \"%s\", \"stages_done\": %d, "
               "\"stages\": %d, \"label\": ", id, state, done, one->n);
        quoted(text_get(&label), true);
        printf(", \"remark\": ");
        quoted(text_get(&said), true);
        json_progress(w, one);
        printf("}");
    }
    text_free(&label);
    text_free(&said);
}

/* Cells in Slurm's hands whose processes cannot be seen from here. */
static void show_slurm(const Recipe *r, const Works *w, const SlurmTask *t)
{
    int in[SLURM_RUNNING + 1] = { 0 };
    for (int i = 0; i < w->n; i++)
        if (strcmp(word_of(&w->work[i], &t[i]), work_word(w->work[i].state)))
            in[t[i].state]++;
    printf("%s: of these Slurm holds %d pending, %d requeued, %d running\n", r->name,
           in[SLURM_PENDING], in[SLURM_REQUEUED], in[SLURM_RUNNING]);
}

static void show_all(const Recipe *r, const Works *w, const SlurmTask *t, const Options *o)
{
    const char *format = o->format;
    int         in[WORK_DONE + 1] = { 0 }, shown = 0;
    for (int i = 0; i < w->n; i++) in[w->work[i].state]++;
    bool json = !strcmp(format, "json");
    if (json)
        printf("{\n  \"schema\": \"maskgrid-status-1\", \"recipe\": \"%s\", \"cells\": [\n",
               r->name);
    if (!strcmp(format, "csv")) printf("cell,state,stages_done,stages,label,remark\n");
    for (int i = 0; i < w->n; i++) {
        if (o->failed && w->work[i].state != WORK_FAILED) continue;
        if (json && shown++) printf(",\n");
        show(r, w, &w->work[i], t ? &t[i] : NULL, format);
    }
    if (json)
        printf("%s  ],\n  \"done\": %d, \"running\": %d, \"failed\": %d, \"missing\": %d\n}\n",
               shown ? "\n" : "", in[WORK_DONE], in[WORK_RUNNING], in[WORK_FAILED],
               in[WORK_MISSING]);
    if (!strcmp(format, "table"))
        printf("%s: %d of %d done, %d running, %d failed, %d missing\n", r->name,
               in[WORK_DONE], w->n, in[WORK_RUNNING], in[WORK_FAILED], in[WORK_MISSING]);
    if (!strcmp(format, "table") && t) show_slurm(r, w, t);
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Recipe        *r;
    Arena          arena;
    Works          w;
    Err            err;
    (void)n;
    if (recipe_open_only(&r, arguments[0], o->set.item, o->set.n, o->only.item, o->only.n, &err))
        return cli_fail(&err);
    arena_open(&arena, "status", NULL, NULL);
    works_list(&w, &arena, r, o->results);
    show_all(r, &w, slurm_tasks(&arena, &w, r), o);
    arena_close(&arena);
    recipe_close(r);
    return EXIT_DONE;
}

COMMAND(status) = {
    .place = 60, .arguments = "RECIPE", .least = 1, .most = 1,
    .about = "what is done, running, failed and missing of a recipe",
    .details = "Of cells that were submitted to Slurm (maskgrid plan --slurm) it says which "
               "are pending, requeued or running there: by what their tasks have noted, and "
               "by squeue where there is one.",
    .examples = "  maskgrid status demo\n  maskgrid status table1 --format json\n",
    .options = options, .size = sizeof(Options), .run = run,
};
