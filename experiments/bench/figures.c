#include "experiments/bench/report.h"

#include "core/base/file.h"
#include "experiments/figures/gnuplot.h"
#include "experiments/record/provenance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- drawing ----------------------------------------------------------------- */

enum { PATH_ROOM = 4096 };

typedef struct {
    const Report *r;
    const char   *folder;
    Text         *made, footer;
} Sheet;

/* FOLDER/name.tsv, then the script on it; the footer is the last argument. */
static Status draw(const Sheet *s, const char *script, const char *name, const Text *tsv,
                   const char *const *arguments, Err *err)
{
    const char *all[GNUPLOT_ARGUMENTS + 1];
    char        out[PATH_ROOM], path[PATH_ROOM + 8];
    int         n = snprintf(out, sizeof out, "%s/%s", s->folder, name), k = 1;
    CHECK(n > 0 && n < (int)sizeof out, "path too long: %s", s->folder);
    snprintf(path, sizeof path, "%s.tsv", out);
    if (file_write(path, tsv->s, tsv->length, err)) return err->code;
    text_add(s->made, "%s\n", path);
    for (all[0] = path; *arguments && k < GNUPLOT_ARGUMENTS - 1;) all[k++] = *arguments++;
    all[k++] = text_get(&s->footer);
    all[k] = NULL;
    return gnuplot_run(script, NULL, out, all, s->made, err);
}

static void write_footer(Sheet *s, int columns)
{
    Fact facts[PROVENANCE_MOST];
    Text line = { 0 };
    char source[PROVENANCE_TEXT];
    int  n = provenance(facts);
    provenance_source(source);
    for (int i = 0; i < n; i++)
        if (!strcmp(facts[i].key, "processor"))
            text_add(&line, "%s, %d threads; ", facts[i].text, s->r->how.threads);
    text_add(&line, "medians; %s%s", source,
             s->r->quiet.disturbed ? "; other programs ran beside it" : "");
    text_wrap(&s->footer, text_get(&line), columns);
    text_free(&line);
}

/* --- rates by name ------------------------------------------------------------ */

static void add_block(Text *tsv, const char *name)
{
    text_add(tsv, "%s%s\n", tsv->length ? "\n\n" : "", name);
}

static void add_rate(Text *tsv, int row, const char *name, double rate)
{
    text_add(tsv, "%d\t%s\t%.6g\n", row, name, rate);
}

/* Blocks of the legend: ours, the products alone, each other's; rows are presets. */
static Status draw_presets(const Sheet *s, const char *name, const Comparison *p, int n,
                           Err *err)
{
    char caption[80] = "a training step";
    Text tsv = { 0 };
    if (!n) return STATUS_OK;
    if (p->threads == 1) strcat(caption, " on one thread");
    if (p->recompute) strcat(caption, ", blocks computed twice");
    add_block(&tsv, "maskgrid");
    for (int i = 0; i < n; i++) add_rate(&tsv, i, p[i].preset, p[i].ours.images_per_s);
    add_block(&tsv, "matrix products alone");
    for (int i = 0; i < n; i++) {
        const Speed *v = &p[i].ours;
        add_rate(&tsv, i, p[i].preset,
                 v->images_per_s * v->step_s.median / v->gemm_s.median);
    }
    for (int k = 0; k < p->others; k++) {
        const char *program = NULL; /* as it calls itself where it came through */
        for (int i = 0; i < n; i++) {
            const Against *a = &p[i].against[k];
            if (!a->step_s.n) continue;
            if (!program) add_block(&tsv, program = a->program);
            add_rate(&tsv, i, p[i].preset, a->images_per_s.median);
        }
    }
    const char *const words[] = { "images a second", "log", caption, NULL };
    Status            bad = draw(s, "rates", name, &tsv, words, err);
    text_free(&tsv);
    return bad;
}

static int by_speed(const void *one, const void *two)
{
    const MaskRate *a = one, *b = two;
    return (a->per_s.median < b->per_s.median) - (a->per_s.median > b->per_s.median);
}

static Status draw_masks(const Sheet *s, Err *err)
{
    static const char *const words[] = {
        "masks a second", "log", "14 x 14 patches, ratio 0.75, one thread", NULL
    };
    const int n = s->r->strategies;
    MaskRate  fastest_first[REPORT_STRATEGIES];
    Text      tsv = { 0 };
    Status    bad = STATUS_OK;
    for (int i = 0; i < n; i++) fastest_first[i] = s->r->strategy[i];
    qsort(fastest_first, (size_t)n, sizeof *fastest_first, by_speed);
    add_block(&tsv, "masks");
    for (int i = 0; i < n; i++)
        add_rate(&tsv, i, fastest_first[i].name, fastest_first[i].per_s.median);
    if (n)
        bad = draw(s, "rates", "masks", &tsv, words, err);
    text_free(&tsv);
    return bad;
}

