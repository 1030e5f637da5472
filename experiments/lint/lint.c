#define _GNU_SOURCE /* sigabbrev_np */
#include "experiments/lint/lint.h"

#include "core/base/threads.h"
#include "core/mask/opened.h"
#include "core/mask/plugin.h"
#include "core/mask/replay.h"
#include "experiments/lint/contain.h"
#include "experiments/lint/known.h"
#include "experiments/lint/twin.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double PATIENCE_S = 10;

/* What parent and child see of each other. */
typedef struct {
    Trace             trace;
    const LintConfig *config;
    volatile int      law; /* that is being tried */
    Err               unopened;
    Prints            here, there; /* masks of two processes */
    Found             found;
} Shared;

/* --- in the child ----------------------------------------------------------- */

static void note(Shared *s, LawName law, Status bad, const Err *err)
{
    Verdict *v = &s->found.verdict[law];
    v->kept = bad ? BROKEN : KEPT;
    if (bad) snprintf(v->text, sizeof v->text, "%.300s", err->text);
}

static Status describe(Shared *s, const Subject *subject, Err *err)
{
    Mask  *m;
    Found *f = &s->found;
    Text   plugins = { 0 };
    if (subject->open(&m, subject->spec, subject->rows, subject->cols, err))
        return err->code;
    snprintf(f->spec, sizeof f->spec, "%s", mask_spec(m));
    if (m->strategy.about) snprintf(f->about, sizeof f->about, "%s", m->strategy.about);
    if (m->strategy.source)
        snprintf(f->source, sizeof f->source, "%s", m->strategy.source);
    plugin_hashes(&plugins, mask_spec(m));
    snprintf(f->plugins, sizeof f->plugins, "%s", text_get(&plugins));
    text_free(&plugins);
    f->recorded = replay_in(m) != NULL;
    f->needs = mask_needs(m), f->fixed = mask_fixed(m);
    mask_close(m);
    return STATUS_OK;
}

static Subject subject_of(Shared *s)
{
    const LintConfig *c = s->config;
    return (Subject){ .spec = c->spec, .open = c->open, .rows = c->rows, .cols = c->cols,
                      .trace = &s->trace };
}

static int count_of(const LintConfig *c, const Recording *recorded)
{
    if (recorded && !(c->ratio > 0)) return recorded->K;
    return mask_visible(c->rows * c->cols, c->ratio > 0 ? c->ratio : LINT_RATIO);
}

/* Are masks recorded, and can they be drawn?  Of a mixture of recordings only what is in
 * all of them can be. */
static Status find_recorded(Subject *s, const LintConfig *c, Err *err)
{
    Mask *m;
    if (subject_open(s, &m, s->rows, s->cols, err)) return err->code;
    s->recorded = replay_in(m);
    int    K = count_of(c, s->recorded);
    Status bad = mask_check(m, K, 0, 0, err);
    for (size_t i = 0; s->recorded && i < s->recorded->images && !bad; i++)
        bad = mask_check(m, K, subject_image(s, i), 1, err);
    mask_close(m);
    return bad;
}

static void exempt(Shared *s, const Recording *r)
{
    Verdict *v = &s->found.verdict[LAW_FIXED];
    snprintf(v->text, sizeof v->text, "does not apply to recorded masks, %zu image%s in %zu "
             "epoch%s", r->images, text_s(r->images), r->epochs,
             text_s(r->epochs));
}

static void try_all(void *of)
{
    Shared           *s = of;
    const LintConfig *c = s->config;
    Err               err;
    Subject           subject = subject_of(s);
    threads_set(1);
    s->law = LAW_OPENS;
    if (describe(s, &subject, &err) || find_recorded(&subject, c, &err)) {
        if (err.code == STATUS_FORMAT) note(s, LAW_OPENS, err.code, &err);
        else s->unopened = err;
        return;
    }
    for (int i = 0; i < LAWS_TRIED; i++) {
        s->law = i;
        if (i == LAW_FIXED && subject.recorded) {
            exempt(s, subject.recorded);
            continue;
        }
        note(s, (LawName)i, laws[i].holds(&subject, &err), &err);
        if (i <= LAW_PURE && s->found.verdict[i].kept == BROKEN) return;
    }
    s->law = LAW_PURE;
    if (twin_draw(&s->here, &subject, &err)) note(s, LAW_PURE, err.code, &err);
    s->law = LAW_KNOWN;
    Status bad = measure(&s->found.measures, &subject, c->rows, c->cols,
                         count_of(c, subject.recorded), c->draws, &err);
    s->found.measured = !bad;
    const Known *k = bad ? NULL : known_find(s->found.spec, &s->found.measures);
    if (k) note(s, LAW_KNOWN, known_check(k, &s->found.measures, &err), &err);
}

