/* Where everything on the page comes from. */
#include "core/base/file.h"
#include "experiments/report/section.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECIPE_LIMIT = 1 << 20 };

static const char *const facts[] = { "version", "commit", "tree", "compiler", "flags", "real",
                                     "gemm", "blas", "blas_core", "host", "system",
                                     "processor", "threads" };
enum { FACTS = sizeof facts / sizeof *facts };

/* One line for each value that any record has of each fact. */
typedef struct { Text value[FACTS]; } Facts;

static bool has_line(const Text *t, const char *line)
{
    size_t n = strlen(line);
    for (const char *s = text_get(t); *s; s += strspn(s, "\n")) {
        size_t length = strcspn(s, "\n");
        if (length == n && !strncmp(s, line, n)) return true;
        s += length;
    }
    return false;
}

static void read_facts(Facts *all, H5 *f)
{
    Arena       a;
    const char *text;
    Err         err;
    arena_open(&a, "facts", NULL, NULL);
    for (int i = 0; i < FACTS; i++)
        if (!h5_get_text(f, "provenance", facts[i], &a, &text, &err) &&
            !has_line(&all->value[i], text))
            text_add(&all->value[i], "%s%s", all->value[i].length ? "\n" : "", text);
    arena_close(&a);
}

static void add_facts(Text *out, const Facts *all)
{
    text_add(out, "<table class=\"facts\">\n<caption>What made the records</caption>\n<tbody>\n");
    for (int i = 0; i < FACTS; i++) {
        if (!all->value[i].length) continue;
        text_add(out, "<tr><th scope=\"row\">%s</th><td>", facts[i]);
        html_lines(out, text_get(&all->value[i]));
        text_add(out, "</td></tr>\n");
    }
    text_add(out, "</tbody></table>\n");
}

/* --- records -------------------------------------------------------------------- */

static void add_record(Text *out, const Results *r, StageKind stage, int row, int seed,
                       Facts *all)
{
    const PointState state = results_state(r, stage, row, seed);
    const char      *created = "";
    double           wall_s;
    H5              *f;
    Arena            a;
    Err              err;
    Text             label = { 0 };
    if (state == POINT_NONE) return;
    arena_open(&a, "a record", NULL, NULL);
    results_label(r, row, &label);
    text_add(out, "<tr><th scope=\"row\">");
    html_text(out, text_get(&label));
    text_add(out, "</th><td>%llu</td><td>%s</td><td>%s</td><td><code>%.16s</code></td>",
             (unsigned long long)r->seeds[seed], r->rows[row].cells[seed]->stage[stage].name,
             results_state_word(state), r->rows[row].cells[seed]->stage[stage].id);
    if (state == POINT_DONE && !results_record(r, stage, row, seed, &f, &err)) {
        H5Set set = { .name = "cost/wall_s", .kind = NUMBER_DOUBLE };
        void *x;
        read_facts(all, f);
        if (h5_get_text(f, "/", "created", &a, &created, &err)) created = "";
        text_add(out, "<td>");
        html_text(out, created);
        wall_s = h5_has(f, set.name) && !h5_get(f, &set, &a, &x, &err) ? *(double *)x : -1;
        text_add(out, wall_s < 0 ? "</td><td></td>" : "</td><td>%.1f</td>", wall_s);
        h5_close(f);
    } else {
        text_add(out, "<td></td><td></td>");
    }
    text_add(out, "</tr>\n");
    text_free(&label);
    arena_close(&a);
}

static void add_records(Text *out, const Results *r, Facts *all)
{
    static const char *const heads[] = { "row", "seed", "stage", "state", "identity", "created",
                                         "seconds" };
    text_add(out, "<details><summary>Every record</summary>\n<div class=\"wide\" tabindex=\"0\" "
                  "role=\"region\" aria-label=\"Every record\">\n<table>\n<thead><tr>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        text_add(out, "<th scope=\"col\">%s</th>", heads[i]);
    text_add(out, "</tr></thead>\n<tbody>\n");
    for (int row = 0; row < r->n_rows; row++)
        for (int seed = 0; seed < r->n_seeds; seed++)
            for (int stage = 0; stage < STAGE_KINDS; stage++)
                add_record(out, r, stage, row, seed, all);
    text_add(out, "</tbody></table>\n</div></details>\n");
}

/* --- the recipe ------------------------------------------------------------------- */

static void add_recipe(Text *out, const Recipe *recipe)
{
    char  *text;
    size_t n;
    Err    err;
    if (file_read(recipe->path, RECIPE_LIMIT, &text, &n, &err)) return;
    text_add(out, "<details><summary>The recipe</summary>\n<pre tabindex=\"0\">");
    html_lines(out, text);
    text_add(out, "</pre></details>\n");
    free(text);
}

/* For a shell, as the user would say them. */
static void add_commands(Text *out, const ReportPlan *p)
{
    const Results *r = p->results;
    Text           lines = { 0 };
    recipe_command(r->recipe, "run", r->folder, &lines);
    text_add(&lines, "\n");
    recipe_command(r->recipe, "report", r->folder, &lines);
    if (strcmp(p->baseline, BASELINE)) {
        text_add(&lines, " --baseline ");
        text_add_word(&lines, p->baseline);
    }
    if (p->out) {
        text_add(&lines, " --out ");
        text_add_word(&lines, p->out);
    }
    html_lines(out, text_get(&lines));
    text_free(&lines);
}

void section_provenance(Text *out, const ReportPlan *p)
{
    const Results *r = p->results;
    Facts          all = { 0 };
    Text           records = { 0 };
    html_section(out, "provenance", "Provenance");
    html_paragraph(out, "Every number is from a record, an HDF5 file that names the configuration "
                        "it was made with, and is stored under the hash of that. The same page "
                        "again:");
    text_add(out, "<pre tabindex=\"0\">");
    add_commands(out, p);
    text_add(out, "</pre>\n");
    add_records(&records, r, &all);
    add_facts(out, &all);
    if (r->notes.length) {
        text_add(out, "<p>Records that could not be used:</p>\n<pre tabindex=\"0\">");
        html_lines(out, text_get(&r->notes));
        text_add(out, "</pre>\n");
    }
    add_recipe(out, r->recipe);
    text_add_bytes(out, records.s, records.length);
    text_add(out, "</section>\n");
    for (int i = 0; i < FACTS; i++) text_free(&all.value[i]);
    text_free(&records);
}
