/* What may come next on a command line: as the program says it, and in the shells. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "experiments/manual/complete.h"

#include "tests/cli/typed.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Scratch scratch;

static void prepare(void)
{
    scratch_open(&scratch);
    unsetenv("MASKGRID_PLUGIN_PATH");
}

static void clean_up(void) { scratch_close(&scratch); }
TestSuite(complete, .init = prepare, .fini = clean_up, .timeout = 60);

/* Words, of which the last is typed; lines that must be there, with | between; one that
 * must not.  A line is given up to its tab. */
static const struct { const char *words[6], *there, *not; } cases[] = {
    { { "" }, "run|masks|help", "complete" },
    { { "ru" }, "run", "masks" },
    { { "--v" }, "--version", "--help" },
    { { "help", "pl" }, "plan|plot", "run" },
    { { "plan", "" }, "demo|table1", "--jobs" },
    { { "plan", "de" }, "demo", ":files" },
    { { "plan", "./" }, ":files", "demo" },
    { { "plan", "demo", "--j" }, "--jobs", "--slurm" },
    { { "plan", "--jobs", "2", "--" }, "--slurm|--set|--help", "--jobs" },
    { { "plan", "--jobs=2", "-s", "seed=1", "--" }, "--slurm|--set", "--jobs" },
    { { "plan", "--jobs", "" }, "", "demo" },
    { { "plan", "--results", "" }, ":folders", "demo" },
    { { "plan", "--", "de" }, "demo", "--jobs" },
    { { "plan", "--", "--" }, ":files", "--jobs" },
    { { "table", "demo", "--format", "" }, "md|json", "--format=md" },
    { { "table", "demo", "--format=" }, "--format=md|--format=json", "md" },
    { { "score", "" }, "coco|segmentation", "--truth" },
    { { "score", "coco", "" }, "--truth|--help", "coco" },
    { { "plugin", "" }, "new|headers", "NAME" },
    { { "plugin", "headers", "" }, "--out", "new" },
    { { "version", "" }, "--help", ":files" },
    { { "nothing", "" }, "", "run" },
    { { "masks", "hil" }, "hilbert", "spiral" },
    { { "masks", "0.7 random + 0.3 spi" }, "0.7 random + 0.3 spiral", "spiral" },
    { { "masks", "hilbert | (sp" }, "hilbert | (spiral", "spiral" },
    { { "masks", "spiral:se" }, "spiral:select=", "spiral:sym=" },
    { { "masks", "spiral:sym=1,select=wi" }, "spiral:sym=1,select=window", "window" },
    { { "masks", "block:" }, "block:aspect=|block:sym=", "block" },
    { { "masks", "./none.so:" }, "", "./none.so:sym=" },
    { { "lint", "random", "hil" }, "hilbert", "random" },
    { { "run", "demo", "-s", "" }, "seed=|pretrain.epochs=|grid.", "demo" },
    { { "run", "demo", "--set=pretrain.ta" }, "--set=pretrain.target=", "pretrain.target=" },
    { { "run", "demo", "-s", "pretrain.flip=" }, "pretrain.flip=yes", "yes" },
    { { "run", "demo", "-s", "pretrain.target=r" }, "pretrain.target=raw", "raw" },
    { { "run", "demo", "-s", "grid.pretrain.target=raw,n" },
      "grid.pretrain.target=raw,normalized", "normalized" },
    { { "run", "demo", "-s", "data.set=fa" }, "data.set=fashion-mnist", "data.set=scenes" },
    { { "run", "demo", "-s", "model.preset=t" }, "model.preset=tiny", "model.preset=base" },
    { { "run", "demo", "-s", "evaluate=[knn,lin" }, "evaluate=[knn,linear-cached",
      "evaluate=[knn,pretrain" },
    { { "run", "demo", "-s", "grid.pretrain.strategy=random,spiral:select=window,sy" },
      "grid.pretrain.strategy=random,spiral:select=window,sym=", "sym=" },
    { { "run", "demo", "-s", "grid.pretrain.strategy=[spiral:sym=1,hil" },
      "grid.pretrain.strategy=[spiral:sym=1,hilbert", "hilbert" },
    { { "table", "demo", "--rows", "seed,pretrain.ra" }, "seed,pretrain.ratio", "seed" },
    { { "run", "demo", "--only", "pretrain.ra" }, "pretrain.ratio=", "grid." },
    { { "run", "demo", "--only", "run." }, "", "run.jobs=" },
    { { "run", "demo", "--only", "" }, "seed=", "name=" },
    { { "run", "demo", "-s", "grid.run." }, "", "grid.run.jobs=" },
    { { "log", "strategy=hil" }, "strategy=hilbert", "hilbert" },
    { { "chaos", "storm", "--faults", "" }, "all|kill|damage", "storm" },
    { { "chaos", "storm", "--faults=kill,da" }, "--faults=kill,damage", "damage" },
    { { "doctor", "ci" }, "cifar10|cifar100", "mnist" },
    { { "manual", "rec" }, "recipe|record|reconstruct", "maskgrid-recipe" },
};
enum { N_CASES = sizeof cases / sizeof *cases };

