#include "experiments/chaos/chaos.h"

#include "core/base/file.h"
#include "core/base/threads.h"
#include "experiments/chaos/harm.h"
#include "experiments/chaos/sitting.h"
#include "experiments/record/record.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { HEAD = 6, ARGV_MOST = 256 };

static const double START_S = 0.3;  /* of which a kill at the start takes any part */
static const double WRITE_S = 1e-3; /* the same of a write                         */
static const double HARM = 1 / 3.0; /* of the kills, how many are followed by harm */
static const double FULL = 1 / 8.0; /* of the sittings                             */

typedef struct {
    const ChaosConfig *config;
    ChaosResult       *result;
    Works              quiet, stormy;
    const char       **folder; /* [stormy.n] of the cells */
    char               said[CELL_PATH];
    Arena              arena;
    Harm               harm;
    Rng                rng;
    double             step_s; /* of the quiet run */
    double             left;   /* steps that the stormy one has before it, about */
} Chaos;

/* --- one sitting --------------------------------------------------------- */

/* The recipe's settings last: they are the user's. */
static void command(const Chaos *c, const char *argv[ARGV_MOST], const char *results,
                    const char *save_every)
{
    const char *head[HEAD] = { c->config->program, "run", c->config->recipe, "--results", results,
                               "--quiet" };
    int n = HEAD;
    memcpy(argv, head, sizeof head);
    argv[n++] = "-s", argv[n++] = save_every;
    for (int i = 0; i < c->config->settings; i++)
        argv[n++] = "-s", argv[n++] = c->config->set[i];
    argv[n] = NULL;
}

static Status sit(Chaos *c, SittingEnd *end, const char *results, Sitting *s, Err *err)
{
    const char *argv[ARGV_MOST];
    command(c, argv, results, s->folders ? "run.save-every=1e-6" : "run.save-every=0");
    s->argv = (char *const *)argv, s->said = c->said;
    return sitting_run(end, s, err);
}

static Status failed(const Chaos *c, int code, Err *err)
{
    return err_set(err, STATUS_FAILED, "`run %s` ended with %d by itself; see %s",
                   c->config->recipe, code, c->said);
}

/* --- left alone ---------------------------------------------------------- */

/* Steps of a stage, by the curves of its record; 1 if it is no training. */
static long steps_of(const Works *w, const Task *t)
{
    char    path[CELL_PATH];
    H5     *f;
    Arena   a;
    double *step, *loss;
    size_t  n = 1;
    Err     err;
    cell_record(path, w->results, t->cell, t->kind);
    if (record_read(&f, path, NULL, &err)) return 1;
    arena_open(&a, "curve", NULL, NULL);
    if (!h5_has(f, "curves/step") ||
        record_curve_read(f, "loss", "step", &a, &step, &loss, &n, NULL, &err))
        n = 1;
    arena_close(&a);
    h5_close(f);
    return (long)n;
}

static Status run_quietly(Chaos *c, Err *err)
{
    SittingEnd end;
    double     start = clock_s();
    if (sit(c, &end, c->quiet.results, &(Sitting){ 0 }, err)) return err->code;
    if (end.code) return failed(c, end.code, err);
    c->result->quiet_s = clock_s() - start;
    for (int i = 0; i < c->quiet.n; i++)
        for (int k = 0; k < c->quiet.work[i].n; k++)
            c->result->steps += steps_of(&c->quiet, &c->quiet.work[i].tasks[k]);
    c->left = (double)c->result->steps;
    c->step_s = c->result->quiet_s / c->left;
    return STATUS_OK;
}

/* --- killed -------------------------------------------------------------- */

/* Kills are spread so that about as many steps lie between any two; half of them are
 * aimed at a write. */
static void choose_moment(Chaos *c, Sitting *s)
{
    const int    kills = c->config->kills - c->result->kills;
    const double between = c->left / (kills + 1), most = c->left - kills;
    double       writes = 2 * between * rng_unit53(&c->rng);
    if (writes > most) writes = most;
    s->kill = kills > 0;
    s->writes = writes > 0 ? (int)writes : 0;
    const double span = !s->writes ? START_S : rng_below(&c->rng, 2) ? WRITE_S : c->step_s;
    s->after_s = span * rng_unit53(&c->rng);
}

