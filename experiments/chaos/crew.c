#define _GNU_SOURCE /* prctl, prlimit */
#include "experiments/chaos/crew.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- beginning, and who has ended ------------------------------------------------ */

Status crew_begin(Crew *c, Err *err)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* cells outlive a run that is killed alone */
    for (int i = 0; i < c->n; i++) {
        if (c->pid[i]) continue;
        if (sitting_begin(&c->pid[i], c->sitting, err)) return err->code;
        c->begun++;
    }
    return STATUS_OK;
}

/* A run may find a disk that it cannot write to, be stopped, or be killed by us. */
static bool is_odd(int state)
{
    if (WIFSIGNALED(state))
        return WTERMSIG(state) == SIGSEGV || WTERMSIG(state) == SIGABRT ||
               WTERMSIG(state) == SIGBUS || WTERMSIG(state) == SIGFPE;
    int code = WEXITSTATUS(state);
    return code == EXIT_USAGE || code == EXIT_CHECK_FAILED || code == EXIT_DATA || code > 76;
}

static void note(Crew *c, pid_t pid, int state)
{
    bool run = false;
    for (int i = 0; i < c->n && !run; i++)
        if (c->pid[i] == pid) c->pid[i] = 0, run = true;
    c->finished += run && WIFEXITED(state) && WEXITSTATUS(state) == EXIT_DONE;
    if (is_odd(state))
        text_add(&c->odd, "a %s ended with %s %d\n", run ? "run" : "cell",
                 WIFEXITED(state) ? "code" : "signal",
                 WIFEXITED(state) ? WEXITSTATUS(state) : WTERMSIG(state));
}

void crew_look(Crew *c)
{
    int state;
    for (pid_t pid; (pid = waitpid(-1, &state, WNOHANG)) > 0;) note(c, pid, state);
}

int crew_at_work(const Crew *c)
{
    int n = 0;
    for (int i = 0; i < c->n; i++) n += c->pid[i] != 0;
    return n;
}

/* --- their processes ----------------------------------------------------- */

static bool read_stat(const char *pid, pid_t *parent, pid_t *group)
{
    char  path[64], line[512];
    bool  read = false;
    FILE *f;
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    if (!(f = fopen(path, "r"))) return false; /* it is gone */
    if (fgets(line, sizeof line, f)) {
        const char *behind = strrchr(line, ')'); /* its name may hold anything */
        read = behind && sscanf(behind, ") %*c %d %d", parent, group) == 2;
    }
    fclose(f);
    return read;
}

/* Processes of this parent, or, where that is 0, of this group but for its leader. */
static int list(pid_t pid[CREW_CELLS], pid_t of_parent, pid_t of_group)
{
    int  n = 0;
    DIR *d = opendir("/proc");
    if (!d) return 0;
    for (struct dirent *e; (e = readdir(d)) && n < CREW_CELLS;) {
        pid_t one = (pid_t)atol(e->d_name), parent, group;
        if (one <= 0 || !read_stat(e->d_name, &parent, &group)) continue;
        if (of_parent ? parent == of_parent : group == of_group && one != of_group) pid[n++] = one;
    }
    closedir(d);
    return n;
}

int crew_cells(const Crew *c, int i, pid_t pid[CREW_CELLS])
{
    return c->pid[i] ? list(pid, 0, c->pid[i]) : 0;
}

static void limit_one(pid_t pid, long bytes)
{
    struct rlimit limit;
    if (prlimit(pid, RLIMIT_FSIZE, NULL, &limit)) return; /* it is gone */
    limit.rlim_cur = bytes < 0 ? limit.rlim_max : (rlim_t)bytes;
    prlimit(pid, RLIMIT_FSIZE, &limit, NULL);
}

/* The run comes first: what it starts from here on inherits. */
void crew_limit(const Crew *c, long bytes)
{
    for (int i = 0; i < c->n; i++) {
        pid_t pid[CREW_CELLS];
        if (!c->pid[i]) continue;
        limit_one(c->pid[i], bytes);
        for (int k = crew_cells(c, i, pid) - 1; k >= 0; k--) limit_one(pid[k], bytes);
    }
}

/* --- their end ----------------------------------------------------------- */

/* A run that was killed alone leaves its cells to us. */
void crew_end(Crew *c)
{
    int   state;
    pid_t left[CREW_CELLS];
    for (int i = 0; i < c->n; i++)
        if (c->pid[i]) kill(-c->pid[i], SIGKILL);
    for (int n; (n = list(left, getpid(), 0));)
        for (int i = 0; i < n; i++) {
            kill(left[i], SIGKILL);
            if (waitpid(left[i], &state, 0) == left[i]) note(c, left[i], state);
        }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}
