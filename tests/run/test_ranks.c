/* Ranks that train one cell together, under mpirun on this machine: the same training as
 * that of one process.  Built and run with MPI=1. */
#define _POSIX_C_SOURCE 200809L /* fork, kill, nanosleep */
#include "core/base/file.h"
#include "core/base/h5.h"
#include "core/base/status.h"
#include "core/base/text.h"
#include "experiments/run/claim.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* 50 steps; crops and flips are the default.  Each leaves a state. */
#define RECIPE                                                                    \
    "data: {set: scenes, train: 320, test: 16}\n"                                 \
    "model: {patch: 4, width: 16, depth: 4, heads: 2, decoder-width: 8,"          \
    " decoder-depth: 1, decoder-heads: 2}\n"                                      \
    "pretrain: {batch: 32, epochs: 5, warmup: 1, blr: 0.01}\n"               \
    "evaluate: []\n"                                                              \
    "run.save-every: 0.001\n"
enum { STEPS = 50 };

static Scratch scratch;

static void open_scratch(void)
{
    scratch_open(&scratch);
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
}

static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(ranks, .init = open_scratch, .fini = close_scratch, .timeout = 300);

/* `maskgrid run` on so many ranks (0: without mpirun), in results folder `name`; returns
 * when it has begun. */
static pid_t start(int ranks, const char *name, const char *set)
{
    static char path[400];
    char        results[400], n[16];
    char       *program = getenv("MASKGRID");
    cr_assert(program != NULL, "MASKGRID names the program");
    snprintf(path, sizeof path, "%s", scratch_file(&scratch, "r.yaml", RECIPE, strlen(RECIPE)));
    snprintf(results, sizeof results, "%s", scratch_path(&scratch, name));
    snprintf(n, sizeof n, "%d", ranks);
    char *argv[] = { "mpirun", "--oversubscribe", "-n", n, program, "run", path, "--threads",
                     "1", "--results", results, set ? "-s" : NULL, (char *)set, NULL };
    char **words = ranks ? argv : argv + 4;
    pid_t  pid = fork();
    if (pid) return pid;
    int log = open(scratch_path(&scratch, "log"), O_WRONLY | O_CREAT | O_APPEND, 0666);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execvp(*words, words);
    _exit(127);
}

