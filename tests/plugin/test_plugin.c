/* Plug-ins: found by name and by path, and refused by name when they are bad.
 *
 * good/ and bad/ are built by make as users build theirs, and so is the example that
 * they begin with, edges; what is wrong with a bad one stands in its first line. */
#define _POSIX_C_SOURCE 200809L /* setenv, popen */
#include "core/base/file.h"
#include "strategies/registry.h"

#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIDE = 8, L = SIDE * SIDE, K = 16 };

static Scratch scratch;

static void open_scratch(void)
{
    scratch_open(&scratch);
    unsetenv("MASKGRID_PLUGIN_PATH");
}

static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(plugin, .init = open_scratch, .fini = close_scratch, .timeout = 30);

/* The folder of plug-ins, beside the program, and one below it. */
static const char *folder(const char *which)
{
    static char at[4096];
    const char *program = getenv("MASKGRID");
    cr_assert(program && strrchr(program, '/'), "MASKGRID names the program");
    snprintf(at, sizeof at, "%.*s/plugins%s", (int)(strrchr(program, '/') - program), program,
             which);
    return at;
}

static void draw(int ids[L], const char *spec, char identity[128])
{
    Mask    *m;
    Err      err;
    MaskView view = { .progress = 1 };
    cr_assert(!strategy_open(&m, spec, SIDE, SIDE, &err), "%s", err.text);
    mask_draw(m, ids, &view, 3, 0, 5, K);
    snprintf(identity, 128, "%s", mask_spec(m));
    mask_close(m);
}

Test(plugin, by_path_by_name_and_by_identity_it_is_the_same)
{
    char path[5000], first[128], again[128];
    int  a[L], b[L];
    snprintf(path, sizeof path, "%s/edges.so:noise=3,sym=1", folder(""));
    draw(a, path, first);
    cr_assert(!strncmp(first, "edges@", 6) && strstr(first, ":noise=3,sym=1"), "%s", first);

    draw(b, "edges:noise=3,sym=1", again); /* its folder is searched from now on */
    cr_expect_arr_eq(a, b, sizeof a);
    cr_expect_str_eq(first, again);
    draw(b, first, again);
    cr_expect_arr_eq(a, b, sizeof a);
    cr_expect_str_eq(first, again);
}

Test(plugin, the_search_path_is_in_order_and_forgives_what_is_not_there)
{
    char path[5000], identity[128];
    int  ids[L];
    snprintf(path, sizeof path, "/none/such::%s", folder(""));
    setenv("MASKGRID_PLUGIN_PATH", path, 1);
    draw(ids, "edges", identity);
    cr_expect(!strncmp(identity, "edges@", 6), "%s", identity);
}

Test(plugin, a_path_may_have_blanks)
{
    char from[5000], path[500], spec[1100], first[128], again[128];
    int  a[L], b[L];
    Err  err;
    cr_assert(!file_make_folders(scratch_path(&scratch, "my plug-ins (2)"), &err));
    snprintf(from, sizeof from, "%s/edges.so", folder(""));
    strcpy(path, scratch_path(&scratch, "my plug-ins (2)/edges.so"));
    scratch_copy(path, from);

    snprintf(spec, sizeof spec, "%s:noise=3", path); /* alone, as it is */
    draw(a, spec, first);
    cr_expect(!strncmp(first, "edges@", 6) && strstr(first, ":noise=3"), "%s", first);
    snprintf(spec, sizeof spec, "'%s':noise=3", path);
    draw(b, spec, again);
    cr_expect_arr_eq(a, b, sizeof a);
    cr_expect_str_eq(first, again);
    snprintf(spec, sizeof spec, "\"%s\":noise=3 | '%s':noise=3", path, path);
    draw(b, spec, again);
    cr_expect_arr_eq(a, b, sizeof a);
    cr_expect_str_eq(first, again);
}

Test(plugin, an_older_build_is_as_good)
{
    char path[5000], identity[128];
    int  old[L], own[L];
    snprintf(path, sizeof path, "%s/older.so", folder("/good"));
    draw(old, path, identity);
    draw(own, "random", identity);
    cr_expect_arr_eq(old, own, sizeof old);
}

