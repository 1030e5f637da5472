#define _GNU_SOURCE /* sigtimedwait, setenv, wait4 */
#include "experiments/run/schedule.h"

#include "core/base/file.h"
#include "core/base/threads.h"
#include "experiments/run/child.h"
#include "experiments/run/death.h"
#include "experiments/run/machine.h"
#include "experiments/run/outlook.h"
#include "experiments/run/progress.h"
#include "experiments/run/stop.h"
#include "experiments/run/whole.h"
#include "experiments/run/worker.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static const double LOOK_S = 1.0; /* between two looks at what others are doing */
static const double SAME_S = 0.5; /* what comes again within that time is the same request */

typedef enum { WAITING, HERE, ELSEWHERE, OVER } Place;

/* What becomes of a piece of work. */
typedef struct {
    Place place;
    int   tries; /* that began here */

    /* Of one that is HERE. */
    pid_t pid;
    Team  team;
    long  kills; /* machine_kills when it began */
    long  said;  /* bytes of its log then       */

    double ended_s; /* its process left all done, which is not noted yet; else 0 */
} Course;

typedef struct {
    Works                *w;
    const Recipe         *recipe;
    const ScheduleConfig *config;
    ScheduleResult       *result;
    Progress              progress;

    Course *course; /* [w->n] */
    int     jobs;   /* at a time */
    int     running, next; /* work before `next` is not WAITING */
    int     asked; /* how often to stop */
    double  asked_s, looked_s;
    Outlook outlook;
} Schedule;

/* --- beginning ----------------------------------------------------------- */

static void over(Schedule *s, int i, WorkState state)
{
    s->outlook.over_flop += outlook_left(&s->w->work[i]);
    s->course[i].place = OVER;
    s->w->work[i].state = state;
    if (state == WORK_DONE) s->result->done++;
    else s->result->failed++;
}

static void failed(Schedule *s, int i, const char *why)
{
    Work *w = &s->w->work[i];
    Text  label = { 0 };
    char  log[CELL_PATH], tries[32] = "";
    snprintf(w->why, sizeof w->why, "%s", why);
    over(s, i, WORK_FAILED);
    work_label(s->recipe, w->cell, &label);
    cell_file(log, s->w->results, w->cell, "log.txt");
    const bool logged = child_logged(w, s->w->results) > 0;
    if (s->course[i].tries > 1)
        snprintf(tries, sizeof tries, " %d times", s->course[i].tries);
    progress_say(&s->progress, "failed%s: %s: %s%s%s", tries, text_get(&label), w->why,
                 logged ? "\n        see " : "", logged ? log : "");
    text_free(&label);
}

/* Its memory is better spent on one cell less. */
static void run_fewer(Schedule *s)
{
    const int fewer = s->running > 1 ? s->running : 1;
    if (fewer >= s->jobs) return;
    s->jobs = fewer;
    progress_say(&s->progress, "memory was short: %d at a time from here on", s->jobs);
}

