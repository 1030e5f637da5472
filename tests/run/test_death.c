/* Why a process ended. */
#include "experiments/run/death.h"

#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <signal.h>
#include <string.h>

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(death, .init = open_scratch, .fini = close_scratch, .timeout = 30);

/* As waitpid tells it on Linux. */
#define EXITED(code)   ((code) << 8)
#define KILLED(signal) (signal)

static const struct {
    int         status;
    long        before, now;
    const char *log, *says;
    bool        by_memory;
    long        from;
} cases[] = {
    { KILLED(SIGKILL), 2, 3, "x\n", "killed for lack of memory, when it held 812 MB", true, 0 },
    { KILLED(SIGKILL), 2, 2, "x\n",
      "killed by signal 9 from outside, not for lack of memory; it held 812 MB at most", false, 0 },
    { KILLED(SIGKILL), -1, -1, "x\n",
      "killed by signal 9, when it held 812 MB; lack of memory is the usual reason", false, 0 },
    { KILLED(SIGSEGV), 2, 3, "begins\nthe last word\n\n",
      "crashed by signal 11, Segmentation fault: the last word", false, 0 },
    { KILLED(SIGABRT), 0, 0, "a.c:7: CHECK(x): no memory", "crashed by signal 6, Aborted: a.c:7: "
      "CHECK(x): no memory", false, 0 },
    { KILLED(SIGTERM), 0, 0, "", "ended by signal 15, Terminated", false, 0 },
    { EXITED(0), 0, 1, NULL, "ended with code 0 and without its records", false, 0 },
    { EXITED(127), 0, 0, "not \033[31mfound\n",
      "ended with code 127 and without its records: not ?[31mfound", false, 0 },
    { EXITED(0), 0, 0, "an earlier try\n", "ended with code 0 and without its records", false,
      15 },
    { EXITED(0), 0, 0, "an earlier try\nthis one\n",
      "ended with code 0 and without its records: this one", false, 15 },
    { EXITED(0), 0, 0, "cut short\n", "ended with code 0 and without its records", false, 99 },
};
enum { N_CASES = sizeof cases / sizeof *cases };

ParameterizedTestParameters(death, is_told)
{
    static int index[N_CASES];
    for (int i = 0; i < N_CASES; i++) index[i] = i;
    return cr_make_param_array(int, index, N_CASES);
}

ParameterizedTest(int *i, death, is_told)
{
    const char *log = cases[*i].log;
    char        why[256];
    Death       d = { .status = cases[*i].status, .peak_bytes = 812e6,
                      .from = cases[*i].from, .before = cases[*i].before, .now = cases[*i].now,
                      .log = log ? scratch_file(&scratch, "log", log, strlen(log))
                                 : scratch_path(&scratch, "none") };
    death_text(why, sizeof why, &d);
    cr_expect_str_eq(why, cases[*i].says);
    cr_expect(death_by_memory(&d) == cases[*i].by_memory, "case %d", *i);
}

Test(death, only_the_end_of_a_long_log)
{
    static char log[20000];
    char        why[40];
    memset(log, 'x', sizeof log - 1);
    Death d = { .status = KILLED(SIGABRT),
                .log = scratch_file(&scratch, "log", log, sizeof log - 1) };
    death_text(why, sizeof why, &d);
    cr_expect_str_eq(why, "crashed by signal 6, Aborted: xxxxxxxxx");
}
