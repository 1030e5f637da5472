/* watch and log: the curve of a journal, cells by name, and both as a user types them. */
#define _GNU_SOURCE /* fork, kill, posix_openpt */
#include "core/base/file.h"
#include "experiments/run/claim.h"
#include "experiments/run/named.h"
#include "experiments/run/pulse.h"
#include "tests/cli/typed.h"
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>

#include <jansson.h>

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RECIPE SMALL "evaluate: [knn]\ngrid:\n  pretrain.strategy: [random, " SGMAE "]\n" \
    "  seed: 0..1\n"
#define SGMAE "\"sgmae:first=0.3,again=0.3\""

static Scratch scratch;
static Recipe *recipe;
static Arena   arena;
static Works   works;
static char    file[400];
static Err     err;

/* The cells of a recipe, with their folders, configurations and a log. */
static void prepare(void)
{
    typed_open(&scratch);
    recipe = recipe_good(&scratch, RECIPE, NULL);
    arena_open(&arena, "test", NULL, NULL);
    works_list(&works, &arena, recipe, scratch.folder);
    strcpy(file, scratch_file(&scratch, "r.yaml", RECIPE, sizeof RECIPE - 1));
    for (int i = 0; i < works.n; i++) {
        const Cell *c = works.work[i].cell;
        char        path[CELL_PATH], said[64];
        Text        yaml = { 0 };
        cell_folder(path, scratch.folder, c);
        cr_assert(!file_make_folders(path, &err), "%s", err.text);
        cell_yaml(c, STAGE_PRETRAIN, &yaml);
        cell_file(path, scratch.folder, c, "config.yaml");
        cr_assert(!file_write(path, yaml.s, yaml.length, &err), "%s", err.text);
        int n = snprintf(said, sizeof said, "cell %d says\033this\n", i);
        cell_file(path, scratch.folder, c, "log.txt");
        cr_assert(!file_write(path, said, (size_t)n, &err), "%s", err.text);
        text_free(&yaml);
    }
}

static void clean_up(void)
{
    arena_close(&arena);
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(watch, .init = prepare, .fini = clean_up, .timeout = 60);

static void folder_of(char folder[CELL_PATH], int i)
{
    cell_folder(folder, scratch.folder, works.work[i].cell);
}

/* Loss 2 - step / steps, 10 steps a second. */
static void write_journal(int i, const char *stage, long from, long to, long steps)
{
    char  folder[CELL_PATH];
    FILE *f;
    folder_of(folder, i);
    cr_assert(!journal_open(&f, folder, &err), "%s", err.text);
    for (long step = from; step <= to; step++) {
        JournalLine line = { .step = step, .steps = steps, .lr = NAN, .images_per_s = 50,
                             .loss = 2 - (double)step / (double)steps,
                             .elapsed_s = 1 + 0.1 * (double)(step - from) };
        snprintf(line.stage, sizeof line.stage, "%s", stage);
        journal_write(f, &line);
    }
    fclose(f);
}

/* --- pulse --------------------------------------------------------------- */

Test(watch, a_pulse_is_of_the_stage_under_way)
{
    Pulse p;
    Text  curve = { 0 };
    cr_expect(!pulse_take(&p, &works.work[0], scratch.folder), "there is no journal");
    write_journal(0, "linear-01234567", 0, 30, 30);
    cr_expect(!pulse_take(&p, &works.work[0], scratch.folder), "of another recipe");
    write_journal(0, "pretrain", 0, 120, 200);  /* then it was killed, and gone on with */
    write_journal(0, "pretrain", 100, 149, 200);
    cr_assert(pulse_take(&p, &works.work[0], scratch.folder));
    cr_expect(p.last.step == 149 && fabs(p.stage_left_s - 5.1) < 1e-6, "%g", p.stage_left_s);
    for (int i = 0; i < PULSE_PARTS; i++)
        cr_expect(i < 15 ? fabs(p.loss[i] - (2 - (i + 0.45) / 20)) < 0.003 : isnan(p.loss[i]),
                  "part %d: %g", i, p.loss[i]);
    double all = pulse_flop(&works.work[0]), stage = (all - p.flop_left) * 200 / 149;
    cr_expect(p.flop_left > 0 && fabs(p.flop_per_s - stage / 20) < 1e-6 * stage);
    pulse_curve(&p, &curve);
    cr_expect_str_eq(text_get(&curve), "██▇▇▆▆▅▅▄▄▃▃▂▂▁     ");
    text_free(&curve);
}

/* --- names --------------------------------------------------------------- */

static void expect_cell(const char *name, int i)
{
    char folder[CELL_PATH], right[CELL_PATH];
    folder_of(right, i);
    cr_assert(!named_cell(folder, scratch.folder, name, &err), "%s", err.text);
    cr_expect_str_eq(folder, right, "%s", name);
}

Test(watch, a_cell_has_many_names)
{
    char digits[8];
    snprintf(digits, sizeof digits, "%.6s", works.work[2].cell->stage[STAGE_PRETRAIN].id);
    expect_cell(digits, 2);
    expect_cell("strategy=random,seed=1", 1);
    expect_cell("seed=1,pretrain.strategy=random", 1);
    expect_cell("strategy=sgmae:first=0.3,again=0.3,seed=0", 2);
}

Test(watch, a_name_that_is_none_is_refused)
{
    static const struct { const char *name, *says; } wrong[] = {
        { "strategy=random", "2 cells are so called" },
        { "seed=7", "none of the 4 cells" },
        { "abc", "expected the first digits" },
        { "random", "KEY=VALUE" },
        { "ffffffffffffffff0", "none of the 4 cells" },
        { "", "\"\": expected the first digits" },
        { ",", "\",\": expected the first digits" },
    };
    char folder[CELL_PATH];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect(named_cell(folder, scratch.folder, wrong[i].name, &err) == STATUS_CONFIG);
        cr_expect(strstr(err.text, wrong[i].says), "%s: %s", wrong[i].name, err.text);
    }
    cr_expect(named_cell(folder, "none-such", "seed=0", &err) == STATUS_MISSING);
}

