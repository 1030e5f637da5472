/* How a machine is divided among cells. */
#include "experiments/run/share.h"

#include "core/base/threads.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *what;
    ShareWish   wish;
    Machine     machine;
    int         jobs, threads;
} cases[] = {
    { "one a core", { 0, 0, 100, 1e8, 1e12 }, { 16, 1e12, 1e12 }, 16, 1 },
    { "fewer cells than cores", { 0, 0, 3, 1e8, 1e12 }, { 16, 1e12, 1e12 }, 3, 5 },
    { "steps too short to share", { 0, 0, 3, 1e8, 1e9 }, { 16, 1e12, 1e12 }, 8, 2 },
    { "memory for four", { 0, 0, 100, 2e10, 1e12 }, { 16, 1e11, 1e9 }, 4, 4 },
    { "memory for none", { 0, 0, 100, 2e10, 1e12 }, { 16, 1e9, 1e9 }, 1, 16 },
    { "memory not known", { 0, 0, 100, 2e10, 1e12 }, { 4, INFINITY, INFINITY }, 4, 1 },
    { "nothing to do", { 0, 0, 0, 0, 0 }, { 4, 1e12, 1e12 }, 4, 1 },
    { "jobs are asked for", { 2, 0, 100, 1e8, 1e12 }, { 16, 1e12, 1e12 }, 2, 8 },
    { "more jobs than cores", { 9, 0, 100, 1e8, 1e12 }, { 4, 1e12, 1e12 }, 9, 1 },
    { "threads are asked for", { 0, 3, 100, 1e8, 1e12 }, { 16, 1e12, 1e12 }, 5, 3 },
    { "more threads than cores", { 0, 9, 100, 1e8, 1e12 }, { 4, 1e12, 1e12 }, 1, 9 },
    { "both", { 3, 3, 1, 1e12, 1 }, { 1, 1e9, 1e9 }, 3, 3 },
};
enum { N_CASES = sizeof cases / sizeof *cases };

ParameterizedTestParameters(share, as_it_suits)
{
    static int index[N_CASES];
    for (int i = 0; i < N_CASES; i++) index[i] = i;
    return cr_make_param_array(int, index, N_CASES);
}

ParameterizedTest(int *i, share, as_it_suits)
{
    Shares s = share_machine(&cases[*i].wish, &cases[*i].machine);
    cr_expect(s.jobs == cases[*i].jobs && s.threads == cases[*i].threads,
              "%s: %d jobs of %d threads", cases[*i].what, s.jobs, s.threads);
}

/* Else another run might sit on the same seats. */
Test(share, pins_teams_that_take_all)
{
    const int     n = threads_available();
    const Machine all = { n, 1e12, 1e12 }, more = { n + 1, 1e12, 1e12 };
    cr_expect(share_machine(&(ShareWish){ 1, n, 1, 1e8, 1e12 }, &all).pinned == (n > 1));
    cr_expect(!share_machine(&(ShareWish){ n, 1, n, 1e8, 1e12 }, &all).pinned);
    cr_expect(!share_machine(&(ShareWish){ 2, n, 2, 1e8, 1e12 }, &all).pinned);
    cr_expect(!share_machine(&(ShareWish){ 1, n + 1, 1, 1e8, 1e12 }, &more).pinned);
    if (n >= 4) cr_expect(!share_machine(&(ShareWish){ 2, n / 2, 1, 1e8, 1e12 }, &all).pinned);
}

/* The processors of a process that sits there. */
static int seated(int seat, int threads)
{
    int   status = 0;
    pid_t pid = fork();
    if (!pid) {
        share_sit(seat, threads);
        _exit(threads_available());
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

Test(share, a_seat_has_its_processors)
{
    const int n = threads_available() < 100 ? threads_available() : 100;
    for (int seat = 0; seat < n; seat++) cr_expect(seated(seat, 1) == 1);
    cr_expect(seated(0, n) == n || threads_available() > n);
    cr_expect(seated(100000, 1) == threads_available() % 256, "there is no such seat");
}
