/* Scripts: strategies that answer lines of JSON, and what becomes of those that do not. */
#define _POSIX_C_SOURCE 200809L /* chmod, setenv */
#include "strategies/registry.h"

#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { L = 4, K = 2 };

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(script, .init = open_scratch, .fini = close_scratch, .timeout = 30);

/* A shell that describes itself, then says the rest. */
static const char *shell(const char *describes, const char *says)
{
    char        text[2000];
    int         n = snprintf(text, sizeof text, "#!/bin/sh\nread -r line\n%s\n%s\n",
                             describes, says);
    const char *path = scratch_file(&scratch, "try.sh", text, (size_t)n);
    cr_assert(!chmod(path, 0755));
    return path;
}

#define ABOUT     "echo '{\"about\": \"a test\"}'"
#define IMPATIENT "echo '{\"about\": \"a test\", \"seconds\": 0.5}'"
#define EACH(answer) "while read -r line; do " answer "; done"

static void draw(int ids[L], const char *spec)
{
    Mask    *m;
    Err      err;
    MaskView view = { .progress = 1 };
    cr_assert(!strategy_open(&m, spec, 2, 2, &err), "%s", err.text);
    mask_draw(m, ids, &view, 0, 0, 0, K);
    mask_close(m);
}

Test(script, scores)
{
    int ids[L];
    draw(ids, shell(ABOUT, EACH("echo '{\"scores\": [1, 0.5, -2e3, 0.25]}'")));
    cr_expect(ids[0] == 2 && ids[1] == 3);
}

Test(script, visible_patches)
{
    int ids[L];
    draw(ids, shell(ABOUT, EACH("echo '{\"visible\": [3, 1]}'")));
    cr_expect(ids[0] == 1 && ids[1] == 3);
}

