#include "experiments/report/report.h"

#include "core/base/file.h"
#include "experiments/recipe/find.h"
#include "experiments/report/section.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATH_ROOM = 4096, STYLE_LIMIT = 1 << 18 };

/* What the page looks like, and what it does beyond that: a file that comes with the
 * program. */
static Status add_file(Text *out, const char *name, Err *err)
{
    char   installed[80], built[80], path[PATH_ROOM], *text;
    size_t n;
    snprintf(installed, sizeof installed, "share/maskgrid/report/%s", name);
    snprintf(built, sizeof built, "experiments/report/%s", name);
    if (program_file(path, sizeof path, installed, built, err) ||
        file_read(path, STYLE_LIMIT, &text, &n, err))
        return err->code;
    text_add_bytes(out, text, n);
    free(text);
    return STATUS_OK;
}

static Status add_head(Text *out, const ReportPlan *p, Err *err)
{
    const Recipe *recipe = p->results->recipe;
    text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
                  "<link rel=\"icon\" href=\"data:,\">\n<title>");
    html_text(out, recipe->name);
    text_add(out, ": which patches to hide</title>\n<style>\n");
    if (add_file(out, "page.css", err)) return err->code;
    text_add(out, "</style>\n</head>\n<body>\n");
    return STATUS_OK;
}

static void add_title(Text *out, const ReportPlan *p)
{
    static const struct { const char *id, *name; } links[] = {
        { "summary", "Summary" }, { "table", "Table" }, { "figures", "Figures" },
        { "masks", "Masks" }, { "reconstructions", "Reconstructions" },
        { "found", "What was found" }, { "provenance", "Provenance" },
    };
    const Recipe *recipe = p->results->recipe;
    Text          scale = { 0 };
    results_scale(p->results, &scale);
    text_add(out, "<a class=\"skip\" href=\"#summary\">To the summary</a>\n<header>\n<h1>");
    html_text(out, recipe->name);
    text_add(out, "</h1>\n");
    html_paragraph(out, text_get(&scale));
    text_add(out, "<nav aria-label=\"Sections\">\n");
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        text_add(out, "<a href=\"#%s\">%s</a>\n", links[i].id, links[i].name);
    text_add(out, "</nav>\n</header>\n<main>\n");
    text_free(&scale);
}

static Status add_all(Text *out, const ReportPlan *p, Err *err)
{
    Status bad = add_head(out, p, err);
    if (bad) return bad;
    add_title(out, p);
    section_summary(out, p);
    bad = section_table(out, p, err);
    if (!bad) bad = section_figures(out, p, err);
    if (!bad) bad = section_masks(out, p, err);
    if (!bad) bad = section_reconstructions(out, p, err);
    if (!bad) bad = section_found(out, p, err);
    section_provenance(out, p);
    text_add(out, "</main>\n<script>\n");
    if (!bad) bad = add_file(out, "page.js", err);
    text_add(out, "</script>\n</body>\n</html>\n");
    return bad;
}

Status report_write(const ReportPlan *p, const char *path, Err *err)
{
    Text   page = { 0 };
    Status bad = results_check_baseline(p->results, p->baseline, err);
    if (!bad) bad = add_all(&page, p, err);
    if (!bad) bad = file_write(path, page.s, page.length, err);
    text_free(&page);
    return bad;
}
