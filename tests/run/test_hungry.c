/* Cells that the kernel kills for lack of memory, in a control group that has too little. */
#define _POSIX_C_SOURCE 200809L /* popen, mkdir */
#include "core/base/file.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Weights, gradients and moments alone are 350 MB. */
static const char recipe[] =
    "data: {set: scenes, train: 16, test: 8}\n"
    "model: {preset: small, patch: 7}\n"
    "pretrain: {batch: 16, epochs: 1, warmup: 0}\n"
    "evaluate: []\n"
    "grid: {pretrain.strategy: [random, block]}\n";
#define LIMIT "150000000"

static Scratch scratch;
static char    group[80]; /* of this test; "" if there is none */

static bool say(const char *file, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", group, file);
    FILE *f = fopen(path, "r+");
    if (!f) return false;
    bool said = fputs(text, f) >= 0;
    return !fclose(f) && said;
}

/* False where there are no groups, or this user may make none. */
static bool limit_memory(void)
{
    static const struct { const char *mount, *memory, *swap, *swap_limit; } versions[] = {
        { "/sys/fs/cgroup", "memory.max", "memory.swap.max", "0" },
        { "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes",
          LIMIT }, /* of both together */
    };
    for (int i = 0; i < 2; i++) {
        snprintf(group, sizeof group, "%s/maskgrid-test-%ld", versions[i].mount, (long)getpid());
        if (mkdir(group, 0755)) continue;
        if (say(versions[i].memory, LIMIT) && say(versions[i].swap, versions[i].swap_limit))
            return true;
        rmdir(group);
    }
    *group = '\0';
    return false;
}

static void prepare(void) { scratch_open(&scratch); }

static void clean_up(void)
{
    if (*group) rmdir(group);
    scratch_close(&scratch);
}

TestSuite(hungry, .init = prepare, .fini = clean_up, .timeout = 120);

/* `maskgrid WORDS --results ...` in the group: what it says. */
static const char *maskgrid(int *code, const char *words)
{
    static char said[8000];
    char        line[2000];
    snprintf(line, sizeof line,
             "{ echo 0 > %s/cgroup.procs && exec \"$MASKGRID\" %s --results %s; } 2>&1", group,
             words, scratch.folder);
    FILE *f = popen(line, "r");
    cr_assert(f != NULL);
    said[fread(said, 1, sizeof said - 1, f)] = '\0';
    *code = pclose(f) >> 8;
    return said;
}

static int times(const char *word, const char *text)
{
    int n = 0;
    while ((text = strstr(text, word))) n++, text++;
    return n;
}

Test(hungry, a_real_lack_of_memory_is_told)
{
    static const char lack[] = "killed for lack of memory, when it held ";
    char              words[600];
    int               code;
    if (!limit_memory()) cr_skip_test("no control group of memory can be made here");
    cr_assert(getenv("MASKGRID") != NULL, "MASKGRID names the program");
    const char *path = scratch_file(&scratch, "r.yaml", recipe, sizeof recipe - 1);

    snprintf(words, sizeof words, "run %s --jobs 2 --threads 1", path);
    const char *said = maskgrid(&code, words);
    cr_expect(code == EXIT_USAGE && strstr(said, "150 MB here"), "code %d: %s", code, said);

    strcat(words, " --anyway --retries 1");
    said = maskgrid(&code, words);
    cr_expect_eq(code, EXIT_CELLS_FAILED, "code %d: %s", code, said);
    cr_expect_eq(times("memory was short: 1 at a time from here on", said), 1, "%s", said);
    cr_expect(times("again: ", said) == 2 && times("failed 2 times: ", said) == 2, "%s", said);
    cr_expect_eq(times(lack, said), 6, "each again, failed, and in the end: %s", said);

    snprintf(words, sizeof words, "status %s", path);
    said = maskgrid(&code, words);
    cr_expect_eq(times(lack, said), 2, "%s", said);
    said = maskgrid(&code, "log strategy=block");
    cr_expect_eq(times(lack, said), 2, "one a try: %s", said);
}
