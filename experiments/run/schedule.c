#define _GNU_SOURCE /* sigtimedwait, setenv */
#include "experiments/run/schedule.h"

#include "core/base/file.h"
#include "core/base/threads.h"
#include "experiments/run/child.h"
#include "experiments/run/estimate.h"
#include "experiments/run/journal.h"
#include "experiments/run/progress.h"
#include "experiments/run/worker.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

static const double LOOK_S = 1.0; /* between two looks at what others are doing */

typedef enum { WAITING, HERE, ELSEWHERE, OVER } Place;

typedef struct {
    Works                *w;
    const Recipe         *recipe;
    const ScheduleConfig *config;
    ScheduleResult       *result;
    Progress              progress;

    Place *place; /* [w->n] */
    pid_t *pid;   /* [w->n] of those that are HERE */
    int    running, next; /* work before `next` is not WAITING */
    int    asked; /* how often to stop */
    double looked_s, start_s;
    double all_flop, over_flop; /* of what was not done when we came   */
    double first_flop;          /* ... that was behind us at first sight */
    bool   seen;
} Schedule;

static double flop_left(const Work *w)
{
    double flop = 0;
    for (int i = 0; i < w->n; i++)
        if (work_needs(w, i)) flop += estimate_flop(w->tasks[i].cell, w->tasks[i].kind);
    return flop;
}

/* --- beginning and ending ------------------------------------------------ */

static void over(Schedule *s, int i, WorkState state)
{
    s->over_flop += flop_left(&s->w->work[i]);
    s->place[i] = OVER;
    s->w->work[i].state = state;
    if (state == WORK_DONE) s->result->done++;
    else s->result->failed++;
}

static void failed(Schedule *s, int i, const char *why)
{
    Work *w = &s->w->work[i];
    Text  label = { 0 };
    char  log[CELL_PATH];
    snprintf(w->why, sizeof w->why, "%s", why);
    over(s, i, WORK_FAILED);
    work_label(s->recipe, w->cell, &label);
    cell_file(log, s->w->results, w->cell, "log.txt");
    progress_say(&s->progress, "failed: %s: %s\n        see %s", text_get(&label), w->why,
                 log);
    text_free(&label);
}

static void say_damage(Schedule *s, const Work *w)
{
    char path[CELL_PATH];
    for (int i = 0; i < w->n; i++) {
        if (!w->tasks[i].damaged) continue;
        cell_record(path, s->w->results, w->tasks[i].cell, w->tasks[i].kind);
        progress_say(&s->progress, "damaged: %s: is made anew", path);
    }
}

static void begin(Schedule *s, int i)
{
    Work *w = &s->w->work[i];
    Err   err;
    work_look(w, s->w->results); /* another scheduler may have done it meanwhile */
    if (w->state == WORK_DONE) {
        over(s, i, WORK_DONE);
        return;
    }
    say_damage(s, w);
    work_forget_failure(s->w->results, w->cell); /* of an earlier try */
    if (child_start(&s->pid[i], w, s->w->results, s->config, &err)) {
        failed(s, i, err.text);
        return;
    }
    s->place[i] = HERE;
    s->running++;
}

/* The process of work i has ended. */
static void ended(Schedule *s, int i, int status)
{
    Work  *w = &s->w->work[i];
    double flop = flop_left(w);
    char   why[sizeof w->why];
    s->running--;
    work_look(w, s->w->results);
    int  code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    bool told = code > 0 && w->why[0], lost = w->state != WORK_DONE && code != EXIT_CLAIMED;
    if (told) snprintf(why, sizeof why, "%s", w->why);
    else if (code >= 0)
        snprintf(why, sizeof why, "ended with code %d and without its records", code);
    else
        snprintf(why, sizeof why, "killed by signal %d%s", WTERMSIG(status),
                 WTERMSIG(status) == SIGKILL ? "; out of memory is the usual reason" : "");
    if (lost && !s->asked && !told) work_note_failure(s->w->results, w, why);
    if (w->state == WORK_DONE) {
        s->over_flop += flop;
        over(s, i, WORK_DONE);
        work_tidy(w, s->w->results); /* it may have died right behind its last record */
    } else if (code == EXIT_CLAIMED || w->state == WORK_RUNNING) s->place[i] = ELSEWHERE;
    else if (s->asked) s->place[i] = OVER; /* neither done nor failed */
    else failed(s, i, why);
}

static void reap(Schedule *s)
{
    for (int i = 0; i < s->w->n && s->running; i++) {
        int status;
        if (s->place[i] == HERE && waitpid(s->pid[i], &status, WNOHANG) == s->pid[i])
            ended(s, i, status);
    }
}

/* --- what others do ------------------------------------------------------ */

/* Returns how many are still theirs. */
static int look_elsewhere(Schedule *s)
{
    int  theirs = 0;
    bool now = clock_s() - s->looked_s >= LOOK_S;
    if (now) s->looked_s = clock_s();
    for (int i = 0; i < s->w->n; i++) {
        if (s->place[i] != ELSEWHERE) continue;
        theirs++;
        if (!now) continue;
        double flop = flop_left(&s->w->work[i]);
        work_look(&s->w->work[i], s->w->results);
        WorkState state = s->w->work[i].state;
        if (state == WORK_RUNNING) continue;
        if (state == WORK_DONE) {
            s->over_flop += flop;
            over(s, i, WORK_DONE);
        } else if (state == WORK_FAILED) over(s, i, WORK_FAILED);
        else {
            s->place[i] = WAITING; /* its process died */
            if (i < s->next) s->next = i;
        }
    }
    return theirs;
}

