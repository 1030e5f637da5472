/* Scripts for Slurm and what status makes of their notes, without a Slurm: sbatch is a
 * script that writes down how it was called.  tests/slurm/slurm.sh has a real one. */
#define _XOPEN_SOURCE 700 /* realpath, popen */
#include "core/base/file.h"
#include "core/base/status.h"
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static Scratch scratch;
static char    said[1 << 15];

static void prepare(void)
{
    static const char sbatch[] = "#!/bin/sh\n"
        "printf '%s|' \"$@\" >>\"${0%/*}/calls\"; echo >>\"${0%/*}/calls\"\n"
        "[ -t 0 ] || cat >>\"${0%/*}/stdin\"; echo 7\n";
    char path[4000];
    scratch_open(&scratch);
    scratch_file(&scratch, "it's \"r\".yaml", SMALL "name: r\ngrid:\n  seed: 0..1\n",
                 strlen(SMALL "name: r\ngrid:\n  seed: 0..1\n"));
    cr_assert(!chmod(scratch_file(&scratch, "sbatch", sbatch, strlen(sbatch)), 0755));
    snprintf(path, sizeof path, "%s:%s", scratch.folder, getenv("PATH"));
    setenv("PATH", path, 1);
    setenv("SLURM_CONF", "/dev/null", 1); /* nor a queue */
    setenv("D", scratch.folder, 1);
    cr_assert(realpath(getenv("MASKGRID"), path) != NULL, "MASKGRID names the program");
    setenv("M", path, 1);
}

static void clean_up(void) { scratch_close(&scratch); }

TestSuite(slurm, .init = prepare, .fini = clean_up, .timeout = 60);

/* In the scratch folder, with the recipe as $R; what it prints is in `said`. */
static int shell(const char *words)
{
    char line[2000];
    snprintf(line, sizeof line, "exec 2>&1 </dev/null; cd \"$D\"; R=\"./it's \\\"r\\\".yaml\"; %s",
             words);
    FILE  *f = popen(line, "r");
    size_t n = f ? fread(said, 1, sizeof said - 1, f) : 0;
    said[n] = '\0';
    int status = f ? pclose(f) : -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define PLAN "\"$M\" plan \"$R\" --results \"r e's\" -s \"about=it's\" --slurm x.sh"
#define STATUS "; \"$M\" status \"$R\" --results \"r e's\" --format csv"

static int count(const char *what)
{
    int n = 0;
    for (const char *at = said; (at = strstr(at, what)); at++) n++;
    return n;
}

Test(slurm, a_script_submits_its_cells_and_then_the_table)
{
    cr_assert_eq(shell(PLAN " --jobs 1 && bash x.sh --partition=p && cat calls stdin"), 0, "%s",
                 said);
    cr_expect(strstr(said, "--parsable|--partition=p|--array=0-1%1|") != NULL, "%s", said);
    cr_expect(strstr(said, "/x.sh|0|\n") != NULL, "%s", said);
    cr_expect(strstr(said, "|--dependency=afterany:7|") != NULL, "%s", said);
    cr_expect(strstr(said, " table --out r\\ e\\'s/r/table.txt --results r\\ e\\'s -s about=it\\'s"
                           " -- ./it\\'s\\ \\\"r\\\".yaml") != NULL, "%s", said);
}

Test(slurm, the_head_is_quoted_as_sbatch_reads_it)
{
    cr_assert_eq(shell(PLAN " -s run.threads=3 && bash -n x.sh && cat x.sh"), 0, "%s", said);
    cr_expect(strstr(said, "#SBATCH --array=0-1\n") && strstr(said, "--cpus-per-task=3\n"));
    cr_expect(strstr(said, "#SBATCH --output=\"r e's/r/slurm/%A_%a.log\"\n") != NULL, "%s", said);
    cr_expect_eq(shell("\"$M\" plan \"$R\" --slurm --results 'a%b'"), EXIT_USAGE, "%s", said);
    cr_expect(strstr(said, "a%b/r/slurm: Slurm cannot write to") != NULL, "%s", said);
    cr_expect_eq(shell("\"$M\" plan \"$R\" x.sh"), EXIT_USAGE, "%s", said);
}

Test(slurm, what_submits_it_can_be_typed_as_it_is_told)
{
    cr_expect_eq(shell("\"$M\" plan \"$R\" --slurm \"x; y's.sh\""), 0, "%s", said);
    cr_expect(strstr(said, "`bash 'x; y'\\''s.sh'` submits it") != NULL, "%s", said);
}

Test(slurm, more_cells_than_an_array_has_become_more_arrays)
{
    cr_assert_eq(shell(PLAN " --jobs 5 -s grid.seed=0..2300 && bash x.sh && cat calls; "
                       "wc -l \"r e's\"/r/slurm/7.cells"), 0, "%s", said);
    cr_expect_eq(count("--array=0-999%5|"), 2, "%s", said);
    cr_expect_eq(count("--array=0-300%5|--dependency=afterany:7|"), 1, "%s", said);
    cr_expect(strstr(said, "--dependency=afterany:7:7:7|") != NULL, "%s", said);
    cr_expect(strstr(said, "301 ") != NULL, "%s", said);
    cr_expect_eq(shell("! grep 'sbatch FILE' x.sh"), 0, "more than Slurm takes: %s", said);
    cr_expect_eq(shell(PLAN " && grep 'sbatch FILE' x.sh"), 0, "%s", said);
}

Test(slurm, where_no_cell_has_failed_there_is_none_to_try_again)
{
    cr_expect_eq(shell(PLAN " --failed"), EXIT_USAGE, "%s", said);
    cr_expect(strstr(said, "r: no such cell is left to run") != NULL, "%s", said);
}

Test(slurm, status_reads_what_tasks_have_noted)
{
    static const struct { const char *note, *says; } cases[] = {
        { "running 2026-01-02T03:04:05Z n7", ",running," },
        { "requeued 2026-01-02T03:04:05Z n7", ",requeued," },
        { "stopped 2026-01-02T03:04:05Z n7", ",missing," },
    };
    cr_assert_eq(shell(PLAN " && bash x.sh" STATUS), 0, "%s", said);
    cr_expect_eq(count(",pending,"), 2, "%s", said);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[400];
        snprintf(words, sizeof words, "echo '%s' > \"r e's\"/r/slurm/7_1.state" STATUS,
                 cases[i].note);
        cr_assert_eq(shell(words), 0, "%s", said);
        cr_expect(count(",pending,") == 1 && count(cases[i].says) == 1, "%s", said);
        cr_expect(strstr(said, "Slurm 7_1: ") != NULL, "%s", said);
    }
    cr_assert_eq(shell("printf '#!/bin/sh\\necho 7 1 PENDING "
                       "Priority\\n' > squeue; chmod +x squeue" STATUS), 0);
    cr_expect(count(",requeued,") == 1 && count("Slurm 7_1: Priority") == 1, "%s", said);
    cr_expect(count(",missing,") == 1 && count("Slurm 7_0: left the queue") == 1, "%s", said);
}
