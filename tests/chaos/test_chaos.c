/* The tools of chaos, each alone; then a small storm. */
#define _POSIX_C_SOURCE 200809L /* kill, strdup */
#include "core/base/file.h"
#include "experiments/chaos/chaos.h"
#include "experiments/chaos/harm.h"
#include "experiments/chaos/sitting.h"
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static Scratch scratch;
static Err     err;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(chaos, .init = open_scratch, .fini = close_scratch, .timeout = 120);

/* --- sittings ------------------------------------------------------------ */

/* A shell in the scratch folder, with FOLDER in its environment. */
static SittingEnd sit(const char *script, Sitting s)
{
    char        said[400];
    const char *folder = scratch.folder;
    SittingEnd  end;
    strcpy(said, scratch_path(&scratch, "said.txt"));
    setenv("FOLDER", scratch.folder, 1);
    s.argv = (char *const[]){ (char *)"/bin/sh", (char *)"-c", (char *)script, NULL };
    s.said = said, s.folder = &folder, s.folders = 1;
    cr_assert(!sitting_run(&end, &s, &err), "%s", err.text);
    return end;
}

Test(chaos, a_sitting_that_is_left_alone_says_how_it_ended)
{
    SittingEnd end = sit("exit 7", (Sitting){ 0 });
    cr_expect(!end.killed && end.code == 7);
}

/* Two whole files, then half of one; the shell waits for ever, and so does its child. */
static const char writer[] =
    "cd $FOLDER; sleep 600 & echo $! > child\n"
    "for i in 1 2; do : > $i.h5.part-9; mv $i.h5.part-9 $i.h5; done\n"
    ": > log.part-9; : > a.safetensors.part-9; wait\n";

Test(chaos, a_sitting_is_killed_in_the_write_that_was_asked_for)
{
    char  *child;
    size_t n;
    SittingEnd end = sit(writer, (Sitting){ .kill = true, .writes = 3, .after_s = 0.01 });
    cr_expect(end.killed && end.writes == 3 && end.halves == 1, "%d writes, %d halves", end.writes,
              end.halves);
    cr_assert(!file_read(scratch_path(&scratch, "child"), 100, &child, &n, &err), "%s", err.text);
    cr_expect(kill((pid_t)atol(child), 0) && errno == ESRCH, "its child lives on");
    free(child);
}

Test(chaos, a_full_disk_refuses_and_does_not_kill)
{
    SittingEnd end = sit("cd $FOLDER; printf 123 > small || exit 2; printf 12345 > large || exit 3",
                         (Sitting){ .limit = 4 });
    cr_expect(!end.killed && end.code == 3, "%d", end.code);
}

/* --- harm ---------------------------------------------------------------- */

typedef struct {
    Recipe *recipe;
    Arena   arena;
    Works   works;
    Harm    harm;
    Rng     rng;
    char    state[CELL_PATH], log[CELL_PATH];
} Patient;

static void leave(const char *path, const char *text)
{
    cr_assert(!file_write(path, text, strlen(text), &err), "%s", err.text);
}

static void open_patient(Patient *p, const char *results)
{
    char        folder[CELL_PATH];
    const Cell *c;
    *p = (Patient){ .recipe = recipe_good(&scratch, SMALL, NULL) };
    arena_open(&p->arena, "test", NULL, NULL);
    works_list(&p->works, &p->arena, p->recipe, results);
    harm_open(&p->harm, &p->arena, &p->works);
    p->rng = rng_at(1, STREAM_FAULT, 0, 0);
    c = p->works.work[0].cell;
    cell_folder(folder, results, c);
    cr_assert(!file_make_folders(folder, &err), "%s", err.text);
    cell_state(p->state, results, c, STAGE_PRETRAIN, STATE_NEWEST);
    cell_file(p->log, results, c, "log.txt");
}

static void close_patient(Patient *p)
{
    arena_close(&p->arena);
    recipe_close(p->recipe);
}

Test(chaos, harm_is_done_once_until_somebody_notices)
{
    static const char whole[] = "sixteen letters.";
    char              line[CELL_PATH + 80], *now;
    size_t            n;
    Patient           p;
    open_patient(&p, scratch.folder);
    harm_one(&p.harm, &p.rng);
    cr_expect(p.harm.cut + p.harm.flipped == 0, "there was no state");
    for (int round = 1; round <= 20; round++) {
        leave(p.state, whole);
        harm_one(&p.harm, &p.rng);
        cr_assert(!file_read(p.state, 100, &now, &n, &err), "%s", err.text);
        cr_expect(n < sizeof whole - 1 || memcmp(now, whole, n), "no harm in round %d", round);
        free(now);
        leave(p.state, whole);
        harm_one(&p.harm, &p.rng);
        cr_expect(p.harm.cut + p.harm.flipped == round);
        cr_expect(harm_noticed(&p.harm) == round - 1);
        char *log = round > 1 && !file_read(p.log, 1 << 20, &now, &n, &err) ? now : strdup("");
        Text  all = { 0 };
        snprintf(line, sizeof line, "%s: damaged; the training begins again\n", p.state);
        text_add(&all, "%s%s", log, line);
        leave(p.log, text_get(&all));
        text_free(&all);
        free(log);
        cr_expect(harm_noticed(&p.harm) == round);
    }
    cr_expect(p.harm.cut > 2 && p.harm.flipped > 2, "%d cut, %d flipped", p.harm.cut,
              p.harm.flipped);
    close_patient(&p);
}

/* --- verdicts ------------------------------------------------------------ */