static void draw_again(void *of)
{
    Shared *s = of;
    Err     err;
    Subject subject = subject_of(s);
    twin_move();
    threads_set(1);
    s->law = LAW_PURE;
    Status bad = find_recorded(&subject, s->config, &err);
    if (!bad) bad = twin_draw(&s->there, &subject, &err);
    if (!bad) bad = twin_compare(&s->here, &s->there, &subject, &err);
    if (bad) note(s, LAW_PURE, bad, &err);
}

/* --- in the parent ---------------------------------------------------------- */

/* A failed CHECK: "file:line: CHECK(condition): what is wrong". */
static const char *checked(const Ending *end)
{
    const char *at = NULL;
    for (const char *p = end->said; (p = strstr(p, "CHECK(")); p++) at = p;
    const char *text = at ? strstr(at, "): ") : NULL;
    return text ? text + 3 : NULL;
}

static void break_law(Found *f, int law, const char *how, const char *while_on)
{
    Verdict *v = &f->verdict[law];
    size_t   n = strcspn(how, "\n");
    Err      tame;
    err_set(&tame, STATUS_FAILED, "%.*s%s%s", n < 250 ? (int)n : 250, how,
            while_on ? ", on " : "", while_on ? while_on : "");
    v->kept = BROKEN;
    snprintf(v->text, sizeof v->text, "%.300s", tame.text);
}

/* The child did not come to its end: which law is that? */
static void judge(Shared *s, const Ending *end, double patience_s)
{
    char        how[sizeof s->trace.touched + 80];
    int         law = s->law < 0 || s->law >= LAWS ? LAW_OPENS : s->law;
    const char *on = law == LAW_KNOWN ? "measuring" : laws[law].name, *check = checked(end);
    if (end->slow) {
        snprintf(how, sizeof how, "too slow: %.3g masks/s, not done after %.3g s",
                 s->trace.beat / end->spent_s, end->spent_s);
        break_law(&s->found, LAW_RETURNS, how, on);
    } else if (end->silent) {
        if (end->asleep)
            snprintf(how, sizeof how, "nothing for %g s, asleep: does it wait for ever?",
                     SLEEP_MOST * patience_s);
        else snprintf(how, sizeof how, "nothing for %g s of work: an endless loop?", patience_s);
        break_law(&s->found, LAW_RETURNS, how, on);
    } else if (end->turned) {
        snprintf(how, sizeof how, "kills the process that has started it");
        break_law(&s->found, LAW_RETURNS, how, on);
    } else if (s->trace.refused) {
        snprintf(how, sizeof how, "asks for more memory than the 2 GiB it may have, and ends");
        break_law(&s->found, LAW_RETURNS, how, on);
    } else if (end->signal == SIGABRT && check) {
        break_law(&s->found, law == LAW_KNOWN ? LAW_RETURNS : law, check, NULL);
    } else if (end->signal && s->trace.touched[0]) {
        break_law(&s->found, LAW_BOUNDS, s->trace.touched, NULL);
    } else if (end->signal) {
        snprintf(how, sizeof how, "killed by signal %d (SIG%s)", end->signal,
                 sigabbrev_np(end->signal) ? sigabbrev_np(end->signal) : "?");
        break_law(&s->found, LAW_RETURNS, how, on);
    } else {
        snprintf(how, sizeof how, "ends the process%s",
                 s->trace.left ? " by exit()" : "");
        break_law(&s->found, LAW_RETURNS, how, on);
    }
}

