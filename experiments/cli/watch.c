/* maskgrid watch: how the running cells of a recipe go, until none runs any more. */
#define _POSIX_C_SOURCE 200809L /* isatty, fileno, nanosleep */
#include "core/base/threads.h"
#include "experiments/cli/cli.h"
#include "experiments/recipe/only.h"
#include "experiments/run/progress.h"
#include "experiments/run/pulse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Columns of a line that are not its label.  Where they leave it too few the curve is left out,
 * then the time. */
enum { CELLS_MOST = 16, BESIDE = 57, LEFT = 9, LABEL_LEAST = 12 };

static const double REDRAW_S = 1, LINES_S = 30, QUIET_S = 5;

typedef struct {
    OptionList  set, only;
    bool        once;
    const char *results;
} Options;

static const Option options[] = {
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_LIST(Options, only, 0, "CELL", "only such cells, as for run"),
    OPTION_FLAG(Options, once, "look once, and end"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

typedef struct {
    const Recipe *recipe;
    Works         works;
    Progress      line;
    bool          terminal;
    int           columns;
    int           drawn;     /* lines that stand on the terminal */
    double        flop_left, flop_per_s;
} Look;

/* --- one look ------------------------------------------------------------ */

/* The end of a label tells cells apart as often as its beginning. */
static void add_label(Look *v, const Work *w, int wide, Text *out)
{
    enum { END = 8 };
    Text label = { 0 };
    work_label(v->recipe, w->cell, &label);
    if ((int)label.length <= wide) text_add(out, "%-*s", wide, text_get(&label));
    else
        text_add(out, "%.*s..%s", wide - END - 2, label.s, label.s + label.length - END);
    text_free(&label);
}

static void add_cell(Look *v, const Work *w, const Pulse *p, Text *out)
{
    StageKind kind;
    char      left[32];
    const char *stage = stage_of(&kind, p->last.stage) ? stage_word(kind) : p->last.stage;
    int        wide = v->columns - BESIDE;
    const bool curve = wide >= LABEL_LEAST, time = wide + PULSE_PARTS >= LABEL_LEAST;
    wide += (curve ? 0 : PULSE_PARTS) + (time ? 0 : LEFT);
    progress_span(left, p->stage_left_s);
    add_label(v, w, wide > LABEL_LEAST ? wide : LABEL_LEAST, out);
    text_add(out, " %-11.11s %3ld%% ", stage,
             p->last.steps ? 100 * p->last.step / p->last.steps : 0);
    if (curve) pulse_curve(p, out);
    if (isfinite(p->last.loss)) text_add(out, " %7.4g", p->last.loss);
    else text_add(out, " %7s", "");
    if (time) text_add(out, " %*s", LEFT - 1, isfinite(p->stage_left_s) ? left : "");
    text_add(out, "\n");
}

static void add_running(Look *v, const Work *w, Text *out)
{
    Pulse p;
    v->line.running++;
    if (!pulse_take(&p, w, v->works.results)) {
        v->flop_left += pulse_flop(w);
        return;
    }
    v->flop_left += p.flop_left, v->flop_per_s += p.flop_per_s;
    if (p.last.images_per_s > 0) v->line.images_per_s += p.last.images_per_s;
    if (v->line.running <= CELLS_MOST) add_cell(v, w, &p, out);
}

/* What is done does not become undone while one watches. */
static void look(Look *v, Text *out)
{
    Text      cells = { 0 };
    Progress *line = &v->line;
    line->done = line->failed = line->running = 0;
    line->images_per_s = v->flop_left = v->flop_per_s = 0;
    for (int i = 0; i < v->works.n; i++) {
        Work *w = &v->works.work[i];
        if (w->state != WORK_DONE) work_look(w, v->works.results);
        line->done += w->state == WORK_DONE;
        line->failed += w->state == WORK_FAILED;
        if (w->state == WORK_RUNNING) add_running(v, w, &cells);
        else if (w->state != WORK_DONE) v->flop_left += pulse_flop(w);
    }
    line->left_s = v->flop_per_s > 0 ? v->flop_left / v->flop_per_s : (double)NAN;
    progress_text(line, out, v->terminal ? v->columns : 0);
    text_add(out, "\n%s", text_get(&cells));
    if (line->running > CELLS_MOST)
        text_add(out, "and %d more\n", line->running - CELLS_MOST);
    text_free(&cells);
}

/* --- until nothing runs -------------------------------------------------- */

static void show(Look *v, const Text *t)
{
    if (v->drawn) printf("\033[%dA\033[J", v->drawn);
    fputs(text_get(t), stdout);
    fflush(stdout);
    v->drawn = 0;
    for (const char *s = text_get(t); v->terminal && *s; s++) v->drawn += *s == '\n';
}

/* A run that has just been typed has not begun yet, and between two cells nothing runs. */
static void watch(Look *v, bool once)
{
    const double every = v->terminal ? REDRAW_S : LINES_S;
    double       shown = -INFINITY, busy = clock_s();
    Text         last = { 0 };
    for (bool over = false; !over;) {
        Text t = { 0 };
        look(v, &t);
        double now = clock_s();
        if (v->line.running) busy = now;
        over = once || v->line.done == v->line.total || now - busy > QUIET_S;
        const bool news = strcmp(text_get(&t), text_get(&last)) != 0;
        if (now - shown >= every || (over && news)) {
            show(v, &t);
            shown = now;
            text_clear(&last);
            text_add(&last, "%s", text_get(&t));
        }
        text_free(&t);
        if (!over) nanosleep(&(struct timespec){ .tv_sec = (time_t)REDRAW_S }, NULL);
    }
    text_free(&last);
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Recipe        *r;
    Arena          arena;
    Err            err;
    const char    *term = getenv("TERM");
    (void)n;
    if (recipe_open_only(&r, arguments[0], o->set.item, o->set.n, o->only.item, o->only.n, &err))
        return cli_fail(&err);
    arena_open(&arena, "watch", NULL, NULL);
    Look v = { .recipe = r, .columns = cli_columns(STDOUT_FILENO),
               .terminal = isatty(STDOUT_FILENO) && !(term && !strcmp(term, "dumb")) };
    works_list(&v.works, &arena, r, o->results);
    progress_open(&v.line, r->name, NULL);
    v.line.total = v.works.n;
    watch(&v, o->once);
    arena_close(&arena);
    recipe_close(r);
    return v.line.failed ? EXIT_CELLS_FAILED : EXIT_DONE;
}

COMMAND(watch) = {
    .place = 62, .arguments = "RECIPE", .least = 1, .most = 1,
    .about = "how the running cells go: loss, pace, time left; until none runs",
    .details = "A line for the recipe, then one for each running cell: its stage, how far it "
               "is, the curve of its loss over all of its steps, the last loss, and the time "
               "that the stage still takes.  On a terminal they are drawn anew each second, "
               "elsewhere written every half minute.  Ends with 3 if cells have failed.",
    .examples = "  maskgrid watch table1\n  maskgrid watch table1 --once\n",
    .options = options, .size = sizeof(Options), .run = run,
};