static void put(const Patient *p, const char *name, const char *text)
{
    char path[CELL_PATH];
    cell_file(path, p->works.results, p->works.work[0].cell, name);
    leave(path, text);
}

Test(chaos, a_verdict_names_what_differs)
{
    char    a[160], b[160];
    Patient x, y;
    Verdict v;
    snprintf(a, sizeof a, "%s/a", scratch.folder), snprintf(b, sizeof b, "%s/b", scratch.folder);
    open_patient(&x, a), open_patient(&y, b);
    put(&x, "log.txt", "one"), put(&y, "log.txt", "two");
    put(&x, "encoder.safetensors", "same"), put(&y, "encoder.safetensors", "same");
    cr_assert(!verdict_of(&v, &x.works, &y.works, &err), "%s", err.text);
    cr_expect(v.files == 1 && !v.differences.length, "%s", text_get(&v.differences));

    put(&y, "encoder.safetensors", "sane"), put(&x, "guide.safetensors", "");
    put(&y, "pretrain.state.safetensors", "");
    cr_assert(!verdict_of(&v, &x.works, &y.works, &err), "%s", err.text);
    const char *says = text_get(&v.differences);
    cr_expect(strstr(says, "encoder.safetensors: other bytes"), "%s", says);
    cr_expect(strstr(says, "guide.safetensors: is missing"), "%s", says);
    cr_expect(strstr(says, "pretrain.state.safetensors: is left"), "%s", says);
    text_free(&v.differences);
    close_patient(&x), close_patient(&y);
}

/* --- a storm ------------------------------------------------------------- */

static const char storm[] =
    "name: storm\n"
    "data: {set: scenes, train: 64, test: 16}\n"
    "model: {preset: micro, patch: 7, width: 16, depth: 1, heads: 2,\n"
    "        decoder-width: 8, decoder-depth: 1, decoder-heads: 2}\n"
    "pretrain: {strategy: running-loss, epochs: 2, batch: 8, warmup: 1}\n"
    "evaluate: none\n"
    "run: {jobs: 1, threads: 1}\n";

static void survive(const char *set, int kills, ChaosResult *r)
{
    const char *program = getenv("MASKGRID");
    char        path[400], folder[400];
    cr_assert(program, "MASKGRID names the program");
    strcpy(folder, scratch_folder(&scratch, "both"));
    strcpy(path, scratch_file(&scratch, "storm.yaml", storm, sizeof storm - 1));
    Recipe *recipe;
    cr_assert(!recipe_open(&recipe, path, NULL, 0, &err), "%s", err.text);
    const TrialConfig c = { .program = program, .recipe = path, .folder = folder, .seed = 1,
                            .set = &set, .settings = set != NULL };
    cr_assert(!chaos_run(r, &c, kills, recipe, &err), "%s", err.text);
    cr_expect(r->kills == kills && r->steps == 16 && r->sittings > kills, "%d kills", r->kills);
    cr_expect(r->verdict.records == 1 && r->verdict.files >= 2);
    cr_expect(chaos_survived(r), "%s", text_get(&r->verdict.differences));
    chaos_free(r);
    recipe_close(recipe);
}

Test(chaos, a_small_storm_is_survived)
{
    ChaosResult r;
    survive(NULL, 3, &r);
}

/* A run that saves nothing comes to its end; it is begun again, to be killed as often as
 * was asked. */
Test(chaos, a_storm_that_ends_too_early_begins_again)
{
    ChaosResult r;
    survive("run.save-every=1000", 4, &r);
    cr_expect(r.storms > 1, "%d", r.storms);
}

/* --- the command --------------------------------------------------------- */

/* `chaos` of the small storm, in the words of a shell; its exit code. */
static int typed(const char *before, const char *behind)
{
    char line[2000];
    scratch_file(&scratch, "storm.yaml", storm, sizeof storm - 1);
    snprintf(line, sizeof line, "TMPDIR='%s'/tmp %s '%s' chaos '%s'/storm.yaml --quiet %s "
             ">/dev/null 2>&1", scratch.folder, before, getenv("MASKGRID"), scratch.folder, behind);
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Results of an earlier time prove nothing, and other files are not ours to remove. */
Test(chaos, a_folder_that_was_used_is_refused)
{
    char keep[500];
    snprintf(keep, sizeof keep, "--kills 1 --keep '%s'", scratch_path(&scratch, "kept"));
    scratch_folder(&scratch, "tmp");
    cr_expect_eq(typed("", keep), EXIT_DONE);
    cr_expect_eq(typed("", keep), EXIT_USAGE);
    snprintf(keep, sizeof keep, "--minutes 0.001 --keep '%s'", scratch_path(&scratch, "own"));
    scratch_folder(&scratch, "own/stormy");
    scratch_file(&scratch, "own/stormy/mine.txt", "x", 1);
    cr_expect_eq(typed("", keep), EXIT_USAGE);
    cr_expect(file_exists(scratch_path(&scratch, "own/stormy/mine.txt")));
    cr_expect_eq(typed("", "--minutes 0.001 --kills 3"), EXIT_USAGE, "one of the two");
}

/* Stopped, it ends what it has begun and leaves nothing. */
Test(chaos, nothing_is_left_of_one_that_is_stopped)
{
    static const char *const how[] = { "--kills 500", "--minutes 5" };
    scratch_folder(&scratch, "tmp");
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(typed("timeout --preserve-status -s TERM 1.5", how[i]), EXIT_STOPPED, "%s",
                     how[i]);
        cr_expect(!rmdir(scratch_path(&scratch, "tmp")), "%s: something is left", how[i]);
        scratch_folder(&scratch, "tmp");
    }
}
