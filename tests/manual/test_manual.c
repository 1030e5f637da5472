/* The pages of the manual: what they are made of, and what man makes of them. */
#include "experiments/manual/manual.h"

#include "core/base/file.h"
#include "experiments/manual/markdown.h"
#include "experiments/manual/roff.h"
#include "experiments/recipe/schema.h"
#include "strategies/registry.h"
#include "tests/cli/typed.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Scratch scratch;

static void prepare(void) { typed_open(&scratch); }
static void clean_up(void) { scratch_close(&scratch); }
TestSuite(manual, .init = prepare, .fini = clean_up, .timeout = 60);

static Text page(const char *word)
{
    ManualPage p;
    Err        err;
    Text       text = { 0 };
    cr_assert(!manual_find(&p, word, &err), "%s", err.text);
    manual_write(&text, &p);
    return text;
}

static void expect_in(const char *text, const char *what)
{
    cr_expect(strstr(text, what), "no '%s' in\n%s", what, text);
}

/* As a page has it: hyphens can be searched for. */
static Text spelled(const char *word)
{
    Text t = { 0 };
    for (; *word; word++) text_add(&t, *word == '-' ? "\\%c" : "%c", *word);
    return t;
}

/* --- roff ------------------------------------------------------------------ */

Test(manual, prints_all_characters_as_they_stand)
{
    Text t = { 0 };
    roff_paragraph(&t, ".Dd 'x' \\n a-b \"c\" ^~ 2 * 3 train* *N* `k=*v*`");
    cr_expect_str_eq(text_get(&t), ".PP\n\\&.Dd \\(aqx\\(aq \\en a\\-b \\(dqc\\(dq \\(ha\\(ti "
                                   "2 * 3 train* \\fIN\\fR \\fBk=*v*\\fR\n");
    text_free(&t);
}

Test(manual, breaks_only_lines_of_code_that_are_too_long)
{
    char line[120] = "maskgrid run demo -s grid.pretrain.ratio=0.75 ";
    Text t = { 0 };
    memset(line + strlen(line), 'x', 40);
    roff_code(&t, "short -s\n.dot\n");
    roff_code(&t, line);
    cr_expect(text_starts(text_get(&t), ".PP\n.nf\nshort \\-s\n\\&.dot\n.fi\n"), "%s", t.s);
    expect_in(t.s, "ratio=0.75 \\e\n    xxx");
    text_free(&t);
}

Test(manual, makes_pages_of_readmes)
{
    static const char *const lines[] = {
        "# title", "", "About `it`,", "in two lines.", "", "## Part", "", "- one", "  more",
        "", "| a | b | c |", "|---|---|---|", "| `x \\| y` | t | |", "| z | u | v |", "",
        "```yaml", "k: `v`", "```", "    four", "", "## Other", "", "hidden", NULL
    };
    Text t = { 0 };
    markdown_page(&t, lines);
    cr_expect_str_eq(text_get(&t),
                     ".SH \"DESCRIPTION\"\nAbout \\fBit\\fR, in two lines.\n.SH \"PART\"\n"
                     ".IP \\(bu 2\none more\n.TP\n\\fBx | y\\fR\nt\n.TP\nz\nu: v\n"
                     ".PP\n.nf\nk: \\(gav\\(ga\n.fi\n.PP\n.nf\nfour\n.fi\n"
                     ".SH \"OTHER\"\nhidden\n");
    text_clear(&t);
    markdown_section(&t, lines, "Other");
    cr_expect_str_eq(text_get(&t), ".PP\nhidden\n");
    text_free(&t);
}

/* --- pages ----------------------------------------------------------------- */

Test(manual, finds_pages_by_their_names)
{
    ManualPage p;
    Err        err;
    cr_assert(!manual_find(&p, "plan", &err));
    cr_expect_str_eq(p.name, "maskgrid-plan");
    cr_assert(!manual_find(&p, "maskgrid-recipe", &err));
    cr_expect_eq(p.section, 5);
    cr_assert(!manual_find(&p, "strategies", &err)); /* 1 and 7 */
    cr_expect_eq(p.section, 1);
    cr_expect_eq(manual_find(&p, "recpie", &err), STATUS_CONFIG);
    cr_expect_str_eq(err.text, "no page recpie; did you mean recipe?");
    cr_expect_eq(manual_find(&p, "cell", &err), STATUS_CONFIG); /* is internal */
}