/* A try has failed by `why`. */
static void again_or_failed(Schedule *s, int i, bool may_do_better, const char *why)
{
    Course *course = &s->course[i];
    if (course->tries > s->config->retries || !may_do_better) {
        s->w->work[i].in_vain = !may_do_better;
        failed(s, i, why);
        return;
    }
    Text label = { 0 };
    work_label(s->recipe, s->w->work[i].cell, &label);
    progress_say(&s->progress, "again: %s: %s", text_get(&label), why);
    text_free(&label);
    course->place = WAITING;
    if (i < s->next) s->next = i;
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

/* The first seat that nobody has. */
static int free_seat(const Schedule *s)
{
    for (int seat = 0;; seat++) {
        int i = 0;
        while (i < s->w->n && (s->course[i].place != HERE || s->course[i].team.seat != seat)) i++;
        if (i == s->w->n) return seat;
    }
}

static Team team_for(const Schedule *s, const Work *w)
{
    const ScheduleConfig *c = s->config;
    const int threads = child_threads(w, s->w->results, c, threads_available());
    return (Team){ threads, c->pinned && threads == c->threads ? free_seat(s) : -1 };
}

static void begin(Schedule *s, int i)
{
    Work   *w = &s->w->work[i];
    Course *course = &s->course[i];
    Err     err;
    int     claim;
    Status  bad = child_prepare(&claim, w, s->w->results, &err);
    if (!bad && claim < 0) {
        course->place = ELSEWHERE;
        return;
    }
    if (!bad && w->state == WORK_DONE) { /* by another scheduler, meanwhile */
        close(claim);
        over(s, i, WORK_DONE);
        return;
    }
    say_damage(s, w);
    work_forget_failure(s->w->results, w->cell); /* of an earlier try */
    course->tries++;
    course->kills = machine_kills("");
    course->said = child_logged(w, s->w->results);
    course->team = team_for(s, w);
    if (bad || child_start(&course->pid, claim, w, s->w->results, s->config, &course->team, &err)) {
        work_note_failure(s->w->results, w, err.text);
        again_or_failed(s, i, worker_may_do_better(status_exit(err.code)), err.text);
        return;
    }
    course->place = HERE;
    s->running++;
}

/* Bytes of memory for one more, beside what those that run will still take.  Of a cell that
 * is alone nobody has more to say: what cannot fit was refused. */
static double room(const Schedule *s)
{
    static const double SHARE = 0.95;
    if (!s->running) return INFINITY;
    double bytes = SHARE * machine_look("").unused;
    for (int i = 0; i < s->w->n; i++)
        if (s->course[i].place == HERE)
            bytes -= fmax(0, s->w->work[i].bytes - machine_held("", s->course[i].pid));
    return bytes;
}

/* The next that there is memory for; -1: none. */
static int next_to_begin(Schedule *s)
{
    const int n = s->w->n;
    while (s->next < n && s->course[s->next].place != WAITING) s->next++;
    if (s->asked || s->running >= s->jobs || s->next == n) return -1;
    const double bytes = room(s);
    int          i = s->next;
    while (i < n && (s->course[i].place != WAITING || s->w->work[i].bytes > bytes)) i++;
    return i < n ? i : -1;
}

/* --- ending -------------------------------------------------------------- */

static bool may_do_better(int status)
{
    return !WIFEXITED(status) || worker_may_do_better(WEXITSTATUS(status));
}

static Death death_of(const Schedule *s, int i, int status, double peak_bytes, char *log)
{
    cell_file(log, s->w->results, s->w->work[i].cell, "log.txt");
    return (Death){ .status = status, .peak_bytes = peak_bytes, .log = log,
                    .from = s->course[i].said, .before = s->course[i].kills,
                    .now = machine_kills("") };
}

/* The process of work i has ended. */
static void ended(Schedule *s, int i, int status, double peak_bytes)
{
    Work   *w = &s->w->work[i];
    Course *course = &s->course[i];
    double  flop = outlook_left(w);
    char    why[sizeof w->why], log[CELL_PATH];
    Death   death = death_of(s, i, status, peak_bytes, log);
    s->running--;
    work_look(w, s->w->results);
    const int  code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    const bool told = code > 0 && w->why[0];
    const bool lost = w->state != WORK_DONE && code != EXIT_CLAIMED && !s->asked;
    if (told) snprintf(why, sizeof why, "%s", w->why);
    else death_text(why, sizeof why, &death);
    if (lost && !told) {
        child_note(w, s->w->results, why);
        work_note_failure(s->w->results, w, why);
    }
    if (lost && death_by_memory(&death)) run_fewer(s);
    if (w->state == WORK_DONE) {
        s->outlook.over_flop += flop;
        over(s, i, WORK_DONE);
        course->ended_s = clock_s();
        work_tidy(w, s->w->results); /* it may have died right behind its last record */
    } else if (code == EXIT_CLAIMED || w->state == WORK_RUNNING) {
        course->place = ELSEWHERE;
        course->tries -= code == EXIT_CLAIMED;
    } else if (s->asked) course->place = OVER; /* neither done nor failed */
    else again_or_failed(s, i, may_do_better(status), why);
}

static void reap(Schedule *s)
{
    for (int i = 0; i < s->w->n && s->running; i++) {
        int           status;
        struct rusage used;
        Course       *course = &s->course[i];
        if (course->place == HERE && wait4(course->pid, &status, WNOHANG, &used) == course->pid)
            ended(s, i, status, 1024.0 * (double)used.ru_maxrss);
    }
}

/* Somewhat later, so that whoever looks at the results next need not read them. */
static void note_whole(Schedule *s)
{
    for (int i = 0; i < s->w->n; i++) {
        double *ended_s = &s->course[i].ended_s;
        if (!*ended_s || clock_s() - *ended_s < WHOLE_TICK_S) continue;
        work_note_whole(&s->w->work[i], s->w->results);
        *ended_s = 0;
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
        if (s->course[i].place != ELSEWHERE) continue;
        theirs++;
        if (!now) continue;
        double flop = outlook_left(&s->w->work[i]);
        work_look(&s->w->work[i], s->w->results);
        WorkState state = s->w->work[i].state;
        if (state == WORK_RUNNING) continue;
        if (state == WORK_DONE) {
            s->outlook.over_flop += flop;
            over(s, i, WORK_DONE);
        } else if (state == WORK_FAILED) over(s, i, WORK_FAILED);
        else {
            s->course[i].place = WAITING; /* its process died */
            if (i < s->next) s->next = i;
        }
    }
    return theirs;
}

/* --- the loop ------------------------------------------------------------ */

static void show(Schedule *s, bool now)
{
    const ScheduleConfig *c = s->config;
    Progress             *p = &s->progress;
    double                flop = 0;
    p->images_per_s = 0;
    p->elsewhere = 0;
    for (int i = 0; i < s->w->n; i++) {
        const Place place = s->course[i].place;
        if (place == HERE || place == ELSEWHERE)
            flop += outlook_behind(&s->w->work[i], s->w->results, &p->images_per_s);
        p->elsewhere += place == ELSEWHERE;
    }
    p->done = s->result->before + s->result->done;
    p->failed = s->result->failed;
    p->running = s->running;
    outlook_tell(&s->outlook, p, flop, c->s_per_flop / (s->jobs * c->threads));
    progress_show(p, now);
}

/* SIGUSR1 asks and never kills: a batch system may send it to more than one of us, each of
 * whom passes it on.  And `timeout` sends its signal twice at once, to us and to our group. */
static void ask_to_stop(Schedule *s, int signal)
{
    const double now = clock_s();
    if (s->asked && (signal == SIGUSR1 || now - s->asked_s < SAME_S)) return;
    s->asked++;
    s->asked_s = now;
    s->result->stopped = true;
    if (s->asked == 1)
        progress_say(&s->progress, "stopping: cells save what they have; "
                                   "once more to kill them");
    for (int i = 0; i < s->w->n; i++)
        if (s->course[i].place == HERE) kill(s->course[i].pid, s->asked == 1 ? SIGTERM : SIGKILL);
}

static sigset_t signals(void)
{
    sigset_t set = stop_signals();
    sigaddset(&set, SIGCHLD);
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
        for (int i; (i = next_to_begin(s)) >= 0;) begin(s, i);
        int theirs = s->asked ? 0 : look_elsewhere(s);
        if (!s->running && !theirs && (s->asked || s->next == s->w->n)) return;
        show(s, false);
        int signal = sigtimedwait(set, NULL, &(struct timespec){ 0, 200000000 });
        if (signal > 0 && signal != SIGCHLD) ask_to_stop(s, signal);
        note_whole(s);
        reap(s);
    }
}

