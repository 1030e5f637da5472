/* maskgrid chaos: is a run that is killed again and again the same in the end?  And several
 * that share their results, whatever befalls them? */
#include "core/base/file.h"
#include "core/base/temporary.h"
#include "experiments/chaos/chaos.h"
#include "experiments/chaos/night.h"
#include "experiments/chaos/sitting.h"
#include "experiments/cli/cli.h"
#include "experiments/recipe/find.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    OptionList  set;
    long        kills, runs, seed;
    double      minutes;
    bool        quiet;
    const char *faults, *keep;
} Options;

enum { KILLS = 50 }; /* unless somebody says */

static const Option options[] = {
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as of run"),
    OPTION_INT(Options, kills, "N", "50", 0, 100000, "how often it is killed"),
    OPTION_NUMBER(Options, minutes, "M", "0", 0, 1e6, "of mixed faults instead of kills alone"),
    OPTION_WORDS(Options, faults, FAULT_NAMES, "all",
                 "with --minutes, which; commas between several"),
    OPTION_INT(Options, runs, "N", "3", 1, CREW_MOST, "that share the results, with --minutes"),
    OPTION_INT(Options, seed, "N", "0", 0, 1 << 30, "of the moments"),
    OPTION_FLAG(Options, quiet, "say nothing meanwhile"),
    OPTION_TEXT(Options, keep, "FOLDER", NULL, "where both results stay; else they are removed"),
    { 0 }
};

static void print(const Recipe *r, const ChaosResult *c)
{
    const Verdict *v = &c->verdict;
    printf("%s: %ld steps, %.1f s left alone, %.1f s in %d sittings", r->name, c->steps,
           c->quiet_s, c->stormy_s, c->sittings);
    if (c->storms > 1) printf(", from the beginning %d times", c->storms);
    printf("\n");
    printf("%d kills, %d of them while a file was written; %d sittings on a full disk\n", c->kills,
           c->in_writes, c->full);
    printf("%d states cut short, %d with a bit flipped: %d noticed\n", c->cut, c->flipped,
           c->noticed);
    if (chaos_survived(c))
        printf("identical: %d records, but for their times, and %d other files, every bit\n",
               v->records, v->files);
    else
        printf("not the same:\n%s", text_get(&v->differences));
}

static void print_night(const Recipe *r, const NightConfig *c, const NightResult *n)
{
    int all = 0;
    for (int i = 0; i < FAULT_KINDS; i++) all += n->times[i];
    printf("%s: %d rounds in %.1f min, %d runs at a time, %d begun\n%d faults", r->name,
           n->rounds, n->spent_s / 60, c->runs, n->begun, all);
    for (int i = 0; i < FAULT_KINDS; i++)
        printf("%s %d %s", i ? "," : ":", n->times[i], fault_words[i].name);
    printf("\n%ld records made, %ld of them anew because they were damaged\n", n->made,
           n->anew);
    if (n->differences.length) printf("not the same:\n%s", text_get(&n->differences));
    else
        printf("none lost, none made twice; identical: %d records, but for their times, %d other "
               "files, every bit, and %d tables\n", n->records, n->files, n->rounds);
}

static int try_night(const TrialConfig *t, const Options *o, const Recipe *r)
{
    NightConfig c = { .seconds = 60 * o->minutes, .runs = (int)o->runs };
    NightResult result;
    Err         err;
    if (o->kills != KILLS) {
        err_set(&err, STATUS_CONFIG, "--kills goes without --minutes, whose faults are many");
        return cli_fail(&err);
    }
    if (fault_read(&c.kinds, o->faults, &err)) return cli_fail(&err);
    Status bad = night_run(&result, t, &c, r, &err);
    bool   survived = !bad && !result.differences.length;
    if (!bad) print_night(r, &c, &result);
    night_free(&result);
    return bad ? cli_fail(&err) : survived ? EXIT_DONE : EXIT_CHECK_FAILED;
}

static int try_kills(const TrialConfig *t, const Options *o, const Recipe *r)
{
    ChaosResult result;
    Err         err;
    if (strcmp(o->faults, "all")) {
        err_set(&err, STATUS_CONFIG, "--faults goes with --minutes; --kills only kills");
        return cli_fail(&err);
    }
    Status bad = chaos_run(&result, t, (int)o->kills, r, &err);
    bool   survived = !bad && chaos_survived(&result);
    if (!bad) print(r, &result);
    chaos_free(&result);
    return bad ? cli_fail(&err) : survived ? EXIT_DONE : EXIT_CHECK_FAILED;
}

/* What lies in one of the folders already would be compared, or removed, as if it were new. */
static Status check_folder(const char *folder, Err *err)
{
    static const char *const names[] = { "quiet", "stormy", "said.txt" };
    char path[CELL_PATH];
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (file_exists(path))
            return err_set(err, STATUS_CONFIG, "--keep %s: there is a %s already; name a new "
                           "folder", folder, names[i]);
    }
    return STATUS_OK;
}

static int try(const Options *o, const Recipe *r, const char *recipe, const char *folder)
{
    char program[CELL_PATH];
    program_path(program, sizeof program);
    const TrialConfig t = { .program = program, .recipe = recipe, .set = o->set.item,
                            .settings = o->set.n, .folder = folder, .seed = (uint64_t)o->seed,
                            .progress = o->quiet ? NULL : stderr };
    return o->minutes > 0 ? try_night(&t, o, r) : try_kills(&t, o, r);
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Recipe        *r;
    char           folder[TEMPORARY_PATH];
    Err            err;
    (void)n;
    if ((o->keep && check_folder(o->keep, &err)) ||
        recipe_open(&r, arguments[0], o->set.item, o->set.n, &err))
        return cli_fail(&err);
    int code;
    sitting_hold_signals();
    if (!o->keep && temporary_open(folder, "chaos", &err)) code = cli_fail(&err);
    else code = try(o, r, arguments[0], o->keep ? o->keep : folder);
    if (!o->keep && code != EXIT_FAILED) temporary_close(folder);
    recipe_close(r);
    return code;
}

COMMAND(chaos) = {
    .place = 75, .arguments = "RECIPE", .least = 1, .most = 1,
    .about = "kill a run again and again: is it the same in the end?",
    .details = "Runs the recipe twice in folders of its own: once left alone, once with "
               "SIGKILL to every process at random moments, many of them while a file is "
               "written.  Between kills, saved states are cut short and bits flipped in them, "
               "and some sittings find a full disk.  Then every record and every file of both "
               "are compared.  Ends with 4 if anything differs, or if a harmed state was not "
               "noticed.\n\n"
               "With --minutes several runs share the second folder, and are begun again "
               "whenever they end, while they are killed (kill, orphan, cell), asked to stop "
               "(stop), find no room (full) or a folder closed (closed), and what they have "
               "written is damaged (damage); when all is done, once more from the beginning.  "
               "In the end the tables are compared too, and how often each record was made.",
    .examples = "  maskgrid chaos storm\n"
                "  maskgrid chaos storm --minutes 30 -s grid.seed=0..3 -s run.jobs=1\n"
                "  maskgrid chaos demo --kills 10 -s pretrain.epochs=1 -s seed=0\n",
    .options = options, .size = sizeof(Options), .run = run,
};