/* In the order of the text, each once. */
Test(plugin, the_whole_hash_of_each_is_told)
{
    char path[2][5000], spec[16000], line[11000], expected[256] = "", word[64];
    Err  err;
    Mask *m;
    Text  hashes = { 0 };
    snprintf(path[0], sizeof path[0], "%s/edges.so", folder(""));
    snprintf(path[1], sizeof path[1], "%s/older.so", folder("/good"));
    for (int i = 0; i < 2; i++) {
        snprintf(line, sizeof line, "b2sum -l 128 '%s'", path[i]);
        FILE *f = popen(line, "r");
        cr_assert(f && fscanf(f, "%63s", word) == 1);
        pclose(f);
        snprintf(expected + strlen(expected), 100, "%s@%s", i ? " older" : "edges", word);
    }
    snprintf(spec, sizeof spec, "%s:noise=3 until 0.2 then (%s | random) until 0.5 then %s",
             path[0], path[1], path[0]);
    cr_assert(!strategy_open(&m, spec, SIDE, SIDE, &err), "%s", err.text);
    plugin_hashes(&hashes, mask_spec(m));
    cr_expect_str_eq(text_get(&hashes), expected);
    text_clear(&hashes);
    plugin_hashes(&hashes, "0.5 random + 0.5 edges");
    cr_expect_str_eq(text_get(&hashes), "");
    text_free(&hashes);
    mask_close(m);
}

static Status refused(const char *spec, const char *says)
{
    Mask *m;
    Err   err = { 0 };
    cr_assert(strategy_open(&m, spec, SIDE, SIDE, &err), "%s is accepted", spec);
    cr_expect(strstr(err.text, says), "%s: \"%s\" does not say \"%s\"", spec, err.text, says);
    return err.code;
}

Test(plugin, a_near_miss_is_told)
{
    setenv("MASKGRID_PLUGIN_PATH", folder(""), 1);
    cr_expect_eq(refused("edgs", "did you mean edges?"), STATUS_CONFIG);
    cr_expect_eq(refused("edges:nois=1", "did you mean noise?"), STATUS_CONFIG);
    cr_expect_eq(refused("edges:noise=101", "from 0 to 100"), STATUS_CONFIG);
}

Test(plugin, a_path_that_is_cut_at_a_blank_is_told_of_quotes)
{
    cr_expect_eq(refused("random | ./my masks.h5", "in quotes"), STATUS_MISSING);
    cr_expect_eq(refused("./my masks.h5", "in quotes"), STATUS_MISSING);
}

Test(plugin, another_build_is_another_strategy)
{
    setenv("MASKGRID_PLUGIN_PATH", folder(""), 1);
    cr_expect_eq(refused("edges@0123456789ab", "is edges@"), STATUS_MISSING);
    cr_expect_eq(refused("none@0123456789ab", "no plug-in none@0123456789ab"), STATUS_MISSING);
}

/* What `maskgrid lint` says of each bad one: 4, it breaks a law, of which the first is
 * that it can be opened; 5, there is no such file. */
static const struct { const char *file, *says; int exit; } bad[] = {
    { "wrong_abi", "contract 2", 4 },
    { "newer", "newer", 4 },
    { "missing_symbol", "mask_missing_symbol", 4 },
    { "undefined", "not_to_be_found", 4 },
    { "params", "\"noise\": it lies outside", 4 },
    { "order", "its order is patch 0 of 196", 4 },
    { "nowhere", "No such file", 5 },
    { "loads_not", "by exit(), on opens", 4 },
    { "walk_crash", "SIGSEGV), on opens", 4 },
    { "crash", "SIGSEGV), on bounds", 4 },
    { "endless", "returns  BROKEN", 4 },
    { "quits", "by exit(), on bounds", 4 },
    { "bounds", "bounds   BROKEN", 4 },
    { "nan", "scores   BROKEN", 4 },
    { "state", "pure     BROKEN", 4 },
    { "clock", "pure     BROKEN", 4 },
};
enum { N_BAD = sizeof bad / sizeof *bad };

