/* plan, run and status as a user meets them: exit codes, and what goes where. */
#define _POSIX_C_SOURCE 200809L /* fork, execl */
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/base/text.h"
#include "experiments/cli/cli.h"
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static Scratch scratch;
static char    out[1 << 16], err[1 << 16];
static char    limit[40]; /* "ulimit ...; timeout ...", or nothing */

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(commands, .init = open_scratch, .fini = close_scratch, .timeout = 60);

static void fetch(char *to, size_t room, const char *name)
{
    FILE  *f = fopen(scratch_path(&scratch, name), "r");
    size_t n = f ? fread(to, 1, room - 1, f) : 0;
    to[n] = '\0';
    if (f) fclose(f);
}

/* `maskgrid WORDS`, in the words of a shell, behind `limit`; returns the exit code. */
static int maskgrid(const char *words)
{
    char        line[10000];
    const char *program = getenv("MASKGRID");
    cr_assert(program != NULL, "MASKGRID names the program");
    snprintf(line, sizeof line, "%s%s %s >'%s/out' 2>'%s/err'", limit, program, words,
             scratch.folder, scratch.folder);
    int status = system(line);
    fetch(out, sizeof out, "out");
    fetch(err, sizeof err, "err");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* WHAT with the recipe `text` in place of RECIPE. */
static int with_recipe(const char *what, const char *text)
{
    char words[1000];
    snprintf(words, sizeof words, "%s %s --results '%s'", what,
             scratch_file(&scratch, "r.yaml", text, strlen(text)), scratch.folder);
    return maskgrid(words);
}

static const struct { const char *text; int code; const char *says; } wrong[] = {
    { SMALL "pretrain.strategy: spirall\n", EXIT_USAGE, "r.yaml:4: pretrain.strategy: no strat" },
    { SMALL "pretrain.ratoi: 0.5\n", EXIT_USAGE, "r.yaml:4: pretrain.ratoi: no such key" },
    { SMALL "pretrain.ratio: 1.2\n", EXIT_USAGE, "r.yaml:4: pretrain.ratio: 1.2 is out of" },
    { SMALL "x: [\n", EXIT_USAGE, "r.yaml:5: not YAML" },
    { "data: {set: fashion-mnist, folder: none-such}\n", EXIT_DATA, "none-such" },
};
enum { N_WRONG = sizeof wrong / sizeof *wrong };

ParameterizedTestParameters(commands, refuse_before_anything_starts)
{
    static int index[N_WRONG];
    for (int i = 0; i < N_WRONG; i++) index[i] = i;
    return cr_make_param_array(int, index, N_WRONG);
}

ParameterizedTest(int *i, commands, refuse_before_anything_starts)
{
    static const char *const commands[] = { "plan", "run", "status" };
    for (int c = 0; c < 3; c++) {
        int code = with_recipe(commands[c], wrong[*i].text);
        cr_expect(code == wrong[*i].code, "%s: exit %d, case %d", commands[c], code, *i);
        cr_expect(strstr(err, wrong[*i].says) != NULL, "%s: %s", commands[c], err);
        cr_expect_str_eq(out, "");
        cr_expect(!file_exists(scratch_path(&scratch, "cells")));
    }
}

Test(commands, plan_lists_and_runs_nothing)
{
    cr_expect(with_recipe("plan", SMALL "grid:\n  seed: 0..2\n") == EXIT_DONE, "%s", err);
    cr_expect(strstr(out, "3 cells, 3 to run with 9 stages") != NULL, "%s", out);
    cr_expect(strstr(out, "seed=2") != NULL && strstr(out, "memory") != NULL);
    cr_expect(!file_exists(scratch_path(&scratch, "cells")));
}

Test(commands, plan_says_where_values_come_from)
{
    cr_expect(with_recipe("plan --resolved -s knn.k=3", SMALL "grid:\n  seed: 0..1\n") == 0);
    cr_expect(strstr(out, "knn.k: 3  # -s knn.k=3\n") != NULL, "%s", out);
    cr_expect(strstr(out, "pretrain.beta2: 0.95  # default\n") != NULL);
    cr_expect(strstr(out, "seed: [0, 1]  # ") != NULL && strstr(out, "r.yaml:5\n") != NULL);
    cr_expect(strstr(out, "pretrain.lr: 1.875e-05  # from blr batch / 256\n") != NULL);
}

Test(commands, plan_knows_all_keys)
{
    cr_expect(maskgrid("plan --keys") == EXIT_DONE);
    for (int i = 0; i < schema_count(); i++)
        cr_expect(strstr(out, schema_key(i)->name) != NULL, "%s", schema_key(i)->name);
    for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"))
        cr_expect(text_width(line) <= 80, "%s", line);
    cr_expect(maskgrid("plan") == EXIT_USAGE);
}

Test(commands, some_cells_alone)
{
    static const char *const commands[] = { "plan", "status" };
    for (int c = 0; c < 2; c++) {
        char words[64];
        snprintf(words, sizeof words, "%s --only seed=1,2", commands[c]);
        cr_expect(with_recipe(words, SMALL "grid:\n  seed: 0..2\n") == EXIT_DONE, "%s", err);
        cr_expect(!strstr(out, "seed=0") && strstr(out, "seed=2"), "%s", out);
        snprintf(words, sizeof words, "%s --only seed=3", commands[c]);
        cr_expect(with_recipe(words, SMALL "grid:\n  seed: 0..2\n") == EXIT_USAGE);
        cr_expect(strstr(err, "no cell of r is so") != NULL, "%s", err);
    }
    cr_expect(with_recipe("plan --limit 2", SMALL "grid:\n  seed: 0..2\n") == EXIT_DONE);
    cr_expect(strstr(out, "2 cells, 2 to run with 6 stages") != NULL, "%s", out);
    cr_expect(with_recipe("run --failed", SMALL) == EXIT_DONE);
    cr_expect(strstr(err, "no such cell is left to run") != NULL, "%s", err);
}

/* Terabytes of weights: in words of the user, before anything starts. */
Test(commands, what_cannot_fit_is_refused)
{
    static const char *const commands[] = { "plan", "run" };
    for (int c = 0; c < 2; c++) {
        char words[200];
        snprintf(words, sizeof words, "%s --jobs auto -s model.width=16384 -s model.depth=256 "
                 "-s evaluate=none", commands[c]);
        cr_expect(with_recipe(words, SMALL) == EXIT_USAGE);
        cr_expect(strstr(err, "r: r: pretrain takes about ") != NULL, "%s", err);
        cr_expect(strstr(err, " MB of memory, and there are ") != NULL, "%s", err);
        cr_expect(!file_exists(scratch_path(&scratch, "cells")));
    }
    cr_expect(with_recipe("run --jobs all", SMALL) == EXIT_USAGE);
    cr_expect(strstr(err, "--jobs: \"all\" is not a whole number") != NULL, "%s", err);
}

/* Where OpenBLAS would ask for its buffers for ever. */
Test(commands, too_few_addresses_are_told, .timeout = 20)
{
#ifdef __SANITIZE_ADDRESS__
    cr_skip_test("it needs terabytes of addresses");
#else
    static const char *const commands[] = { "plan", "run", "bench --preset micro", "plan --slurm" };
    snprintf(limit, sizeof limit, "ulimit -v 480000; timeout 20 ");
    for (int c = 0; c < 4; c++) {
        int code = c == 2 ? maskgrid(commands[c]) : with_recipe(commands[c], SMALL);
        cr_expect(code == EXIT_USAGE, "%s: %d", commands[c], code);
        cr_expect(strstr(err, "491 MB of addresses here") != NULL, "%s: %s", commands[c], err);
    }
#endif
}

/* Fewer threads; and where there is not room for one, words. */
Test(commands, what_computes_nothing_makes_do_with_few_addresses, .timeout = 60)
{
#ifdef __SANITIZE_ADDRESS__
    cr_skip_test("it needs terabytes of addresses");
#else
    static const int kb[] = { 600000, 330000, 200000 };
    cr_assert(!unsetenv("OMP_NUM_THREADS"));
    for (int i = 0; i < 3; i++) {
        const bool works = i < 2;
        snprintf(limit, sizeof limit, "ulimit -v %d; timeout 20 ", kb[i]);
        cr_expect(maskgrid("--version") == (works ? EXIT_DONE : EXIT_USAGE), "%d: %s", i, err);
        cr_expect(with_recipe("status", SMALL) == (works ? EXIT_DONE : EXIT_USAGE), "%d: %s", i,
                  err);
        cr_expect(works || strstr(err, "maskgrid: a process may have too few addresses") == err,
                  "%s", err);
    }
#endif
}

/* What is opened must not take their place: a cell's log goes there. */
Test(commands, a_grid_runs_whatever_is_closed)
{
    static const char *const closed[] = { "<&-", ">&-", "2>&-", "<&- >&- 2>&-" };
    static const char        text[] = SMALL "pretrain.epochs: 1\nevaluate: none\n";
    char line[10000];
    for (int i = 0; i < 4; i++) {
        snprintf(line, sizeof line, "%s run '%s' --quiet --results '%s/%d' %s",
                 getenv("MASKGRID"), scratch_file(&scratch, "r.yaml", text, sizeof text - 1),
                 scratch.folder, i, closed[i]);
        cr_expect_eq(system(line), 0, "%s", closed[i]);
    }
    snprintf(line, sizeof line, "%s --version >&-", getenv("MASKGRID"));
    cr_expect_neq(system(line), 0, "%s", line);
    snprintf(line, sizeof line, "%s --version 2>&1 >/dev/full | grep -q space", getenv("MASKGRID"));
    cr_expect_eq(system(line), 0, "%s", line);
}

/* A log is named only if there is one. */
Test(commands, what_cannot_begin_has_no_log)
{
    static const char text[] = SMALL "pretrain.epochs: 1\nevaluate: none\n";
    char line[10000];
    cr_assert(with_recipe("run --quiet --limit 1", text) == EXIT_DONE);
    snprintf(line, sizeof line, "cd '%s'/cells/*/ && rm -r -- * && mkdir log.txt", scratch.folder);
    cr_assert_eq(system(line), 0);
    cr_expect_eq(with_recipe("run --retries 0", text), EXIT_CELLS_FAILED);
    cr_expect(strstr(err, "  failed  ") && strstr(err, "log.txt: Is a directory"), "%s", err);
    const char *summary = strstr(err, "  failed  ");
    cr_expect(summary && strstr(summary, "log.txt") == strstr(summary, "log.txt: Is a"), "%s", err);
}

Test(commands, a_script_does_not_take_the_place_of_its_recipe)
{
    static const char text[] = SMALL "evaluate: none\n";
    char words[2000], recipe[400], *kept;
    size_t n;
    Err  why;
    snprintf(recipe, sizeof recipe, "%s",
             scratch_file(&scratch, "r.yaml", text, sizeof text - 1));
    snprintf(words, sizeof words, "plan '%s' --results '%s' --slurm '%s/../%s/r.yaml'", recipe,
             scratch.folder, scratch.folder, strrchr(scratch.folder, '/') + 1);
    cr_expect_eq(maskgrid(words), EXIT_USAGE);
    cr_expect(strstr(err, "that is the recipe"), "%s", err);
    cr_assert(!file_read(recipe, 1 << 16, &kept, &n, &why), "%s", why.text);
    cr_expect_str_eq(kept, text);
    free(kept);
}

/* Its children would be nobody's to wait for. */
Test(commands, a_grid_runs_where_children_are_ignored, .timeout = 60)
{
    static const char text[] = SMALL "pretrain.epochs: 1\nevaluate: none\n";
    const char *recipe = scratch_file(&scratch, "r.yaml", text, sizeof text - 1);
    int         status;
    pid_t       pid = fork();
    if (!pid) {
        alarm(30); /* else it would wait for ever */
        signal(SIGCHLD, SIG_IGN);
        execl(getenv("MASKGRID"), "maskgrid", "run", recipe, "--quiet", "--results",
              scratch.folder, NULL);
    }
    cr_assert(waitpid(pid, &status, 0) == pid);
    cr_expect_eq(status, 0);
}

/* As `make` does to one that runs over night. */
Test(commands, a_grid_outlives_its_program)
{
    static const char text[] = SMALL "pretrain.epochs: 2\nevaluate: none\ngrid:\n  seed: 0..3\n";
    char line[10000];
    scratch_file(&scratch, "r.yaml", text, sizeof text - 1);
    snprintf(line, sizeof line, "cp \"$MASKGRID\" '%s/mg'; cd '%s'; ./mg run ./r.yaml --jobs 1 "
             "--results . 2>said & for i in $(seq 500); do ls cells/*/log.txt >/dev/null 2>&1 && "
             "break; sleep 0.01; done; "
             "cp /bin/false other; mv other mg; wait $!", scratch.folder, scratch.folder);
    int status = system(line);
    fetch(err, sizeof err, "said");
    cr_expect_eq(status, 0, "%d: %s", status, err);
}

Test(commands, status_speaks_three_formats)
{
    cr_expect(with_recipe("status", SMALL) == EXIT_DONE);
    cr_expect(strstr(out, "0 of 1 done, 0 running, 0 failed, 1 missing") != NULL, "%s", out);
    cr_expect(with_recipe("status --format json", SMALL) == EXIT_DONE);
    cr_expect(strstr(out, "\"state\": \"missing\"") != NULL, "%s", out);
    cr_expect(with_recipe("status --format csv", SMALL) == EXIT_DONE);
    cr_expect(strstr(out, "cell,state,") == out, "%s", out);
    cr_expect(with_recipe("status --format xml", SMALL) == EXIT_USAGE);
}

/* A folder with a path of n bytes: a/a/a/... */
static const char *folder_of(char path[6000], size_t n)
{
    for (size_t i = 0; i < n; i++) path[i] = i % 2 ? '/' : 'a';
    path[n] = '\0';
    return path;
}

#define A_TRIAL "--preset micro --seconds 0.01 --no-strategies"

/* Were they not refused, what takes long would be short, or not find its recipe. */
static const char *const with_folders[] = {
    "plan storm --results", "run none --results", "status storm --results",
    "watch storm --results", "table storm --results", "plot storm --results",
    "plot storm --out", "report storm --results", "report storm --out",
    "power storm --difference 1 --results", "claims storm --results",
    "compare storm random grid --results", "inspect --check storm --results",
    "gallery --recipe storm --results", "index storm --results", "index storm --out",
    "log 0123 --results", "doctor --results", "merge", "merge . --into",
    "chaos none --keep", "cell 0123456789abcdef pretrain --results",
    "lint random --out", "manual --out", "plugin new mine --out", "masks random --out",
    "bench " A_TRIAL " --figures", "bench " A_TRIAL " --out",
};
enum { N_FOLDERS = sizeof with_folders / sizeof *with_folders };

/* Where a folder is just short enough, so is all that is in it: whatever comes of it, nothing
 * aborts. */
Test(commands, paths_that_are_too_long_are_refused, .timeout = 240)
{
    char path[6000], words[7000];
    for (int i = 0; i < N_FOLDERS; i++) {
        snprintf(words, sizeof words, "%s %s", with_folders[i], folder_of(path, CLI_TEXT + 1));
        cr_expect(maskgrid(words) == EXIT_USAGE && strstr(err, "bytes, more than"), "%s: %.400s",
                  with_folders[i], err);
    }
    for (int i = 0; i < 3; i++) {
        static const char *const quick[] = { "plan storm --results", "status storm --results",
                                             "merge . --into" };
        snprintf(words, sizeof words, "%s %s", quick[i], folder_of(path, CLI_TEXT));
        int code = maskgrid(words);
        cr_expect(code >= 0 && code <= EXIT_DATA && !strstr(err, "more than"), "%s: exit %d, %s",
                  quick[i], code, err);
    }
}

Test(commands, pictures_have_an_ending_that_can_be_written)
{
    static const char *const words[] = {
        "gallery random --out g.pdf", "masks random --out x.gif", "masks random --out x.jpg",
        "augment demo --out a.tiff",  "lint random --atlas png",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        cr_expect_eq(maskgrid(words[i]), EXIT_USAGE, "%s", words[i]);
        cr_expect(strstr(err, ".png or .svg") != NULL, "%s: %s", words[i], err);
        cr_expect(!strstr(err, ".h5") == !strstr(words[i], "masks"), "%s: %s", words[i], err);
        cr_expect(!file_exists(strrchr(words[i], ' ') + 1), "%s", words[i]);
    }
}
