/* maskgrid lint: the laws every strategy must obey, and what it does. */
#define _POSIX_C_SOURCE 200809L /* isatty */
#include "experiments/cli/cli.h"

#include "experiments/figures/sketch.h"
#include "experiments/lint/atlas.h"
#include "experiments/lint/page.h"
#include "experiments/lint/write.h"
#include "strategies/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FOUND_MOST = 512 };

typedef struct {
    const char *out, *atlas;
    OptionList  grid;
    bool        all, json;
    double      ratio, patience;
    long        draws;
} Options;

static const Option options[] = {
    OPTION_FLAG(Options, all, "every strategy there is, plug-ins and controls too, a line each"),
    OPTION_LIST(Options, grid, 0, "RxC",
                "patches to measure on, 14x14 or a recording's own"),
    OPTION_NUMBER(Options, ratio, "R", NULL, 0.0001, 0.9999,
                  "share of hidden patches (default: a recording's own, else 0.75)"),
    OPTION_INT(Options, draws, "N", "2000", 20, 1000000, "masks to measure"),
    OPTION_TEXT(Options, out, "FILE.h5", NULL, "all measures there too"),
    OPTION_TEXT(Options, atlas, "FILE.png", NULL,
                "draw masks, visibility, spectra and neighbours there; or FILE.svg"),
    OPTION_FLAG(Options, json, "JSON instead of text"),
    OPTION_NUMBER(Options, patience, "S", "10", 0.1, 3600,
                  "seconds of work for one mask, before it is an endless loop; ten times as "
                  "long asleep; twelve times for all laws, and a thousandth for each "
                  "mask that is measured"),
    { 0 }
};

typedef struct {
    const Options *o;
    Found         *found[FOUND_MOST];
    int            n, broken;
    double         told_s; /* when it was last said how it goes */
} Lint;

/* On a terminal a line that is written over, elsewhere one now and then. */
static void tell(void *to, const char *spec, const char *law, unsigned masks, double spent_s)
{
    Lint *l = to;
    bool  over = isatty(STDERR_FILENO);
    if (spent_s < l->told_s) l->told_s = 0;
    if (spent_s < l->told_s + (over ? 1 : 30)) return;
    l->told_s = spent_s;
    fprintf(stderr, over ? "\r%.40s: %s, %u masks in %.0f s \033[K\r"
                         : "maskgrid: %.200s: %s, %u masks in %.0f s\n",
            spec, law, masks, spent_s);
    fflush(stderr);
}

static void print(const Lint *l, const Found *f)
{
    if (l->o->json) return; /* all at once, in the end */
    if (l->o->all) {
        page_line(stdout, f);
    } else {
        if (l->n > 1) putchar('\n');
        page_print(stdout, f);
    }
    fflush(stdout);
}

static Status add(Lint *l, const char *spec, const char *grid, Err *err)
{
    LintConfig c = { .spec = spec, .open = strategy_open, .ratio = l->o->ratio,
                     .draws = (int)l->o->draws, .patience_s = l->o->patience,
                     .tell = tell, .to = l };
    const Recording *r = NULL;
    if (l->n == FOUND_MOST)
        return err_set(err, STATUS_CONFIG, "at most %d strategies on all grids",
                       FOUND_MOST);
    /* What is no recording breaks a law, which the child says. */
    Status bad = l->o->grid.n ? STATUS_OK : strategy_recording(&r, spec, err);
    if (bad && bad != STATUS_FORMAT) return bad;
    if (grid_read(&c.rows, &c.cols, grid, err)) return err->code;
    if (r) c.rows = r->rows, c.cols = r->cols;
    if (lint_run(&l->found[l->n], &c, err)) return err->code;
    const Found *f = l->found[l->n++];
    l->broken += lint_broken(f) > 0;
    print(l, f);
    return STATUS_OK;
}

/* Is it on this page already, by its text or as it was typed? */
static bool is_listed(const Lint *l, int first, const char *name, char *const *specs, int n)
{
    for (int i = first; i < l->n; i++)
        if (!strcmp(l->found[i]->spec, name)) return true;
    for (int i = 0; i < n; i++)
        if (!strcmp(specs[i], name)) return true;
    return false;
}