ParameterizedTestParameters(plugin, what_is_wrong_is_named)
{
    static int index[N_BAD];
    for (int i = 0; i < N_BAD; i++) index[i] = i;
    return cr_make_param_array(int, index, N_BAD);
}

ParameterizedTest(int *i, plugin, what_is_wrong_is_named, .timeout = 60)
{
    char line[10000], says[20000] = "";
    snprintf(line, sizeof line, "%s lint --patience 2 --draws 20 '%s/%s.so' 2>&1",
             getenv("MASKGRID"), folder("/bad"), bad[*i].file);
    FILE *f = popen(line, "r");
    cr_assert(f);
    says[fread(says, 1, sizeof says - 1, f)] = '\0';
    int status = pclose(f);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == bad[*i].exit, "%s: status %d",
              bad[*i].file, status);
    cr_expect(strstr(says, bad[*i].says), "%s: \"%s\" is not in\n%s", bad[*i].file,
              bad[*i].says, says);
}

Test(plugin, a_file_that_is_no_plugin_is_refused)
{
    const char *text = "a text that is as long as the head of an ELF file, which has 64 bytes";
    cr_expect_eq(refused(scratch_file(&scratch, "text.so", text, strlen(text)), "invalid ELF"),
                 STATUS_FORMAT);
    cr_expect_eq(refused(scratch_file(&scratch, "empty.so", "", 0), "empty.so"),
                 STATUS_FORMAT);
    cr_expect_eq(refused(scratch_file(&scratch, "1st.so", "x", 1), "a C name"), STATUS_FORMAT);
    cr_expect_eq(refused(scratch.folder, "a C name"), STATUS_FORMAT);
}

/* Opening a pipe would wait for somebody to write. */
Test(plugin, what_is_no_file_is_refused, .timeout = 10)
{
    static const char *const names[] = { "pipe.so", "pipe.py", "pipe.h5" };
    char says[64];
    for (int i = 0; i < 3; i++) {
        const char *path = scratch_path(&scratch, names[i]);
        cr_assert(!mkfifo(path, 0700));
        snprintf(says, sizeof says, "%s: a pipe, expected a file", names[i]);
        cr_expect_eq(refused(path, says), STATUS_FORMAT);
    }
    const char *device = scratch_path(&scratch, "zero.so"), *folder;
    cr_assert(!symlink("/dev/zero", device));
    cr_expect_eq(refused(device, "zero.so: a device, expected a file"), STATUS_FORMAT);
    cr_assert(!mkdir(folder = scratch_path(&scratch, "folder.so"), 0700));
    cr_expect_eq(refused(folder, "folder.so: a folder, expected a file"), STATUS_FORMAT);
}

/* Touching what is not there would be a bus error. */
Test(plugin, a_truncated_file_is_refused)
{
    static char bytes[1 << 20];
    char        path[5000];
    snprintf(path, sizeof path, "%s/edges.so", folder(""));
    FILE *f = fopen(path, "r");
    cr_assert(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    cr_assert(n > 4000);
    for (size_t part = n / 16; part < n; part += n / 16) {
        char name[32];
        snprintf(name, sizeof name, "cut%zu.so", part); /* which is not its symbol */
        refused(scratch_file(&scratch, name, bytes, part), name);
    }
}

Test(plugin, those_of_the_program_keep_the_contract)
{
    Err err;
    for (const StrategyEntry *e = strategies; e->name; e++)
        cr_expect(!plugin_check(e->strategy, e->name, &err), "%s", err.text);
}

/* Everything as somebody does it who has the program and no tree. */
Test(plugin, outside_of_the_tree, .timeout = 120)
{
    char line[1000];
    snprintf(line, sizeof line, "nice tests/plugin/outside.sh '%s'", scratch.folder);
    cr_expect_eq(system(line), 0);
}