/* No encoder fits, and no state of its training. */
static void choose_disk(Chaos *c, Sitting *s)
{
    char        path[CELL_PATH];
    struct stat st;
    if (!s->kill || rng_unit53(&c->rng) >= FULL) return;
    cell_file(path, c->quiet.results, c->quiet.work[0].cell, "encoder.safetensors");
    if (stat(path, &st)) return;
    s->limit = (long)((0.25 + 0.7 * rng_unit53(&c->rng)) * (double)st.st_size);
}

static void count(Chaos *c, const Sitting *s, const SittingEnd *end)
{
    ChaosResult *r = c->result;
    r->sittings++;
    r->full += s->limit > 0;
    r->kills += end->killed;
    r->in_writes += end->killed && end->halves > 0;
    if (!s->limit && end->writes > 1) c->left -= end->writes - 1; /* the last one is lost */
}

static void tell(const Chaos *c)
{
    enum { EVERY = 10 };
    const ChaosResult *r = c->result;
    if (c->config->progress && r->sittings % EVERY == 0)
        fprintf(c->config->progress, "%d of %d kills, %d in a write\n", r->kills,
                c->config->kills, r->in_writes);
}

static Status run_stormily(Chaos *c, Err *err)
{
    double start = clock_s();
    for (;;) {
        SittingEnd end;
        Sitting    s = { .folder = c->folder, .folders = c->stormy.n };
        choose_moment(c, &s);
        choose_disk(c, &s);
        if (sit(c, &end, c->stormy.results, &s, err)) return err->code;
        count(c, &s, &end);
        tell(c);
        if (!end.killed && !end.code) break;
        if (!end.killed && !s.limit) return failed(c, end.code, err);
        if (rng_unit53(&c->rng) < HARM) harm_one(&c->harm, &c->rng);
    }
    c->result->stormy_s = clock_s() - start;
    c->result->cut = c->harm.cut, c->result->flipped = c->harm.flipped;
    c->result->noticed = harm_noticed(&c->harm);
    return STATUS_OK;
}

/* --- the whole ----------------------------------------------------------- */

/* The folders of the cells are there before anything runs, to be watched. */
static Status open_results(Chaos *c, Works *w, const Recipe *recipe, const char *name, Err *err)
{
    char *results = ARENA_NEW(&c->arena, char, CELL_PATH);
    int   n = snprintf(results, CELL_PATH, "%s/%s", c->config->folder, name);
    CHECK(n > 0 && n < CELL_PATH, "path too long: %.200s", c->config->folder);
    works_list(w, &c->arena, recipe, results);
    c->folder = ARENA_NEW(&c->arena, const char *, w->n);
    for (int i = 0; i < w->n; i++) {
        char *folder = ARENA_NEW(&c->arena, char, CELL_PATH);
        cell_folder(folder, results, w->work[i].cell);
        if (file_make_folders(folder, err)) return err->code;
        c->folder[i] = folder;
    }
    return STATUS_OK;
}

static Status run_both(Chaos *c, const Recipe *recipe, Err *err)
{
    snprintf(c->said, sizeof c->said, "%s/said.txt", c->config->folder);
    if (open_results(c, &c->quiet, recipe, "quiet", err) ||
        open_results(c, &c->stormy, recipe, "stormy", err))
        return err->code;
    harm_open(&c->harm, &c->arena, &c->stormy);
    if (run_quietly(c, err) || run_stormily(c, err)) return err->code;
    return verdict_of(&c->result->verdict, &c->quiet, &c->stormy, err);
}

Status chaos_run(ChaosResult *r, const ChaosConfig *config, const Recipe *recipe, Err *err)
{
    Chaos c = { .config = config, .result = r, .rng = rng_at(config->seed, STREAM_FAULT, 0, 0) };
    *r = (ChaosResult){ 0 };
    CHECK(HEAD + 2 * config->settings + 3 <= ARGV_MOST, "%d settings", config->settings);
    arena_open(&c.arena, "chaos", NULL, NULL);
    Status bad = run_both(&c, recipe, err);
    arena_close(&c.arena);
    return bad;
}

void chaos_free(ChaosResult *r) { text_free(&r->verdict.differences); }

bool chaos_survived(const ChaosResult *r)
{
    return !r->verdict.differences.length && r->noticed == r->cut + r->flipped;
}
