/* The table, and the figures that gnuplot draws. */
#include "core/base/file.h"
#include "core/base/temporary.h"
#include "experiments/figures/figure.h"
#include "experiments/report/section.h"
#include "experiments/table/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWING_LIMIT = 1 << 24 };

Status section_table(Text *out, const ReportPlan *p, Err *err)
{
    Table t;
    html_section(out, "table", "Table");
    if (table_open(&t, p->results, &(TableAsk){ .baseline = p->baseline }, err))
        return err->code;
    table_html(&t, out);
    table_close(&t);
    text_add(out, "</section>\n");
    return STATUS_OK;
}

/* --- figures ----------------------------------------------------------------- */

/* Sections of their own show these better than a drawing does. */
static bool is_shown_elsewhere(const Figure *f)
{
    static const char *const names[] = { "reconstruction", "objects", "labels" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(f->name, names[i])) return true;
    return false;
}

/* Numbers that nobody asked for first: all but primary metrics, of what represent and
 * reconstruct leave. */
static bool is_detail(const Results *r, const Figure *f)
{
    const char *figure, *curve;
    int         metric = results_find(r, f->name);
    if (metric >= 0) return !r->metrics[metric].is.primary;
    for (int i = 0; figure_represent_name(i, &figure, &curve); i++)
        if (!strcmp(figure, f->name))
            return strcmp(figure, "spectrum") && strcmp(figure, "cka");
    return false;
}

static Status add_figure(Text *out, const char *folder, const Figure *f, int number,
                         Err *err)
{
    char   path[FIGURE_PATH], *svg;
    Text   alt = { 0 };
    size_t n;
    snprintf(path, sizeof path, "%s/%s.svg", folder, f->name);
    if (file_read(path, DRAWING_LIMIT, &svg, &n, err)) return err->code;
    text_add(&alt, "%s. %s", f->title, f->about);
    text_add(out, "<figure class=\"drawing\" id=\"figure-%d\">\n", number);
    html_drawing(out, svg, number, text_get(&alt));
    text_add(out, "<figcaption><b>");
    html_text(out, f->title);
    text_add(out, ".</b> ");
    html_text(out, f->about);
    text_add(out, "</figcaption>\n</figure>\n");
    text_free(&alt);
    free(svg);
    return STATUS_OK;
}

static Status add_some(Text *out, const ReportPlan *p, const FigureList *l, const char *folder,
                       bool details, int *n, Err *err)
{
    const int before = *n;
    for (int i = 0; i < l->n; i++) {
        const Figure *f = &l->figure[i];
        if (!f->drawn || is_shown_elsewhere(f) || is_detail(p->results, f) != details)
            continue;
        if (*n == before)
            text_add(out, "%s<div class=\"figures\">\n",
                     details ? "<details><summary>More figures</summary>\n" : "");
        if (add_figure(out, folder, f, ++*n, err)) return err->code;
    }
    if (*n > before) text_add(out, details ? "</div></details>\n" : "</div>\n");
    return STATUS_OK;
}

static void add_left_out(Text *out, const FigureList *l)
{
    bool any = false;
    for (int i = 0; i < l->n; i++) {
        if (l->figure[i].drawn) continue;
        text_add(out, any ? "<li>"
                          : "<details><summary>Figures that are left out</summary>\n<ul>\n<li>");
        any = true;
        html_text(out, l->figure[i].name);
        text_add(out, ": ");
        html_text(out, l->figure[i].about);
        text_add(out, "</li>\n");
    }
    if (any) text_add(out, "</ul></details>\n");
}

Status section_figures(Text *out, const ReportPlan *p, Err *err)
{
    char       folder[TEMPORARY_PATH];
    FigureList list;
    int        n = 0;
    if (temporary_open(folder, "report", err)) return err->code;
    figures_open(&list);
    html_section(out, "figures", "Figures");
    Status bad = figures_write(&list, &(FigurePlan){
        .results = p->results, .folder = folder, .baseline = p->baseline, .only = "svg" }, err);
    if (!bad) bad = add_some(out, p, &list, folder, false, &n, err);
    if (!bad) bad = add_some(out, p, &list, folder, true, &n, err);
    if (bad == STATUS_MISSING) { /* a machine without gnuplot */
        html_paragraph(out, err->text);
        bad = STATUS_OK;
    }
    if (!bad) add_left_out(out, &list);
    text_add(out, "</section>\n");
    figures_close(&list);
    temporary_close(folder);
    return bad;
}
