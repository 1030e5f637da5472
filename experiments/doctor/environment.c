#define _DEFAULT_SOURCE /* clock_getres, getrlimit, lstat, statvfs, sysconf */
#include "experiments/doctor/environment.h"

#include "core/base/threads.h"
#include "core/cpu/cpu.h"
#include "core/tape/backend.h"
#include "experiments/doctor/doctor.h"
#include "experiments/recipe/find.h"
#include "experiments/run/machine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { MB = 1000000 };

/* --- threads -------------------------------------------------------------- */

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

/* Variables that say how many. */
static void judge_count(Section *s, const char *name, int granted)
{
    int64_t n;
    if (!is_set(name)) return;
    const char *value = getenv(name);
    if (!text_to_int64(value, &n) || n < 1)
        section_note(s, NOTE_WARN, name, "unset it, or give it a whole number",
                     "\"%s\" is not a number of threads", value);
    else if (n > granted)
        section_note(s, NOTE_WARN, name, "more threads than processors wait for each other: "
                     "unset it, or lower it", "%s, of %d", value, granted);
    else
        section_note(s, NOTE_OK, name, NULL, "%s, of %d", value, granted);
}

/* Every cell is a process, and each would bind its threads to the same processors. */
static void judge_binding(Section *s, const char *name)
{
    if (!is_set(name) || !strcasecmp(getenv(name), "false")) return;
    section_note(s, NOTE_WARN, name, "unset it, unless one cell runs at a time (--jobs 1)",
                 "%s: the threads of all cells are bound to the same processors", getenv(name));
}

void judge_threads(Section *s, int present, int ours, int granted)
{
    if (granted < ours)
        section_note(s, NOTE_WARN, "threads", "set OMP_NUM_THREADS to so many, or raise the "
                     "limit of the container or job", "time of %d of %d processors is "
                     "granted", granted, ours);
    else
        section_note(s, NOTE_OK, "threads", NULL, "%d of %d processors are ours", ours,
                     present > ours ? present : ours);
    judge_count(s, "OMP_NUM_THREADS", granted);
    judge_count(s, "OMP_THREAD_LIMIT", granted);
    judge_count(s, "OPENBLAS_NUM_THREADS", granted);
    judge_binding(s, "OMP_PROC_BIND");
    judge_binding(s, "OMP_PLACES");
    judge_binding(s, "GOMP_CPU_AFFINITY");
    if (is_set("OMP_WAIT_POLICY") && !strcasecmp(getenv("OMP_WAIT_POLICY"), "active"))
        section_note(s, NOTE_WARN, "OMP_WAIT_POLICY", "unset it, unless one cell runs at a time",
                     "active: threads that wait keep other cells from their processors");
}

/* --- BLAS ----------------------------------------------------------------- */

void judge_blas(Section *s, BlasThreads threads, const char *config, int processors)
{
    static const char advice[] = "install libopenblas0-openmp; where both are, `update-"
                                 "alternatives --config libopenblas.so.0-$(uname -m)-linux-gnu` "
                                 "chooses";
    const char *most = strstr(config, "MAX_THREADS=");
    int         limit = most ? atoi(most + strlen("MAX_THREADS=")) : 0;
    if (threads == BLAS_PTHREADS)
        section_note(s, NOTE_WARN, "BLAS", advice, "%s; its threads are others than ours, and "
                     "both want the same processors", config);
    else if (threads == BLAS_ALONE)
        section_note(s, NOTE_WARN, "BLAS", advice, "%s; multiplies on one thread", config);
    else if (limit && limit < processors)
        section_note(s, NOTE_WARN, "BLAS", "run cells with fewer threads (--threads)",
                     "%s; built for %d threads, of %d processors", config, limit, processors);
    else
        section_note(s, NOTE_OK, "BLAS", NULL, "%s, on our OpenMP threads", config);
    if (is_set("OPENBLAS_CORETYPE"))
        section_note(s, NOTE_WARN, "OPENBLAS_CORETYPE", "unset it",
                     "%s: not the kernels that fit the processor best",
                     getenv("OPENBLAS_CORETYPE"));
}

/* --- memory --------------------------------------------------------------- */

void judge_memory(Section *s, double free_bytes, double total_bytes)
{
    enum { LEAST = 256, ROOM = 1000 };
    struct rlimit r;
    double        mb = free_bytes / MB;
    NoteLevel     level = mb < LEAST ? NOTE_FAIL : mb < ROOM ? NOTE_WARN : NOTE_OK;
    if (!isfinite(total_bytes))
        section_note(s, NOTE_WARN, "memory", "`maskgrid plan` cannot tell what fits",
                     "the system does not say");
    else
        section_note(s, level, "memory", "end other programs, or raise the limit of the "
                     "container or job; `maskgrid plan RECIPE` says what a cell takes",
                     "%.0f of %.0f MB are free", mb, total_bytes / MB);
    if (getrlimit(RLIMIT_AS, &r) || r.rlim_cur == RLIM_INFINITY) return;
    level = r.rlim_cur < (rlim_t)BACKEND_ADDRESSES_MB * MB ? NOTE_FAIL : NOTE_WARN;
    section_note(s, level, "ulimit -v", "ulimit -v unlimited: libraries reserve more than they "
                 "use", "%.0f MB of addresses", (double)r.rlim_cur / MB);
}

/* --- disk ----------------------------------------------------------------- */

