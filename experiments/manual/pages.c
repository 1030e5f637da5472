/* The pages that are not of a command. */
#include "experiments/manual/manual.h"

#include "core/mask/settings.h"
#include "experiments/manual/markdown.h"
#include "experiments/manual/roff.h"
#include "experiments/recipe/schema.h"
#include "strategies/registry.h"

#include <stdio.h>
#include <string.h>

/* The lines of READMEs, made by make. */
static const char *const recipe_lines[] = {
#include "gen/recipe.lines"
    NULL
};
static const char *const record_lines[] = {
#include "gen/record.lines"
    NULL
};
static const char *const strategy_lines[] = {
#include "gen/strategies.lines"
    NULL
};

/* --- maskgrid(1) ---------------------------------------------------------- */

static const struct { const char *name, *about; } environment[] = {
    { "MASKGRID_DATA", "the folder that holds data sets, each in a folder of its name" },
    { "MASKGRID_PLUGIN_PATH", "folders with plug-ins and recorded masks, with colons between" },
    { "MASKGRID_CACHE", "where is kept what large folders of pictures hold" },
    { "OMP_NUM_THREADS", "threads that compute, where no option says" },
    { "NO_COLOR", "if it is not empty, nothing is coloured" },
    { "TMPDIR", "where what is needed for a moment is put" },
};

void manual_program(Text *t)
{
    Command c;
    roff_section(t, "Synopsis");
    roff_paragraph(t, "`maskgrid` COMMAND [options]");
    roff_section(t, "Description");
    roff_paragraph(t, "Draws masks with many strategies, trains the same masked autoencoder "
                      "under each, measures what it learned, records everything in HDF5, and "
                      "says how sure the differences are. Data go to standard output, all "
                      "else to standard error.");
    roff_section(t, "Commands");
    for (int i = 0; cli_command(&c, i); i++) {
        char tag[64];
        if (c.internal) continue;
        snprintf(tag, sizeof tag, "`maskgrid-%s`(1)", c.name);
        roff_item(t, tag, c.about);
    }
    roff_section(t, "Exit status");
    for (const ExitMeaning *e = cli_exits; e->means; e++) {
        char code[16];
        snprintf(code, sizeof code, "`%d`", e->code);
        roff_item(t, code, e->means);
    }
    roff_section(t, "Environment");
    for (size_t i = 0; i < sizeof environment / sizeof *environment; i++) {
        char tag[64];
        snprintf(tag, sizeof tag, "`%s`", environment[i].name);
        roff_item(t, tag, environment[i].about);
    }
    roff_section(t, "See also");
    roff_paragraph(t, "`maskgrid-recipe`(5), `maskgrid-record`(5), `maskgrid-strategies`(7)");
}

/* --- maskgrid-recipe(5) --------------------------------------------------- */

/* Keys of a section stand below its name, in the order of the table. */
static void add_key(Text *t, int key)
{
    const Key  *k = schema_key(key);
    const char *dot = strchr(k->name, '.'), *last = key ? schema_key(key - 1)->name : "";
    size_t      n = dot ? (size_t)(dot - k->name) : 0;
    Text        tag = { 0 }, initial = { 0 }, about = { 0 };
    if (dot && (strncmp(last, k->name, n + 1) != 0)) {
        text_add(&about, "%.*s", (int)n, k->name);
        roff_part(t, text_get(&about));
        text_clear(&about);
    }
    schema_default(key, &initial);
    text_add(&tag, "`%s` ", k->name);
    schema_range(key, &tag);
    text_add(&about, "%s%s%s", k->about, initial.length ? "; default " : "", text_get(&initial));
    roff_item(t, text_get(&tag), text_get(&about));
    text_free(&tag);
    text_free(&initial);
    text_free(&about);
}

void manual_recipe(Text *t)
{
    markdown_page(t, recipe_lines);
    roff_section(t, "Keys");
    roff_paragraph(t, "[a, b] is a range with its ends, ]a, b[ one without.");
    for (int i = 0; i < schema_count(); i++) add_key(t, i);
    roff_part(t, "grid");
    roff_item(t, "`grid.KEY` values or ranges", "vary a key: [a, b], 0..5, 0.1..0.9..0.2");
    roff_section(t, "See also");
    roff_paragraph(t, "`maskgrid-plan`(1), `maskgrid-run`(1), `maskgrid-strategies`(7)");
}

/* --- maskgrid-record(5) --------------------------------------------------- */

void manual_record(Text *t)
{
    markdown_page(t, record_lines);
    roff_section(t, "See also");
    roff_paragraph(t, "`maskgrid-table`(1), `maskgrid-inspect`(1), `h5dump`(1)");
}

/* --- maskgrid-strategies(7) ----------------------------------------------- */

static void add_params(Text *t, const MaskParam *table, const MaskStrategy *s)
{
    for (const MaskParam *row = table; row && row->key; row++) {
        char tag[64], value[32];
        Text about = { 0 };
        setting_text(value, row, setting_default(row, s));
        snprintf(tag, sizeof tag, "`%s`=%s", row->key, value);
        text_add(&about, "%s; ", row->about);
        setting_range(&about, row);
        roff_item(t, tag, text_get(&about));
        text_free(&about);
    }
}

static void add_strategy(Text *t, const StrategyEntry *e)
{
    Text about = { 0 };
    roff_part(t, e->name);
    text_add(&about, "%s. Needs ", e->strategy->about);
    mask_needs_text(&about, e->strategy->needs);
    text_add(&about, ". Source: %s.", e->strategy->source);
    roff_paragraph(t, text_get(&about));
    add_params(t, e->strategy->params, e->strategy);
    text_free(&about);
}

void manual_strategies(Text *t)
{
    static const MaskStrategy plain = { .score = NULL };
    roff_section(t, "Description");
    roff_paragraph(t, "A strategy ranks the patches of an image, and exactly as many as the "
                      "ratio says are hidden. It is named by a text, `name` or "
                      "`name:key=value,...`, on the command line and in recipes; that text "
                      "is its identity in every record. A plug-in is named by its path or, "
                      "where it is found by name, like any other; so are recorded masks.");
    roff_section(t, "Strategies made of strategies");
    markdown_section(t, strategy_lines, "Strategies made of strategies");
    roff_section(t, "Parameters of every strategy");
    add_params(t, mask_common, &plain);
    for (const char *const *family = strategy_families; *family; family++) {
        bool any = false;
        for (const StrategyEntry *e = strategies; e->name; e++) {
            if (strcmp(strategy_family(e), *family)) continue;
            if (!any) roff_section(t, *family);
            any = true;
            add_strategy(t, e);
        }
    }
    roff_section(t, "See also");
    roff_paragraph(t, "`maskgrid-strategies`(1), which draws one; `maskgrid-masks`(1), "
                      "`maskgrid-lint`(1), `maskgrid-plugin`(1)");
}
