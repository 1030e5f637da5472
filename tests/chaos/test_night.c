/* What a night is made of, each alone; then a short one. */
#define _POSIX_C_SOURCE 200809L /* kill, setenv */
#include "core/base/file.h"
#include "experiments/chaos/crew.h"
#include "experiments/chaos/night.h"
#include "experiments/chaos/tally.h"
#include "experiments/run/claim.h"
#include "tests/recipe/recipes.h"
#include "tests/run/whole.h"

#include <criterion/criterion.h>

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static Scratch scratch;
static Err     err;

static void open_scratch(void)
{
    scratch_open(&scratch);
    setenv("FOLDER", scratch.folder, 1);
}

static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(night, .init = open_scratch, .fini = close_scratch, .timeout = 300);

static void nap(void) { nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL); }

/* --- faults -------------------------------------------------------------- */

Test(night, faults_are_named)
{
    unsigned kinds;
    cr_expect(!fault_read(&kinds, "all", &err) && kinds == (1U << FAULT_KINDS) - 1);
    cr_expect(!fault_read(&kinds, "stop,full", &err) &&
              kinds == (1U << FAULT_STOP | 1U << FAULT_FULL));
    cr_expect(fault_read(&kinds, "kill,ful", &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "did you mean full?"), "%s", err.text);
    cr_expect(fault_read(&kinds, "", &err) == STATUS_CONFIG);
    for (int i = 0; i < FAULT_KINDS; i++) cr_expect(strstr(FAULT_NAMES, fault_words[i].name));
}

/* --- crews --------------------------------------------------------------- */

static Crew crew_of(Sitting *s, char *const *argv, int n)
{
    static char said[400];
    strcpy(said, scratch_path(&scratch, "said.txt"));
    *s = (Sitting){ .argv = argv, .said = said };
    return (Crew){ .sitting = s, .n = n };
}

#define SHELL(script) \
    (char *const[]) { (char *)"/bin/sh", (char *)"-c", (char *)(script), NULL }

Test(night, a_crew_begins_again_and_counts_who_has_finished)
{
    Sitting s;
    Crew    c = crew_of(&s, SHELL("[ -e $FOLDER/go ] || exit 75"), 2);
    while (c.begun < 6) {
        cr_assert(!crew_begin(&c, &err), "%s", err.text);
        crew_look(&c);
        nap();
    }
    cr_expect(!c.finished && !c.odd.length, "%s", text_get(&c.odd));
    scratch_file(&scratch, "go", "", 0);
    while (!c.finished) {
        cr_assert(!crew_begin(&c, &err), "%s", err.text);
        crew_look(&c);
        nap();
    }
    crew_end(&c);
    cr_expect(!crew_at_work(&c));
}

Test(night, a_crash_is_odd)
{
    Sitting s;
    Crew    c = crew_of(&s, SHELL("kill -SEGV $$"), 1);
    cr_assert(!crew_begin(&c, &err), "%s", err.text);
    while (crew_at_work(&c)) crew_look(&c), nap();
    cr_expect_str_eq(text_get(&c.odd), "a run ended with signal 11\n");
    text_free(&c.odd);
    crew_end(&c);
}

/* The shell writes when it is told to; its child is a cell. */
static const char slow[] =
    "cd $FOLDER; sleep 600 & touch ready\n"
    "until [ -e go ]; do sleep 0.02; done\n"
    "echo 12345 > small; echo 12345 > closed/file && exit 1; touch end; exit 75\n";

Test(night, a_limit_holds_for_whoever_is_at_work)
{
    Sitting     s;
    Crew        c = crew_of(&s, SHELL(slow), 1);
    struct stat st;
    pid_t       cells[CREW_CELLS];
    scratch_folder(&scratch, "closed");
    cr_assert(!crew_begin(&c, &err), "%s", err.text);
    while (!file_exists(scratch_path(&scratch, "ready"))) nap();
    cr_expect(crew_cells(&c, 0, cells) >= 1);
    crew_limit(&c, 3);
    scratch_file(&scratch, "go", "", 0);
    while (crew_at_work(&c)) crew_look(&c), nap();
    cr_expect(!stat(scratch_path(&scratch, "small"), &st) && st.st_size == 3, "%ld bytes",
              (long)st.st_size);
    crew_end(&c);
}

/* Root writes anywhere; what a sitting starts does not. */
Test(night, a_closed_folder_refuses)
{
    Sitting s;
    Crew    c = crew_of(&s, SHELL(slow), 1);
    char    closed[400];
    strcpy(closed, scratch_folder(&scratch, "closed"));
    cr_assert(!chmod(closed, 0555));
    scratch_file(&scratch, "go", "", 0);
    cr_assert(!crew_begin(&c, &err), "%s", err.text);
    while (crew_at_work(&c)) crew_look(&c), nap();
    cr_expect(file_exists(scratch_path(&scratch, "end")), "it could be written to");
    chmod(closed, 0777);
    crew_end(&c);
}

