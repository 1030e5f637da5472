#include "experiments/chaos/chaos.h"

#include "core/base/threads.h"
#include "experiments/chaos/harm.h"
#include "experiments/record/record.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { STORMS = 10 };               /* that may bring no kill                         */
static const double START = 0.1;    /* of a run, any part of it before a kill at the start */
static const double WRITE_S = 1e-3; /* the same of a write                            */
static const double HARM = 1 / 3.0; /* of the kills, how many are followed by harm    */
static const double FULL = 1 / 8.0; /* of the sittings                                */

typedef struct {
    Trial        trial;
    int          kills; /* that are to be */
    ChaosResult *result;
    Harm         harm;
    Rng          rng;
    double       step_s; /* of the quiet run */
    double       left;   /* steps that the stormy one has before it, about */
} Chaos;

/* --- one sitting --------------------------------------------------------- */

static Status sit(Chaos *c, SittingEnd *end, Sitting *s, Err *err)
{
    const char *argv[TRIAL_ARGV];
    trial_command(&c->trial, argv, "run", c->trial.stormy.results, "run.save-every=1e-6");
    s->argv = (char *const *)argv, s->said = c->trial.said;
    return sitting_run(end, s, err);
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
    const Works *quiet = &c->trial.quiet;
    if (trial_run_quietly(&c->trial, err)) return err->code;
    c->result->quiet_s = c->trial.quiet_s;
    for (int i = 0; i < quiet->n; i++)
        for (int k = 0; k < quiet->work[i].n; k++)
            c->result->steps += steps_of(quiet, &quiet->work[i].tasks[k]);
    c->step_s = c->result->quiet_s / (double)c->result->steps;
    return STATUS_OK;
}

/* --- killed -------------------------------------------------------------- */

/* Kills are spread so that about as many steps lie between any two; half of them are
 * aimed at a write.  A storm that came to its end before had fewer writes than steps (a user
 * may set run.save-every): then any moment will do. */
static void choose_moment(Chaos *c, Sitting *s)
{
    const int    kills = c->kills - c->result->kills;
    if (c->result->storms) {
        s->kill = kills > 0, s->writes = 0;
        s->after_s = c->result->quiet_s * rng_unit53(&c->rng);
        return;
    }
    const double between = c->left / (kills + 1), most = c->left - kills;
    double       writes = 2 * between * rng_unit53(&c->rng);
    if (writes > most) writes = most;
    s->kill = kills > 0;
    s->writes = writes > 0 ? (int)writes : 0;
    const double span = !s->writes                ? START * c->result->quiet_s
                        : rng_below(&c->rng, 2) ? WRITE_S
                                                : c->step_s;
    s->after_s = span * rng_unit53(&c->rng);
}

/* No encoder fits, and no state of its training. */
static void choose_disk(Chaos *c, Sitting *s)
{
    char        path[CELL_PATH];
    struct stat st;
    if (!s->kill || rng_unit53(&c->rng) >= FULL) return;
    cell_model(path, c->trial.quiet.results, c->trial.quiet.work[0].cell, MODEL_ENCODER);
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
    if (c->trial.config.progress && r->sittings % EVERY == 0)
        fprintf(c->trial.config.progress, "%d of %d kills, %d in a write\n", r->kills,
                c->kills, r->in_writes);
}

/* From an empty folder to the end. */
static Status storm(Chaos *c, Err *err)
{
    c->left = (double)c->result->steps;
    for (;;) {
        SittingEnd end;
        Sitting    s = { .folder = c->trial.folder, .folders = c->trial.stormy.n };
        choose_moment(c, &s);
        choose_disk(c, &s);
        if (sit(c, &end, &s, err)) return err->code;
        count(c, &s, &end);
        tell(c);
        if (!end.killed && !end.code) break;
        if (!end.killed && !s.limit) return trial_failed(&c->trial, end.code, err);
        if (rng_unit53(&c->rng) < HARM) harm_one(&c->harm, &c->rng);
    }
    return STATUS_OK;
}

/* Once more from the beginning while kills are left. */
static Status run_stormily(Chaos *c, Err *err)
{
    ChaosResult *r = c->result;
    double       start = clock_s();
    do {
        if (r->storms && trial_clear(&c->trial, err)) return err->code;
        chaos_free(r);
        harm_open(&c->harm, &c->trial.arena, &c->trial.stormy);
        if (storm(c, err)) return err->code;
        r->storms++;
        r->cut += c->harm.cut, r->flipped += c->harm.flipped;
        r->noticed += harm_noticed(&c->harm);
        if (verdict_of(&r->verdict, &c->trial.quiet, &c->trial.stormy, err)) return err->code;
    } while (r->kills < c->kills && chaos_survived(r) && r->storms < c->kills + STORMS);
    r->stormy_s = clock_s() - start;
    if (r->kills < c->kills && chaos_survived(r))
        return err_set(err, STATUS_FAILED, "%d kills of %d: the run is over before it is killed",
                       r->kills, c->kills);
    return STATUS_OK;
}

/* --- the whole ----------------------------------------------------------- */

static Status run_both(Chaos *c, Err *err)
{
    return run_quietly(c, err) || run_stormily(c, err) ? err->code : STATUS_OK;
}

Status chaos_run(ChaosResult *r, const TrialConfig *config, int kills, const Recipe *recipe,
                 Err *err)
{
    Chaos c = { .kills = kills, .result = r,
                .rng = rng_at(config->seed, STREAM_FAULT, 0, 0) };
    *r = (ChaosResult){ 0 };
    Status bad = trial_open(&c.trial, config, recipe, err);
    if (!bad) bad = run_both(&c, err);
    trial_close(&c.trial);
    return bad;
}

void chaos_free(ChaosResult *r) { text_free(&r->verdict.differences); }

bool chaos_survived(const ChaosResult *r)
{
    return !r->verdict.differences.length && r->noticed == r->cut + r->flipped;
}