/* Each control with a strategy that looks, the next one for the next. */
static Status add_controls(Lint *l, const char *grid, Err *err)
{
    const MaskParam     *row = mask_common;
    const StrategyEntry *e = strategies;
    while (strcmp(row->key, "control")) row++;
    for (int i = 1; row->choices[i]; i++) {
        char  spec[128];
        Mask *m = NULL;
        for (; e->name && !m; e++) {
            Err none;
            snprintf(spec, sizeof spec, "%.80s:control=%s", e->name, row->choices[i]);
            if (e->strategy->needs && !strategy_open(&m, spec, 8, 8, &none)) continue;
        }
        CHECK(m, "no strategy for control=%s", row->choices[i]);
        mask_close(m);
        if (add(l, spec, grid, err)) return err->code;
    }
    return STATUS_OK;
}

static Status add_all(Lint *l, int first, const char *grid, char *const *specs, int n, Err *err)
{
    Text   names = { 0 };
    Status bad = STATUS_OK;
    strategy_names(&names);
    for (char *at = names.s, *end; !bad && (end = strchr(at, '\n')); at = end + 1) {
        *end = '\0';
        if (!is_listed(l, first, at, specs, n)) bad = add(l, at, grid, err);
    }
    text_free(&names);
    return bad ? bad : add_controls(l, grid, err);
}

static Status on_grid(Lint *l, const char *grid, char *const *specs, int n, Err *err)
{
    if (l->o->all && !l->o->json) {
        printf("%s%s patches, %g hidden, %ld masks of each\n", l->n ? "\n" : "", grid,
               l->o->ratio > 0 ? l->o->ratio : LINT_RATIO, l->o->draws);
        page_heading(stdout);
    }
    int first = l->n;
    for (int i = 0; i < n; i++)
        if (add(l, specs[i], grid, err)) return err->code;
    return l->o->all ? add_all(l, first, grid, specs, n, err) : STATUS_OK;
}

static Status lint_all(Lint *l, char *const *specs, int n, Err *err)
{
    const Options *o = l->o;
    Status         bad = STATUS_OK;
    if (o->atlas && canvas_can_write(o->atlas, NULL, err)) return err->code;
    if (!n && !o->all)
        return err_set(err, STATUS_CONFIG, "lint wants strategies, or --all");
    if (!o->grid.n) bad = on_grid(l, "14x14", specs, n, err);
    for (int g = 0; g < o->grid.n && !bad; g++)
        bad = on_grid(l, o->grid.item[g], specs, n, err);
    if (!bad && o->out) bad = write_h5(o->out, l->found, l->n, err);
    if (!bad && o->atlas) bad = atlas_write(o->atlas, l->found, l->n, err);
    return bad;
}

static void conclude(const Lint *l)
{
    if (l->o->json) {
        Text t = { 0 };
        write_json(&t, l->found, l->n);
        fputs(text_get(&t), stdout);
        text_free(&t);
    } else if (l->o->all && !l->broken) {
        printf("\n%d of %d keep all laws\n", l->n, l->n);
    }
    fflush(stdout);
    if (l->broken) fprintf(stderr, "maskgrid: %d of %d break a law\n", l->broken, l->n);
}

static int run(const void *opt, char *const *arguments, int n)
{
    Lint   l = { .o = opt };
    Err    err;
    Status bad = lint_all(&l, arguments, n, &err);
    if (!bad) conclude(&l);
    for (int i = 0; i < l.n; i++) lint_free(l.found[i]);
    return bad ? cli_fail(&err) : l.broken ? EXIT_CHECK_FAILED : EXIT_DONE;
}

COMMAND(lint) = {
    .place = 35,
    .arguments = "[STRATEGY ...]",
    .most = LIST_MOST,
    .about = "the laws every strategy must obey, and what it does in numbers",
    .details = "STRATEGY is a name with parameters, an expression, or a plug-in's file. "
               "Each is tried in a process of its own, so that one that crashes, hangs, "
               "or writes where it must not is named, with the law it broke. Strategies "
               "that look at images look at invented ones. Recorded masks are tried on what "
               "is recorded. Exit code 4 if a law is broken.",
    .examples = "  maskgrid lint --all --atlas atlas.png\n"
                "  maskgrid lint spiral:select=window --grid 14x14 --grid 8x24\n"
                "  maskgrid lint ./edges.so --out edges.h5\n"
                "  maskgrid lint ./masks.h5\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