/* --- how far ------------------------------------------------------------- */

/* Operations of a running piece of work that are behind it. */
static double behind(const Schedule *s, const Work *w, double *images_per_s)
{
    char        folder[CELL_PATH];
    JournalLine line;
    double      flop = 0;
    cell_folder(folder, s->w->results, w->cell);
    if (!journal_last(&line, folder)) return 0;
    for (int i = 0; i < w->n; i++) {
        const Task *t = &w->tasks[i];
        double      all = estimate_flop(t->cell, t->kind);
        if (!work_needs(w, i)) continue;
        if (strcmp(t->cell->stage[t->kind].name, line.stage)) {
            flop += all;
            continue;
        }
        if (line.images_per_s > 0) *images_per_s += line.images_per_s;
        return line.steps ? flop + all * (double)line.step / (double)line.steps : flop;
    }
    return 0; /* a line of an earlier run */
}

static void show(Schedule *s, bool now)
{
    Progress *p = &s->progress;
    double    flop = s->over_flop, elapsed = clock_s() - s->start_s;
    p->images_per_s = 0;
    p->elsewhere = 0;
    for (int i = 0; i < s->w->n; i++) {
        if (s->place[i] == HERE || s->place[i] == ELSEWHERE)
            flop += behind(s, &s->w->work[i], &p->images_per_s);
        p->elsewhere += s->place[i] == ELSEWHERE;
    }
    p->done = s->result->before + s->result->done;
    p->failed = s->result->failed;
    p->running = s->running;
    p->share = s->all_flop > 0 ? flop / s->all_flop : 1;
    if (!s->seen) s->seen = true, s->first_flop = flop;
    /* The first seconds say little; until then the estimate is all there is. */
    double gained = flop - s->first_flop;
    if (elapsed > 10 && gained > 0.01 * s->all_flop)
        p->left_s = elapsed * (s->all_flop - flop) / gained;
    else if (s->config->s_per_flop > 0)
        p->left_s = (s->all_flop - flop) * s->config->s_per_flop /
                    (s->config->jobs * s->config->threads);
    progress_show(p, now);
}

/* --- the loop ------------------------------------------------------------ */

/* SIGUSR1 asks and never kills: a batch system may send it to more than one of us, each of
 * whom passes it on. */
static void ask_to_stop(Schedule *s, int signal)
{
    if (s->asked && signal == SIGUSR1) return;
    s->asked++;
    s->result->stopped = true;
    if (s->asked == 1)
        progress_say(&s->progress, "stopping: cells save what they have; "
                                   "once more to kill them");
    for (int i = 0; i < s->w->n; i++)
        if (s->place[i] == HERE) kill(s->pid[i], s->asked == 1 ? SIGTERM : SIGKILL);
}

static sigset_t signals(void)
{
    static const int all[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
    sigset_t         set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) sigaddset(&set, all[i]);
    return set;
}

void schedule_hold_signals(void)
{
    sigset_t set = signals();
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static void loop(Schedule *s, const sigset_t *set)
{
    for (;;) {
        while (!s->asked && s->running < s->config->jobs && s->next < s->w->n) {
            if (s->place[s->next] == WAITING) begin(s, s->next);
            s->next++;
        }
        int theirs = s->asked ? 0 : look_elsewhere(s);
        if (!s->running && !theirs && (s->asked || s->next == s->w->n)) return;
        show(s, false);
        int signal = sigtimedwait(set, NULL, &(struct timespec){ 0, 200000000 });
        if (signal > 0 && signal != SIGCHLD) ask_to_stop(s, signal);
        reap(s);
    }
}

static void sort_out(Schedule *s)
{
    for (int i = 0; i < s->w->n; i++) {
        Work *w = &s->w->work[i];
        s->place[i] = w->state == WORK_RUNNING ? ELSEWHERE : WAITING;
        if (w->state == WORK_DONE) {
            s->place[i] = OVER, s->result->before++;
            work_tidy(w, s->w->results);
        }
        if (s->place[i] != OVER) s->all_flop += flop_left(w), s->progress.total++;
    }
    s->progress.total += s->result->before;
}

Status schedule_run(Works *w, const Recipe *r, const ScheduleConfig *c,
                    ScheduleResult *result, Err *err)
{
    char     path[CELL_PATH], threads[16];
    Schedule s = { .w = w, .recipe = r, .config = c, .result = result };
    sigset_t set = signals(), before;
    *result = (ScheduleResult){ 0 };
    s.start_s = clock_s();
    CHECK(c->jobs > 0 && c->threads > 0, "%d jobs of %d threads", c->jobs, c->threads);
    snprintf(path, sizeof path, "%s/cells", w->results);
    if (file_make_folders(path, err)) return err->code;
    s.place = calloc((size_t)w->n + 1, sizeof *s.place);
    s.pid = calloc((size_t)w->n + 1, sizeof *s.pid);
    CHECK(s.place && s.pid, "no memory for %d cells", w->n);
    progress_open(&s.progress, r->name, c->progress);
    sort_out(&s);

    /* OpenMP and OpenBLAS look before main does. */
    snprintf(threads, sizeof threads, "%d", c->threads);
    setenv("OMP_NUM_THREADS", threads, 1);
    sigprocmask(SIG_BLOCK, &set, &before);
    loop(&s, &set);
    sigprocmask(SIG_SETMASK, &before, NULL);
    progress_close(&s.progress);
    free(s.place);
    free(s.pid);
    return STATUS_OK;
}