/* --- commands ------------------------------------------------------------ */

Test(watch, shows_what_runs)
{
    char out[4096], folder[CELL_PATH];
    int  fd;
    write_journal(0, "pretrain", 0, 50, 200);
    cr_assert_eq(RUN(out, "watch", file, "--once", "--results", scratch.folder), EXIT_DONE, "%s",
                 out);
    cr_expect(strstr(out, "0/4 done") && !strstr(out, "pretrain"), "none runs: %s", out);
    folder_of(folder, 0);
    cr_assert(!claim_take(&fd, folder, &err) && fd >= 0);
    cr_assert_eq(RUN(out, "watch", file, "--once", "--results", scratch.folder), EXIT_DONE, "%s",
                 out);
    close(fd);
    cr_expect(strstr(out, "0/4 done, 1 running  50 images/s") && strstr(out, " left\n"), "%s",
              out);
    cr_expect(strstr(out, "strategy=random seed=0 ") != NULL, "%s", out);
    cr_expect(strstr(out, "pretrain     25% █▆▅▃▂▁ ") != NULL, "%s", out);
    for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"))
        cr_expect(text_width(line) <= 80, "%d columns: %s", text_width(line), line);
}

/* With the output on a terminal of so many columns. */
static void watch_on_terminal(char *out, size_t room, int columns)
{
    struct winsize size = { .ws_row = 24, .ws_col = (unsigned short)columns };
    size_t         n = 0;
    int            master = posix_openpt(O_RDWR | O_NOCTTY);
    cr_assert(master >= 0 && !grantpt(master) && !unlockpt(master));
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    cr_assert(terminal >= 0 && !ioctl(terminal, TIOCSWINSZ, &size));
    pid_t pid = fork();
    if (!pid) {
        dup2(terminal, STDOUT_FILENO);
        execl(getenv("MASKGRID"), "maskgrid", "watch", file, "--once", "--results",
              scratch.folder, NULL);
        _exit(1);
    }
    close(terminal);
    for (ssize_t k; n < room - 1 && (k = read(master, out + n, room - 1 - n)) > 0;) n += (size_t)k;
    out[n] = '\0';
    waitpid(pid, NULL, 0);
    close(master);
}

