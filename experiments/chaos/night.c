#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include "experiments/chaos/night.h"

#include "core/base/file.h"
#include "core/base/threads.h"
#include "experiments/chaos/tally.h"
#include "experiments/chaos/verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TRIES = 3 };

static const double BETWEEN_S = 0.6;   /* two faults, on average                        */
static const double TELL_S = 30;       /* between two lines                             */
static const double PATIENCE = 20;     /* times the quiet run, and a minute: it hangs   */

typedef struct {
    Trial              trial;
    const NightConfig *config;
    NightResult       *result;
    Sitting            sitting;
    const char        *argv[TRIAL_ARGV];
    Crew               crew;
    Damage             damage;
    Tally              tally;
    Faults             faults;
    Rng                rng;
    double             looked_s, next_s, told_s; /* clock; of spent_s: the next fault, line */
} Night;

/* --- time ---------------------------------------------------------------- */

/* What we were held up ourselves does not count. */
static void pass_time(Night *n)
{
    double now = clock_s(), gone = now - n->looked_s;
    n->looked_s = now;
    n->result->spent_s += gone < 1 ? gone : 1;
}

static void tell(Night *n)
{
    const NightResult *r = n->result;
    int                all = 0;
    if (!n->trial.config.progress || r->spent_s < n->told_s) return;
    for (int i = 0; i < FAULT_KINDS; i++) all += r->times[i] + n->faults.times[i];
    fprintf(n->trial.config.progress, "%.1f of %.1f min: %d rounds, %d faults, %ld records\n",
            r->spent_s / 60, n->config->seconds / 60, r->rounds, all, r->made);
    n->told_s = r->spent_s + TELL_S;
}

static void look(Night *n)
{
    nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    pass_time(n);
    crew_look(&n->crew);
    tally_look(&n->tally);
    tell(n);
}

/* --- a round ------------------------------------------------------------- */

static Status open_round(Night *n, Err *err)
{
    if (trial_clear(&n->trial, err)) return err->code;
    damage_open(&n->damage, &n->trial.arena, &n->trial.stormy);
    n->crew = (Crew){ .sitting = &n->sitting, .n = n->config->runs };
    n->faults = (Faults){ .trial = &n->trial, .crew = &n->crew, .damage = &n->damage,
                          .rng = &n->rng, .kinds = n->config->kinds };
    return tally_open(&n->tally, &n->trial.arena, &n->trial.stormy, err);
}

/* Until a run has found nothing left to do, or the time is over. */
static Status storm(Night *n, Err *err)
{
    while (!n->crew.finished && n->result->spent_s < n->config->seconds) {
        if (sitting_stopped(err) || crew_begin(&n->crew, err)) return err->code;
        look(n);
        fault_lift(&n->faults, n->result->spent_s);
        if (n->result->spent_s < n->next_s) continue;
        fault_strike(&n->faults, n->result->spent_s);
        n->next_s = n->result->spent_s - BETWEEN_S * log(1 - rng_unit53(&n->rng));
    }
    return STATUS_OK;
}

static Status calm(Night *n, Err *err)
{
    double since = n->result->spent_s;
    fault_lift(&n->faults, INFINITY);
    while (crew_at_work(&n->crew)) {
        if (sitting_stopped(err)) return err->code;
        look(n);
        if (n->result->spent_s - since > 60 + PATIENCE * n->trial.quiet_s)
            return err_set(err, STATUS_FAILED, "`run %s` does not end; see %s",
                           n->trial.config.recipe, n->trial.said);
    }
    return STATUS_OK;
}

/* What failed because of us is tried again. */
static Status run_alone(Night *n, Err *err)
{
    SittingEnd end = { 0 };
    for (int i = 0; i < TRIES; i++) {
        if (sitting_run(&end, &n->sitting, err)) return err->code;
        tally_look(&n->tally);
        if (!end.code) return STATUS_OK;
    }
    return trial_failed(&n->trial, end.code, err);
}

/* --- its end ------------------------------------------------------------- */

static void count_records(Night *n)
{
    NightResult *r = n->result;
    const Works *w = &n->trial.stormy;
    for (int i = 0; i < w->n; i++)
        for (int k = 0; k < w->work[i].n; k++) {
            const Task *t = &w->work[i].tasks[k];
            int         made = n->tally.made[i][k], allowed = damage_allows(&n->damage, i, k);
            char        path[CELL_PATH];
            r->made += made, r->anew += made - 1;
            if (0 < made && made <= allowed) continue;
            cell_record(path, w->results, t->cell, t->kind);
            text_add(&r->differences, "%s: made %d times, damaged %d times\n", path, made,
                     allowed - 1);
        }
}