/* The request goes to a file, and comes back as it was written. */
Test(script, is_told_what_it_needs)
{
    char        text[4000], spec[600];
    int         ids[L];
    float       attention[L * L] = { 0.5F };
    Mask       *m;
    Err         err;
    MaskView    view = { .progress = 0.25F, .heads = 1, .attention = attention };
    const char *path = shell("echo '{\"about\": \"a test\", \"needs\": [\"attention\"], "
                             "\"parameters\": [{\"key\": \"noise\", \"value\": 1, \"lo\": 0, "
                             "\"hi\": 9, \"about\": \"noise\"}]}'",
                             EACH("echo \"$line\" >> $0.log; echo '{\"visible\": [0, 1]}'"));
    snprintf(spec, sizeof spec, "%s:noise=3,hints=0.5", path);
    cr_assert(!strategy_open(&m, spec, 2, 2, &err), "%s", err.text);
    cr_expect(!strncmp(mask_spec(m), "try.sh@", 7) && strstr(mask_spec(m), ":noise=3,hints=0.5"),
              "%s", mask_spec(m));
    mask_draw(m, ids, &view, 7, 3, 17, K);
    mask_close(m);
    FILE *f = fopen(scratch_path(&scratch, "try.sh.log"), "r");
    cr_assert(f && fgets(text, sizeof text, f));
    fclose(f);
    static const char *const parts[] = {
        "\"rows\":2,\"cols\":2,\"K\":2,\"seed\":7,\"epoch\":3,\"image\":17,\"progress\":0.25,",
        "\"parameters\":{\"noise\":3.0}", "\"heads\":1", "\"attention\":[0.5,0.0,0.0,"
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(strstr(text, parts[i]), "no %s in %s", parts[i], text);
}

static const struct { const char *describes, *says, *what; } hostile[] = {
    { "echo hello", "", "not a JSON object" },
    { "echo '[]'", "", "not a JSON object" },
    { "echo '{}'", "", "\"about\"" },
    { "exit 3", "", "exit code 3" },
    { "echo '{\"about\": \"x\", \"needs\": [\"labels\"]}'", "", "cannot be given \"labels\"" },
    { "echo '{\"about\": \"x\", \"parameters\": [{}]}'", "", "a parameter is" },
    { "echo '{\"about\": \"x\", \"parameters\": [{\"key\": \"sym\", \"value\": 1, \"lo\": 0, "
      "\"hi\": 1, \"about\": \"x\"}]}'", "", "every strategy has one" },
    { "echo '{\"about\": \"x\", \"seconds\": -1}'", "", "\"seconds\"" },
    { ABOUT, EACH("echo '{\"scores\": [1, 2, 3]}'"), "3 scores for 4 patches" },
    { ABOUT, EACH("echo '{\"scores\": [1, 2, 3, \"4\"]}'"), "score 3 is not a finite number" },
    { ABOUT, EACH("echo '{\"scores\": [1, 2, 3, NaN]}'"), "not a JSON object" },
    { ABOUT, EACH("echo '{\"scores\": [1, 2, 3, 1e39]}'"), "score 3 is not a finite number" },
    { ABOUT, EACH("echo '{\"visible\": [1, 1]}'"), "visible patch 1" },
    { ABOUT, EACH("echo '{\"visible\": [1, 4]}'"), "visible patch 1" },
    { ABOUT, EACH("echo '{\"visible\": [0, 1, 2]}'"), "3 patches are visible" },
    { ABOUT, EACH("echo '{\"hidden\": [0, 1, 2]}'"), "neither" },
    { ABOUT, EACH("printf 'a\\nb\\n'"), "more than one line" },
    { ABOUT, EACH("kill -9 $$"), "signal 9" },
    { ABOUT, EACH("exit 0"), "exit code 0" },
    { IMPATIENT, EACH("sleep 20"), "no answer within 0.5 s" },
    { ABOUT, EACH("yes | tr -d '\\n'"), "more than 1048576 bytes" },
};
enum { N_HOSTILE = sizeof hostile / sizeof *hostile };

ParameterizedTestParameters(script, hostile_answers_are_named)
{
    static int index[N_HOSTILE];
    for (int i = 0; i < N_HOSTILE; i++) index[i] = i;
    return cr_make_param_array(int, index, N_HOSTILE);
}

/* In a program of its own, which ends. */
ParameterizedTest(int *i, script, hostile_answers_are_named)
{
    char line[2000], says[2000] = "";
    snprintf(line, sizeof line, "%s masks '%s' --grid 2x2 --ratio 0.5 --count 1 2>&1 >/dev/null",
             getenv("MASKGRID"), shell(hostile[*i].describes, hostile[*i].says));
    FILE *f = popen(line, "r");
    cr_assert(f);
    says[fread(says, 1, sizeof says - 1, f)] = '\0';
    int status = pclose(f);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DATA, "%s: status %d",
              hostile[*i].what, status);
    cr_expect(strstr(says, hostile[*i].what) && strstr(says, "try.sh"), "%s: %s",
              hostile[*i].what, says);
}

Test(script, what_cannot_be_started_is_named)
{
    Mask *m;
    Err   err;
    char  text[] = "no program";
    const char *path = scratch_file(&scratch, "no.py", text, sizeof text - 1);
    cr_expect_eq(strategy_open(&m, path, 2, 2, &err), STATUS_FORMAT);
    cr_expect(strstr(err.text, "chmod +x"), "%s", err.text);
    cr_assert(!chmod(path, 0755));
    cr_expect(strategy_open(&m, path, 2, 2, &err));
    cr_expect(strstr(err.text, "interpreter"), "%s", err.text);
}

/* The example, on as many threads as there are: one process answers all. */
Test(script, the_example_draws_the_same_on_any_threads)
{
    enum { SIDE = 6, N = 8, ALL = SIDE * SIDE };
    if (system("python3 -c pass 2>/dev/null")) {
        fprintf(stderr, "SKIPPED: script/the_example: there is no python3\n");
        cr_skip_test(); /* which says nothing */
    }
    Mask    *m;
    Err      err;
    int      together[N * ALL], alone[ALL];
    uint64_t images[N];
    MaskView view = { .progress = 1 };
    cr_assert(!strategy_open(&m, "strategies/plugin/edges.py:noise=3", SIDE, SIDE, &err), "%s",
              err.text);
    for (int n = 0; n < N; n++) images[n] = (uint64_t)n * 5;
    mask_draw_batch(m, together, &view, 1, 2, images, N, 9);
    for (int n = N - 1; n >= 0; n--) {
        mask_draw(m, alone, &view, 1, 2, images[n], 9);
        cr_expect_arr_eq(alone, together + n * ALL, sizeof alone, "image %d", n);
    }
    mask_close(m);
}