Test(watch, fits_on_narrow_terminals)
{
    char out[4096], folder[CELL_PATH];
    int  fd;
    write_journal(0, "pretrain", 0, 50, 200);
    folder_of(folder, 0);
    cr_assert(!claim_take(&fd, folder, &err) && fd >= 0);
    for (int columns = 40; columns <= 100; columns += 10) {
        watch_on_terminal(out, sizeof out, columns);
        cr_expect(strstr(out, "seed=0") && strstr(out, "0/4 done"), "%s", out);
        cr_expect(!strstr(out, "█") == (columns < 70), "%d columns: %s", columns, out);
        for (char *line = strtok(out, "\r\n"); line; line = strtok(NULL, "\r\n"))
            cr_expect(text_width(line) <= columns, "%d of %d columns: %s", text_width(line),
                      columns, line);
    }
    close(fd);
}

/* Until it is sure that nothing will run; elsewhere than on a terminal once. */
Test(watch, says_once_that_nothing_runs)
{
    char out[4096];
    cr_assert_eq(RUN(out, "watch", file, "--results", scratch.folder), EXIT_DONE, "%s", out);
    const char *first = strstr(out, "0/4 done");
    cr_expect(first && !strstr(first + 1, "0/4 done"), "%s", out);
}

/* What programs read: with what a journal may hold after a disk has lost its mind. */
Test(watch, status_tells_programs_how_far_a_cell_is)
{
    char out[4096];
    write_journal(1, "pretrain", 0, 50, 200);
    write_journal(2, "pre\ttrain", 0, 3, 4);
    cr_assert_eq(RUN(out, "status", file, "--format", "json", "--results", scratch.folder),
                 EXIT_DONE, "%s", out);
    json_error_t  why;
    json_t       *all = json_loads(out, 0, &why);
    const json_t *cells = json_object_get(all, "cells"), *one = json_array_get(cells, 1);
    cr_assert(all && json_array_size(cells) == 4, "%s: %s", why.text, out);
    cr_expect(json_integer_value(json_object_get(all, "missing")) == 4);
    cr_expect_str_eq(json_string_value(json_object_get(one, "stage")), "pretrain");
    cr_expect(json_integer_value(json_object_get(one, "step")) == 50);
    cr_expect(json_number_value(json_object_get(one, "loss")) == 1.75);
    cr_expect(!json_object_get(json_array_get(cells, 0), "step"), "it has no journal");
    json_decref(all);
}

Test(watch, log_prints_what_a_cell_has_said)
{
    char out[4096];
    cr_assert_eq(RUN(out, "log", "strategy=random,seed=1", "--results", scratch.folder),
                 EXIT_DONE, "%s", out);
    cr_expect_str_eq(out, "cell 1 says?this\n");
    cr_expect_eq(RUN(out, "log", "seed=1", "--results", scratch.folder), EXIT_USAGE);
    char path[CELL_PATH];
    cell_file(path, scratch.folder, works.work[0].cell, "log.txt");
    cr_assert(!remove(path));
    cr_expect_eq(RUN(out, "log", "strategy=random,seed=0", "--results", scratch.folder),
                 EXIT_DATA);
    cr_expect(strstr(out, "log.txt: ") && strstr(out, "`maskgrid run` writes it"), "%s", out);
}

/* Another process holds the claim, says something, and ends. */
Test(watch, log_follows_until_the_process_ends)
{
    char  out[4096], folder[CELL_PATH], path[CELL_PATH], byte;
    int   fd, ready[2];
    folder_of(folder, 3);
    cell_file(path, scratch.folder, works.work[3].cell, "log.txt");
    cr_assert(!pipe(ready));
    pid_t pid = fork();
    if (!pid) {
        if (claim_take(&fd, folder, &err) || fd < 0 || write(ready[1], "", 1) != 1) _exit(1);
        nanosleep(&(struct timespec){ .tv_nsec = 500000000 }, NULL);
        FILE *f = fopen(path, "a");
        if (f) fputs("the end\n", f), fclose(f);
        _exit(0);
    }
    cr_assert(read(ready[0], &byte, 1) == 1);
    cr_assert_eq(RUN(out, "log", "strategy=sgmae:first=0.3,again=0.3,seed=1", "--follow",
                     "--results", scratch.folder), EXIT_DONE, "%s", out);
    waitpid(pid, NULL, 0);
    cr_expect_str_eq(out, "cell 3 says?this\nthe end\n");
}