void judge_disk(Section *s, const char *folder, double free_bytes, double free_inodes)
{
    enum { LEAST = 64, ROOM = 1000, FILES_LEAST = 64, FILES_ROOM = 10000 };
    double    mb = free_bytes / MB;
    NoteLevel level = mb < LEAST ? NOTE_FAIL : mb < ROOM ? NOTE_WARN : NOTE_OK;
    section_note(s, level, "disk", "make room, or put results elsewhere with --results; "
                 "`maskgrid plan RECIPE` says what it takes", "%.0f MB are free in %s", mb,
                 folder);
    if (free_inodes < 0) return;
    level = free_inodes < FILES_LEAST ? NOTE_FAIL : free_inodes < FILES_ROOM ? NOTE_WARN
                                                                             : NOTE_OK;
    section_note(s, level, "inodes", "remove files, or put results elsewhere with --results; a "
                 "cell has about ten", "%.0f more files", free_inodes);
}

/* --- clock ---------------------------------------------------------------- */

void judge_clock(Section *s, const ClockFacts *c)
{
    enum { SLACK = 60, AHEAD = 2 }; /* seconds */
    char wall[32] = "?";
    struct tm tm;
    time_t    now = (time_t)c->now_s;
    if (gmtime_r(&now, &tm)) strftime(wall, sizeof wall, "%Y-%m-%d %H:%M:%S UTC", &tm);
    if (c->goes_back)
        section_note(s, NOTE_FAIL, "clock", "times and deadlines are wrong: have the machine, or "
                     "its host, looked at", "the monotonic clock goes back");
    else
        section_note(s, c->step_s > 0.01 ? NOTE_WARN : NOTE_OK, "clock",
                     "measured times are coarse", "%s; steps of %.2g s", wall, c->step_s);
    if (c->now_s < c->built_s - SLACK)
        section_note(s, NOTE_WARN, "date", "set the clock (timedatectl): records would be dated "
                     "wrong", "%s is before the program was built", wall);
    if (fabs(c->ahead_s) > AHEAD)
        section_note(s, NOTE_WARN, "clock of files", "set both by NTP: what shows the age of a "
                     "file shows it wrong", "the file system is %.0f s %s", fabs(c->ahead_s),
                     c->ahead_s > 0 ? "ahead" : "behind");
}

static void look_at_clock(ClockFacts *c)
{
    enum { LOOKS = 1000 };
    char            program[4096];
    struct stat     st;
    struct timespec t;
    double          last = clock_s();
    for (int i = 0; i < LOOKS; i++) {
        double now = clock_s();
        c->goes_back = c->goes_back || now < last;
        last = now;
    }
    if (!clock_getres(CLOCK_MONOTONIC, &t)) c->step_s = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
    c->now_s = (double)time(NULL);
    program_path(program, sizeof program);
    if (!stat(program, &st)) c->built_s = (double)st.st_mtime;
}

/* --- programs ------------------------------------------------------------- */

void judge_program(Section *s, const char *name, const char *what_for, const char *package)
{
    bool found = false;
    Text why = { 0 };
    for (const char *path = getenv("PATH"); path && *path && !found;) {
        size_t n = strcspn(path, ":");
        Text   one = { 0 };
        text_add(&one, "%.*s/%s", (int)n, path, name);
        found = !access(text_get(&one), X_OK);
        text_free(&one);
        path += n + (path[n] == ':');
    }
    text_add(&why, "install %s: %s", package, what_for);
    section_note(s, found ? NOTE_OK : NOTE_WARN, name, text_get(&why), "%s",
                 found ? "found" : "not found");
    text_free(&why);
}

/* --- all of it ------------------------------------------------------------ */

/* `results`, or the nearest folder above it that there is.  false: no folder can be made
 * there, because of what stands at `out`. */
static bool nearest(char out[4096], const char *results)
{
    struct stat st;
    snprintf(out, 4096, "%s", *results ? results : ".");
    while (stat(out, &st) || !S_ISDIR(st.st_mode)) {
        char *slash = strrchr(out, '/');
        if (!lstat(out, &st)) return false;
        if (slash == out) slash++;
        if (!slash || !*slash) strcpy(out, slash ? "/" : ".");
        if (!slash || !*slash) return true;
        *slash = '\0';
    }
    return true;
}

void doctor_environment(Section *s, const char *results)
{
    char           folder[4096];
    struct statvfs disk;
    ClockFacts     clock = { .goes_back = false };
    Machine        m = machine_look("");
    int            ours = threads_available();
    section_open(s, "environment", results);
    judge_threads(s, (int)sysconf(_SC_NPROCESSORS_ONLN), ours, m.cores);
    judge_blas(s, cpu_blas_threads(), cpu_blas_config(), ours);
    judge_memory(s, m.unused, m.total);
    bool room = nearest(folder, results);
    if (room && !statvfs(folder, &disk))
        judge_disk(s, folder, (double)disk.f_bavail * (double)disk.f_frsize,
                   disk.f_files ? (double)disk.f_favail : -1);
    if (room) try_folder(s, folder, &clock.ahead_s);
    else
        section_note(s, NOTE_FAIL, "results", "put results elsewhere with --results, or move "
                     "what is there", "%s is neither a folder nor a link to one", folder);
    look_at_clock(&clock);
    judge_clock(s, &clock);
    judge_program(s, "gnuplot", "figures are drawn by it", "gnuplot-nox");
}