static Status draw_cells(const Sheet *s, Err *err)
{
    const CellRate *c = &s->r->cells;
    Text            tsv = { 0 };
    char            caption[128];
    const char     *words[] = { "cells an hour", "linear", caption, NULL };
    Status          bad = STATUS_OK;
    add_block(&tsv, "cells");
    for (int i = 0; i < CELLS_JOBS; i++)
        text_add(&tsv, "%d\t--jobs %d\t%.6g\n", i, i + 1, c->per_hour[i].median);
    snprintf(caption, sizeof caption,
             "micro, one epoch of %d images; a cell has one thread", c->images);
    if (c->gain.n)
        bad = draw(s, "rates", "cells", &tsv, words, err);
    text_free(&tsv);
    return bad;
}

/* --- curves ------------------------------------------------------------------- */

/* What arithmetic expects of point i: as many threads as fold; the same at any batch;
 * at any ratio the pace, in operations a second, of the preset's own. */
static double expected(const Series *s, int i)
{
    const double preset_ratio = step_preset(s->preset)->ratio;
    int          own = 0;
    if (s->over == OVER_THREADS) return s->speed[0].images_per_s * s->at[i] / s->at[0];
    if (s->over == OVER_BATCH) return (double)NAN;
    while (own < s->n - 1 && fabs(s->at[own] - preset_ratio) > 1e-9) own++;
    return s->speed[own].images_per_s * s->speed[own].flop / s->speed[i].flop;
}

static Status draw_series(const Sheet *s, Over over, Err *err)
{
    static const struct { const char *name, *label, *caption, *scale; } is[OVER_KINDS] = {
        { "threads", "threads", "dashed: as many times as fast as there are threads",
          "log" },
        { "batch", "images in a batch", "", "log" },
        { "visible", "share of patches that is hidden",
          "dashed: what the matrix products of a step predict, at the pace of 0.75",
          "linear" },
    };
    const char *words[] = { is[over].label, is[over].scale, is[over].caption, NULL };
    Text        tsv = { 0 };
    Status      bad = STATUS_OK;
    for (const Series *q = s->r->series; q < s->r->series + s->r->n_series; q++) {
        if (q->over != over) continue;
        add_block(&tsv, q->preset);
        for (int i = 0; i < q->n; i++) {
            text_add(&tsv, "%g\t%.6g\t", q->at[i], q->speed[i].images_per_s);
            if (isnan(expected(q, i))) text_add(&tsv, "nan\n");
            else text_add(&tsv, "%.6g\n", expected(q, i));
        }
    }
    if (tsv.length)
        bad = draw(s, "scaling", is[over].name, &tsv, words, err);
    text_free(&tsv);
    return bad;
}

/* --- ranks -------------------------------------------------------------------- */

/* For a column of a page, as the figures of a recipe are. */
static Status draw_ranks(const Sheet *s, Err *err)
{
    const RankStep *q = &s->r->rank;
    const Network  *n;
    char            caption[240];
    Text            tsv = { 0 };
    if (!(q->step_s > 0)) return STATUS_OK;
    snprintf(caption, sizeof caption,
             "simulated from a measured step: %s, %d images a rank, %.3g MB\n"
             "of gradients, each to each (dashed: by halving and doubling);\n"
             "networks: bandwidth of a rank each way, latency of a message",
             q->preset, q->batch, 1e-6 * q->bytes);
    for (int p = 0; p < PACES; p++)
        for (int i = 0; (n = network_at(q, i)); i++) {
            const double pace = network_paces[p];
            text_add(&tsv, "%s", tsv.length ? "\n\n" : "");
            if (pace > 1) text_add(&tsv, "%g times as fast", pace);
            else text_add(&tsv, "measured step");
            text_add(&tsv, ": %.2g s\t%s\n", q->step_s / pace, n->name);
            for (int R = 1; R <= RANKS_MOST; R *= 2)
                text_add(&tsv, "%d\t%.6g\t%.6g\n", R,
                         network_share(n, q, pace, R, EACH_TO_EACH),
                         network_share(n, q, pace, R, HALVING));
        }
    Sheet column = { .r = s->r, .folder = s->folder, .made = s->made };
    write_footer(&column, 84);
    Status bad = draw(&column, "network", "ranks", &tsv, (const char *[]){ caption, NULL }, err);
    text_free(&column.footer);
    text_free(&tsv);
    return bad;
}

/* --- all ---------------------------------------------------------------------- */

Status report_figures(const Report *r, const char *folder, Text *made, Err *err)
{
    Sheet s = { .r = r, .folder = folder, .made = made };
    if (file_make_folders(folder, err)) return err->code;
    write_footer(&s, 110);
    Status bad = draw_presets(&s, "presets", r->preset, r->presets, err);
    if (!bad) bad = draw_presets(&s, "single", r->single, r->singles, err);
    if (!bad) bad = draw_masks(&s, err);
    for (Over over = 0; over < OVER_KINDS && !bad; over++)
        bad = draw_series(&s, over, err);
    if (!bad) bad = draw_cells(&s, err);
    if (!bad) bad = draw_ranks(&s, err);
    text_free(&s.footer);
    return bad;
}