static bool has(const char *lines, const char *word, size_t n)
{
    for (const char *at = lines; *at; at += strcspn(at, "\n") + 1)
        if (strcspn(at, "\t\n") == n && !memcmp(at, word, n)) return true;
    return false;
}

ParameterizedTestParameters(complete, says_what_may_come_next)
{
    static int index[N_CASES];
    for (int i = 0; i < N_CASES; i++) index[i] = i;
    return cr_make_param_array(int, index, N_CASES);
}

ParameterizedTest(int *i, complete, says_what_may_come_next)
{
    char       *words[6];
    int         n = 0;
    Text        out = { 0 };
    const char *there = cases[*i].there, *not = cases[*i].not;
    for (; n < 6 && cases[*i].words[n]; n++) words[n] = (char *)cases[*i].words[n];
    complete_words(&out, words, n);
    for (; *there; there += strcspn(there, "|") + (there[strcspn(there, "|")] == '|')) {
        size_t length = strchr(words[n - 1], '|') ? strlen(there) : strcspn(there, "|");
        cr_expect(has(text_get(&out), there, length), "%d: no %.*s in\n%s", *i, (int)length,
                  there, text_get(&out));
        if (length == strlen(there)) break;
    }
    cr_expect_not(has(text_get(&out), not, strlen(not)), "%d: %s in\n%s", *i, not,
                  text_get(&out));
    text_free(&out);
}

/* Wherever the results are said to be. */
Test(complete, knows_cells)
{
    char  results[200];
    char *log[] = { "log", "--results", scratch.folder, "01" };
    char *only[] = { "run", results, "demo", "--only", "01" };
    Text  out = { 0 };
    scratch_folder(&scratch, "cells/0123456789abcdef");
    snprintf(results, sizeof results, "--results=%s", scratch.folder);
    complete_words(&out, log, 4);
    cr_expect_str_eq(text_get(&out), "0123456789abcdef\ta cell\n");
    text_clear(&out);
    complete_words(&out, only, 5);
    cr_expect_str_eq(text_get(&out), "0123456789abcdef\ta cell\n");
    text_free(&out);
}

Test(complete, knows_plug_ins_by_name)
{
    char *typed[] = { "masks", "edg" }, *params[] = { "masks", "edges:no" };
    Text  folder = { 0 }, out = { 0 };
    const char *program = getenv("MASKGRID");
    cr_assert(program && strrchr(program, '/'), "MASKGRID names the program");
    text_add(&folder, "%.*s/plugins", (int)(strrchr(program, '/') - program), program);
    setenv("MASKGRID_PLUGIN_PATH", text_get(&folder), 1);
    complete_words(&out, typed, 2);
    cr_expect_str_eq(text_get(&out), "edges\ta plug-in\n");
    text_clear(&out);
    complete_words(&out, params, 2);
    cr_expect(text_starts(text_get(&out), "edges:noise=\t"), "%s", text_get(&out));
    text_free(&folder), text_free(&out);
}

/* Those that are installed, as their users type in them. */
Test(complete, works_in_bash_zsh_and_fish, .timeout = 300)
{
    char line[1000];
    snprintf(line, sizeof line, "nice python3 tests/manual/shells.py '%s'", scratch.folder);
    cr_expect_eq(system(line), 0);
}