static void sort_out(Schedule *s)
{
    for (int i = 0; i < s->w->n; i++) {
        Work *w = &s->w->work[i];
        s->course[i].place = w->state == WORK_RUNNING ? ELSEWHERE : WAITING;
        if (w->state == WORK_DONE) {
            s->course[i].place = OVER, s->result->before++;
            work_tidy(w, s->w->results);
        }
        if (s->course[i].place != OVER) s->outlook.all_flop += outlook_left(w), s->progress.total++;
    }
    s->progress.total += s->result->before;
}

Status schedule_run(Works *w, const Recipe *r, const ScheduleConfig *c,
                    ScheduleResult *result, Err *err)
{
    char     path[CELL_PATH], threads[16];
    Schedule s = { .w = w, .recipe = r, .config = c, .result = result, .jobs = c->jobs };
    sigset_t set = signals(), before;
    *result = (ScheduleResult){ 0 };
    s.outlook.start_s = clock_s();
    CHECK(c->jobs > 0 && c->threads > 0, "%d jobs of %d threads", c->jobs, c->threads);
    threads_wait_briefly();
    snprintf(path, sizeof path, "%s/cells", w->results);
    if (file_make_folders(path, err)) return err->code;
    s.course = calloc((size_t)w->n + 1, sizeof *s.course);
    CHECK(s.course, "no memory for %d cells", w->n);
    progress_open(&s.progress, r->name, c->progress);
    sort_out(&s);

    /* OpenMP and OpenBLAS look before main does. */
    snprintf(threads, sizeof threads, "%d", c->threads);
    setenv("OMP_NUM_THREADS", threads, 1);
    sigprocmask(SIG_BLOCK, &set, &before);
    loop(&s, &set);
    nanosleep(&(struct timespec){ .tv_nsec = (long)(1e9 * WHOLE_TICK_S) }, NULL);
    note_whole(&s);
    sigprocmask(SIG_SETMASK, &before, NULL);
    progress_close(&s.progress);
    free(s.course);
    return STATUS_OK;
}