Test(manual, a_page_of_a_command_has_all_of_its_options)
{
    Command c;
    for (int i = 0; cli_command(&c, i); i++) {
        if (c.internal) continue;
        Text text = page(c.name);
        expect_in(text_get(&text), c.about[0] == '`' ? "" : ".SH NAME\nmaskgrid");
        for (const Option *o = c.options; o && o->name; o++) {
            char name[OPTION_NAME];
            cli_option_name(name, o);
            Text tag = spelled(name);
            expect_in(text_get(&text), text_get(&tag));
            text_free(&tag);
        }
        text_free(&text);
    }
}

Test(manual, pages_have_every_key_strategy_and_exit_code)
{
    Text recipe = page("recipe"), all = page("maskgrid");
    ManualPage p = { .section = 0 };
    Text       seven = { 0 };
    for (int i = 0; i < schema_count(); i++) {
        Text name = spelled(schema_key(i)->name), tag = { 0 };
        text_add(&tag, ".TP\n\\fB%s\\fR ", text_get(&name));
        expect_in(text_get(&recipe), text_get(&tag));
        text_free(&name), text_free(&tag);
    }
    for (int i = 0; p.section != 7; i++) cr_assert(manual_page(&p, i));
    manual_write(&seven, &p);
    for (const StrategyEntry *e = strategies; e->name; e++) {
        Text name = spelled(e->name), part = { 0 };
        text_add(&part, ".SS \"%s\"\n", text_get(&name));
        expect_in(text_get(&seven), text_get(&part));
        text_free(&name), text_free(&part);
    }
    for (const ExitMeaning *e = cli_exits; e->means; e++) {
        Text means = spelled(e->means);
        expect_in(text_get(&all), text_get(&means));
        text_free(&means);
    }
    text_free(&recipe), text_free(&all), text_free(&seven);
}

/* --- the command ----------------------------------------------------------- */

Test(manual, lists_prints_and_writes_pages)
{
    static char out[1 << 16];
    char       *bytes;
    size_t      n;
    Err         err;
    Text        text = page("record");
    cr_expect_eq(RUN(out, "manual"), EXIT_DONE);
    expect_in(out, "maskgrid-recipe(5)        what is to be run");
    cr_expect_eq(RUN(out, "manual", "record"), EXIT_DONE);
    cr_expect_str_eq(out, text_get(&text));
    cr_expect_eq(RUN(out, "manual", "--out", scratch_path(&scratch, "man")), EXIT_DONE);
    cr_assert(!file_read(scratch_path(&scratch, "man/man5/maskgrid-record.5"), 1 << 20, &bytes,
                         &n, &err), "%s", err.text);
    cr_expect_str_eq(bytes, text_get(&text));
    free(bytes);
    cr_expect(file_exists(scratch_path(&scratch, "man/man1/maskgrid-run.1")));
    cr_expect_eq(RUN(out, "manual", "rnu"), EXIT_USAGE);
    expect_in(out, "did you mean run?");
    scratch_file(&scratch, "file", "", 0);
    cr_expect_eq(RUN(out, "manual", "--out", scratch_path(&scratch, "file")), EXIT_FAILED);
    text_free(&text);
}

/* By mandoc and man, where they are installed. */
Test(manual, pages_are_such_as_man_expects)
{
    static char out[1 << 16];
    char        line[1000];
    cr_assert_eq(RUN(out, "manual", "--out", scratch_path(&scratch, "man")), EXIT_DONE);
    snprintf(line, sizeof line, "tests/manual/pages.sh '%s'", scratch_path(&scratch, "man"));
    cr_expect_eq(system(line), 0);
}