static int finish(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0) cr_assert(errno == EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(int ranks, const char *name, const char *set)
{
    return finish(start(ranks, name, set));
}

/* The only cell's file; "" if there is none. */
static const char *find(const char *results, const char *file)
{
    static char path[2][400];
    static int  turn;
    char        pattern[400];
    glob_t      g;
    turn = !turn;
    snprintf(pattern, sizeof pattern, "%s/%s/cells/*/%s", scratch.folder, results, file);
    path[turn][0] = '\0';
    if (!glob(pattern, 0, NULL, &g)) snprintf(path[turn], 400, "%s", g.gl_pathv[0]);
    globfree(&g);
    return path[turn];
}

static void losses(double *x, const char *results)
{
    H5   *f;
    Err   err;
    H5Set set = { .name = "curves/loss", .kind = NUMBER_DOUBLE, .rank = 1, .dim = { STEPS } };
    cr_assert(!h5_open(&f, find(results, "pretrain.h5"), &err), "%s", err.text);
    cr_assert(!h5_get_into(f, &set, x, &err), "%s", err.text);
    h5_close(f);
}

static void expect_same_encoder(const char *a, const char *b)
{
    char  *x, *y;
    size_t n, m;
    Err    err;
    cr_assert(!file_read(find(a, "encoder.safetensors"), 1 << 24, &x, &n, &err), "%s", err.text);
    cr_assert(!file_read(find(b, "encoder.safetensors"), 1 << 24, &y, &m, &err), "%s", err.text);
    cr_expect(n == m && !memcmp(x, y, n), "%s and %s have different encoders", a, b);
    free(x);
    free(y);
}

/* Bytes of the list of records that need not be read again. */
static size_t noted(const char *results)
{
    char   path[420], *bytes;
    size_t n = 0;
    Err    err;
    snprintf(path, sizeof path, "%s/%s/cells/.whole", scratch.folder, results);
    cr_assert(!file_read(path, 1 << 16, &bytes, &n, &err), "%s", err.text);
    free(bytes);
    return n;
}

/* Measured: 2.4e-7 at most. */
Test(ranks, train_as_one_process_does)
{
    double one[STEPS], two[STEPS], most = 0;
    cr_assert(run(0, "one", NULL) == EXIT_DONE);
    cr_assert(run(2, "two", NULL) == EXIT_DONE);
    losses(one, "one");
    losses(two, "two");
    for (int i = 0; i < STEPS; i++) most = fmax(most, fabs(one[i] - two[i]));
    cr_expect(most <= 1e-5, "losses differ by %g", most);
    cr_expect(noted("two") == noted("one") && noted("one") > 0);
    cr_expect(one[STEPS - 1] < 0.99 * one[0], "nothing is learned");
    char  *said;
    size_t n;
    Err    err;
    cr_assert(!file_read(scratch_path(&scratch, "log"), 1 << 20, &said, &n, &err), "%s", err.text);
    cr_expect(strstr(said, "gradients, each step: ") != NULL, "its cost is not told: %s", said);
    free(said);
}

/* Two ranks are two parts: the same sums of the same products.  Losses alone would not tell
 * a sum from a mean, for AdamW hardly sees how large gradients are. */
Test(ranks, have_the_bits_of_a_batch_in_parts)
{
    double one[STEPS], two[STEPS];
    cr_assert(run(0, "one", "pretrain.accumulate=2") == EXIT_DONE);
    cr_assert(run(2, "two", NULL) == EXIT_DONE);
    losses(one, "one");
    losses(two, "two");
    cr_expect(!memcmp(one, two, sizeof one));
    expect_same_encoder("one", "two");
}

Test(ranks, come_to_the_same_bits_again)
{
    double a[STEPS], b[STEPS];
    cr_assert(run(4, "a", "pretrain.accumulate=2") == EXIT_DONE);
    cr_assert(run(4, "b", "pretrain.accumulate=2") == EXIT_DONE);
    losses(a, "a");
    losses(b, "b");
    cr_expect(!memcmp(a, b, sizeof a));
    expect_same_encoder("a", "b");
}

/* What bench simulates more ranks from; the first rank alone speaks. */
Test(ranks, measure_what_their_exchange_takes)
{
    char   line[600], *said;
    double rate = 0, latency = 0;
    Err    err;
    size_t n;
    cr_assert(getenv("MASKGRID") != NULL, "MASKGRID names the program");
    snprintf(line, sizeof line, "mpirun --oversubscribe -n 2 '%s' bench --ranks --preset micro "
             "--seconds 0.1 --threads 1 --json > '%s' 2> '%s.said'", getenv("MASKGRID"),
             scratch_path(&scratch, "bench"), scratch.path);
    cr_expect_eq(system(line), 0);
    cr_assert(!file_read(scratch_path(&scratch, "bench"), 1 << 20, &said, &n, &err), "%s",
              err.text);
    const char *here = strstr(said, "\"here\""), *two = strstr(said, "\"ranks\": 2");
    cr_assert(here && two && !strstr(here + 1, "\"here\""), "%s", said);
    sscanf(strstr(here, "latency_s"), "latency_s\": %lf", &latency);
    sscanf(strstr(here, "bytes_per_s"), "bytes_per_s\": %lf", &rate);
    cr_expect(latency > 0 && latency < 1 && rate > 1e4, "%g s, %g bytes a second", latency, rate);
    free(said);
}

/* --- stopped and killed --------------------------------------------------- */

static long parent_of(const char *pid)
{
    char  path[300];
    long  parent = 0;
    FILE *f;
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    if (!(f = fopen(path, "r"))) return 0;
    if (fscanf(f, "%*d (%*[^)]) %*c %ld", &parent) != 1) parent = 0;
    fclose(f);
    return parent;
}

/* A rank other than the first, which holds the claim and says so in its `lock`. */
static pid_t second_rank(pid_t mpirun, const char *results)
{
    long  first = 0, found = 0;
    FILE *f = fopen(find(results, "lock"), "r");
    cr_assert(f && fscanf(f, "%*[^0-9]%ld", &first) == 1);
    fclose(f);
    DIR *processes = opendir("/proc");
    for (struct dirent *d; processes && (d = readdir(processes));) {
        long pid = strtol(d->d_name, NULL, 10);
        if (pid > 0 && pid != first && parent_of(d->d_name) == mpirun) found = pid;
    }
    closedir(processes);
    cr_assert(found > 0, "mpirun %ld has no second rank", (long)mpirun);
    return (pid_t)found;
}

/* Changes with every state that is saved. */
static long saved_at(const char *results)
{
    struct stat s;
    return stat(find(results, "pretrain.previous.safetensors"), &s) ? -1 : (long)s.st_ino;
}

/* Send `signal` to that rank once a state has been saved; mpirun's exit code. */
static int disturb(const char *results, const char *set, int signal)
{
    pid_t pid = start(2, results, set);
    long  before = saved_at(results);
    while (saved_at(results) == before)
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    kill(second_rank(pid, results), signal);
    return finish(pid);
}

Test(ranks, stop_together_and_go_on)
{
    static const char long_enough[] = "pretrain.epochs=40"; /* some seconds */
    cr_assert(run(2, "calm", long_enough) == EXIT_DONE);
    cr_expect(disturb("storm", long_enough, SIGTERM) == EXIT_STOPPED);
    cr_expect(!*find("storm", "pretrain.h5") && !*find("storm", "encoder.safetensors"));
    cr_expect(disturb("storm", long_enough, SIGKILL) != EXIT_DONE);
    cr_expect(!*find("storm", "pretrain.h5") && !*find("storm", "encoder.safetensors"));
    cr_assert(run(2, "storm", long_enough) == EXIT_DONE);
    expect_same_encoder("calm", "storm");
    cr_expect(!*find("storm", "*.part*") && !*find("storm", "failed.txt"));
}

/* --- refused -------------------------------------------------------------- */

static bool have_said(const char *what)
{
    char  *said;
    size_t n;
    Err    err;
    if (file_read(scratch_path(&scratch, "log"), 1 << 20, &said, &n, &err)) return false;
    bool found = strstr(said, what) != NULL;
    free(said);
    return found;
}

static void refuse(const char *name, int ranks, const char *set, const char *says)
{
    char  *text;
    size_t n;
    Err    err;
    cr_expect(run(ranks, name, set) == EXIT_CELLS_FAILED, "%s", set);
    cr_assert(!file_read(find(name, "failed.txt"), 1 << 16, &text, &n, &err), "%s", err.text);
    cr_expect(strstr(text, says) != NULL, "%s: %s", set, text);
    free(text);
}

Test(ranks, refuse_what_no_rank_can_know)
{
    refuse("rows", 3, NULL, "pretrain.batch is 32, no multiple of 3 ranks");
    refuse("learner", 2, "pretrain.strategy=hpm", "hpm learns from whole batches");
    cr_expect(have_said("r: once the recipe or the data is mended, the same command"));
    refuse("losses", 2, "pretrain.strategy=running-loss", "remembers the losses");
}

/* One that another has told of, and then died, or was outdone. */
Test(ranks, forget_failures_of_what_is_done)
{
    char failed[400];
    Err  err;
    cr_assert_eq(run(2, "done", NULL), EXIT_DONE);
    snprintf(failed, sizeof failed, "%s", find("done", "pretrain.h5"));
    snprintf(strrchr(failed, '/'), 20, "/failed.txt");
    cr_assert(!file_write(failed, "it was killed", 13, &err), "%s", err.text);
    cr_assert_eq(run(2, "done", NULL), EXIT_DONE);
    cr_expect(!*find("done", "failed.txt"));
}

/* --- beside others --------------------------------------------------------- */

/* Three ranks leave the folders of cells, and nothing done.  Who runs one removes failed.txt. */
static void leave_folders(const char *name, const char *set)
{
    cr_assert(run(3, name, set) == EXIT_CELLS_FAILED);
    cr_assert(!*find(name, "pretrain.h5"));
}

Test(ranks, wait_for_a_cell_that_another_run_holds)
{
    char folder[400];
    int  claim;
    Err  err;
    leave_folders("r", NULL);
    snprintf(folder, sizeof folder, "%s", find("r", "lock"));
    *strrchr(folder, '/') = '\0';
    cr_assert(!claim_take(&claim, folder, &err) && claim >= 0, "%s", err.text);
    cr_assert(!remove(find("r", "failed.txt")));
    pid_t pid = start(2, "r", NULL);
    while (!have_said("is running elsewhere") && waitpid(pid, NULL, WNOHANG) == 0)
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    cr_expect(!*find("r", "pretrain.h5"));
    close(claim);
    cr_expect(finish(pid) == EXIT_DONE);
    cr_expect(*find("r", "pretrain.h5"));
}

Test(ranks, go_on_where_a_folder_cannot_be_used)
{
    char lock[400];
    leave_folders("r", "grid.seed=0..1");
    snprintf(lock, sizeof lock, "%s", find("r", "lock"));
    cr_assert(!remove(lock) && !mkdir(lock, 0777));
    cr_expect(run(2, "r", "grid.seed=0..1") == EXIT_CELLS_FAILED);
    cr_expect(*find("r", "pretrain.h5"));
    cr_expect(have_said("1 of 2 done (0 before), 1 failed"));
}

/* A folder in place of its log: it is a failed cell, with its reason, and is tried again. */
Test(ranks, a_cell_that_cannot_begin_has_failed)
{
    char log[400];
    leave_folders("r", NULL);
    snprintf(log, sizeof log, "%s", find("r", "lock"));
    strcpy(strrchr(log, '/'), "/log.txt");
    remove(log), remove(find("r", "failed.txt"));
    cr_assert(!mkdir(log, 0777));
    cr_expect(run(2, "r", NULL) == EXIT_CELLS_FAILED);
    cr_expect(have_said(" again: ") && *find("r", "failed.txt"));
    cr_assert(!rmdir(log));
    cr_expect(run(2, "r", NULL) == EXIT_DONE);
    cr_expect(!*find("r", "failed.txt"));
}

/* Another number of ranks does not come to the bits that the first would have come to. */
Test(ranks, say_who_began)
{
    static const char long_enough[] = "pretrain.epochs=40";
    const char *who = "";
    H5         *f;
    Arena       a;
    Err         err;
    cr_expect(disturb("r", long_enough, SIGTERM) == EXIT_STOPPED);
    cr_assert(run(1, "r", long_enough) == EXIT_DONE);
    arena_open(&a, "test", NULL, NULL);
    cr_assert(!h5_open(&f, find("r", "pretrain.h5"), &err), "%s", err.text);
    cr_expect(!h5_get_text(f, "/", "begun_by", &a, &who, &err), "%s", err.text);
    cr_expect(text_starts(who, "2 ranks of 1 thread, to step "), "%s", who);
    h5_close(f);
    arena_close(&a);
}