/* --- damage -------------------------------------------------------------- */

typedef struct {
    Recipe *recipe;
    Arena   arena;
    Works   works;
    Damage  damage;
    Rng     rng;
    char    folder[CELL_PATH];
} Patient;

static void open_patient(Patient *p)
{
    *p = (Patient){ .recipe = recipe_good(&scratch, SMALL "evaluate: [knn]\n", NULL) };
    arena_open(&p->arena, "test", NULL, NULL);
    works_list(&p->works, &p->arena, p->recipe, scratch.folder);
    damage_open(&p->damage, &p->arena, &p->works);
    p->rng = rng_at(1, STREAM_FAULT, 0, 0);
    cell_folder(p->folder, scratch.folder, p->works.work[0].cell);
    cr_assert(!file_make_folders(p->folder, &err), "%s", err.text);
}

static void close_patient(Patient *p)
{
    arena_close(&p->arena);
    recipe_close(p->recipe);
}

Test(night, damage_is_counted_and_waits_for_the_claim)
{
    char    path[CELL_PATH];
    int     fd;
    Patient p;
    open_patient(&p);
    cr_expect(!damage_one(&p.damage, &p.rng) && !damage_record(&p.damage, &p.rng), "of what?");
    cell_file(path, scratch.folder, p.works.work[0].cell, "encoder.safetensors");
    cr_assert(!whole_encoder(path, NULL, &err), "%s", err.text);
    cell_record(path, scratch.folder, p.works.work[0].cell, STAGE_PRETRAIN);
    for (int round = 1; round <= 10; round++) {
        cr_assert(!whole_record(path, &err), "%s", err.text);
        cr_assert(!claim_take(&fd, p.folder, &err) && fd >= 0);
        cr_expect(!damage_record(&p.damage, &p.rng), "somebody works on it");
        close(fd);
        cr_expect(damage_record(&p.damage, &p.rng));
        cr_expect(!cell_done(scratch.folder, p.works.work[0].cell, STAGE_PRETRAIN));
        cr_expect(!damage_record(&p.damage, &p.rng), "it is damaged already");
        cr_expect(damage_allows(&p.damage, 0, 0) == 1 + round);
        cr_expect(damage_allows(&p.damage, 0, 1) == 1);
    }
    close_patient(&p);
}

Test(night, a_tally_counts_records_that_come_to_their_place)
{
    char    path[CELL_PATH], other[CELL_PATH];
    Tally   t;
    Patient p;
    open_patient(&p);
    cr_assert(!tally_open(&t, &p.arena, &p.works, &err), "%s", err.text);
    cell_record(path, scratch.folder, p.works.work[0].cell, STAGE_KNN);
    cell_file(other, scratch.folder, p.works.work[0].cell, "config.yaml");
    for (int i = 0; i < 2; i++) cr_assert(!whole_record(path, &err), "%s", err.text);
    cr_assert(!file_write(other, "", 0, &err), "%s", err.text);
    tally_look(&t);
    cr_expect(t.made[0][0] == 0 && t.made[0][1] == 2, "%d %d", t.made[0][0], t.made[0][1]);
    tally_close(&t);
    close_patient(&p);
}

/* --- a night ------------------------------------------------------------- */

static const char small[] =
    "name: night\n"
    "data: {set: scenes, train: 64, test: 16}\n"
    "model: {preset: micro, patch: 7, width: 16, depth: 1, heads: 2,\n"
    "        decoder-width: 8, decoder-depth: 1, decoder-heads: 2}\n"
    "pretrain: {epochs: 2, batch: 8, warmup: 1}\n"
    "evaluate: [knn, linear]\n"
    "linear: {epochs: 1, batch: 16, warmup: 0}\n"
    "grid: {pretrain.strategy: [random, running-loss], seed: 0..1}\n"
    "run: {jobs: 1, threads: 1}\n";

Test(night, a_short_night_is_survived)
{
    const char *program = getenv("MASKGRID");
    char        path[400], folder[400];
    NightResult r;
    Recipe     *recipe;
    NightConfig c = { .seconds = 20, .runs = 3, .kinds = (1U << FAULT_KINDS) - 1 };
    cr_assert(program, "MASKGRID names the program");
    strcpy(folder, scratch_folder(&scratch, "both"));
    strcpy(path, scratch_file(&scratch, "night.yaml", small, sizeof small - 1));
    cr_assert(!recipe_open(&recipe, path, NULL, 0, &err), "%s", err.text);
    const TrialConfig t = { .program = program, .recipe = path, .folder = folder, .seed = 1 };
    cr_assert(!night_run(&r, &t, &c, recipe, &err), "%s", err.text);
    cr_expect(r.rounds >= 1 && r.records == 12 * r.rounds && r.made >= 12 * r.rounds);
    cr_expect(r.anew >= r.rounds, "the last damage of a round is always made good");
    cr_expect(!r.differences.length, "%s", text_get(&r.differences));
    night_free(&r);
    recipe_close(recipe);
}