static Status write_table(Night *n, const char *to, const char *results, Err *err)
{
    const char *argv[TRIAL_ARGV];
    SittingEnd  end;
    trial_command(&n->trial, argv, "table", results, NULL);
    remove(to);
    if (sitting_run(&end, &(Sitting){ .argv = (char *const *)argv, .said = to }, err))
        return err->code;
    if (end.code) return err_set(err, STATUS_FAILED, "table ended with %d; see %s", end.code, to);
    return STATUS_OK;
}

static Status compare_tables(Night *n, Err *err)
{
    char quiet[CELL_PATH], stormy[CELL_PATH], a[HASH_HEX], b[HASH_HEX];
    snprintf(quiet, sizeof quiet, "%s/quiet.table.txt", n->trial.config.folder);
    snprintf(stormy, sizeof stormy, "%s/stormy.table.txt", n->trial.config.folder);
    if (write_table(n, quiet, n->trial.quiet.results, err) ||
        write_table(n, stormy, n->trial.stormy.results, err) || file_hash(a, quiet, err) ||
        file_hash(b, stormy, err))
        return err->code;
    if (strcmp(a, b))
        text_add(&n->result->differences, "%s: other bytes than %s\n", stormy, quiet);
    return STATUS_OK;
}

static Status judge(Night *n, Err *err)
{
    NightResult *r = n->result;
    Verdict      v;
    count_records(n);
    Status bad = verdict_of(&v, &n->trial.quiet, &n->trial.stormy, err);
    r->records += v.records, r->files += v.files;
    text_add(&r->differences, "%s%s", text_get(&v.differences), text_get(&n->crew.odd));
    text_free(&v.differences);
    if (!bad) bad = compare_tables(n, err);
    return bad;
}

static Status go_through(Night *n, Err *err)
{
    Status bad = storm(n, err);
    if (!bad) bad = calm(n, err);
    fault_lift(&n->faults, INFINITY);
    crew_end(&n->crew);
    if (bad || run_alone(n, err)) return err->code;
    if (n->config->kinds >> FAULT_DAMAGE & 1)
        n->faults.times[FAULT_DAMAGE] += damage_record(&n->damage, &n->rng);
    if (run_alone(n, err)) return err->code;
    return judge(n, err);
}

static Status do_round(Night *n, Err *err)
{
    if (open_round(n, err)) return err->code;
    Status bad = go_through(n, err);
    for (int i = 0; i < FAULT_KINDS; i++)
        n->result->times[i] += n->faults.times[i], n->faults.times[i] = 0;
    n->result->begun += n->crew.begun;
    n->result->rounds++;
    text_free(&n->crew.odd);
    tally_close(&n->tally);
    return bad;
}

/* --- the night ----------------------------------------------------------- */

static Status last(Night *n, Err *err)
{
    if (trial_run_quietly(&n->trial, err)) return err->code;
    trial_command(&n->trial, n->argv, "run", n->trial.stormy.results, "run.save-every=0.2");
    n->sitting = (Sitting){ .argv = (char *const *)n->argv, .said = n->trial.said };
    n->looked_s = clock_s();
    do {
        ArenaMark mark = arena_mark(&n->trial.arena);
        if (do_round(n, err)) return err->code;
        arena_rewind(&n->trial.arena, mark);
    } while (n->result->spent_s < n->config->seconds && !n->result->differences.length);
    return STATUS_OK;
}

Status night_run(NightResult *r, const TrialConfig *t, const NightConfig *c, const Recipe *recipe,
                 Err *err)
{
    Night n = { .config = c, .result = r, .rng = rng_at(t->seed, STREAM_FAULT, 0, 0) };
    CHECK(c->runs > 0 && c->runs <= CREW_MOST, "%d runs", c->runs);
    *r = (NightResult){ 0 };
    Status bad = trial_open(&n.trial, t, recipe, err);
    if (!bad) bad = last(&n, err);
    trial_close(&n.trial);
    return bad;
}

void night_free(NightResult *r) { text_free(&r->differences); }