/* It did: did it go alone? */
static void judge_rest(Shared *s, const Ending *end)
{
    char how[80];
    s->found.verdict[LAW_RETURNS].kept = KEPT;
    if (s->trace.doubled) {
        break_law(&s->found, LAW_RETURNS, "makes a copy of the process, which goes on too", NULL);
    } else if (end->behind) {
        snprintf(how, sizeof how, "starts processes, and leaves %d behind", end->behind);
        break_law(&s->found, LAW_RETURNS, how, NULL);
    }
}

static void tell(void *of, unsigned masks, double spent_s)
{
    const Shared     *s = of;
    const LintConfig *c = s->config;
    int               law = s->law;
    const char       *on = law < 0 || law >= LAWS_TRIED ? "measures" : laws[law].name;
    if (c->tell) c->tell(c->to, c->spec, on, masks, spent_s);
}

static void tame(char *text, size_t room)
{
    text[room - 1] = '\0';
    for (; *text; text++)
        if (*text < ' ' || *text > '~') *text = '?';
}

/* What the child has written may be anything. */
static void distrust(Shared *s)
{
    s->trace.touched[sizeof s->trace.touched - 1] = '\0';
    s->unopened.text[sizeof s->unopened.text - 1] = '\0';
    Found *f = &s->found;
    f->about[sizeof f->about - 1] = f->source[sizeof f->source - 1] = '\0';
    tame(f->spec, sizeof f->spec);
    tame(f->plugins, sizeof f->plugins);
    for (int i = 0; i < LAWS; i++) {
        Verdict *v = &f->verdict[i];
        tame(v->text, sizeof v->text);
        if (v->kept < UNTRIED || v->kept > BROKEN) v->kept = UNTRIED;
    }
    if (!s->trace.done) f->measured = false;
}

/* What was loaded from a file may have asked for the time, which ticks in seconds. */
static void wait_for_tick(const Found *f, time_t since)
{
    if (!strchr(f->spec, '@')) return;
    while (time(NULL) <= since) nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

/* All laws in one process; then masks in another, unless the first was not alone. */
static Status try_twice(Shared *s, Ending *end, const Patience *p, Err *err)
{
    time_t start = time(NULL);
    if (contain(end, &s->trace, try_all, s, 0, p, err)) return err->code;
    if (!s->trace.done || s->found.verdict[LAW_PURE].kept != KEPT) return STATUS_OK;
    if (s->trace.doubled || end->behind) return STATUS_OK;
    distrust(s);
    wait_for_tick(&s->found, start);
    s->trace = (Trace){ 0 };
    return contain(end, &s->trace, draw_again, s, 1, p, err);
}

Status lint_run(Found **found, const LintConfig *c, Err *err)
{
    Shared *s = shared_new(sizeof *s);
    Ending  end;
    double  patience_s = c->patience_s > 0 ? c->patience_s : PATIENCE_S;
    Status  bad;
    s->config = c;
    Patience p = { .beat_s = patience_s, .tell = tell, .to = s,
                   .whole_s = patience_s * (LINT_WHOLE + c->draws / 1000.0) };
    bad = try_twice(s, &end, &p, err);
    distrust(s);
    if (!bad && s->trace.done && s->unopened.code) {
        *err = s->unopened;
        bad = err->code;
    }
    if (!bad) {
        if (!s->found.spec[0])
            snprintf(s->found.spec, sizeof s->found.spec, "%s", c->spec);
        if (s->trace.done) judge_rest(s, &end);
        else judge(s, &end, patience_s);
        s->found.rows = c->rows, s->found.cols = c->cols;
        *found = malloc(sizeof **found);
        CHECK(*found, "no memory for what was found");
        memcpy(*found, &s->found, sizeof **found);
    }
    shared_free(s, sizeof *s);
    return bad;
}

void lint_free(Found *f) { free(f); }

int lint_broken(const Found *f)
{
    int n = 0;
    for (int i = 0; i < LAWS; i++) n += f->verdict[i].kept == BROKEN;
    return n;
}
