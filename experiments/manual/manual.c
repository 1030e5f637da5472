#include "experiments/manual/manual.h"

#include "experiments/manual/roff.h"

#include <stdio.h>
#include <string.h>

static const ManualPage others[] = {
    { .name = "maskgrid", .section = 1, .write = manual_program,
      .about = "does it matter which patches a masked autoencoder hides?" },
    { .name = "maskgrid-recipe", .section = 5, .write = manual_recipe,
      .about = "what is to be run: data, model, training, evaluations, a grid" },
    { .name = "maskgrid-record", .section = 5, .write = manual_record,
      .about = "what a run leaves: folders, HDF5 records, recorded masks" },
    { .name = "maskgrid-strategies", .section = 7, .write = manual_strategies,
      .about = "which patches to hide: strategies, their parameters, expressions" },
};
enum { N_OTHERS = sizeof others / sizeof *others };

bool manual_page(ManualPage *p, int i)
{
    Command c;
    if (i < N_OTHERS) {
        *p = others[i];
        return true;
    }
    for (int k = 0, shown = N_OTHERS; cli_command(&c, k); k++) {
        if (c.internal || shown++ < i) continue;
        *p = (ManualPage){ .section = 1, .command = c };
        snprintf(p->name, sizeof p->name, "maskgrid-%s", c.name);
        snprintf(p->about, sizeof p->about, "%s", c.about);
        return true;
    }
    return false;
}

const char *manual_bare(const ManualPage *p)
{
    static const char head[] = "maskgrid-";
    return p->name + (text_starts(p->name, head) ? sizeof head - 1 : 0);
}

Status manual_find(ManualPage *p, const char *word, Err *err)
{
    enum { MOST = 128 };
    ManualPage  page;
    char        names[MOST][sizeof page.name];
    const char *candidates[MOST + 1] = { NULL };
    int         found = 0, n = 0;
    for (int i = 0; manual_page(&page, i) && n < MOST; i++, n++) {
        const char *bare = manual_bare(&page);
        snprintf(names[n], sizeof names[n], "%.40s", bare);
        candidates[n] = names[n];
        if (strcmp(word, bare) && strcmp(word, page.name)) continue;
        if (!found++ || page.section < p->section) *p = page;
    }
    if (found) return STATUS_OK;
    const char *near = text_nearest(word, candidates);
    return err_set(err, STATUS_CONFIG, "no page %.60s; %s%s%s", word,
                   near ? "did you mean " : "see maskgrid manual", near ? near : "",
                   near ? "?" : "");
}

/* --- a command ------------------------------------------------------------ */

static void add_option(Text *t, const Option *o)
{
    char name[OPTION_NAME];
    Text tag = { 0 }, about = { 0 };
    cli_option_name(name, o);
    if (o->letter) text_add(&tag, "`-%c`, ", o->letter);
    text_add(&tag, "`%s`", name);
    if (o->choices) text_add(&tag, " %s", o->choices);
    else if (o->value) text_add(&tag, " *%s*", o->value);
    cli_option_about(&about, o);
    roff_item(t, text_get(&tag), text_get(&about));
    text_free(&tag);
    text_free(&about);
}

/* Paragraphs of a text, with blank lines between. */
static void add_details(Text *t, const char *details)
{
    while (*details) {
        const char *end = strstr(details, "\n\n");
        size_t      n = end ? (size_t)(end - details) : strlen(details);
        Text        one = { 0 };
        text_add_bytes(&one, details, n);
        roff_paragraph(t, text_get(&one));
        text_free(&one);
        details += n + (end ? 2 : 0);
    }
}

/* Examples without the two blanks that `--help` puts before each. */
static void add_examples(Text *t, const char *lines)
{
    Text flush = { 0 };
    while (*lines) {
        size_t n = strcspn(lines, "\n"), skip = strspn(lines, " ");
        skip = skip > 2 ? 2 : skip > n ? n : skip;
        text_add(&flush, "%.*s\n", (int)(n - skip), lines + skip);
        lines += n + (lines[n] != '\0');
    }
    roff_code(t, text_get(&flush));
    text_free(&flush);
}

static void add_command(Text *t, const Command *c)
{
    Text usage = { 0 };
    text_add(&usage, "`maskgrid %s`%s%s%s", c->name, c->arguments ? " " : "",
             c->arguments ? c->arguments : "", c->options ? " [options]" : "");
    roff_section(t, "Synopsis");
    roff_paragraph(t, text_get(&usage));
    text_free(&usage);
    if (c->examples) {
        roff_section(t, "Examples");
        add_examples(t, c->examples);
    }
    if (c->details) {
        roff_section(t, "Description");
        add_details(t, c->details);
    }
    if (c->options) roff_section(t, "Options");
    for (const Option *o = c->options; o && o->name; o++) add_option(t, o);
    roff_section(t, "See also");
    roff_paragraph(t, "`maskgrid`(1), which has the exit codes; `maskgrid-recipe`(5), "
                      "`maskgrid-record`(5), `maskgrid-strategies`(7)");
}

void manual_write(Text *t, const ManualPage *p)
{
    roff_begin(t, p->name, p->section, p->about);
    if (p->write) p->write(t);
    else add_command(t, &p->command);
}
